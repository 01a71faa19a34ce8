//! Credits that other lenders reported.

use super::applicant::Applicant;
use super::random::{Random, sigmoid, snap};
use super::request::Request;
use super::risk::History;
use super::rows::Rows;
use super::tables::{Client, Tables};

/// Every client has this many keys of its own, so that no key depends on the clients before.
pub(super) const KEYS: i64 = 64;
const FIRST_KEY: i64 = 5_000_000;
/// Records do not reach further back than eight years.
pub(super) const OLDEST: f64 = 2_922.0;
pub(super) const DAYS_A_MONTH: f64 = 30.4375;

const AGE_OF_CREDIT: [(f64, f64); 8] = [
    (0.0, 2_922.0),
    (0.05, 2_680.0),
    (0.25, 1_700.0),
    (0.5, 1_035.0),
    (0.75, 520.0),
    (0.95, 150.0),
    (0.99, 45.0),
    (1.0, 2.0),
];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Consumer,
    Card,
    Car,
    Mortgage,
    Micro,
    Other(&'static str),
}

const KINDS: [(Kind, f64); 9] = [
    (Kind::Consumer, 0.7281),
    (Kind::Card, 0.2339),
    (Kind::Car, 0.0157),
    (Kind::Mortgage, 0.0103),
    (Kind::Micro, 0.0094),
    (Kind::Other("Loan for business development"), 0.0012),
    (Kind::Other("Another type of loan"), 0.0006),
    (Kind::Other("Loan for working capital replenishment"), 0.0003),
    (Kind::Other("Unknown type of loan"), 0.0002),
];

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Consumer => "Consumer credit",
            Self::Card => "Credit card",
            Self::Car => "Car loan",
            Self::Mortgage => "Mortgage",
            Self::Micro => "Microloan",
            Self::Other(name) => name,
        }
    }

    /// Median and sigma of the amount.
    fn amount(self) -> (f64, f64) {
        match self {
            Self::Consumer => (119_000.0, 1.15),
            Self::Card => (125_000.0, 0.9),
            Self::Car => (1_600_000.0, 0.6),
            Self::Mortgage => (4_700_000.0, 0.65),
            Self::Micro => (22_500.0, 0.9),
            Self::Other(_) => (450_000.0, 1.3),
        }
    }

    /// Agreed days from start to end; none for an open-ended card.
    fn term(self, random: &mut Random) -> Option<f64> {
        match self {
            Self::Card => match random.uniform() {
                u if u < 0.22 => None,
                u if u < 0.32 => Some(random.between(30_800.0, 32_000.0)),
                _ => Some(random.lognormal(1_300.0, 0.55)),
            },
            Self::Consumer if random.chance(0.2) => Some(1_826.0),
            Self::Consumer => Some(random.lognormal(360.0, 0.75).min(2_560.0)),
            Self::Car => Some(random.level(&[(1_096.0, 0.25), (1_461.0, 0.15), (1_826.0, 0.5), (730.0, 0.1)])),
            Self::Mortgage => Some(random.level(&[(1_826.0, 0.1), (3_652.0, 0.3), (5_479.0, 0.3), (7_305.0, 0.3)])),
            Self::Micro => Some(random.lognormal(26.0, 0.9)),
            Self::Other(_) => Some(random.lognormal(900.0, 0.7)),
        }
    }
}

/// What the bureau does with all records of a client alike.
struct File {
    monthly: bool,
    annuities: bool,
    overdues: bool,
    limits: bool,
}

/// Writes the bureau records of one client.
pub(super) fn write(
    tables: &mut Tables,
    random: &mut Random,
    client: Client,
    person: &Applicant,
    request: &Request,
    past: &mut History,
) {
    if !request.in_bureau {
        return;
    }
    let hunger = person.traits.hunger;
    let mean = if client.decided { 4.54 } else { 5.04 };
    let count = i64::from(1 + random.count(mean * libm::exp(0.22 * hunger - 0.025), 1.5)).min(47);
    let file = File {
        // Monthly states are kept for all who applied lately, and were for one in three before.
        monthly: random.chance(if client.decided { 0.352 } else { 0.9998 }),
        annuities: random.chance(if client.decided { 0.24 } else { 0.64 }),
        overdues: random.chance(if client.decided { 0.42 } else { 0.36 }),
        limits: random.chance(if client.decided { 0.745 } else { 0.67 }),
    };
    let adult = person.age_days as f64 - 18.0 * 365.25;
    for nth in 0..count {
        let key = FIRST_KEY + client.index * KEYS + nth;
        // The hungry took their credits lately.
        let age = random
            .draw_quantile(&AGE_OF_CREDIT, 0.3 * hunger)
            .min(adult.max(30.0))
            .floor();
        let credit = Credit::draw(random, person, age);
        credit.write(&mut tables.bureau, random, client.key, key, &file);
        credit.remember(past);
        if file.monthly {
            credit.write_months(&mut tables.bureau_balance, random, client, key, person, past);
        }
    }
    // The bureau's list ends eight years back, while months are still kept of some credits that began before.
    let forgotten = if file.monthly && adult > OLDEST {
        random.poisson(0.345)
    } else {
        0
    };
    for nth in 0..i64::from(forgotten).min(KEYS - count) {
        let age = OLDEST + random.between(1.0, 900.0);
        let mut credit = Credit::draw(random, person, age.floor());
        // It is mostly the long ones of which months are left.
        if random.chance(0.4) {
            credit.closed = Some(random.between(300.0, OLDEST).floor());
        }
        let key = FIRST_KEY + client.index * KEYS + count + nth;
        credit.write_months(&mut tables.bureau_balance, random, client, key, person, past);
    }
}

/// One credit with another lender; days count back from the application.
pub(super) struct Credit {
    kind: Kind,
    pub(super) age: f64,
    planned_end: Option<f64>,
    /// Days since it was closed, if it was.
    pub(super) closed: Option<f64>,
    sold: bool,
    amount: f64,
    debt: f64,
    limit: f64,
    /// Days past due today, and the amount.
    overdue: Option<(i64, f64)>,
    most_overdue: f64,
}

impl Credit {
    fn draw(random: &mut Random, person: &Applicant, age: f64) -> Self {
        let traits = person.traits;
        let kind = random.level(&KINDS);
        let term = kind.term(random).map(f64::floor);
        let (median, sigma) = kind.amount();
        // Larger consumer credits run longer.
        let length = if kind == Kind::Consumer {
            term.map_or(1.0, |term| (term / 400.0).sqrt())
        } else {
            1.0
        };
        let raw = random
            .lognormal(median * length * libm::exp(0.22 * traits.wealth), sigma)
            .max(4_500.0);
        let amount = match kind {
            Kind::Card if random.chance(0.14) => 0.0,
            _ if random.chance(0.45) => snap(raw, 4_500.0),
            _ => snap(raw, 0.045),
        };
        // How long it really lasted: many are repaid early, cards live until they are given back.
        let lasted = match (kind, term) {
            (Kind::Card, _) | (_, None) => random.exponential(2_500.0).max(60.0),
            (_, Some(term)) if random.chance(0.66) => term * random.between(0.22, 1.0),
            (_, Some(term)) => term * random.between(0.97, 1.12),
        };
        let left = age - lasted;
        let closed = (left >= 1.0).then(|| left.floor());
        let trouble = libm::exp(-0.6 * traits.discipline);
        let used = random.beta(1.6, 1.2);
        let (debt, limit) = match kind {
            _ if closed.is_some() => (0.0, 0.0),
            Kind::Card if random.chance(0.3) => (0.0, if random.chance(0.3) { amount } else { 0.0 }),
            Kind::Card => {
                let debt = snap(amount * sigmoid(4.0 * used - 1.6 + 0.6 * traits.hunger), 0.045);
                (debt, if random.chance(0.25) { amount - debt } else { 0.0 })
            }
            // What is left of an instalment loan, with some prepayment.
            _ => (
                snap(
                    amount * (1.0 - age / term.unwrap_or(lasted).max(lasted).max(1.0)) * random.between(0.85, 1.1),
                    0.045,
                ),
                0.0,
            ),
        };
        let overdue = (closed.is_none() && random.chance(0.004 * trouble)).then(|| {
            let days = random.lognormal(38.0, 1.7).min(age).floor().max(1.0);
            (days as i64, snap(random.lognormal(3_000.0, 1.6), 4.5))
        });
        let most_overdue = if random.chance((0.15 * trouble).min(0.9)) {
            snap(random.lognormal(5_500.0, 1.3), 0.045)
        } else {
            0.0
        };
        let sold = random.chance(0.003 * trouble);
        Self {
            kind,
            age,
            planned_end: term.map(|term| term - age),
            closed,
            sold,
            amount,
            debt,
            limit,
            overdue,
            most_overdue,
        }
    }

    fn remember(&self, past: &mut History) {
        past.bureau_credits += 1.0;
        past.open_debt += self.debt;
        if self.age < 365.0 {
            past.recent_credits += 1.0;
        }
    }

    fn write(&self, rows: &mut Rows, random: &mut Random, client: i64, key: i64, file: &File) {
        let closed = self.closed.is_some();
        rows.int(client);
        rows.int(key);
        rows.level(if self.sold {
            if random.chance(0.003) { "Bad debt" } else { "Sold" }
        } else if closed {
            "Closed"
        } else {
            "Active"
        });
        rows.level(random.level(&[("currency 1", 0.9993), ("currency 2", 0.0006), ("currency 3", 0.0001)]));
        rows.int(-self.age as i64);
        rows.int(self.overdue.map_or(0, |(days, _)| days));
        let shown = if random.chance(0.012) { None } else { self.planned_end };
        rows.optional_int(shown.map(|days| days as i64));
        rows.optional_int(self.closed.map(|days| -days as i64));
        let overdues = if closed {
            file.overdues
        } else {
            file.overdues || random.chance(0.02)
        };
        rows.optional_amount((overdues && random.chance(0.82)).then_some(self.most_overdue));
        rows.int(random.level(&[(0, 0.9963), (1, 0.0031), (2, 0.0005), (3, 0.0001)]));
        rows.amount(self.amount);
        let debt_known = !random.chance(if closed { 0.165 } else { 0.106 });
        rows.optional_amount(debt_known.then_some(self.debt));
        let limit_known = file.limits && random.chance(if closed { 0.84 } else { 0.98 });
        rows.optional_amount(limit_known.then_some(self.limit));
        rows.amount(self.overdue.map_or(0.0, |(_, amount)| amount));
        rows.level(self.kind.name());
        // A closed record is last updated soon after its end, an open one last month.
        let updated = match self.closed {
            Some(days) => (days - random.exponential(40.0)).max(1.0),
            None if random.chance(0.12) => random.between(30.0, 900.0).min(self.age),
            None => random.exponential(28.0).max(1.0).min(self.age),
        };
        rows.int(-updated as i64);
        let annuity = match self.closed {
            _ if random.chance(0.45) => 0.0,
            Some(_) if random.chance(0.4) => 0.0,
            _ => snap(self.amount * random.between(0.03, 0.15), 4.5),
        };
        rows.optional_amount((file.annuities && random.chance(0.96)).then_some(annuity));
        rows.end_row();
    }
}
