//! Previous applications with the same lender: what was asked for, what was decided, how it ended.

use super::applicant::Applicant;
use super::bureau::{KEYS, OLDEST};
use super::card::{self, Card};
use super::previous_levels as levels;
use super::random::{Random, sigmoid};
use super::repayment::{self, Plan};
use super::risk::History;
use super::tables::{Client, Tables};
use super::terms::{self, Terms};

const FIRST_KEY: i64 = 1_000_000;
/// What is applied for once one is a client.
const KINDS: [(Kind, f64); 4] = [
    (Kind::Cash, 0.523),
    (Kind::Consumer, 0.3315),
    (Kind::Card, 0.1452),
    (Kind::Unknown, 0.0003),
];
/// What makes one a client: a loan that was granted and used.
const FIRST: [(Kind, f64); 2] = [(Kind::Consumer, 0.85), (Kind::Cash, 0.15)];
/// What the date columns show for "not yet" and "never".
const NEVER: i64 = 365_243;

/// Days since the decision at the shares 0, 5, 25, 50, 75, 95 and 100 %: goods come first in a client's life with the
/// lender, offers that come to nothing last.
fn age_of_decision(kind: Kind, status: Status) -> [(f64, f64); 7] {
    let [a, b, c, d, e] = match (kind, status) {
        (Kind::Consumer, Status::Canceled) => [2_051.0, 675.0, 616.0, 454.0, 96.0],
        (Kind::Consumer, Status::Unused) => [2_072.0, 1_357.0, 753.0, 378.0, 136.0],
        (Kind::Consumer, Status::Refused) => [2_726.0, 2_200.0, 1_204.0, 590.0, 213.0],
        (Kind::Consumer, Status::Approved) => [2_712.0, 1_925.0, 1_060.0, 524.0, 160.0],
        (Kind::Cash, Status::Approved) => [2_386.0, 1_159.0, 774.0, 473.0, 186.0],
        (Kind::Cash, Status::Refused) => [1_926.0, 667.0, 397.0, 224.0, 52.0],
        (Kind::Cash, _) => [526.0, 375.0, 258.0, 148.0, 21.0],
        (Kind::Card, Status::Approved) => [2_685.0, 1_037.0, 520.0, 335.0, 167.0],
        (Kind::Card, Status::Refused) => [1_599.0, 803.0, 454.0, 270.0, 133.0],
        (Kind::Card, _) => [531.0, 409.0, 307.0, 214.0, 77.0],
        (Kind::Unknown, _) => [589.0, 570.0, 533.0, 505.0, 467.0],
    };
    // The oldest of offers that last for days only are not eight years old.
    let oldest = if a < 600.0 { 1_600.0 } else { OLDEST };
    [
        (0.0, oldest),
        (0.05, a),
        (0.25, b),
        (0.5, c),
        (0.75, d),
        (0.95, e),
        (1.0, 3.0),
    ]
}

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
            Self::Cash => (0.385, 0.239, 0.001),
            Self::Consumer => (0.0033, 0.1703, 0.0564),
            Self::Card => (0.12, 0.15, 0.0),
            Self::Unknown => (0.93, 0.07, 0.0),
        }
    }

    /// Share of approved contracts, after the first, without dates and records: never begun.
    fn unbegun(self) -> f64 {
        match self {
            Self::Cash => 0.0925,
            Self::Card => 0.046,
            _ => 0.041,
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
    let (none, mean) = if client.decided {
        (0.0535, 3.857)
    } else {
        (0.0194, 4.37)
    };
    if random.chance(none) {
        return;
    }
    let traits = person.traits;
    let count = i64::from(1 + random.count(mean * libm::exp(0.28 * traits.hunger - 0.04), 1.2)).min(60);
    let adult = person.age_days as f64 - 18.0 * 365.25;
    let mut has_card = false;
    for nth in 0..count {
        let key = FIRST_KEY + client.index * KEYS + nth;
        let first = nth == 0;
        let kind = if first {
            random.level(&FIRST)
        } else {
            random.level(&KINDS)
        };
        let mut status = if first {
            Status::Approved
        } else {
            fate(random, kind, person)
        };
        if kind == Kind::Card && status == Status::Approved && std::mem::replace(&mut has_card, true) {
            // Nobody gets a second card.
            status = random.level(&[(Status::Refused, 0.55), (Status::Canceled, 0.45)]);
        }
        // The quantiles are those of all; the first loan is older than the others.
        let order = match (status, kind) {
            _ if first => -0.45,
            (Status::Approved, Kind::Consumer) => 0.4,
            _ => 0.0,
        };
        let age = random
            .draw_quantile(&age_of_decision(kind, status), 0.12 * traits.hunger + order)
            .min(adult.max(30.0)) as i64;
        let weight = if age < 730 { 1.0 } else { 0.6 };
        past.applications += weight;
        match status {
            Status::Refused => past.refused += weight,
            Status::Canceled => past.canceled += weight,
            _ => {}
        }
        let application = Application::draw(random, person, kind, status, age);
        let begun = first || !random.chance(kind.unbegun());
        let dates = begun
            .then(|| application.follow(tables, random, client, key, person, past))
            .flatten();
        application.write(&mut tables.previous, random, client, key, dates.as_ref());
    }
    // The list ends eight years back, while months are still kept of what was granted shortly before, and of old cards.
    let forgotten = if adult > OLDEST + 800.0 { random.poisson(0.2) } else { 0 };
    for nth in 0..i64::from(forgotten).min(KEYS - count) {
        let kind = if !has_card && random.chance(0.29) {
            Kind::Card
        } else {
            Kind::Consumer
        };
        has_card |= kind == Kind::Card;
        let age = OLDEST
            + 1.0
            + random
                .exponential(if kind == Kind::Card { 500.0 } else { 130.0 })
                .min(790.0);
        let application = Application::draw(random, person, kind, Status::Approved, age as i64);
        let key = FIRST_KEY + client.index * KEYS + count + nth;
        application.follow(tables, random, client, key, person, past);
    }
}

/// What became of an application.
fn fate(random: &mut Random, kind: Kind, person: &Applicant) -> Status {
    let traits = person.traits;
    let (canceled, refused, unused) = kind.fates();
    // Scores of the past refused the same people whom scores of today find risky.
    let odds = libm::log(refused / (1.0 - refused)) - 0.34 * traits.discipline + 0.3 * traits.hunger - 0.18;
    match random.uniform() {
        _ if random.chance(sigmoid(odds)) => Status::Refused,
        u if u < canceled / (1.0 - refused) => Status::Canceled,
        u if u < (canceled + unused) / (1.0 - refused) => Status::Unused,
        _ => Status::Approved,
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
            Kind::Cash => terms::cash(random, person, status == Status::Approved),
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
        let ids = (key, client.key);
        if self.kind == Kind::Card {
            // Most cards are used, soon after they were granted; the older, the more likely.
            let first = self.age - random.lognormal(25.0, 1.3) as i64 - 5;
            let used = random.chance(0.5 + 0.38 * (self.age as f64 / 1_500.0).min(1.0)) && first > 40;
            let closed = self.age > 200 && random.chance(0.42);
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
        let course = repayment::write(tables, random, ids, &plan, self.kind == Kind::Cash, person.traits, past);
        let last_due = plan.due(course.instalments);
        let over = last_due > 14 && !course.is_abandoned(&plan);
        Some(Dates {
            drawing: NEVER,
            first_due: if plan.first_due < 2 { NEVER } else { -plan.first_due },
            planned_last_due: -(plan.first_due - 30 * (terms.months - 1)),
            last_due: if over { -last_due } else { NEVER },
            termination: if over { -(last_due - random.whole(2, 12)) } else { NEVER },
        })
    }
}
