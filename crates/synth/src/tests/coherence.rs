//! The tables among themselves: columns, keys, order in time, and fields that must agree.

use std::collections::{HashMap, HashSet};

use super::super::columns;
use super::super::tables::ALL;
use super::{Read, close, sample};

#[test]
fn headers_are_those_of_the_real_tables() {
    let wanted = include_str!("../columns.txt");
    let listed: Vec<(&str, Vec<&str>)> = wanted
        .lines()
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, columns)| (name, columns.split(',').collect()))
        .collect();
    assert_eq!(listed.len(), 7);
    assert_eq!(columns::APPLICATION_TRAIN.len(), 122);
    let written = ALL.iter().filter(|(name, _)| *name != "application_test");
    for (((name, columns), table), (written, _)) in listed.iter().zip(sample()).zip(written) {
        assert_eq!(name, written);
        assert_eq!(columns, &table.header);
    }
}

#[test]
fn keys_are_unique_and_foreign_keys_resolve() {
    let [application, bureau, months, previous, pos, instalments, cards] = sample() else {
        panic!()
    };
    let clients = application.keys("SK_ID_CURR");
    let credits = bureau.keys("SK_ID_BUREAU");
    let loans = previous.keys("SK_ID_PREV");
    assert_eq!(clients.len(), application.rows.len());
    assert_eq!(credits.len(), bureau.rows.len());
    assert_eq!(loans.len(), previous.rows.len());
    for table in [bureau, previous, pos, instalments, cards] {
        assert!(table.keys("SK_ID_CURR").is_subset(&clients));
    }
    // The bureau's and the lender's lists end eight years back, their monthly records do not: of some credits and loans
    // that began before, only those are left.
    let orphans = |table: &Read, column: &str, known: &HashSet<&str>| {
        let keys = table.keys(column);
        keys.difference(known).count() as f64 / keys.len() as f64
    };
    close("credits", orphans(months, "SK_ID_BUREAU", &credits), 0.053, 0.02);
    close("loans", orphans(pos, "SK_ID_PREV", &loans), 0.042, 0.015);
    close("cards", orphans(cards, "SK_ID_PREV", &loans), 0.115, 0.05);
    let owner: HashMap<&str, &str> = previous
        .column("SK_ID_PREV")
        .zip(previous.column("SK_ID_CURR"))
        .collect();
    for table in [pos, instalments, cards] {
        for (loan, client) in table.column("SK_ID_PREV").zip(table.column("SK_ID_CURR")) {
            assert!(owner.get(loan).is_none_or(|owner| *owner == client));
        }
    }
}

#[test]
fn nothing_is_dated_after_the_application() {
    let [application, bureau, months, previous, pos, instalments, cards] = sample() else {
        panic!()
    };
    let past = |table: &Read, column: &str, latest: f64| {
        for value in table.numbers(column) {
            assert!(value <= latest || value == 365_243.0, "{column}: {value}");
        }
    };
    for column in [
        "DAYS_BIRTH",
        "DAYS_EMPLOYED",
        "DAYS_REGISTRATION",
        "DAYS_ID_PUBLISH",
        "DAYS_LAST_PHONE_CHANGE",
    ] {
        past(application, column, 0.0);
    }
    for column in ["DAYS_CREDIT", "DAYS_CREDIT_UPDATE", "DAYS_ENDDATE_FACT"] {
        past(bureau, column, 0.0);
    }
    for column in [
        "DAYS_DECISION",
        "DAYS_FIRST_DRAWING",
        "DAYS_FIRST_DUE",
        "DAYS_LAST_DUE",
        "DAYS_TERMINATION",
    ] {
        past(previous, column, -1.0);
    }
    past(months, "MONTHS_BALANCE", 0.0);
    past(pos, "MONTHS_BALANCE", -1.0);
    past(cards, "MONTHS_BALANCE", -1.0);
    past(instalments, "DAYS_INSTALMENT", -1.0);
    past(instalments, "DAYS_ENTRY_PAYMENT", -1.0);
    let decided: HashMap<&str, f64> = previous
        .column("SK_ID_PREV")
        .zip(previous.numbers("DAYS_DECISION"))
        .collect();
    for (loan, paid) in instalments
        .column("SK_ID_PREV")
        .zip(instalments.column("DAYS_ENTRY_PAYMENT"))
    {
        let since = decided.get(loan).copied().unwrap_or(-4_000.0);
        assert!(paid.is_empty() || paid.parse::<f64>().unwrap() >= since);
    }
    for (from, to) in bureau.numbers("DAYS_CREDIT").zip(bureau.column("DAYS_ENDDATE_FACT")) {
        assert!(to.is_empty() || from <= to.parse().unwrap());
    }
    for (from, to) in bureau.numbers("DAYS_CREDIT").zip(bureau.numbers("DAYS_CREDIT_UPDATE")) {
        assert!(from <= to);
    }
}

/// The numbers of a column, row by row, for each key in the order of the table; gaps are NaN.
fn by_key<'a>(table: &'a Read, key: &str, column: &str) -> Vec<(&'a str, Vec<f64>)> {
    let mut runs: Vec<(&str, Vec<f64>)> = Vec::new();
    for (key, value) in table.column(key).zip(table.column(column)) {
        let value = value.parse().unwrap_or(f64::NAN);
        match runs.last_mut() {
            Some((last, values)) if *last == key => values.push(value),
            _ => runs.push((key, vec![value])),
        }
    }
    let distinct: HashSet<_> = runs.iter().map(|(key, _)| *key).collect();
    assert_eq!(distinct.len(), runs.len(), "rows of a key stand together");
    runs
}

#[test]
fn months_follow_each_other_without_gaps() {
    let [_, bureau, months, previous, pos, _, cards] = sample() else {
        panic!()
    };
    let starts = |table: &Read, key: &str, days: &str| -> HashMap<String, f64> {
        table.column(key).map(str::to_owned).zip(table.numbers(days)).collect()
    };
    let credits = starts(bureau, "SK_ID_BUREAU", "DAYS_CREDIT");
    let decisions = starts(previous, "SK_ID_PREV", "DAYS_DECISION");
    for (table, key, starts, step) in [
        (months, "SK_ID_BUREAU", &credits, -1.0),
        (pos, "SK_ID_PREV", &decisions, 1.0),
        (cards, "SK_ID_PREV", &decisions, 1.0),
    ] {
        for (key, run) in by_key(table, key, "MONTHS_BALANCE") {
            assert!(run.windows(2).all(|pair| pair[1] - pair[0] == step), "{key}: {run:?}");
            assert!(run.iter().all(|month| (-96.0..=0.0).contains(month)));
            // Records begin in the month in which the credit did, or with the window of eight years.
            let oldest = run[0].min(run[run.len() - 1]);
            match starts.get(key) {
                Some(days) => assert!((oldest - days / 30.4375).abs() <= 1.0, "{key}: {oldest} {days}"),
                None => assert!(oldest <= -90.0 || run.len() == 1, "{key}: {oldest}"),
            }
        }
    }
}

#[test]
fn what_is_closed_stays_closed() {
    let [_, bureau, months, _, pos, ..] = sample() else {
        panic!()
    };
    let ends: HashMap<&str, &str> = bureau
        .column("SK_ID_BUREAU")
        .zip(bureau.column("DAYS_ENDDATE_FACT"))
        .collect();
    for ((key, month), status) in months
        .column("SK_ID_BUREAU")
        .zip(months.numbers("MONTHS_BALANCE"))
        .zip(months.column("STATUS"))
    {
        if let Some(end) = ends.get(key) {
            let closed = !end.is_empty() && month > (end.parse::<f64>().unwrap() / 30.4375).trunc();
            assert_eq!(status == "C", closed, "{key} {month} {end}");
        }
    }
    let states: Vec<_> = pos
        .column("SK_ID_PREV")
        .zip(pos.column("NAME_CONTRACT_STATUS"))
        .collect();
    for pair in states.windows(2) {
        assert!(
            pair[0].1 != "Completed" || pair[0].0 != pair[1].0,
            "{} goes on",
            pair[0].0
        );
    }
}

#[test]
fn instalments_are_numbered_in_the_order_in_which_they_fall_due() {
    let instalments = &sample()[5];
    let numbers = by_key(instalments, "SK_ID_PREV", "NUM_INSTALMENT_NUMBER");
    let dates = by_key(instalments, "SK_ID_PREV", "DAYS_INSTALMENT");
    for ((key, numbers), (_, dates)) in numbers.iter().zip(&dates) {
        for (number, date) in numbers.windows(2).zip(dates.windows(2)) {
            assert!(number[0] <= number[1] && date[0] <= date[1], "{key}");
            assert_eq!(number[0] == number[1], date[0] == date[1], "{key}");
        }
    }
}

#[test]
fn fields_agree_with_each_other() {
    let application = &sample()[0];
    for (days, organization) in application
        .column("DAYS_EMPLOYED")
        .zip(application.column("ORGANIZATION_TYPE"))
    {
        assert_eq!(days == "365243", organization == "XNA");
    }
    for (car, age) in application
        .column("FLAG_OWN_CAR")
        .zip(application.column("OWN_CAR_AGE"))
    {
        assert_eq!(car == "N", age.is_empty());
    }
    for (children, family) in application
        .numbers("CNT_CHILDREN")
        .zip(application.numbers("CNT_FAM_MEMBERS"))
    {
        assert!(children < family && family <= children + 2.0);
    }
    for (age, job) in application
        .numbers("DAYS_BIRTH")
        .zip(application.numbers("DAYS_EMPLOYED"))
    {
        assert!(job == 365_243.0 || job > age + 15.0 * 365.0);
    }
}
