//! One client's records, as whoever holds them gives them.

/// The records of one client, table by table, in the order of [`Records::tables`](super::Records::tables).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClientRecords {
    /// A table that is not there is `None`: its results are missing, counts included. One without records of the client
    /// is there and empty: counts are 0.
    pub tables: Vec<Option<Rows>>,
}

/// Records of one table, in any order. All lists have one entry for each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Number of each record; empty where the table has no key.
    pub keys: Vec<i64>,
    /// Number of the parent's record that each belongs to; empty where the table has no parent. One that no parent has
    /// stands for a record that belongs to the client alone.
    pub parents: Vec<i64>,
    /// Stored values (as [`Field::parse`](crate::Field::parse) returns them) of each field.
    pub columns: Vec<Vec<f64>>,
}

impl Rows {
    /// No records yet, of a table of so many fields.
    pub fn new(fields: usize) -> Self {
        Self {
            keys: Vec::new(),
            parents: Vec::new(),
            columns: vec![Vec::new(); fields],
        }
    }

    /// Takes all records out; room is kept.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.parents.clear();
        self.columns.iter_mut().for_each(Vec::clear);
    }

    /// The value of a field of a record; missing where there is none.
    pub(super) fn value(&self, field: usize, record: usize) -> f64 {
        let column = self.columns.get(field);
        column
            .and_then(|column| column.get(record))
            .copied()
            .unwrap_or(f64::NAN)
    }

    /// How many records there are.
    pub(super) fn count(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}
