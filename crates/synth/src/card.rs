//! Credit cards, month by month (credit_card_balance), and the instalments of what was drawn.

use super::applicant::Traits;
use super::bureau::{DAYS_A_MONTH, OLDEST};
use super::random::{Random, snap};
use super::repayment::{Habit, Instalment, OLDEST_MONTH};
use super::risk::History;
use super::rows::Rows;
use super::tables::Tables;

/// What happened on the card in one month.
#[derive(Default)]
struct Month {
    limit: f64,
    balance: f64,
    principal: f64,
    drawn_cash: f64,
    drawn_shops: f64,
    drawn_other: f64,
    cash_count: i64,
    shop_count: i64,
    minimum: f64,
    paid: f64,
    /// A small payment while nothing is owed, of a fee mostly.
    fee: f64,
    matured: i64,
    past_due: i64,
    /// Whether the holder uses the card at present.
    active: bool,
    /// Whether the holder has stopped paying for good.
    abandoned: bool,
}

/// How a holder uses a card.
struct Use {
    habit: Habit,
    /// How much of the limit the holder lives on.
    appetite: f64,
    /// Whether the holder draws at the till rather than at the cash machine.
    shopper: bool,
}

/// A granted card.
pub(super) struct Card {
    /// Days since it was granted, and since it was first used, if it ever was.
    pub(super) granted: i64,
    pub(super) first_use: Option<i64>,
    /// Days since it was given back, if it was.
    pub(super) closed: Option<i64>,
    pub(super) limit: f64,
}

/// Writes the months of one card, oldest first.
pub(super) fn write(
    tables: &mut Tables,
    random: &mut Random,
    ids: (i64, i64),
    card: &Card,
    traits: Traits,
    past: &mut History,
) {
    let months = |days: i64| (days as f64 / DAYS_A_MONTH) as i64;
    let granted = months(card.granted).max(1);
    let first_use = card.first_use.map_or(0, months);
    let closed = card.closed.map_or(0, months);
    let holder = Use {
        habit: Habit::draw(random, traits),
        appetite: (random.beta(3.2, 0.75) + 0.13 * traits.hunger - 0.06 * traits.discipline).clamp(0.02, 1.04),
        shopper: random.chance(0.35),
    };
    // Files of cards that are never used hold no drawings.
    let silent = card.first_use.is_none();
    let mut state = Month {
        // Limits were lower in earlier years.
        limit: snap(
            card.limit * (1.0 - 0.3 * (card.granted as f64 / OLDEST).min(1.0)),
            4_500.0,
        )
        .max(22_500.0),
        active: true,
        ..Month::default()
    };
    for month in (1..=granted).rev() {
        if month < closed {
            // What was owed has been paid; the account is kept, empty and without a limit.
            state = Month {
                matured: state.matured,
                ..Month::default()
            };
        }
        let open = month <= first_use && month >= closed;
        if open {
            state.advance(random, &holder);
        }
        let used = month <= first_use;
        state.fee = if used && state.minimum == 0.0 && random.chance(0.85) {
            snap(random.lognormal(270.0, 1.6), 0.045)
        } else {
            0.0
        };
        if used && (state.minimum > 0.0 || state.fee > 0.0) {
            state.matured += 1;
        }
        if month > OLDEST_MONTH {
            continue;
        }
        if open {
            past.card_months += 1.0;
            past.card_use += (state.balance / state.limit).min(1.2);
        }
        state.write(&mut tables.cards, random, ids, month, !silent);
        if used {
            state.write_instalments(&mut tables.instalments, random, ids, month, &holder.habit, past);
        }
    }
}

impl Month {
    /// Moves the card one month on.
    fn advance(&mut self, random: &mut Random, holder: &Use) {
        let Use {
            habit,
            appetite,
            shopper,
        } = holder;
        if random.chance(0.02) {
            self.limit = snap(self.limit * random.between(0.7, 1.5), 4_500.0).clamp(45_000.0, 1_350_000.0);
        }
        let owed = self.balance;
        self.minimum = if owed > 0.0 {
            snap((0.05 * self.limit.min(owed * 1.06)).max(2_250.0).min(owed), 0.045)
        } else {
            0.0
        };
        self.abandoned |= owed > 0.0 && random.chance((0.0007 * habit.trouble).min(0.05));
        // Whoever clears the card mostly lets it rest for a while.
        let pays_all = random.chance(0.05 * (1.45 - appetite));
        self.paid = match owed {
            _ if owed <= 0.0 || self.abandoned => 0.0,
            _ if random.chance(habit.short) => snap(self.minimum * random.between(0.0, 0.9), 0.045),
            _ if pays_all => owed,
            _ => snap(self.minimum * random.lognormal(1.12, 0.45), 225.0)
                .max(self.minimum)
                .min(owed),
        };
        self.past_due = match owed {
            _ if owed <= 0.0 => 0,
            _ if self.abandoned => self.past_due + 30,
            // Most of those who are late are so by a day.
            _ if self.paid < self.minimum => random.level(&[(1, 0.85), (7, 0.08), (20, 0.07)]),
            _ if random.chance(0.3 * habit.late) => 1,
            _ => 0,
        };
        self.active = if self.active {
            !(owed > 0.0 && self.paid >= owed && random.chance(0.8))
        } else {
            random.chance(0.045)
        };
        let interest = if self.abandoned { 0.0 } else { 0.022 * owed };
        let room = (appetite * self.limit - (owed - self.paid)).max(0.0);
        let draws = self.active && !self.abandoned && room > 4_500.0 && random.chance(0.15 + 0.25 * appetite);
        let wanted = if draws { room * random.beta(2.2, 0.9) } else { 0.0 };
        (self.drawn_cash, self.drawn_shops) = if *shopper {
            (0.0, snap(wanted * 0.6, 0.045))
        } else {
            (snap(wanted, 2_250.0), 0.0)
        };
        self.drawn_other = if draws && random.chance(0.015) {
            snap(random.lognormal(20_000.0, 1.2).min(self.limit), 4.5)
        } else {
            0.0
        };
        self.cash_count = if self.drawn_cash > 0.0 {
            1 + i64::from(random.count(1.2, 0.8))
        } else {
            0
        };
        self.shop_count = if self.drawn_shops > 0.0 {
            1 + i64::from(random.count(5.5, 0.5))
        } else {
            0
        };
        let drawn = self.drawn_cash + self.drawn_shops + self.drawn_other;
        self.balance = snap((owed - self.paid + interest + drawn).max(0.0), 0.045);
        self.principal = snap((self.balance - interest).max(0.0), 0.045);
    }

    fn write(&self, rows: &mut Rows, random: &mut Random, ids: (i64, i64), month: i64, used: bool) {
        rows.int(ids.0);
        rows.int(ids.1);
        rows.int(-month);
        rows.amount(self.balance);
        rows.int(self.limit as i64);
        let seen = |value: f64| used.then_some(value);
        rows.optional_amount(seen(self.drawn_cash));
        rows.amount(self.drawn_cash + self.drawn_shops + self.drawn_other);
        rows.optional_amount(seen(self.drawn_other));
        rows.optional_amount(seen(self.drawn_shops));
        let past_due = self.past_due;
        let matured = used || random.chance(0.64);
        rows.optional_amount(matured.then_some(self.minimum));
        rows.optional_amount(seen(self.paid + self.fee));
        rows.amount(self.paid);
        rows.amount(self.principal);
        // Who has paid too much is owed a little.
        let receivable = if self.fee > 0.0 && random.chance(0.03) {
            -self.fee
        } else {
            self.balance
        };
        rows.amount(receivable);
        rows.amount(receivable);
        let count = |value: i64| used.then_some(value);
        let other = i64::from(self.drawn_other > 0.0);
        rows.optional_int(count(self.cash_count));
        rows.int(self.cash_count + self.shop_count + other);
        rows.optional_int(count(other));
        rows.optional_int(count(self.shop_count));
        rows.optional_int(matured.then_some(self.matured));
        rows.level(if random.chance(if self.limit == 0.0 { 0.09 } else { 0.025 }) {
            "Completed"
        } else if past_due > 300 && random.chance(0.02) {
            "Demand"
        } else {
            random.level(&[("Active", 0.997), ("Signed", 0.0029), ("Sent proposal", 0.0001)])
        });
        rows.int(past_due);
        // Days past due count when more than a little is owed.
        let counts = past_due > 0 && past_due < 30 && random.chance(0.85);
        rows.int(if counts { past_due } else { 0 });
        rows.end_row();
    }

    /// The month's minimum payment as an instalment, or the fee: cards have version 0.
    fn write_instalments(
        &self,
        rows: &mut Rows,
        random: &mut Random,
        ids: (i64, i64),
        month: i64,
        habit: &Habit,
        past: &mut History,
    ) {
        let due = (month as f64 * DAYS_A_MONTH) as i64 - 12;
        let mut write = |amount, paid| {
            let number = self.matured;
            let instalment = Instalment {
                version: 0,
                number,
                due,
                amount,
                paid,
            };
            instalment.write(rows, ids);
        };
        if self.fee > 0.0 {
            let day = due + random.whole(0, 15);
            write(self.fee, Some((day, self.fee)));
            return;
        }
        if self.minimum == 0.0 || (self.paid == 0.0 && self.abandoned) {
            return;
        }
        let delay = if self.past_due > 0 {
            1
        } else {
            habit.delay(random).min(0)
        };
        // What is paid in a month is often paid in several parts, the last of them on the day that counts.
        let parts = if self.paid > 0.0 {
            1 + i64::from(random.poisson(1.05)).min(6)
        } else {
            1
        };
        let mut left = self.paid;
        for part in (0..parts).rev() {
            let share = if part == 0 {
                left
            } else {
                snap(left * random.between(0.1, 0.8), 0.045)
            };
            left -= share;
            let day = (due - delay + 4 * part).min(due + 29);
            let paid = (self.paid > 0.0 && day >= 1).then_some((day, share));
            write(self.minimum, paid);
        }
        past.instalments += 1.0;
        if self.past_due > 0 {
            past.late += 1.0;
        }
        if self.paid < self.minimum {
            past.short += 1.0;
        }
    }
}
