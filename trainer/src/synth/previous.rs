//! Previous applications with the same lender: what was asked for, what was decided, how it ended.

use super::applicant::Applicant;
use super::bureau::{KEYS, OLDEST};
use super::card::{self, Card};
use super::random::{Random, sigmoid};
use super::repayment::{self, Plan};
use super::risk::History;
use super::terms::{self, Terms};
use super::{Client, Tables, previous_levels as levels};

const FIRST_KEY: i64 = 1_000_000;
/// What the date columns show for "not yet" and "never".
const NEVER: i64 = 365_243;

const AGE_OF_DECISION: [(f64, f64); 7] = [
    (0.0, OLDEST),
    (0.05, 2_554.0),
    (0.25, 1_261.0),
    (0.5, 570.0),
    (0.75, 301.0),
    (0.95, 89.0),
    (1.0, 3.0),
];

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Cash,
    Consumer,
    Card,
    Unknown,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Status {
    Approved,
    Canceled,
    Refused,
    Unused,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cash => "Cash loans",
            Self::Consumer => "Consumer loans",
            Self::Card => "Revolving loans",
            Self::Unknown => "XNA",
        }
    }

    /// Shares of canceled, refused and unused; the rest is approved.
    fn fates(self) -> (f64, f64, f64) {
        match self {
            Self::Cash => (0.379, 0.218, 0.001),
            Self::Consumer => (0.002, 0.102, 0.038),
            Self::Card => (0.26, 0.242, 0.0),
            Self::Unknown => (0.93, 0.07, 0.0),
        }
    }
}

/// The five dates of an approved contract.
pub(super) struct Dates {
    pub(super) drawing: i64,
    pub(super) first_due: i64,
    pub(super) planned_last_due: i64,
    pub(super) last_due: i64,
    pub(super) termination: i64,
}

/// Writes the previous applications of one client, and what followed from them.
pub(super) fn write(tables: &mut Tables, random: &mut Random, client: Client, person: &Applicant, past: &mut History) {
    if random.chance(0.045) {
        return;
    }
    let traits = person.traits;
    let count = i64::from(1 + random.count(3.88 * libm::exp(0.28 * traits.hunger - 0.04), 1.2)).min(60);
    let adult = person.age_days as f64 - 18.0 * 365.25;
    for nth in 0..count {
        let key = FIRST_KEY + client.index * KEYS + nth;
        let kind = random.level(&[
            (Kind::Cash, 0.4617),
            (Kind::Consumer, 0.4184),
            (Kind::Card, 0.1197),
            (Kind::Unknown, 0.0003),
        ]);
        let (canceled, refused, unused) = kind.fates();
        // Scores of the past refused the same people whom scores of today find risky.
        let odds = libm::log(refused / (1.0 - refused)) - 0.5 * traits.discipline + 0.35 * traits.hunger - 0.14;
        let status = match random.uniform() {
            _ if random.chance(sigmoid(odds)) => Status::Refused,
            u if u < canceled / (1.0 - refused) => Status::Canceled,
            u if u < (canceled + unused) / (1.0 - refused) => Status::Unused,
            _ => Status::Approved,
        };
        // Goods come first in a client's life with the lender, offers that come to nothing last.
        let shift = match (kind, status) {
            (Kind::Consumer, _) => -0.55,
            (Kind::Cash, Status::Approved) => -0.15,
            (Kind::Cash, _) => 0.5,
            (Kind::Card, Status::Approved) => -0.45,
            _ => 0.4,
        };
        let age = random
            .draw_quantile(&AGE_OF_DECISION, shift + 0.12 * traits.hunger)
            .min(adult.max(30.0)) as i64;
        let weight = if age < 730 { 1.0 } else { 0.6 };
        past.applications += weight;
        if status == Status::Refused {
            past.refused += weight;
        }
        let application = Application::draw(random, person, kind, status, age);
        let dates = application.follow(tables, random, client, key, person, past);
        application.write(&mut tables.previous, random, client, key, dates.as_ref());
    }
}

/// One previous application; `age` is the days since its decision.
pub(super) struct Application {
    pub(super) kind: Kind,
    pub(super) status: Status,
    pub(super) age: i64,
    pub(super) goods: (&'static str, &'static str, &'static str),
    pub(super) terms: Option<Terms>,
}

impl Application {
    fn draw(random: &mut Random, person: &Applicant, kind: Kind, status: Status, age: i64) -> Self {
        let goods = random.level(&levels::GOODS);
        // Many applications end before there are terms.
        let empty = match (kind, status) {
            (Kind::Unknown, _) => true,
            (_, Status::Canceled) => random.chance(if kind == Kind::Card { 0.99 } else { 0.966 }),
            (Kind::Card, Status::Refused) => random.chance(0.051),
            (Kind::Cash, Status::Refused) => random.chance(0.171),
            _ => false,
        };
        let terms = (!empty).then(|| match kind {
            Kind::Card => terms::card(random, person),
            Kind::Cash => terms::cash(random, person),
            _ => terms::consumer(random, person, goods.2),
        });
        Self {
            kind,
            status,
            age,
            goods,
            terms,
        }
    }

    /// Lives through what followed an approval: monthly states, instalments, and the dates in hindsight.
    fn follow(
        &self,
        tables: &mut Tables,
        random: &mut Random,
        client: Client,
        key: i64,
        person: &Applicant,
        past: &mut History,
    ) -> Option<Dates> {
        let terms = self.terms.as_ref().filter(|_| self.status == Status::Approved)?;
        // A few contracts have no dates.
        if random.chance(if self.kind == Kind::Card { 0.05 } else { 0.038 }) {
            return None;
        }
        let ids = (key, client.key);
        if self.kind == Kind::Card {
            // The card is used some weeks or months after it was granted, or never.
            let first = self.age - random.lognormal(70.0, 1.1) as i64 - 5;
            let used = random.chance(0.6) && first > 40;
            let closed = self.age > 200 && random.chance(0.35);
            let latest = if used { first - 65 } else { self.age - 60 };
            let end = if closed { random.whole(2, latest.max(3)) } else { 0 };
            let card = Card {
                granted: self.age,
                first_use: used.then_some(first),
                closed: closed.then_some(end),
                limit: terms.credit,
            };
            card::write(tables, random, ids, &card, person.traits, past);
            return Some(Dates {
                drawing: if used { -first } else { NEVER },
                first_due: if used {
                    -(first - random.whole(35, 60)).max(2)
                } else {
                    NEVER
                },
                planned_last_due: NEVER,
                last_due: if closed { -end } else { NEVER },
                termination: if closed {
                    -(end - random.whole(0, 40)).max(1)
                } else {
                    NEVER
                },
            });
        }
        let delay = if self.kind == Kind::Cash {
            30
        } else {
            30 + random.exponential(4.0) as i64
        };
        let plan = Plan {
            granted: self.age,
            first_due: self.age - delay,
            months: terms.months,
            annuity: terms.annuity,
        };
        let paid = repayment::write(tables, random, ids, &plan, self.kind == Kind::Cash, person.traits, past);
        let last_due = plan.first_due - 30 * (paid - 1);
        let over = last_due > 14;
        Some(Dates {
            drawing: NEVER,
            first_due: if plan.first_due < 2 { NEVER } else { -plan.first_due },
            planned_last_due: -(plan.first_due - 30 * (terms.months - 1)),
            last_due: if over { -last_due } else { NEVER },
            termination: if over { -(last_due - random.whole(2, 12)) } else { NEVER },
        })
    }
}
