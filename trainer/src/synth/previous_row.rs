//! The row of previous_application: 37 fields from an application and the dates of what followed.

use super::Client;
use super::previous::{Application, Dates, Kind, Status};
use super::previous_levels as levels;
use super::random::Random;
use super::terms::Terms;
use super::writer::Table;

impl Application {
    /// Writes the row.
    pub(super) fn write(
        &self,
        table: &mut Table,
        random: &mut Random,
        client: Client,
        key: i64,
        dates: Option<&Dates>,
    ) {
        // Offers that nobody took up keep the price, not the contract.
        let contract = self.terms.as_ref().filter(|_| self.status != Status::Unused);
        let price = self.terms.as_ref();
        table.int(key);
        table.int(client.key);
        table.text(self.kind.name());
        table.optional_amount(contract.map(|terms| terms.annuity));
        table.amount(price.map_or(0.0, |terms| terms.application));
        table.amount(price.map_or(0.0, |terms| terms.credit));
        let down = price.and_then(|terms| terms.down);
        table.optional_amount(down.map(|(amount, _)| amount));
        table.optional_amount(price.map(|terms| terms.application).filter(|amount| *amount > 0.0));
        table.text(random.level(&levels::WEEKDAY));
        table.int((12.5 + 3.32 * random.normal()).round().clamp(0.0, 23.0) as i64);
        let last = !(self.kind == Kind::Card && self.status == Status::Refused && random.chance(0.144));
        table.text(if last { "Y" } else { "N" });
        table.flag(last || random.chance(0.25));
        table.optional_real(down.map(|(_, share)| share));
        // A handful of consumer loans show their interest rates.
        let rates = self.kind == Kind::Consumer && contract.is_some() && random.chance(0.0106);
        table.optional_real(
            rates.then(|| random.level(&[(0.189_136, 0.4), (0.193_33, 0.3), (0.160_716, 0.2), (0.142_44, 0.1)])),
        );
        table.optional_real(
            rates.then(|| random.level(&[(0.835_095, 0.4), (0.867_336, 0.25), (0.852_537, 0.2), (0.715_645, 0.15)])),
        );
        self.write_categories(table, random, contract);
        match dates {
            Some(dates) => {
                table.float_int(dates.drawing);
                table.float_int(dates.first_due);
                table.float_int(dates.planned_last_due);
                table.float_int(dates.last_due);
                table.float_int(dates.termination);
                table.float_int(i64::from(contract.is_some_and(|terms| terms.insured)));
            }
            None => (0..6).for_each(|_| table.missing()),
        }
        table.end_row();
    }

    /// The text fields from NAME_CASH_LOAN_PURPOSE to PRODUCT_COMBINATION.
    fn write_categories(&self, table: &mut Table, random: &mut Random, contract: Option<&Terms>) {
        let known = contract.is_some();
        let refused = self.status == Status::Refused;
        let consumer = self.kind == Kind::Consumer;
        table.text(match self.kind {
            Kind::Cash if known && random.chance(if refused { 0.285 } else { 0.087 }) => random.level(&levels::PURPOSE),
            Kind::Cash | Kind::Unknown => "XNA",
            _ => "XAP",
        });
        table.text(match self.status {
            Status::Approved => "Approved",
            Status::Canceled => "Canceled",
            Status::Refused => "Refused",
            Status::Unused => "Unused offer",
        });
        table.int(-self.age);
        table.text(match self.kind {
            Kind::Card | Kind::Unknown => "XNA",
            _ if !known && self.status == Status::Canceled => "XNA",
            _ => random.level(&[
                ("Cash through the bank", 0.875),
                ("XNA", 0.117),
                ("Non-cash from your account", 0.007),
                ("Cashless from the account of the employer", 0.0006),
            ]),
        });
        table.text(match (self.status, self.kind) {
            (Status::Refused, Kind::Cash | Kind::Unknown) => random.level(&levels::REJECTED_CASH),
            (Status::Refused, Kind::Consumer) => random.level(&levels::REJECTED_CONSUMER),
            (Status::Refused, Kind::Card) => random.level(&levels::REJECTED_CARD),
            (Status::Unused, _) => "CLIENT",
            _ => "XAP",
        });
        let suite = known && random.chance(0.66);
        table.optional_text(suite.then(|| random.level(&levels::SUITE)));
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
        table.text(match random.uniform() {
            u if u < new => "New",
            u if u < new + 0.085 => "Refreshed",
            u if u > 0.999 => "XNA",
            _ => "Repeater",
        });
        let goods_shown = consumer && (known || self.status == Status::Unused);
        table.text(if goods_shown { self.goods.0 } else { "XNA" });
        table.text(match self.kind {
            _ if !known => "XNA",
            Kind::Cash => "Cash",
            Kind::Card => "Cards",
            _ => "POS",
        });
        let cross_sold = random.chance(match contract.map(|terms| terms.yield_group) {
            _ if self.kind == Kind::Card => 0.43,
            // Walk-in clients pay more.
            Some("high") => 0.52,
            _ => 0.82,
        });
        let product = match self.kind {
            _ if !known || consumer => "XNA",
            _ if cross_sold => "x-sell",
            _ => "walk-in",
        };
        table.text(product);
        let channel = match self.kind {
            _ if self.status == Status::Canceled && !known => random.level(&levels::CHANNEL_CANCELED),
            Kind::Cash => random.level(&levels::CHANNEL_CASH),
            Kind::Card => random.level(&levels::CHANNEL_CARD),
            _ => random.level(&levels::CHANNEL_CONSUMER),
        };
        table.text(channel);
        let shop = matches!(channel, "Country-wide" | "Stone" | "Regional / Local");
        table.int(if shop {
            random.lognormal(130.0, 1.7).min(4_000.0) as i64
        } else {
            random.level(&[(-1, 0.93), (0, 0.07)])
        });
        table.text(if shop && (consumer || random.chance(0.8)) {
            self.goods.1
        } else {
            "XNA"
        });
        table.optional_int(contract.map(|terms| if self.kind == Kind::Card { 0 } else { terms.months }));
        let yield_group = contract.map_or("XNA", |terms| terms.yield_group);
        table.text(yield_group);
        let name = self.product_name(yield_group, cross_sold, known);
        table.optional_text((self.kind != Kind::Unknown).then_some(name));
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
