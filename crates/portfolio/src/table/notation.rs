//! How a CSV file writes its cells: which character stands between them, and which before the decimals.

use csv::{ByteRecord, ReaderBuilder};

use super::numbers::{DecimalMark, Vote, vote};

/// What the command line says about the notation of CSV files; the rest is read from the file's first lines.
#[derive(Debug, Clone, Copy, Default)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct NotationRules {
    /// Character between the cells of a CSV file; found in its first lines unless said otherwise.
    #[cfg_attr(feature = "clap", arg(long, value_name = "CHARACTER"))]
    pub separator: Option<Separator>,
    /// Character before the decimals in a CSV file; found in its first lines unless said otherwise.
    #[cfg_attr(feature = "clap", arg(long, value_name = "CHARACTER"))]
    pub decimal: Option<DecimalMark>,
}

/// What stands between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Separator {
    /// A comma.
    #[cfg_attr(feature = "clap", value(alias = ","))]
    Comma,
    /// A semicolon, as spreadsheets write where the comma marks decimals.
    #[cfg_attr(feature = "clap", value(alias = ";"))]
    Semicolon,
    /// A tab.
    Tab,
    /// A vertical bar.
    #[cfg_attr(feature = "clap", value(alias = "|"))]
    Bar,
}

/// How a file writes its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notation {
    /// What stands between cells.
    pub separator: Separator,
    /// What stands before decimals.
    pub decimal: DecimalMark,
}

impl Separator {
    /// The separator as a byte.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Comma => "commas",
            Self::Semicolon => "semicolons",
            Self::Tab => "tabs",
            Self::Bar => "vertical bars",
        }
    }
}

impl Default for Notation {
    fn default() -> Self {
        Self {
            separator: Separator::Comma,
            decimal: DecimalMark::Point,
        }
    }
}

/// Records that are looked at.
const RECORDS: usize = 500;

impl Notation {
    /// The notation of a file that begins with `sample`; `whole` when the file has no more.
    pub fn of(sample: &[u8], whole: bool, rules: NotationRules) -> Self {
        let separator = rules.separator.unwrap_or_else(|| separator_of(sample, whole));
        let decimal = rules.decimal.unwrap_or_else(|| decimal_of(sample, whole, separator));
        Self { separator, decimal }
    }

    /// In words, for a person who wonders how the file was read.
    pub fn describe(&self) -> String {
        let mark = match self.decimal {
            DecimalMark::Point => "point",
            DecimalMark::Comma => "comma",
        };
        format!("cells separated by {}, decimal {mark}", self.separator.name())
    }
}

/// The first records of a sample. The last one may be cut off and is left out unless the sample is the whole file.
fn records(sample: &[u8], whole: bool, separator: Separator) -> Vec<ByteRecord> {
    let mut records: Vec<ByteRecord> = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator.byte())
        .from_reader(sample)
        .into_byte_records()
        .take(RECORDS)
        .map_while(Result::ok)
        .collect();
    if !whole && records.len() < RECORDS {
        records.pop();
    }
    records
}

/// The separator that cuts all records into as many cells as the header, and of several the one that makes most cells.
fn separator_of(sample: &[u8], whole: bool) -> Separator {
    let candidates = [Separator::Comma, Separator::Semicolon, Separator::Tab, Separator::Bar];
    let mut best = (false, 0, Separator::Comma);
    for candidate in candidates {
        let records = records(sample, whole, candidate);
        let width = records.first().map_or(0, ByteRecord::len);
        let even = width > 1 && records.iter().all(|record| record.len() == width);
        if (even, width) > (best.0, best.1) {
            best = (even, width, candidate);
        }
    }
    best.2
}

/// The mark that most cells speak for. Where none can tell 1,250 (one and a quarter) from 1,250 (a thousand and more),
/// semicolons between the cells say that the comma was needed for decimals.
fn decimal_of(sample: &[u8], whole: bool, separator: Separator) -> DecimalMark {
    let (mut points, mut commas, mut unsure_points, mut unsure_commas) = (0, 0, 0, 0);
    for record in records(sample, whole, separator).iter().skip(1) {
        for cell in record {
            match std::str::from_utf8(cell).ok().and_then(vote) {
                Some(Vote::Point) => points += 1,
                Some(Vote::Comma) => commas += 1,
                Some(Vote::PerhapsPoint) => unsure_points += 1,
                Some(Vote::PerhapsComma) => unsure_commas += 1,
                None => {}
            }
        }
    }
    let by_separator = points == commas && unsure_commas > unsure_points && separator == Separator::Semicolon;
    if commas > points || by_separator {
        DecimalMark::Comma
    } else {
        DecimalMark::Point
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn notations_are_found() {
        use DecimalMark::{Comma as DecimalComma, Point};
        use Separator::{Bar, Comma, Semicolon, Tab};
        for (sample, separator, decimal) in [
            ("a,b\n1,2.5\n", Comma, Point),
            ("a;b\n1;2,5\n", Semicolon, DecimalComma),
            ("a;b\n1;2.5\n", Semicolon, Point),
            ("a\tb\n1\t2,5\n", Tab, DecimalComma),
            ("a|b\n1|2\n", Bar, Point),
            ("a,b\n1,\"2,5\"\n", Comma, DecimalComma),
            ("a,b\n1,\"2,500\"\n", Comma, Point),
            ("a;b\n1;2,500\n", Semicolon, DecimalComma),
            ("a;b\n1;2.500\n", Semicolon, Point),
            ("a;b\n1;1.250,5\n", Semicolon, DecimalComma),
            // A name with commas in it is no sign of commas between the cells.
            ("age, sex, income;b\n1;2\n3;4\n", Semicolon, Point),
            ("only\n1\n2\n", Comma, Point),
            ("", Comma, Point),
        ] {
            let found = Notation::of(sample.as_bytes(), true, NotationRules::default());
            assert_eq!(found, Notation { separator, decimal }, "{sample:?}");
        }
        let told = NotationRules {
            separator: Some(Tab),
            decimal: Some(DecimalComma),
        };
        let found = Notation::of(b"a,b\n1,2.5\n", true, told);
        assert_eq!((found.separator, found.decimal), (Tab, DecimalComma));
    }
}
