//! How a loan was repaid: its monthly states (POS_CASH_balance) and its instalments (installments_payments).

use super::Tables;
use super::applicant::Traits;
use super::bureau::DAYS_A_MONTH;
use super::random::{Random, snap};
use super::risk::History;
use super::writer::Table;

/// What was agreed; days count back from the present application.
pub(super) struct Plan {
    pub(super) granted: i64,
    pub(super) first_due: i64,
    pub(super) months: i64,
    pub(super) annuity: f64,
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
    pub(super) fn write(&self, table: &mut Table, ids: (i64, i64)) {
        table.int(ids.0);
        table.int(ids.1);
        table.float_int(self.version);
        table.int(self.number);
        table.float_int(-self.due);
        table.optional_int(self.paid.map(|(day, _)| -day));
        table.amount(self.amount);
        table.optional_amount(self.paid.map(|(_, amount)| amount));
        table.end_row();
    }
}

/// How a client pays one loan.
pub(super) struct Habit {
    pub(super) late: f64,
    pub(super) short: f64,
    early_days: f64,
}

impl Habit {
    /// Habits follow discipline, and differ somewhat from loan to loan.
    pub(super) fn draw(random: &mut Random, traits: Traits) -> Self {
        let trouble = libm::exp(-0.75 * traits.discipline + 0.15 * traits.hunger + 0.45 * random.normal());
        Self {
            late: (0.05 * trouble).min(0.75),
            short: (0.014 * trouble).min(0.4),
            early_days: random.lognormal(7.5, 0.6),
        }
    }

    /// Days from the due date to the payment: negative is early.
    pub(super) fn delay(&self, random: &mut Random) -> i64 {
        if random.chance(self.late) {
            1 + random.lognormal(5.0, 1.1).min(400.0) as i64
        } else {
            -random.exponential(self.early_days).min(60.0) as i64
        }
    }
}

/// Writes the rows of one loan and returns how many instalments it took or will take.
pub(super) fn write(
    tables: &mut Tables,
    random: &mut Random,
    ids: (i64, i64),
    plan: &Plan,
    cash: bool,
    traits: Traits,
    past: &mut History,
) -> i64 {
    let habit = Habit::draw(random, traits);
    // Cash loans are often refinanced, goods often paid off early.
    let early = random.chance(if cash { 0.62 } else { 0.33 });
    let wanted = if early {
        (plan.months as f64 * random.between(0.2, 1.0)).ceil() as i64
    } else {
        plan.months
    };
    let mut count = wanted.clamp(1, plan.months);
    // An early end that lies in the future has not been decided yet.
    if plan.first_due - 30 * (count - 1) < 1 {
        count = plan.months;
    }
    let worst = instalments(&mut tables.instalments, random, ids, plan, count, &habit, past);
    balances(&mut tables.pos, random, ids, plan, count, &worst);
    count
}

/// Writes the instalments that fell due before the application; returns the days late of each.
fn instalments(
    table: &mut Table,
    random: &mut Random,
    ids: (i64, i64),
    plan: &Plan,
    count: i64,
    habit: &Habit,
    past: &mut History,
) -> [i64; 97] {
    let mut worst = [0; 97];
    let mut version = 1;
    for number in 1..=count {
        let due = plan.first_due - 30 * (number - 1);
        if due < 1 {
            break;
        }
        let mut amount = plan.annuity;
        if number == count {
            if count < plan.months {
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
        if random.chance(habit.short) {
            // A part now, the rest later, or not at all so far.
            let part = snap(amount * random.between(0.1, 0.95), 0.045);
            instalment.paid = instalment.paid.map(|(day, _)| (day, part));
            instalment.write(table, ids);
            past.short += 1.0;
            let rest_day = paid - random.exponential(9.0) as i64;
            instalment.paid = (rest_day >= 1).then_some((rest_day, amount - part));
            worst[number as usize] = (due - rest_day).max(0);
        }
        instalment.write(table, ids);
        past.instalments += 1.0;
        if delay > 0 {
            past.late += if delay > 15 { 2.0 } else { 1.0 };
            worst[number as usize] = worst[number as usize].max(delay);
        }
    }
    worst
}

/// Writes the monthly states, from the month of the contract to its end or to the month before the application.
fn balances(table: &mut Table, random: &mut Random, ids: (i64, i64), plan: &Plan, count: i64, worst: &[i64; 97]) {
    let first = ((plan.granted as f64 / DAYS_A_MONTH).round() as i64).clamp(1, 96);
    for step in 0..=count {
        let month = first - step;
        if month < 1 {
            break;
        }
        let done = step == count;
        // A plan cut short shows its real length at the end.
        let agreed = if done { count } else { plan.months };
        let left = if done { 0 } else { plan.months - step };
        let late = worst[step.min(count) as usize];
        // The debt is looked at once a month: short delays are mostly over by then.
        let past_due = if late > 0 && !done {
            (late - random.whole(0, 29)).max(0)
        } else {
            0
        };
        table.int(ids.0);
        table.int(ids.1);
        table.int(-month);
        let known = !random.chance(0.0028);
        table.optional_int(known.then_some(agreed));
        table.optional_int(known.then_some(left));
        table.text(match step {
            _ if done => "Completed",
            0 if random.chance(0.1) => "Signed",
            _ if past_due > 200 => "Demand",
            _ => random.level(&[
                ("Active", 0.9985),
                ("Returned to the store", 0.0006),
                ("Approved", 0.0005),
                ("Amortized debt", 0.0003),
            ]),
        });
        table.int(past_due);
        table.int(if random.chance(0.4) { past_due } else { 0 });
        table.end_row();
    }
}
