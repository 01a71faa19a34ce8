//! How a loan was repaid: its monthly states (POS_CASH_balance) and its instalments (installments_payments).

use super::applicant::Traits;
use super::bureau::{DAYS_A_MONTH, OLDEST};
use super::random::{Random, snap};
use super::risk::History;
use super::rows::Rows;
use super::tables::Tables;

/// Monthly records do not reach further back.
pub(super) const OLDEST_MONTH: i64 = 96;

/// What was agreed; days count back from the present application.
pub(super) struct Plan {
    pub(super) granted: i64,
    pub(super) first_due: i64,
    pub(super) months: i64,
    pub(super) annuity: f64,
}

impl Plan {
    /// Days since an instalment was due; below 1 for those of the future.
    pub(super) fn due(&self, number: i64) -> i64 {
        self.first_due - 30 * (number - 1)
    }
}

/// One instalment as the table shows it.
pub(super) struct Instalment {
    pub(super) version: i64,
    pub(super) number: i64,
    /// Days since it was due.
    pub(super) due: i64,
    pub(super) amount: f64,
    /// Days since it was paid, and how much; none while it is unpaid.
    pub(super) paid: Option<(i64, f64)>,
}

impl Instalment {
    /// Writes one row; `ids` are the keys of the previous application and of the client.
    pub(super) fn write(&self, rows: &mut Rows, ids: (i64, i64)) {
        rows.int(ids.0);
        rows.int(ids.1);
        rows.float_int(self.version);
        rows.int(self.number);
        rows.float_int(-self.due);
        rows.optional_int(self.paid.map(|(day, _)| -day));
        rows.amount(self.amount);
        rows.optional_amount(self.paid.map(|(_, amount)| amount));
        rows.end_row();
    }
}

/// How a client pays one loan.
pub(super) struct Habit {
    /// How much more trouble than others: the mean is about 1.4.
    pub(super) trouble: f64,
    pub(super) late: f64,
    pub(super) short: f64,
    early_days: f64,
}

impl Habit {
    /// Habits follow discipline, and differ somewhat from loan to loan.
    pub(super) fn draw(random: &mut Random, traits: Traits) -> Self {
        let trouble = libm::exp(-0.75 * traits.discipline + 0.15 * traits.hunger + 0.45 * random.normal());
        Self {
            trouble,
            late: (0.05 * trouble).min(0.75),
            short: (0.014 * trouble).min(0.4),
            early_days: random.lognormal(9.2, 0.6),
        }
    }

    /// Days from the due date to the payment: negative is early.
    pub(super) fn delay(&self, random: &mut Random) -> i64 {
        if random.chance(self.late) {
            1 + random.lognormal(3.6, 1.15).min(400.0) as i64
        } else {
            -random.exponential(self.early_days).min(60.0) as i64
        }
    }
}

/// How a loan went on.
pub(super) struct Course {
    /// How many instalments it took or will take.
    pub(super) instalments: i64,
    /// The last of them that was or will be paid; nothing is after it, if it is not the last.
    last_paid: i64,
}

impl Course {
    fn stops(&self) -> bool {
        self.last_paid < self.instalments
    }

    /// Whether the client has stopped paying for good by now.
    pub(super) fn is_abandoned(&self, plan: &Plan) -> bool {
        self.stops() && plan.due(self.last_paid + 1) >= 1
    }
}

/// Writes the rows of one loan.
pub(super) fn write(
    tables: &mut Tables,
    random: &mut Random,
    ids: (i64, i64),
    plan: &Plan,
    cash: bool,
    traits: Traits,
    past: &mut History,
) -> Course {
    let habit = Habit::draw(random, traits);
    // Cash loans are often refinanced, goods paid off early, at any time: so long plans seldom run to their end.
    let early = 1 + random.exponential(if cash { 25.0 } else { 40.0 }) as i64;
    let mut count = early.clamp(1, plan.months);
    // An early end that lies in the future has not been decided yet.
    if plan.due(count) < 1 {
        count = plan.months;
    }
    // Small loans for goods are left unpaid for good, cash loans hardly ever: their takers would get no other.
    let stops = random.chance((if cash { 0.0003 } else { 0.003 } * habit.trouble).min(0.3));
    let course = Course {
        instalments: count,
        last_paid: if stops { random.whole(0, count - 1) } else { count },
    };
    let worst = instalments(&mut tables.instalments, random, ids, plan, &course, &habit, past);
    balances(&mut tables.pos, random, ids, plan, &course, &worst);
    if course.is_abandoned(plan) {
        past.short += 3.0;
    }
    course
}

/// Writes the instalments that fell due before the application; returns the days late of each.
fn instalments(
    rows: &mut Rows,
    random: &mut Random,
    ids: (i64, i64),
    plan: &Plan,
    course: &Course,
    habit: &Habit,
    past: &mut History,
) -> [i64; 97] {
    let mut worst = [0; 97];
    let mut version = 1;
    let count = course.instalments;
    for number in 1..=course.last_paid {
        let due = plan.due(number);
        if due < 1 {
            break;
        }
        if due > OLDEST as i64 {
            continue;
        }
        let paid_off = number == count && count < plan.months;
        // A loan that is paid off by a new one shows no last payment.
        if paid_off && random.chance(0.4) {
            break;
        }
        let mut amount = plan.annuity;
        if number == count {
            if paid_off {
                // The rest is paid off at once, under a new version of the plan.
                version = 2;
                amount = snap(plan.annuity * (plan.months - count + 1) as f64 * 0.86, 0.045);
            } else {
                amount = snap(plan.annuity * random.between(0.7, 1.0), 0.045);
            }
        }
        let delay = habit.delay(random);
        // Nobody pays before there is a loan.
        let paid = (due - delay).min(plan.granted - 1);
        let mut instalment = Instalment {
            version,
            number,
            due,
            amount,
            paid: (paid >= 1).then_some((paid, amount)),
        };
        if delay <= 0 && random.chance(0.05) {
            // Some pay in two parts, both in time.
            let part = snap(amount * random.between(0.1, 0.9), 0.045);
            instalment.paid = instalment.paid.map(|(day, _)| (day, part));
            instalment.write(rows, ids);
            instalment.paid = (due >= 1).then_some((due + (paid - due) / 2, amount - part));
        } else if random.chance(habit.short) {
            // A part now, the rest later, or not at all so far.
            let part = snap(amount * random.between(0.1, 0.95), 0.045);
            instalment.paid = instalment.paid.map(|(day, _)| (day, part));
            instalment.write(rows, ids);
            past.short += 1.0;
            let rest_day = paid - random.exponential(9.0) as i64;
            instalment.paid = (rest_day >= 1).then_some((rest_day, amount - part));
            worst[number as usize] = (due - rest_day).max(0);
        }
        instalment.write(rows, ids);
        past.instalments += 1.0;
        if delay > 0 {
            past.late += if delay > 15 { 2.0 } else { 1.0 };
            worst[number as usize] = worst[number as usize].max(delay);
        }
    }
    worst
}

/// Writes the monthly states, from the month of the contract to its end or to the month before the application.
///
/// A loan that nobody pays any more stays on the books, its days past due growing month by month.
fn balances(rows: &mut Rows, random: &mut Random, ids: (i64, i64), plan: &Plan, course: &Course, worst: &[i64; 97]) {
    let first = (plan.granted as f64 / DAYS_A_MONTH).round() as i64;
    let (count, stops) = (course.instalments, course.stops());
    // What is owed is mostly too little to count.
    let tolerated = random.chance(0.85);
    for step in 0..=(if stops { first } else { count }) {
        let month = first - step;
        if month < 1 {
            break;
        }
        if month > OLDEST_MONTH {
            continue;
        }
        let done = step == count && !stops;
        // A plan cut short shows its real length at the end.
        let agreed = if done { count } else { plan.months };
        let left = if done { 0 } else { (plan.months - step).max(0) };
        let unpaid = step - course.last_paid;
        let past_due = if stops && unpaid > 0 {
            (unpaid - 1) * 30 + 14
        } else if done {
            0
        } else {
            // The debt is looked at once a month: short delays are mostly over by then.
            let late = worst[step.min(count) as usize];
            if late > 0 {
                (late - random.whole(2, 40)).max(0)
            } else {
                0
            }
        };
        rows.int(ids.0);
        rows.int(ids.1);
        rows.int(-month);
        let known = !random.chance(0.0027);
        rows.optional_int(known.then_some(agreed));
        rows.optional_int(known.then_some(left));
        rows.level(match step {
            _ if done => "Completed",
            0 if random.chance(0.1) => "Signed",
            _ if past_due > 200 && random.chance(0.045) => "Demand",
            _ => random.level(&[
                ("Active", 0.9988),
                ("Returned to the store", 0.0006),
                ("Approved", 0.0005),
                ("Amortized debt", 0.0001),
            ]),
        });
        rows.int(past_due);
        let counts = if stops && unpaid > 0 {
            !tolerated
        } else {
            random.chance(0.8)
        };
        rows.int(if counts { past_due } else { 0 });
        rows.end_row();
    }
}
