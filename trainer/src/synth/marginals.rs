//! The generated tables beside published figures of the Home Credit Default Risk competition (Kaggle, 2018).
//!
//! The figures are counts, shares and means that the competition's data page and public notebooks report: numbers of
//! rows, of missing values, of levels, of clients with records. They are typed in below, rounded; no row of the data is
//! needed or held. Those of bureau_balance and of orphaned keys are of the train and test clients together, so the
//! sample has clients of both kinds in the same proportion.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use super::file::schema;
use super::tables::{ALL, Tables};
use super::{FULL_SIZE, Format};

/// Clients of the sample: one in 22 of the competition's.
const SAMPLE: (u64, u64) = (FULL_SIZE.0 / 22, FULL_SIZE.1 / 22);
const ALL_CLIENTS: f64 = (FULL_SIZE.0 + FULL_SIZE.1) as f64;

/// Rows of each table. All must come within 5 %.
const ROWS: [(&str, f64); 6] = [
    ("bureau", 1_716_428.0),
    ("bureau_balance", 27_299_925.0),
    ("previous_application", 1_670_214.0),
    ("POS_CASH_balance", 10_001_358.0),
    ("installments_payments", 13_605_401.0),
    ("credit_card_balance", 3_840_312.0),
];

/// Clients with rows in a table, and contracts (loans, credits, cards) in it.
const CLIENTS: [(&str, f64); 5] = [
    ("bureau", 305_811.0),
    ("previous_application", 338_857.0),
    ("POS_CASH_balance", 337_252.0),
    ("installments_payments", 339_587.0),
    ("credit_card_balance", 103_558.0),
];
const CONTRACTS: [(&str, &str, f64); 4] = [
    ("bureau_balance", "SK_ID_BUREAU", 817_395.0),
    ("POS_CASH_balance", "SK_ID_PREV", 936_325.0),
    ("installments_payments", "SK_ID_PREV", 997_752.0),
    ("credit_card_balance", "SK_ID_PREV", 104_307.0),
];

/// Share of contracts with monthly records whose own row is not there.
const ORPHANS: [(&str, &str, &str, f64); 3] = [
    ("bureau_balance", "SK_ID_BUREAU", "bureau", 0.0527),
    ("POS_CASH_balance", "SK_ID_PREV", "previous_application", 0.04),
    ("credit_card_balance", "SK_ID_PREV", "previous_application", 0.109),
];

/// Share of rows without a value.
const MISSING: [(&str, &str, f64); 36] = [
    ("application_train", "EXT_SOURCE_1", 0.5638),
    ("application_train", "EXT_SOURCE_3", 0.1983),
    ("application_train", "OCCUPATION_TYPE", 0.3135),
    ("application_train", "OWN_CAR_AGE", 0.6599),
    ("application_train", "COMMONAREA_AVG", 0.6987),
    ("application_train", "APARTMENTS_AVG", 0.5075),
    ("application_train", "FLOORSMAX_MODE", 0.4976),
    ("application_train", "EMERGENCYSTATE_MODE", 0.474),
    ("application_train", "AMT_REQ_CREDIT_BUREAU_YEAR", 0.135),
    ("bureau", "DAYS_CREDIT_ENDDATE", 0.0615),
    ("bureau", "DAYS_ENDDATE_FACT", 0.3692),
    ("bureau", "AMT_CREDIT_MAX_OVERDUE", 0.6551),
    ("bureau", "AMT_CREDIT_SUM_DEBT", 0.1501),
    ("bureau", "AMT_CREDIT_SUM_LIMIT", 0.3448),
    ("bureau", "AMT_ANNUITY", 0.7147),
    ("bureau", "AMT_CREDIT_SUM", 0.0),
    ("previous_application", "AMT_ANNUITY", 0.2229),
    ("previous_application", "AMT_DOWN_PAYMENT", 0.5364),
    ("previous_application", "AMT_GOODS_PRICE", 0.2308),
    ("previous_application", "RATE_INTEREST_PRIMARY", 0.9964),
    ("previous_application", "NAME_TYPE_SUITE", 0.4912),
    ("previous_application", "CNT_PAYMENT", 0.2229),
    ("previous_application", "PRODUCT_COMBINATION", 0.0002),
    ("previous_application", "DAYS_FIRST_DRAWING", 0.403),
    ("previous_application", "DAYS_TERMINATION", 0.403),
    ("POS_CASH_balance", "CNT_INSTALMENT", 0.0026),
    ("POS_CASH_balance", "SK_DPD", 0.0),
    ("installments_payments", "DAYS_ENTRY_PAYMENT", 0.0002),
    ("installments_payments", "AMT_INSTALMENT", 0.0),
    ("credit_card_balance", "AMT_DRAWINGS_ATM_CURRENT", 0.1952),
    ("credit_card_balance", "AMT_PAYMENT_CURRENT", 0.2),
    ("credit_card_balance", "CNT_DRAWINGS_POS_CURRENT", 0.1952),
    ("credit_card_balance", "AMT_INST_MIN_REGULARITY", 0.0795),
    ("credit_card_balance", "CNT_INSTALMENT_MATURE_CUM", 0.0795),
    ("credit_card_balance", "AMT_BALANCE", 0.0),
    ("bureau_balance", "STATUS", 0.0),
];

/// Share of rows with a level.
const LEVELS: [(&str, &str, &str, f64); 37] = [
    ("application_train", "NAME_CONTRACT_TYPE", "Revolving loans", 0.0952),
    ("application_train", "CODE_GENDER", "F", 0.6583),
    ("application_train", "NAME_INCOME_TYPE", "Pensioner", 0.18),
    ("application_train", "NAME_EDUCATION_TYPE", "Higher education", 0.2434),
    ("application_train", "NAME_FAMILY_STATUS", "Married", 0.6388),
    ("application_train", "NAME_HOUSING_TYPE", "House / apartment", 0.8873),
    ("application_train", "ORGANIZATION_TYPE", "XNA", 0.18),
    ("bureau", "CREDIT_ACTIVE", "Closed", 0.6288),
    ("bureau", "CREDIT_ACTIVE", "Active", 0.3674),
    ("bureau", "CREDIT_ACTIVE", "Sold", 0.0038),
    ("bureau", "CREDIT_TYPE", "Consumer credit", 0.7292),
    ("bureau", "CREDIT_TYPE", "Credit card", 0.2343),
    ("bureau", "CREDIT_TYPE", "Car loan", 0.0161),
    ("bureau", "CREDIT_TYPE", "Mortgage", 0.0107),
    ("bureau", "CREDIT_CURRENCY", "currency 1", 0.9992),
    ("bureau_balance", "STATUS", "C", 0.4999),
    ("bureau_balance", "STATUS", "0", 0.2747),
    ("bureau_balance", "STATUS", "X", 0.2128),
    ("bureau_balance", "STATUS", "1", 0.0089),
    ("bureau_balance", "STATUS", "5", 0.0023),
    ("bureau_balance", "STATUS", "2", 0.0009),
    ("previous_application", "NAME_CONTRACT_TYPE", "Cash loans", 0.4476),
    ("previous_application", "NAME_CONTRACT_TYPE", "Consumer loans", 0.4366),
    ("previous_application", "NAME_CONTRACT_TYPE", "Revolving loans", 0.1157),
    ("previous_application", "NAME_CONTRACT_STATUS", "Approved", 0.6207),
    ("previous_application", "NAME_CONTRACT_STATUS", "Canceled", 0.1894),
    ("previous_application", "NAME_CONTRACT_STATUS", "Refused", 0.174),
    ("previous_application", "NAME_CONTRACT_STATUS", "Unused offer", 0.0158),
    ("previous_application", "CODE_REJECT_REASON", "XAP", 0.8101),
    ("previous_application", "NAME_CLIENT_TYPE", "Repeater", 0.7372),
    ("previous_application", "NAME_PORTFOLIO", "POS", 0.4137),
    ("POS_CASH_balance", "NAME_CONTRACT_STATUS", "Active", 0.915),
    ("POS_CASH_balance", "NAME_CONTRACT_STATUS", "Completed", 0.0745),
    ("POS_CASH_balance", "NAME_CONTRACT_STATUS", "Signed", 0.0087),
    ("credit_card_balance", "NAME_CONTRACT_STATUS", "Active", 0.9631),
    ("credit_card_balance", "NAME_CONTRACT_STATUS", "Completed", 0.0336),
    ("credit_card_balance", "NAME_CONTRACT_STATUS", "Signed", 0.0029),
];

/// Means, without the sentinel 365243. All must come within 15 %.
const MEANS: [(&str, &str, f64); 20] = [
    ("application_train", "AMT_INCOME_TOTAL", 168_798.0),
    ("application_train", "AMT_CREDIT", 599_026.0),
    ("application_train", "AMT_ANNUITY", 27_109.0),
    ("application_train", "DAYS_BIRTH", -16_037.0),
    ("application_train", "EXT_SOURCE_2", 0.5144),
    ("application_train", "EXT_SOURCE_3", 0.5109),
    ("application_train", "CNT_FAM_MEMBERS", 2.153),
    ("bureau", "DAYS_CREDIT", -1_142.0),
    ("bureau", "DAYS_ENDDATE_FACT", -1_017.0),
    ("bureau", "AMT_CREDIT_SUM", 354_995.0),
    ("bureau_balance", "MONTHS_BALANCE", -30.7),
    ("previous_application", "DAYS_DECISION", -880.7),
    ("previous_application", "AMT_ANNUITY", 15_955.0),
    ("previous_application", "AMT_APPLICATION", 175_234.0),
    ("previous_application", "AMT_CREDIT", 196_114.0),
    ("previous_application", "CNT_PAYMENT", 16.05),
    ("POS_CASH_balance", "MONTHS_BALANCE", -35.0),
    ("POS_CASH_balance", "CNT_INSTALMENT", 17.09),
    ("installments_payments", "DAYS_INSTALMENT", -1_042.3),
    ("credit_card_balance", "AMT_CREDIT_LIMIT_ACTUAL", 153_808.0),
];

/// The tables of the sample, in the order of [`ALL`].
fn sample() -> &'static [RecordBatch; 8] {
    static SAMPLED: OnceLock<[RecordBatch; 8]> = OnceLock::new();
    SAMPLED.get_or_init(|| {
        let tables = Tables::draw(0..SAMPLE.0 + SAMPLE.1, SAMPLE.0, 11, Format::Parquet).into_rows();
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
    findings.compare("bad rate", all, 0.0807, 0.006);
    // Bad rates over previous applications by what became of them.
    for (status, wanted) in [("Approved", 0.076), ("Canceled", 0.0917), ("Refused", 0.12)] {
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
        0.101,
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
