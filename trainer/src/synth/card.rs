//! Credit cards, month by month (credit_card_balance), and the instalments of what was drawn.

use super::Tables;
use super::applicant::Traits;
use super::bureau::DAYS_A_MONTH;
use super::random::{Random, snap};
use super::repayment::{Habit, Instalment};
use super::risk::History;
use super::writer::Table;

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
    matured: i64,
    past_due: i64,
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
    let first = ((card.granted as f64 / DAYS_A_MONTH) as i64).clamp(1, 96);
    let first_use = card.first_use.map_or(0, |days| (days as f64 / DAYS_A_MONTH) as i64);
    let habit = Habit::draw(random, traits);
    // How much of the limit the holder lives on, and whether at the till or at the cash machine.
    let appetite = (random.beta(2.4, 1.0) + 0.13 * traits.hunger - 0.06 * traits.discipline).clamp(0.02, 1.0);
    let shopper = random.chance(0.35);
    let closed = card.closed.map_or(0, |days| (days as f64 / DAYS_A_MONTH) as i64);
    // Files of many cards hold no drawings before the first.
    let silent = random.chance(0.5);
    let mut state = Month {
        limit: card.limit,
        ..Month::default()
    };
    for month in (1..=first).rev() {
        if month < closed {
            // What was owed has been paid; the account is kept, empty and without a limit.
            state = Month {
                matured: state.matured,
                ..Month::default()
            };
        }
        let used = month <= first_use && month >= closed;
        if used {
            state.advance(random, appetite, shopper, &habit, past);
        }
        state.write(&mut tables.cards, random, ids, month, used || !silent);
        if state.minimum > 0.0 && used {
            state.write_instalment(tables, random, ids, month, &habit, past);
        }
    }
}

impl Month {
    /// Moves the card one month on.
    fn advance(&mut self, random: &mut Random, appetite: f64, shopper: bool, habit: &Habit, past: &mut History) {
        if random.chance(0.02) {
            self.limit = snap(self.limit * random.between(0.7, 1.5), 4_500.0).clamp(45_000.0, 1_350_000.0);
        }
        let owed = self.balance;
        self.minimum = if owed > 0.0 {
            snap((0.05 * self.limit.min(owed * 1.2)).max(2_250.0).min(owed), 0.045)
        } else {
            0.0
        };
        let pays_all = random.chance(0.1 * (1.4 - appetite));
        self.paid = match owed {
            _ if owed <= 0.0 => 0.0,
            _ if random.chance(habit.short) => snap(self.minimum * random.between(0.0, 0.9), 0.045),
            _ if pays_all => owed,
            _ => snap(self.minimum * random.lognormal(1.12, 0.25), 225.0)
                .max(self.minimum)
                .min(owed),
        };
        self.past_due = match owed {
            _ if owed <= 0.0 || self.paid >= self.minimum => 0,
            _ if self.past_due > 0 => self.past_due + 30,
            _ => random.whole(1, 28),
        };
        if self.minimum > 0.0 {
            self.matured += 1;
        }
        let interest = 0.022 * owed;
        let room = (appetite * self.limit - (owed - self.paid)).max(0.0);
        let draws = room > 4_500.0 && random.chance(0.2 + 0.4 * appetite);
        let wanted = if draws { room * random.beta(1.6, 1.2) } else { 0.0 };
        (self.drawn_cash, self.drawn_shops) = if shopper {
            (0.0, snap(wanted * 0.5, 0.045))
        } else {
            (snap(wanted, 2_250.0), 0.0)
        };
        self.drawn_other = if draws && random.chance(0.02) {
            snap(random.lognormal(6_000.0, 0.8), 4.5)
        } else {
            0.0
        };
        self.cash_count = if self.drawn_cash > 0.0 {
            1 + i64::from(random.poisson(0.9))
        } else {
            0
        };
        self.shop_count = if self.drawn_shops > 0.0 {
            1 + i64::from(random.poisson(5.0))
        } else {
            0
        };
        let drawn = self.drawn_cash + self.drawn_shops + self.drawn_other;
        self.balance = snap((owed - self.paid + interest + drawn).max(0.0), 0.045);
        self.principal = snap((self.balance - interest).max(0.0), 0.045);
        past.card_months += 1.0;
        past.card_use += (self.balance / self.limit).min(1.2);
    }

    fn write(&self, table: &mut Table, random: &mut Random, ids: (i64, i64), month: i64, used: bool) {
        table.int(ids.0);
        table.int(ids.1);
        table.int(-month);
        table.amount(self.balance);
        table.int(self.limit as i64);
        // Before the card is used, the file knows of no drawings.
        let seen = |value: f64| (used || value > 0.0).then_some(value);
        table.optional_amount(seen(self.drawn_cash));
        table.amount(self.drawn_cash + self.drawn_shops + self.drawn_other);
        table.optional_amount(seen(self.drawn_other));
        table.optional_amount(seen(self.drawn_shops));
        let matured = used || random.chance(0.75);
        table.optional_amount(matured.then_some(self.minimum));
        table.optional_amount(seen(self.paid));
        table.amount(self.paid);
        table.amount(self.principal);
        table.amount(self.balance);
        table.amount(self.balance);
        let count = |value: i64| used.then_some(value);
        let other = i64::from(self.drawn_other > 0.0);
        table.optional_int(count(self.cash_count));
        table.int(self.cash_count + self.shop_count + other);
        table.optional_int(count(other));
        table.optional_int(count(self.shop_count));
        table.optional_int(matured.then_some(self.matured));
        table.text(if self.limit == 0.0 && random.chance(0.2) {
            "Completed"
        } else {
            random.level(&[("Active", 0.997), ("Signed", 0.003)])
        });
        table.int(self.past_due);
        table.int(if self.past_due > 0 && random.chance(0.5) {
            self.past_due.min(28)
        } else {
            0
        });
        table.end_row();
    }

    /// The month's minimum payment as an instalment: cards have version 0.
    fn write_instalment(
        &self,
        tables: &mut Tables,
        random: &mut Random,
        ids: (i64, i64),
        month: i64,
        habit: &Habit,
        past: &mut History,
    ) {
        let due = (month as f64 * DAYS_A_MONTH) as i64 - 12;
        let delay = habit.delay(random);
        // What is paid in a month is often paid in several parts, the last of them on the day that counts.
        let parts = if self.paid > 0.0 {
            1 + i64::from(random.poisson(0.45)).min(4)
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
            Instalment {
                version: 0,
                number: self.matured.max(1),
                due,
                amount: self.minimum,
                paid,
            }
            .write(&mut tables.instalments, ids);
        }
        past.instalments += 1.0;
        if delay > 0 || self.paid < self.minimum {
            past.late += 1.0;
        }
        if self.paid < self.minimum {
            past.short += 1.0;
        }
    }
}
