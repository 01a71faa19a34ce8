//! Rows of one table in memory, on their way to its file: text in the number formats of the real files, or columns.

use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};

use super::columns::{Column, Kind};

/// Some rows of one table, written field by field in the order of its columns.
pub(super) struct Rows {
    pub(super) count: u64,
    columns: &'static [Column],
    /// Fields of the row that is being written.
    fields: usize,
    cells: Cells,
}

enum Cells {
    Text(Vec<u8>),
    Columns(Vec<Values>),
}

/// The values of one column.
enum Values {
    Whole(Int64Builder),
    Real(Float64Builder),
    Text(StringBuilder),
}

impl Rows {
    /// No rows yet, to be gathered as lines of CSV.
    pub(super) fn text(columns: &'static [Column]) -> Self {
        Self::new(columns, Cells::Text(Vec::new()))
    }

    /// No rows yet, to be gathered column by column.
    pub(super) fn columnar(columns: &'static [Column]) -> Self {
        let values = columns.iter().map(|(_, kind)| match kind {
            Kind::Whole => Values::Whole(Int64Builder::new()),
            Kind::Real => Values::Real(Float64Builder::new()),
            Kind::Text => Values::Text(StringBuilder::new()),
        });
        Self::new(columns, Cells::Columns(values.collect()))
    }

    fn new(columns: &'static [Column], cells: Cells) -> Self {
        Self {
            count: 0,
            columns,
            fields: 0,
            cells,
        }
    }

    /// The lines gathered so far; none for columns.
    pub(super) fn into_text(self) -> Vec<u8> {
        match self.cells {
            Cells::Text(buffer) => buffer,
            Cells::Columns(_) => Vec::new(),
        }
    }

    /// The columns gathered so far; none for text.
    pub(super) fn into_batch(self, schema: SchemaRef) -> Result<RecordBatch, ArrowError> {
        let arrays = match self.cells {
            Cells::Text(_) => Vec::new(),
            Cells::Columns(columns) => columns.into_iter().map(Values::finish).collect(),
        };
        RecordBatch::try_new(schema, arrays)
    }

    fn field(&mut self, text: impl FnOnce(&mut Vec<u8>), value: impl FnOnce(&mut Values)) {
        match &mut self.cells {
            Cells::Text(buffer) => {
                if self.fields > 0 {
                    buffer.push(b',');
                }
                text(buffer);
            }
            Cells::Columns(columns) => {
                if let Some(values) = columns.get_mut(self.fields) {
                    value(values);
                }
            }
        }
        self.fields += 1;
    }

    /// An empty field.
    pub(super) fn missing(&mut self) {
        self.field(|_| {}, Values::missing);
    }

    /// A text field, quoted when it holds a comma ("Stone, brick").
    pub(super) fn level(&mut self, value: &str) {
        let text = |buffer: &mut Vec<u8>| {
            if value.contains(',') {
                buffer.push(b'"');
                buffer.extend_from_slice(value.as_bytes());
                buffer.push(b'"');
            } else {
                buffer.extend_from_slice(value.as_bytes());
            }
        };
        self.field(text, |values| values.level(value));
    }

    /// A text field that may be missing.
    pub(super) fn optional_level(&mut self, value: Option<&str>) {
        match value {
            Some(value) => self.level(value),
            None => self.missing(),
        }
    }

    /// A whole number: `42`.
    pub(super) fn int(&mut self, value: i64) {
        self.field(|buffer| push_digits(buffer, value), |values| values.whole(value));
    }

    /// A flag: `0` or `1`.
    pub(super) fn flag(&mut self, value: bool) {
        self.int(i64::from(value));
    }

    /// A whole number in a column with gaps, which the real files therefore write as a float: `42.0`.
    pub(super) fn float_int(&mut self, value: i64) {
        let text = |buffer: &mut Vec<u8>| {
            push_digits(buffer, value);
            buffer.extend_from_slice(b".0");
        };
        self.field(text, |values| values.real(value as f64));
    }

    /// A whole number that may be missing.
    pub(super) fn optional_int(&mut self, value: Option<i64>) {
        match value {
            Some(value) => self.float_int(value),
            None => self.missing(),
        }
    }

    /// A number with at most `places` decimals, trailing zeros dropped, at least one kept: `24700.5`, `0.08`, `0.0`.
    pub(super) fn decimal(&mut self, value: f64, places: u32) {
        let unit = 10_i64.pow(places);
        let scaled = (value * unit as f64).round() as i64;
        self.field(
            |buffer| push_decimal(buffer, scaled, unit),
            // The quotient is rounded once, so these are the bits that the text reads back as.
            |values| values.real(scaled as f64 / unit as f64),
        );
    }

    /// An amount of money, to the thousandth (amounts are multiples of 0.045 or 4.5).
    pub(super) fn amount(&mut self, value: f64) {
        self.decimal(value, 3);
    }

    /// An amount that may be missing.
    pub(super) fn optional_amount(&mut self, value: Option<f64>) {
        match value {
            Some(value) => self.amount(value),
            None => self.missing(),
        }
    }

    /// A number in full precision: the shortest digits that read back as the same bits.
    pub(super) fn optional_real(&mut self, value: Option<f64>) {
        match value {
            Some(value) => self.field(
                |buffer| buffer.extend_from_slice(format!("{value:?}").as_bytes()),
                |values| values.real(value),
            ),
            None => self.missing(),
        }
    }

    /// Ends the row.
    pub(super) fn end_row(&mut self) {
        debug_assert_eq!(self.fields, self.columns.len(), "fields of a row");
        if let Cells::Text(buffer) = &mut self.cells {
            buffer.push(b'\n');
        }
        self.fields = 0;
        self.count += 1;
    }
}

impl Values {
    fn missing(&mut self) {
        match self {
            Self::Whole(builder) => builder.append_null(),
            Self::Real(builder) => builder.append_null(),
            Self::Text(builder) => builder.append_null(),
        }
    }

    fn whole(&mut self, value: i64) {
        match self {
            Self::Whole(builder) => builder.append_value(value),
            other => other.unexpected(),
        }
    }

    fn real(&mut self, value: f64) {
        match self {
            Self::Real(builder) => builder.append_value(value),
            other => other.unexpected(),
        }
    }

    fn level(&mut self, value: &str) {
        match self {
            Self::Text(builder) => builder.append_value(value),
            other => other.unexpected(),
        }
    }

    /// A value that the column's kind has no place for: a slip that the comparison of formats in the tests would show.
    fn unexpected(&mut self) {
        debug_assert!(false, "a value of another kind than its column");
        self.missing();
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Whole(mut builder) => Arc::new(builder.finish()),
            Self::Real(mut builder) => Arc::new(builder.finish()),
            Self::Text(mut builder) => Arc::new(builder.finish()),
        }
    }
}

fn push_digits(buffer: &mut Vec<u8>, value: i64) {
    if value < 0 {
        buffer.push(b'-');
    }
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut left = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    buffer.extend_from_slice(&digits[at..]);
}

fn push_decimal(buffer: &mut Vec<u8>, scaled: i64, unit: i64) {
    let unit = unit.unsigned_abs();
    if scaled < 0 {
        buffer.push(b'-');
    }
    let (whole, mut rest) = (scaled.unsigned_abs() / unit, scaled.unsigned_abs() % unit);
    push_digits(buffer, whole as i64);
    buffer.push(b'.');
    let mut place = unit / 10;
    loop {
        buffer.push(b'0' + (rest / place.max(1)) as u8);
        rest %= place.max(1);
        place /= 10;
        if rest == 0 || place == 0 {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_like_those_of_the_real_files() {
        let mut rows = Rows::text(&[("x", Kind::Real); 9]);
        rows.decimal(24700.5, 3);
        rows.decimal(202_500.0, 3);
        rows.decimal(0.08, 4);
        rows.decimal(-13.3651, 3);
        rows.float_int(-7);
        rows.missing();
        rows.level("Stone, brick");
        rows.optional_real(Some(0.262_948_592_747_177_6));
        rows.flag(true);
        rows.end_row();
        assert_eq!(
            String::from_utf8(rows.into_text()).unwrap(),
            "24700.5,202500.0,0.08,-13.365,-7.0,,\"Stone, brick\",0.2629485927471776,1\n"
        );
    }
}
