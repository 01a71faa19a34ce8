//! The monthly states of credits with other lenders.

use super::applicant::Applicant;
use super::bureau::{Credit, DAYS_A_MONTH, OLDEST};
use super::random::Random;
use super::risk::History;
use super::rows::Rows;
use super::tables::Client;

impl Credit {
    /// The monthly states, newest first as in the real file: C closed, X unknown, 0 in time, 1 to 5 ever later.
    pub(super) fn write_months(
        &self,
        rows: &mut Rows,
        random: &mut Random,
        client: Client,
        key: i64,
        person: &Applicant,
        past: &mut History,
    ) {
        let discipline = person.traits.discipline;
        let first = ((self.age / DAYS_A_MONTH) as i64).min(96);
        let end = self.closed.map(|days| (days / DAYS_A_MONTH) as i64);
        // Some records stop before the application, those of old credits mostly.
        let stopped = if client.decided { 0.5 } else { 0.08 };
        let last = match random.uniform() {
            _ if self.age > OLDEST => random.whole(0, 48),
            u if u < stopped => random.whole(0, first),
            _ => 0,
        };
        let silent = random.chance(0.15);
        let unknown = random.between(0.0, 0.68);
        let slip = 0.028 * libm::exp(-0.75 * discipline);
        let worsen = (0.075 * libm::exp(-0.4 * discipline)).min(0.5);
        // States are drawn forward in time, then written backward.
        let mut states = [b'X'; 98];
        let mut level: u8 = 0;
        for month in (last..=first).rev() {
            let state = &mut states[month as usize];
            if end.is_some_and(|end| month < end) {
                *state = b'C';
                continue;
            }
            level = match level {
                0 => u8::from(random.chance(slip)),
                // Who has not paid for two months mostly does not pay for long.
                1 if random.chance(worsen) => 2,
                2 if random.chance(0.38) => 3,
                3 if random.chance(0.65) => 4,
                4 if random.chance(0.9) => 5,
                5 if random.chance(0.965) => 5,
                _ => 0,
            };
            if silent || random.chance(unknown) {
                continue;
            }
            *state = b'0' + level;
            past.bureau_months += 1.0;
            // Old trouble counts for less.
            past.bureau_late += f64::from(level) * if month < 24 { 1.0 } else { 0.5 };
        }
        for month in last..=first {
            rows.int(key);
            rows.int(-month);
            rows.level(std::str::from_utf8(&states[month as usize..=month as usize]).unwrap_or("X"));
            rows.end_row();
        }
    }
}
