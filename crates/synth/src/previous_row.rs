//! The row of previous_application: 37 fields from an application and the dates of what followed.

use super::previous::{Application, Dates, Kind, Status};
use super::previous_levels as levels;
use super::random::Random;
use super::rows::Rows;
use super::tables::Client;
use super::terms::Terms;

impl Application {
    /// Writes the row.
    pub(super) fn write(&self, rows: &mut Rows, random: &mut Random, client: Client, key: i64, dates: Option<&Dates>) {
        // Offers that nobody took up keep the price, not the contract, and so do some that were refused.
        let contract = self.terms.as_ref().filter(|_| match self.status {
            Status::Unused => false,
            Status::Refused => self.kind != Kind::Consumer || random.chance(0.829),
            _ => true,
        });
        let price = self.terms.as_ref();
        rows.int(key);
        rows.int(client.key);
        rows.level(self.kind.name());
        rows.optional_amount(contract.map(|terms| terms.annuity));
        rows.amount(price.map_or(0.0, |terms| terms.application));
        rows.amount(price.map_or(0.0, |terms| terms.credit));
        let down = price.and_then(|terms| terms.down);
        rows.optional_amount(down.map(|(amount, _)| amount));
        rows.optional_amount(price.map(|terms| terms.application).filter(|amount| *amount > 0.0));
        rows.level(random.level(&levels::WEEKDAY));
        rows.int((12.5 + 3.32 * random.normal()).round().clamp(0.0, 23.0) as i64);
        let last = !(self.kind == Kind::Card && self.status == Status::Refused && random.chance(0.144));
        rows.level(if last { "Y" } else { "N" });
        rows.flag(last || random.chance(0.25));
        rows.optional_real(down.map(|(_, share)| share));
        // A handful of consumer loans show their interest rates.
        let rates = self.kind == Kind::Consumer && contract.is_some() && random.chance(0.0106);
        rows.optional_real(
            rates.then(|| random.level(&[(0.189_136, 0.4), (0.193_33, 0.3), (0.160_716, 0.2), (0.142_44, 0.1)])),
        );
        rows.optional_real(
            rates.then(|| random.level(&[(0.835_095, 0.4), (0.867_336, 0.25), (0.852_537, 0.2), (0.715_645, 0.15)])),
        );
        self.write_categories(rows, random, contract);
        match dates {
            Some(dates) => {
                rows.float_int(dates.drawing);
                rows.float_int(dates.first_due);
                rows.float_int(dates.planned_last_due);
                rows.float_int(dates.last_due);
                rows.float_int(dates.termination);
                rows.float_int(i64::from(contract.is_some_and(|terms| terms.insured)));
            }
            None => (0..6).for_each(|_| rows.missing()),
        }
        rows.end_row();
    }

    /// The text fields from NAME_CASH_LOAN_PURPOSE to PRODUCT_COMBINATION.
    fn write_categories(&self, rows: &mut Rows, random: &mut Random, contract: Option<&Terms>) {
        let known = contract.is_some();
        let refused = self.status == Status::Refused;
        let consumer = self.kind == Kind::Consumer;
        rows.level(match self.kind {
            Kind::Cash if known && random.chance(if refused { 0.285 } else { 0.087 }) => random.level(&levels::PURPOSE),
            Kind::Cash | Kind::Unknown => "XNA",
            _ => "XAP",
        });
        rows.level(match self.status {
            Status::Approved => "Approved",
            Status::Canceled => "Canceled",
            Status::Refused => "Refused",
            Status::Unused => "Unused offer",
        });
        rows.int(-self.age);
        rows.level(match self.kind {
            Kind::Card | Kind::Unknown => "XNA",
            _ if !known && self.status == Status::Canceled => "XNA",
            _ => random.level(&[
                ("Cash through the bank", 0.875),
                ("XNA", 0.117),
                ("Non-cash from your account", 0.007),
                ("Cashless from the account of the employer", 0.0006),
            ]),
        });
        rows.level(match (self.status, self.kind) {
            (Status::Refused, Kind::Cash | Kind::Unknown) => random.level(&levels::REJECTED_CASH),
            (Status::Refused, Kind::Consumer) => random.level(&levels::REJECTED_CONSUMER),
            (Status::Refused, Kind::Card) => random.level(&levels::REJECTED_CARD),
            (Status::Unused, _) => "CLIENT",
            _ => "XAP",
        });
        let suite = known && random.chance(0.655);
        rows.optional_level(suite.then(|| random.level(&levels::SUITE)));
        let new = if consumer {
            if refused { 0.129 } else { 0.4 }
        } else {
            0.035
        };
        // Who is new was so at the earliest of the applications.
        let new = if self.age > 600 {
            (new * 1.35_f64).min(1.0)
        } else {
            new * 0.5
        };
        rows.level(match random.uniform() {
            u if u < new => "New",
            u if u < new + 0.085 => "Refreshed",
            u if u > 0.999 => "XNA",
            _ => "Repeater",
        });
        let goods_shown = consumer && (known || self.status == Status::Unused);
        rows.level(if goods_shown { self.goods.0 } else { "XNA" });
        rows.level(match self.kind {
            _ if !known => "XNA",
            Kind::Cash => "Cash",
            Kind::Card => "Cards",
            _ => "POS",
        });
        let cross_sold = random.chance(match contract.map(|terms| terms.yield_group) {
            None if self.kind == Kind::Card => 0.05,
            _ if self.kind == Kind::Card => 0.6,
            // Walk-in clients pay more, or come for an offer.
            Some("high" | "low_action") => 0.65,
            Some("middle") => 0.873,
            _ => 0.822,
        });
        let product = match self.kind {
            _ if !known || consumer => "XNA",
            _ if cross_sold => "x-sell",
            _ => "walk-in",
        };
        rows.level(product);
        let channel = match self.kind {
            _ if self.status == Status::Canceled && !known => random.level(&levels::CHANNEL_CANCELED),
            Kind::Cash => random.level(&levels::CHANNEL_CASH),
            Kind::Card => random.level(&levels::CHANNEL_CARD),
            _ => random.level(&levels::CHANNEL_CONSUMER),
        };
        rows.level(channel);
        let shop = matches!(channel, "Country-wide" | "Stone" | "Regional / Local");
        rows.int(if shop {
            random.lognormal(130.0, 1.7).min(4_000.0) as i64
        } else {
            random.level(&[(-1, 0.93), (0, 0.07)])
        });
        rows.level(if shop && (consumer || random.chance(0.8)) {
            self.goods.1
        } else {
            "XNA"
        });
        rows.optional_int(contract.map(|terms| if self.kind == Kind::Card { 0 } else { terms.months }));
        let yield_group = contract.map_or("XNA", |terms| terms.yield_group);
        rows.level(yield_group);
        let name = self.product_name(yield_group, cross_sold, known);
        rows.optional_level((self.kind != Kind::Unknown).then_some(name));
    }

    fn product_name(&self, yield_group: &str, cross_sold: bool, known: bool) -> &'static str {
        match self.kind {
            Kind::Card => {
                if cross_sold {
                    "Card X-Sell"
                } else {
                    "Card Street"
                }
            }
            Kind::Cash | Kind::Unknown => match (known, cross_sold, yield_group) {
                (false, _, _) => "Cash",
                (_, true, "high") => "Cash X-Sell: high",
                (_, true, "middle") => "Cash X-Sell: middle",
                (_, true, _) => "Cash X-Sell: low",
                (_, false, "high") => "Cash Street: high",
                (_, false, "middle") => "Cash Street: middle",
                (_, false, _) => "Cash Street: low",
            },
            Kind::Consumer => match (self.goods.2, yield_group == "low_action") {
                ("mobile", false) => "POS mobile with interest",
                ("mobile", true) => "POS mobile without interest",
                ("household", false) => "POS household with interest",
                ("household", true) => "POS household without interest",
                ("industry", false) => "POS industry with interest",
                ("industry", true) => "POS industry without interest",
                (_, false) => "POS other with interest",
                (_, true) => "POS others without interest",
            },
        }
    }
}
