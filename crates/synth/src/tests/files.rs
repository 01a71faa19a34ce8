//! The files: the same bytes for the same seed, the same values in every format, and nothing overwritten or left behind.

use std::fs;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::super::tables::ALL;
use super::super::{Format, Options, SynthError, write_tables};
use super::{Read, generate, options};

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
