//! Reading a table of which nothing is known yet: its column names, then every cell.

use candor_core::Raw;

use super::numbers::DecimalMark;
use crate::error::Error;

/// Who listens to the cells of a table.
pub trait Scan {
    /// The names of the columns, in order, and for each that cannot be read the reason.
    ///
    /// # Errors
    /// What keeps the table from being used.
    fn header(&mut self, names: &[String], unreadable: &[Option<String>]) -> Result<(), Error>;

    /// The cell at `line` in the column at `column`.
    fn cell(&mut self, line: u64, column: usize, raw: Raw<'_>, decimal: DecimalMark);

    /// All cells of a row have been told.
    fn end_of_row(&mut self) {}
}
