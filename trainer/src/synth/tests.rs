//! The tables as a whole: reproducible, joined, in time order, and with the shares of the real ones.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::tables::ALL;
use super::{Format, Options, SynthError, columns, write_tables};

fn options(directory: &Path, clients: u64) -> Options {
    Options {
        directory: directory.to_path_buf(),
        clients,
        test_clients: 0,
        seed: 20_261_120,
        format: Format::Csv,
        threads: 1,
    }
}

/// The seven tables of a run as text, in the order of [`ALL`]; application_test is not among them.
fn generate(clients: u64, seed: u64) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        seed,
        ..options(directory.path(), clients)
    };
    let summary = write_tables(&options, &mut |_| {}).unwrap();
    summary
        .tables
        .iter()
        .map(|table| fs::read_to_string(&table.file).unwrap())
        .collect()
}

/// A table read back, by column.
struct Read {
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Read {
    fn new(text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        Self {
            header,
            rows: reader.records().map(Result::unwrap).collect(),
        }
    }

    fn column<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let at = self.header.iter().position(|column| column == name).unwrap();
        self.rows.iter().map(move |row| &row[at])
    }

    fn share(&self, name: &str, test: impl Fn(&str) -> bool) -> f64 {
        self.column(name).filter(|value| test(value)).count() as f64 / self.rows.len() as f64
    }

    fn numbers(&self, name: &str) -> impl Iterator<Item = f64> {
        self.column(name)
            .filter(|value| !value.is_empty())
            .map(|value| value.parse().unwrap())
    }

    fn keys(&self, name: &str) -> HashSet<&str> {
        self.column(name).collect()
    }
}

/// 3,000 clients, generated once for the tests that only look.
fn sample() -> &'static [Read] {
    static SAMPLE: OnceLock<Vec<Read>> = OnceLock::new();
    SAMPLE.get_or_init(|| generate(3_000, 5).iter().map(|text| Read::new(text)).collect())
}

fn close(what: &str, got: f64, wanted: f64, tolerance: f64) {
    assert!(
        (got - wanted).abs() <= tolerance,
        "{what}: {got:.4}, wanted {wanted} ± {tolerance}"
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let first = generate(40, 1);
    assert_eq!(first, generate(40, 1));
    assert_ne!(first[0], generate(40, 2)[0]);
}

#[test]
fn a_longer_run_starts_with_the_shorter() {
    for (short, long) in generate(50, 9).iter().zip(generate(100, 9)) {
        assert!(long.starts_with(short.as_str()));
        assert!(long.len() > short.len());
    }
}

#[test]
fn compressed_tables_hold_the_same_text() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        format: Format::CsvGz,
        seed: 3,
        ..options(directory.path(), 20)
    };
    let summary = write_tables(&options, &mut |_| {}).unwrap();
    for (table, plain) in summary.tables.iter().zip(generate(20, 3)) {
        assert_eq!(table.file, directory.path().join(format!("{}.csv.gz", table.name)));
        let mut text = String::new();
        let file = fs::File::open(&table.file).unwrap();
        std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(file), &mut text).unwrap();
        assert_eq!(text, plain);
    }
}

#[test]
fn threads_change_nothing() {
    for format in [Format::Csv, Format::CsvGz, Format::Parquet] {
        let bytes = |threads| {
            let directory = tempfile::tempdir().unwrap();
            let options = Options {
                format,
                threads,
                test_clients: 300,
                ..options(directory.path(), 700)
            };
            let summary = write_tables(&options, &mut |_| {}).unwrap();
            let files = summary.tables.iter().map(|table| fs::read(&table.file).unwrap());
            files.collect::<Vec<_>>()
        };
        let alone = bytes(1);
        assert_eq!(alone.len(), 8);
        assert!(alone == bytes(2), "{format:?}");
        assert!(alone == bytes(5), "{format:?}");
    }
}

#[test]
fn parquet_holds_the_values_of_the_text() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        format: Format::Parquet,
        seed: 3,
        ..options(directory.path(), 300)
    };
    let summary = write_tables(&options, &mut |_| {}).unwrap();
    for (table, text) in summary.tables.iter().zip(generate(300, 3)) {
        let text = Read::new(&text);
        let file = fs::File::open(&table.file).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        let mut lines = text.rows.iter();
        for batch in reader {
            let batch = batch.unwrap();
            for (row, line) in (0..batch.num_rows()).zip(&mut lines) {
                for (column, cell) in batch.columns().iter().zip(line) {
                    assert_eq!(column.is_null(row), cell.is_empty());
                    match column.data_type() {
                        _ if cell.is_empty() => {}
                        DataType::Int64 => assert_eq!(column.as_primitive::<Int64Type>().value(row).to_string(), cell),
                        DataType::Float64 => {
                            let value = column.as_primitive::<Float64Type>().value(row);
                            assert_eq!(value.to_bits(), cell.parse::<f64>().unwrap().to_bits());
                            assert!(cell.contains('.'));
                        }
                        _ => assert_eq!(column.as_string::<i32>().value(row), cell),
                    }
                }
            }
        }
        assert!(lines.next().is_none());
    }
}

#[test]
fn those_without_an_outcome_come_after_the_others_and_change_none_of_them() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        seed: 9,
        test_clients: 30,
        ..options(directory.path(), 50)
    };
    let summary = write_tables(&options, &mut |_| {}).unwrap();
    let names: Vec<_> = summary.tables.iter().map(|table| table.name).collect();
    assert_eq!(names, ALL.map(|(name, _)| name));
    let read = |at: usize| fs::read_to_string(&summary.tables[at].file).unwrap();
    let (known, open) = (Read::new(&read(0)), Read::new(&read(1)));
    assert_eq!((known.rows.len(), open.rows.len()), (50, 30));
    assert_eq!(
        open.header.iter().collect::<Vec<_>>(),
        known.header.iter().filter(|name| *name != "TARGET").collect::<Vec<_>>()
    );
    assert!(known.keys("SK_ID_CURR").is_disjoint(&open.keys("SK_ID_CURR")));
    let alone = generate(50, 9);
    assert_eq!(alone.len(), 7);
    assert_eq!(read(0), alone[0]);
    for (table, text) in (2..ALL.len()).zip(&alone[1..]) {
        assert!(read(table).starts_with(text));
    }
}

#[test]
fn headers_are_those_of_the_real_tables() {
    let wanted = include_str!("columns.txt");
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
fn gaps_sentinels_and_levels_have_their_shares() {
    let [application, bureau, _, previous, ..] = sample() else {
        panic!()
    };
    let missing = |table: &Read, column, wanted| close(column, table.share(column, str::is_empty), wanted, 0.03);
    missing(application, "EXT_SOURCE_1", 0.566);
    missing(application, "EXT_SOURCE_2", 0.002);
    missing(application, "EXT_SOURCE_3", 0.199);
    missing(application, "OCCUPATION_TYPE", 0.3115);
    missing(application, "OWN_CAR_AGE", 0.659);
    missing(application, "APARTMENTS_AVG", 0.508);
    missing(application, "COMMONAREA_MEDI", 0.698);
    missing(application, "AMT_REQ_CREDIT_BUREAU_YEAR", 0.135);
    missing(bureau, "AMT_CREDIT_MAX_OVERDUE", 0.674);
    missing(bureau, "DAYS_CREDIT_ENDDATE", 0.063);
    missing(previous, "AMT_ANNUITY", 0.2425);
    missing(previous, "DAYS_FIRST_DUE", 0.42);
    let share = |table: &Read, column, level: &str, wanted| {
        close(level, table.share(column, |value| value == level), wanted, 0.03);
    };
    share(application, "DAYS_EMPLOYED", "365243", 0.179);
    share(application, "CODE_GENDER", "F", 0.658);
    share(application, "NAME_CONTRACT_TYPE", "Revolving loans", 0.095);
    share(application, "NAME_FAMILY_STATUS", "Married", 0.639);
    share(bureau, "CREDIT_ACTIVE", "Closed", 0.6325);
    share(previous, "NAME_CONTRACT_STATUS", "Refused", 0.172);
    share(previous, "DAYS_FIRST_DRAWING", "365243.0", 0.543);
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

#[test]
fn refuses_to_overwrite_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let listing = || {
        let mut names: Vec<_> = fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    for (name, partial) in [
        ("bureau.csv", false),
        ("POS_CASH_balance.parquet", false),
        ("bureau.partial", true),
    ] {
        let path = directory.path().join(name);
        fs::write(&path, "mine").unwrap();
        let error = write_tables(&options(directory.path(), 5), &mut |_| {}).unwrap_err();
        match (partial, &error) {
            (false, SynthError::TableExists { path: at }) | (true, SynthError::PartialExists { path: at }) => {
                assert_eq!(*at, path);
            }
            _ => panic!("{error}"),
        }
        assert_eq!(listing(), [name]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        fs::remove_file(path).unwrap();
    }
    write_tables(&options(directory.path(), 5), &mut |_| {}).unwrap();
    assert_eq!(listing().len(), 7);
}

#[test]
fn a_table_that_turns_up_meanwhile_is_kept_and_the_run_undone() {
    let directory = tempfile::tempdir().unwrap();
    let late = directory.path().join("previous_application.csv");
    let mut progress = |_| fs::write(&late, "mine").unwrap();
    let error = write_tables(&options(directory.path(), 4_100), &mut progress).unwrap_err();
    assert!(matches!(error, SynthError::TableExists { .. }));
    assert_eq!(fs::read_to_string(&late).unwrap(), "mine");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn numbers_of_clients_out_of_range_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let run = |clients| write_tables(&options(directory.path(), clients), &mut |_| {});
    assert!(matches!(run(0), Err(SynthError::NoClients)));
    assert!(matches!(run(u64::MAX), Err(SynthError::TooManyClients { .. })));
    let blocked = directory.path().join("file");
    fs::write(&blocked, "").unwrap();
    assert!(matches!(
        write_tables(&options(&blocked, 1), &mut |_| {}),
        Err(SynthError::Directory { .. })
    ));
}

#[test]
fn progress_is_told_now_and_then_and_at_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    write_tables(&options(directory.path(), 9_000), &mut |done| told.push(done)).unwrap();
    assert_eq!(told, [4_096, 8_192, 9_000]);
}
