//! Rows of tables as applications checked against a schema: CSV and JSON lines, from bytes.

mod cell;
mod columns;
mod csv_rows;
mod format;
mod json_rows;
mod notation;
mod numbers;
mod record;
mod scan;
mod source;

pub use cell::stored;
pub use columns::{ColumnRules, Leniency, Role, roles};
pub use csv_rows::{CsvRows, read_csv, scan_csv};
pub use format::Format;
pub use json_rows::read_json;
pub use notation::{Notation, NotationRules, Separator};
pub use numbers::{DecimalMark, is_missing, is_missing_level, number};
pub use record::{OutcomeWords, Record, RecordBuilder, Request};
pub use scan::Scan;
pub use source::{Complaint, Source};
