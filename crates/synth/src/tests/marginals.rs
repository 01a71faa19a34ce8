//! The generated tables beside the figures of [`super::published`]: rows, contracts, gaps, levels, means, bad rates.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use super::super::clients;
use super::super::file::schema;
use super::super::tables::ALL;
use super::super::{FULL_SIZE, Format};
use super::published::{
    BAD_RATE, BAD_RATE_UNKNOWN, BAD_RATES, CLIENTS, CONTRACTS, LEVELS, MEANS, MISSING, ORPHANS, ROWS,
};

/// Clients of the sample: one in 22 of the competition's.
const SAMPLE: (u64, u64) = (FULL_SIZE.0 / 22, FULL_SIZE.1 / 22);
const ALL_CLIENTS: f64 = (FULL_SIZE.0 + FULL_SIZE.1) as f64;

/// The tables of the sample, in the order of [`ALL`].
fn sample() -> &'static [RecordBatch; 8] {
    static SAMPLED: OnceLock<[RecordBatch; 8]> = OnceLock::new();
    SAMPLED.get_or_init(|| {
        let tables = clients::draw(0..SAMPLE.0 + SAMPLE.1, SAMPLE.0, 11, Format::Parquet, None).into_rows();
        let mut columns = ALL.iter().map(|(_, columns)| schema(columns));
        tables.map(|rows| rows.into_batch(columns.next().unwrap()).unwrap())
    })
}

fn table(name: &str) -> &'static RecordBatch {
    let at = ALL.iter().position(|(table, _)| *table == name).unwrap();
    &sample()[at]
}

fn keys(name: &str, column: &str) -> HashSet<i64> {
    let column = table(name).column_by_name(column).unwrap();
    column.as_primitive::<Int64Type>().values().iter().copied().collect()
}

fn levels(name: &str, column: &str) -> impl Iterator<Item = &'static str> {
    let column = table(name).column_by_name(column).unwrap().as_string::<i32>();
    column.iter().map(|level| level.unwrap_or(""))
}

/// The values of a column; gaps are NaN.
fn numbers(name: &str, column: &str) -> Vec<f64> {
    let column = table(name).column_by_name(column).unwrap();
    if column.data_type() == &DataType::Int64 {
        let values = column.as_primitive::<Int64Type>().values();
        return values.iter().map(|value| *value as f64).collect();
    }
    let values = column.as_primitive::<Float64Type>().iter();
    values.map(|value| value.unwrap_or(f64::NAN)).collect()
}

/// What is off, all of it: one figure seldom comes alone.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn compare(&mut self, what: &str, got: f64, wanted: f64, tolerance: f64) {
        if (got - wanted).abs() > tolerance {
            self.0
                .push(format!("{what}: {got:.4}, published {wanted} ± {tolerance:.4}"));
        }
    }

    /// A share may be off by three hundredths, a small one by three tenths of itself.
    fn compare_share(&mut self, what: &str, got: f64, wanted: f64) {
        let tolerance = 0.03_f64.min(0.3 * wanted.min(1.0 - wanted)).max(0.0003);
        self.compare(what, got, wanted, tolerance);
    }

    fn report(self) {
        assert!(self.0.is_empty(), "\n{}", self.0.join("\n"));
    }
}

#[test]
fn tables_have_their_rows_clients_and_contracts() {
    let mut findings = Findings::default();
    let full = ALL_CLIENTS / (SAMPLE.0 + SAMPLE.1) as f64;
    for (name, wanted) in ROWS {
        findings.compare(name, table(name).num_rows() as f64 * full, wanted, 0.05 * wanted);
    }
    for (name, wanted) in CLIENTS {
        let got = keys(name, "SK_ID_CURR").len() as f64 * full;
        findings.compare(&format!("clients of {name}"), got, wanted, 0.05 * wanted);
    }
    for (name, key, wanted) in CONTRACTS {
        let got = keys(name, key).len() as f64 * full;
        findings.compare(&format!("contracts of {name}"), got, wanted, 0.05 * wanted);
    }
    for (name, key, owner, wanted) in ORPHANS {
        let contracts = keys(name, key);
        let orphans = contracts.difference(&keys(owner, key)).count();
        findings.compare_share(
            &format!("orphans of {name}"),
            orphans as f64 / contracts.len() as f64,
            wanted,
        );
    }
    findings.report();
}

#[test]
fn gaps_have_their_shares() {
    let mut findings = Findings::default();
    for (name, column, wanted) in MISSING {
        let values = table(name).column_by_name(column).unwrap();
        let got = values.null_count() as f64 / values.len() as f64;
        findings.compare_share(&format!("{name}, {column} missing"), got, wanted);
    }
    findings.report();
}

#[test]
fn levels_have_their_shares() {
    let mut findings = Findings::default();
    for (name, column, level, wanted) in LEVELS {
        let found = levels(name, column).filter(|value| *value == level).count();
        let got = found as f64 / table(name).num_rows() as f64;
        findings.compare_share(&format!("{name}, {column} {level}"), got, wanted);
    }
    findings.report();
}

#[test]
fn means_are_near() {
    let mut findings = Findings::default();
    for (name, column, wanted) in MEANS {
        let values = numbers(name, column);
        let kept: Vec<f64> = values
            .into_iter()
            .filter(|value| !value.is_nan() && *value != 365_243.0)
            .collect();
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        findings.compare(&format!("{name}, {column} mean"), mean, wanted, 0.15 * wanted.abs());
    }
    findings.report();
}

/// Share of those who fail among the clients of the rows, a client counting as often as there are rows.
fn bad_rate(rows: impl Iterator<Item = (i64, bool)>) -> f64 {
    static TARGETS: OnceLock<HashMap<i64, f64>> = OnceLock::new();
    let targets = TARGETS.get_or_init(|| {
        let clients = numbers("application_train", "SK_ID_CURR");
        let targets = numbers("application_train", "TARGET");
        clients.into_iter().map(|key| key as i64).zip(targets).collect()
    });
    let known: Vec<f64> = rows
        .filter(|(_, counts)| *counts)
        .filter_map(|(client, _)| targets.get(&client).copied())
        .collect();
    known.iter().sum::<f64>() / known.len() as f64
}

fn clients_where<'a>(name: &str, test: impl Iterator<Item = bool> + 'a) -> impl Iterator<Item = (i64, bool)> + 'a {
    let clients = numbers(name, "SK_ID_CURR");
    clients.into_iter().map(|key| key as i64).zip(test)
}

#[test]
fn the_past_tells_who_fails() {
    let mut findings = Findings::default();
    let all = bad_rate(clients_where("application_train", std::iter::repeat(true)));
    findings.compare("bad rate", all, BAD_RATE, 0.006);
    for (status, wanted) in BAD_RATES {
        let statuses = levels("previous_application", "NAME_CONTRACT_STATUS");
        let got = bad_rate(clients_where(
            "previous_application",
            statuses.map(|level| level == status),
        ));
        findings.compare(status, got, wanted, 0.017);
    }
    // Who is unknown to the bureau fails more often.
    let known = keys("bureau", "SK_ID_CURR");
    let clients = numbers("application_train", "SK_ID_CURR");
    let unknown = clients.into_iter().map(|key| !known.contains(&(key as i64)));
    findings.compare(
        "not in the bureau",
        bad_rate(clients_where("application_train", unknown)),
        BAD_RATE_UNKNOWN,
        0.025,
    );
    findings.report();

    // Without published figures, the direction: credits still running, those of the last year, months past due,
    // instalments paid late, cards used up.
    let active = |wanted: bool| levels("bureau", "CREDIT_ACTIVE").map(move |level| (level == "Active") == wanted);
    assert!(bad_rate(clients_where("bureau", active(true))) > 1.1 * bad_rate(clients_where("bureau", active(false))));
    let recent = |wanted: bool| {
        let days = numbers("bureau", "DAYS_CREDIT");
        days.into_iter().map(move |days| (days > -365.0) == wanted)
    };
    assert!(bad_rate(clients_where("bureau", recent(true))) > 1.2 * bad_rate(clients_where("bureau", recent(false))));
    let late = |wanted: bool| {
        let due = numbers("installments_payments", "DAYS_INSTALMENT");
        let paid = numbers("installments_payments", "DAYS_ENTRY_PAYMENT");
        due.into_iter().zip(paid).map(move |(due, paid)| (paid > due) == wanted)
    };
    let rates = [true, false].map(|wanted| bad_rate(clients_where("installments_payments", late(wanted))));
    assert!(rates[0] > 1.3 * rates[1], "{rates:?}");
    let used = |wanted: bool| {
        let owed = numbers("credit_card_balance", "AMT_BALANCE");
        let limit = numbers("credit_card_balance", "AMT_CREDIT_LIMIT_ACTUAL");
        owed.into_iter()
            .zip(limit)
            .map(move |(owed, limit)| (owed > 0.7 * limit.max(1.0)) == wanted)
    };
    let rates = [true, false].map(|wanted| bad_rate(clients_where("credit_card_balance", used(wanted))));
    assert!(rates[0] > 1.2 * rates[1], "{rates:?}");
}
