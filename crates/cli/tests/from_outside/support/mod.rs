//! What the tests of the command line share: a folder with synthetic tables and a model, and ways to run `candor`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

/// A folder of its own, removed at the end.
pub struct Folder {
    directory: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit code.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Ended {
    /// Standard output as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }
}

impl Folder {
    /// An empty folder.
    pub fn empty() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// `data/` with the synthetic tables of 2,000 clients.
    pub fn with_tables() -> Self {
        let folder = Self::empty();
        folder.succeed(&["synth", "--clients", "2000", "--seed", "1", "--output", "data"]);
        folder
    }

    /// `data/`, a quickly trained `model.candor`, and `clients.csv`: the first 300 rows of the table.
    pub fn with_model() -> Self {
        let folder = Self::with_tables();
        folder.succeed(&[&["train", "--data", "data", "--output", "model.candor"][..], &QUICK].concat());
        folder.write("clients.csv", folder.table().first(300).to_csv());
        folder
    }

    /// The training table.
    pub fn table(&self) -> Table {
        Table::read(&self.path("data/application_train.csv"))
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// `candor` with arguments, in the folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command.args(arguments).current_dir(self.directory.path());
        command
    }

    /// Runs `candor`.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, b"")
    }

    /// Runs `candor` with standard input.
    pub fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ended {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A command that has failed reads no more: that is its right.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Ended {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs `candor`, which must end well and silently.
    pub fn succeed(&self, arguments: &[&str]) -> Ended {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stderr, "", "{arguments:?}");
        ended
    }

    /// Runs `candor`, which must refuse: exit code 2, one line on standard error that holds all of `wanted`, nothing on
    /// standard output, and the folder as it was.
    pub fn refuse(&self, arguments: &[&str], wanted: &[&str]) -> String {
        self.refuse_with(arguments, b"", wanted)
    }

    /// As [`refuse`](Self::refuse), with standard input.
    pub fn refuse_with(&self, arguments: &[&str], input: &[u8], wanted: &[&str]) -> String {
        let before = self.contents();
        let ended = self.run_with(arguments, input);
        let message = ended.stderr.trim_end().to_owned();
        assert_eq!(ended.code, Some(2), "{arguments:?}: {message}");
        assert!(message.starts_with("error: "), "{arguments:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{arguments:?}: one line, not\n{message}");
        for part in wanted {
            assert!(message.contains(part), "{arguments:?}: no '{part}' in\n{message}");
        }
        assert_eq!(ended.text(), "", "{arguments:?}: nothing on standard output");
        assert_eq!(before, self.contents(), "{arguments:?}: nothing written");
        message
    }

    /// Every file below the folder, with its length and the time it was changed.
    pub fn contents(&self) -> BTreeMap<PathBuf, (u64, std::time::SystemTime)> {
        let mut open = vec![self.directory.path().to_owned()];
        let mut found = BTreeMap::new();
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let metadata = entry.metadata().unwrap();
                if metadata.is_dir() {
                    open.push(entry.path());
                }
                let length = if metadata.is_dir() { 0 } else { metadata.len() };
                let changed = if metadata.is_dir() {
                    std::time::SystemTime::UNIX_EPOCH
                } else {
                    metadata.modified().unwrap()
                };
                found.insert(entry.path(), (length, changed));
            }
        }
        found
    }
}

/// Few trees, so that training takes a second.
pub const QUICK: [&str; 5] = ["--trees", "30", "--threads", "1", "--application-only"];

/// A CSV table in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Column names.
    pub header: Vec<String>,
    /// Cells, row by row.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a CSV file.
    pub fn read(path: &Path) -> Self {
        Self::parse(&std::fs::read(path).unwrap())
    }

    /// Reads CSV.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut reader = csv::Reader::from_reader(bytes);
        Self {
            header: reader.headers().unwrap().iter().map(str::to_owned).collect(),
            rows: reader
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect(),
        }
    }

    /// The first rows.
    pub fn first(&self, count: usize) -> Self {
        Self {
            header: self.header.clone(),
            rows: self.rows[..count].to_vec(),
        }
    }

    /// Position of a column.
    pub fn position(&self, name: &str) -> usize {
        self.header
            .iter()
            .position(|column| column == name)
            .unwrap_or_else(|| panic!("no column {name}"))
    }

    /// The cells of a column.
    pub fn column(&self, name: &str) -> Vec<&str> {
        let position = self.position(name);
        self.rows.iter().map(|row| row[position].as_str()).collect()
    }

    /// The numbers of a column.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        self.column(name).iter().map(|cell| cell.parse().unwrap()).collect()
    }

    /// With another value in one cell; the first row is 0.
    pub fn with(mut self, row: usize, column: &str, value: &str) -> Self {
        let position = self.position(column);
        value.clone_into(&mut self.rows[row][position]);
        self
    }

    /// With the same value in all rows of a column.
    pub fn with_all(mut self, column: &str, value: &str) -> Self {
        let position = self.position(column);
        for row in &mut self.rows {
            value.clone_into(&mut row[position]);
        }
        self
    }

    /// Without some columns.
    pub fn without(&self, names: &[&str]) -> Self {
        let keep: Vec<usize> = (0..self.header.len())
            .filter(|&column| !names.contains(&self.header[column].as_str()))
            .collect();
        let kept = |row: &Vec<String>| keep.iter().map(|&column| row[column].clone()).collect();
        Self {
            header: kept(&self.header),
            rows: self.rows.iter().map(kept).collect(),
        }
    }

    /// With one more column.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.header.push(name.to_owned());
        for row in &mut self.rows {
            row.push(value.to_owned());
        }
        self
    }

    /// As CSV.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.header).unwrap();
        for row in &self.rows {
            writer.write_record(row).unwrap();
        }
        writer.into_inner().unwrap()
    }

    /// As JSON lines; an empty cell is null, a number a number.
    pub fn to_json_lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for row in &self.rows {
            let object: serde_json::Map<String, serde_json::Value> = self
                .header
                .iter()
                .zip(row)
                .map(|(name, cell)| {
                    let value = match cell.parse::<f64>() {
                        _ if cell.is_empty() => serde_json::Value::Null,
                        Ok(number) => number.into(),
                        Err(_) => cell.as_str().into(),
                    };
                    (name.clone(), value)
                })
                .collect();
            serde_json::to_writer(&mut lines, &object).unwrap();
            lines.push(b'\n');
        }
        lines
    }

    /// As Parquet: whole numbers, numbers or texts by what a column holds.
    pub fn to_parquet(&self) -> Vec<u8> {
        parquet_of(&self.to_batch())
    }

    /// As a record batch, typed as in [`to_parquet`](Self::to_parquet).
    pub fn to_batch(&self) -> RecordBatch {
        let columns = self.header.iter().enumerate().map(|(column, name)| {
            let cells: Vec<Option<&str>> = self
                .rows
                .iter()
                .map(|row| Some(row[column].as_str()).filter(|cell| !cell.is_empty()))
                .collect();
            let all = |fits: fn(&str) -> bool| cells.iter().flatten().all(|cell| fits(cell));
            let array: ArrayRef = if all(|cell| cell.parse::<i64>().is_ok()) {
                Arc::new(
                    cells
                        .iter()
                        .map(|cell| Some((*cell)?.parse().unwrap()))
                        .collect::<Int64Array>(),
                )
            } else if all(|cell| cell.parse::<f64>().is_ok()) {
                Arc::new(
                    cells
                        .iter()
                        .map(|cell| Some((*cell)?.parse().unwrap()))
                        .collect::<Float64Array>(),
                )
            } else {
                Arc::new(cells.iter().copied().collect::<StringArray>())
            };
            (name.as_str(), array, true)
        });
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }
}

/// A record batch as a Parquet file.
pub fn parquet_of(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

/// Compresses.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Arguments with more behind them.
pub fn join<'a>(first: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [first, more].concat()
}

/// Whether anything unfinished lies in a folder.
pub fn partial_files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some(OsStr::new("partial")))
        .collect()
}
