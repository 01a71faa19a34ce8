//! What a document holds: every record with the numbers of its fields. A number that has been in a released file is
//! never used again for anything else; a field that is added can be absent (`Option`), so that older files still read.

use super::reader::Reader;
use super::record::{Stored, list, record};
use super::writer::Writer;
use crate::artifact::{
    Background, DataFingerprint, FieldReference, Interval, Metrics, Model, ModelCard, PackedPopulation, Parameters,
    ParityCase, Part, Reference,
};
use crate::decision::{Calibration, Costs, Excluded, Policy, Scaling};
use crate::ensemble::Ensemble;
use crate::preprocessing::expression::{Operation, Program};
use crate::preprocessing::{Feature, Preprocessing, Source};
use crate::records::{Aggregate, Records, Selection, SelectionResult, Table};
use crate::schema::{Change, Field, FieldKind, Group, Level, NumberKind, Schema};
use crate::text::Text;

record!(Model {
    0 schema: Schema,
    1 preprocessing: Preprocessing,
    2 ensemble: Ensemble,
    3 calibration: Calibration,
    4 policy: Policy,
    5 reference: Reference,
    6 card: ModelCard,
    7 parity: Vec<ParityCase>,
    8 background: Option<Background>,
    9 records: Option<Records>,
    10 population: Option<PackedPopulation>,
});

record!(Schema {
    0 table: String,
    1 id: Option<String>,
    2 target: Option<String>,
    3 groups: Vec<Group>,
    4 fields: Vec<Field>,
    5 unused_columns: Vec<String>,
});
record!(Group { 0 key: String, 1 label: Text, 2 reason: Text });
record!(Field {
    0 name: String,
    1 kind: FieldKind,
    2 group: u16,
    3 label: Text,
    4 help: Text,
    5 unit: Option<Text>,
    6 change: Change,
    7 primary: bool,
});
record!(NumberKind {
    0 min: Option<f64>,
    1 max: Option<f64>,
    2 decimals: u8,
    3 integer: bool,
    4 scale: f64,
    5 sentinels: Vec<f64>,
});
record!(Level { 0 value: String, 1 label: Text });
record!(Text { 0 en: String, 1 fr: String });

record!(Preprocessing { 0 features: Vec<Feature> });
record!(Feature {
    0 name: String,
    1 label: Text,
    2 unit: Option<Text>,
    3 group: u16,
    4 source: Source,
    5 imputed: Option<f64>,
});
record!(Program { 0 operations: Vec<Operation> });

record!(Calibration { 0 slope: f64, 1 intercept: f64 });
record!(Policy {
    0 costs: Costs,
    1 threshold: f64,
    2 risk_bounds: [f64; 3],
    3 scaling: Scaling,
    4 most_reasons: u8,
    5 excluded: Vec<Excluded>,
});
record!(Costs { 0 false_negative: f64, 1 false_positive: f64 });
record!(Scaling { 0 points: f64, 1 odds: f64, 2 pdo: f64 });
record!(Excluded { 0 field: String, 1 why: Text });

record!(Reference {
    0 fields: Vec<FieldReference>,
    1 score_quantiles: Vec<f64>,
    2 importance: Vec<f64>,
});
record!(FieldReference {
    0 missing_share: f64,
    1 quantiles: Vec<f64>,
    2 shares: Vec<f64>,
    3 importance: f64,
});

record!(ModelCard {
    0 name: String,
    1 candor_version: String,
    2 algorithm: String,
    3 parameters: Parameters,
    4 data: DataFingerprint,
    5 parts: Vec<Part>,
    6 dropped_features: Vec<String>,
    7 notes: Vec<String>,
});
record!(DataFingerprint { 0 file: String, 1 rows: u64, 2 sha256: String });
record!(Part { 0 name: String, 1 rows: u64, 2 bad: u64, 3 metrics: Option<Metrics> });
record!(Metrics {
    0 auc: Interval,
    1 gini: Interval,
    2 ks: Interval,
    3 log_loss: Interval,
    4 brier: Interval,
    5 calibration_error: f64,
    6 cost: Interval,
    7 cost_at_break_even: Interval,
    8 cost_approve_all: f64,
    9 cost_decline_all: f64,
    10 approval_rate: f64,
});
record!(Interval { 0 value: f64, 1 low: f64, 2 high: f64 });
record!(Background { 0 rows: Vec<Vec<f64>> });
record!(ParityCase { 0 values: Vec<String>, 1 log_odds_bits: u64, 2 contribution_bits: u64 });

record!(Records { 0 tables: Vec<Table> });
record!(Table {
    0 name: String,
    1 label: Text,
    2 parent: Option<u16>,
    3 key: Option<String>,
    4 client_key: Option<String>,
    5 parent_key: Option<String>,
    6 once_a_time: bool,
    7 time: u16,
    8 fields: Vec<Field>,
    9 unused_columns: Vec<String>,
    10 nested: u16,
    11 derived: Vec<Program>,
    12 selections: Vec<Selection>,
});
record!(Selection {
    0 per_parent: bool,
    1 condition: Option<u16>,
    2 latest: u16,
    3 value: Option<u16>,
    4 results: Vec<SelectionResult>,
});
record!(SelectionResult { 0 aggregate: Aggregate, 1 output: u16 });

list!(
    Group,
    Field,
    Level,
    Feature,
    Operation,
    Excluded,
    FieldReference,
    Part,
    ParityCase,
    Vec<f64>,
    Program,
    Selection,
    SelectionResult,
    Table
);

/// A map from text to text, whose keys increase like those of a record.
impl Stored for Parameters {
    const EMPTY: Self = Self(Vec::new());
    const LEAST: usize = 1;

    fn write(&self, writer: &mut Writer) {
        writer.map(self.0.len());
        for (name, value) in self {
            writer.text(name);
            writer.text(value);
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        let count = reader.map(2);
        self.0.reserve_exact(count);
        while self.0.len() < count && !reader.failed() {
            let name = String::of(reader);
            if self.0.last().is_some_and(|(last, _)| *last >= name) {
                reader.fail("the keys of a map do not increase");
            }
            self.0.push((name, String::of(reader)));
        }
    }
}

/// Bytes that only drift is measured with: nothing is read of them here.
impl Stored for PackedPopulation {
    const EMPTY: Self = Self(Vec::new());
    const LEAST: usize = 1;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(&self.0);
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        self.0 = reader.bytes().to_owned();
    }
}

/// What is said of a number that stands for nothing.
const UNKNOWN: &str = "the number before this means nothing to this Candor";

/// Begins a variant, which is an array of its number and what it holds, and reads the number.
#[inline(never)]
fn variant(reader: &mut Reader<'_>) -> u64 {
    if reader.array(1) != 2 {
        reader.fail("there should be an array of a number and a value");
    }
    reader.unsigned()
}

fn write_variant(writer: &mut Writer, number: u64, value: &impl Stored) {
    writer.array(2);
    writer.unsigned(number);
    value.write(writer);
}

/// Yes and no of a flag.
struct Flag {
    no: String,
    yes: String,
}
record!(Flag { 0 no: String, 1 yes: String });

/// The levels of a category.
struct Levels {
    levels: Vec<Level>,
    missing_levels: Vec<String>,
}
record!(Levels { 0 levels: Vec<Level>, 1 missing_levels: Vec<String> });

impl Stored for FieldKind {
    const EMPTY: Self = Self::Number(NumberKind::EMPTY);
    const LEAST: usize = 2 + Levels::LEAST;

    fn write(&self, writer: &mut Writer) {
        match self.clone() {
            Self::Number(number) => write_variant(writer, 0, &number),
            Self::Flag { no, yes } => write_variant(writer, 1, &Flag { no, yes }),
            Self::Category { levels, missing_levels } => {
                write_variant(writer, 2, &Levels { levels, missing_levels });
            }
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        *self = match variant(reader) {
            0 => Self::Number(NumberKind::of(reader)),
            1 => {
                let Flag { no, yes } = Flag::of(reader);
                Self::Flag { no, yes }
            }
            2 => {
                let Levels { levels, missing_levels } = Levels::of(reader);
                Self::Category { levels, missing_levels }
            }
            _ => return reader.fail(UNKNOWN),
        };
    }
}

/// An expression as it was written and as it is run.
struct Expression {
    text: String,
    program: Program,
}
record!(Expression { 0 text: String, 1 program: Program });

impl Stored for Source {
    const EMPTY: Self = Self::Field(0);
    const LEAST: usize = 3;

    fn write(&self, writer: &mut Writer) {
        match self.clone() {
            Self::Field(field) => write_variant(writer, 0, &field),
            Self::Expression { text, program } => write_variant(writer, 1, &Expression { text, program }),
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        *self = match variant(reader) {
            0 => Self::Field(u16::of(reader)),
            1 => {
                let Expression { text, program } = Expression::of(reader);
                Self::Expression { text, program }
            }
            _ => return reader.fail(UNKNOWN),
        };
    }
}

impl Stored for Change {
    const EMPTY: Self = Self::Actionable;
    const LEAST: usize = 1;

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(match self {
            Self::Actionable => 0,
            Self::Fixed => 1,
        });
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        *self = match reader.unsigned() {
            0 => Self::Actionable,
            1 => Self::Fixed,
            _ => return reader.fail(UNKNOWN),
        };
    }
}

impl Stored for Aggregate {
    const EMPTY: Self = Self::Count;
    const LEAST: usize = 1;

    fn write(&self, writer: &mut Writer) {
        let number = Self::ALL.iter().position(|aggregate| aggregate == self);
        writer.unsigned(number.unwrap_or(Self::ALL.len()) as u64);
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        let number = usize::try_from(reader.unsigned());
        match number.ok().and_then(|number| Self::ALL.get(number)) {
            Some(&aggregate) => *self = aggregate,
            None => reader.fail(UNKNOWN),
        }
    }
}

/// Operations that hold nothing, by their numbers.
const OPERATIONS: [Operation; 17] = [
    Operation::Add,
    Operation::Subtract,
    Operation::Multiply,
    Operation::Divide,
    Operation::Negate,
    Operation::Equal,
    Operation::NotEqual,
    Operation::Less,
    Operation::LessOrEqual,
    Operation::And,
    Operation::Or,
    Operation::Not,
    Operation::If,
    Operation::IsMissing,
    Operation::Absolute,
    Operation::SquareRoot,
    Operation::Logarithm,
];

impl Stored for Operation {
    const EMPTY: Self = Self::Add;
    const LEAST: usize = 1;

    fn write(&self, writer: &mut Writer) {
        match *self {
            Self::Field(field) => write_variant(writer, 0, &field),
            Self::Feature(feature) => write_variant(writer, 1, &feature),
            Self::Number(number) => write_variant(writer, 2, &number),
            Self::Minimum(count) => write_variant(writer, 3, &count),
            Self::Maximum(count) => write_variant(writer, 4, &count),
            Self::Mean(count) => write_variant(writer, 5, &count),
            Self::Sum(count) => write_variant(writer, 6, &count),
            Self::StandardDeviation(count) => write_variant(writer, 7, &count),
            Self::Count(count) => write_variant(writer, 8, &count),
            plain => {
                let number = OPERATIONS.iter().position(|operation| *operation == plain);
                writer.unsigned(number.unwrap_or(OPERATIONS.len()) as u64);
            }
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        if !reader.is_array() {
            let number = usize::try_from(reader.unsigned());
            match number.ok().and_then(|number| OPERATIONS.get(number)) {
                Some(&operation) => *self = operation,
                None => reader.fail("the operation before this means nothing to this Candor"),
            }
            return;
        }
        *self = match variant(reader) {
            0 => Self::Field(u16::of(reader)),
            1 => Self::Feature(u16::of(reader)),
            2 => Self::Number(f64::of(reader)),
            3 => Self::Minimum(u8::of(reader)),
            4 => Self::Maximum(u8::of(reader)),
            5 => Self::Mean(u8::of(reader)),
            6 => Self::Sum(u8::of(reader)),
            7 => Self::StandardDeviation(u8::of(reader)),
            8 => Self::Count(u8::of(reader)),
            _ => return reader.fail(UNKNOWN),
        };
    }
}
