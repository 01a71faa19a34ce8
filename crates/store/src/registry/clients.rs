//! Clients by keys, so that two runs can tell whether one learned from those that the other is measured on.

use std::collections::HashSet;

use candor_core::{Schema, from_hexadecimal, hexadecimal};
use candor_portfolio::Data;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// Bytes of a key: among a billion clients, the chance that two share one is below 10⁻²⁰.
const BYTES: usize = 16;

/// The beginning of the SHA-256 of what a client is told apart by. It is no secret: whoever knows an id can find its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; BYTES]);

impl Key {
    fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut key = [0; BYTES];
        key.copy_from_slice(&hash.finalize()[..BYTES]);
        Self(key)
    }

    /// In hexadecimal.
    pub fn text(&self) -> String {
        hexadecimal(&self.0)
    }

    /// The key of [`text`](Self::text).
    pub fn parse(text: &str) -> Option<Self> {
        from_hexadecimal(text).map(Self)
    }
}

/// The clients of a table.
#[derive(Debug, Clone)]
pub struct Keys {
    /// What they are told apart by.
    pub identity: String,
    /// The key of each row.
    pub rows: Vec<Key>,
}

impl Keys {
    /// The clients of `data`, by the column of ids if the table has it, else by the content of their rows: all values of
    /// the `schema`.
    pub fn of(data: &Data, schema: &Schema, has_ids: bool) -> Self {
        let content = |row: usize| {
            let values = schema.fields.iter().zip(data.applications[row].values());
            let cells: Vec<String> = values.map(|(field, &value)| field.format(value)).collect();
            let cells: Vec<&[u8]> = cells.iter().map(String::as_bytes).collect();
            Key::of(&cells)
        };
        let ids = schema.id.as_ref().filter(|_| has_ids);
        let identity = match ids {
            Some(column) => format!("the column {column}"),
            None => {
                let names: Vec<&[u8]> = schema.fields.iter().map(|field| field.name.as_bytes()).collect();
                format!("the content of {} fields ({})", names.len(), Key::of(&names).text())
            }
        };
        let key = |row: usize| match data.ids[row].as_str() {
            // A row without an id is a client of its own.
            id if ids.is_some() && !id.is_empty() => Key::of(&[id.as_bytes()]),
            _ => content(row),
        };
        let rows = (0..data.ids.len()).into_par_iter().map(key).collect();
        Self { identity, rows }
    }
}

/// The different ones of `keys`, in order, as an object.
pub fn write(mut keys: Vec<Key>) -> Vec<u8> {
    keys.sort_unstable();
    keys.dedup();
    keys.iter().flat_map(|key| key.0).collect()
}

/// The keys of an object.
///
/// # Errors
/// [`Error::Refused`] when it holds something else.
pub fn read(content: &[u8]) -> Result<HashSet<Key>, Error> {
    let (keys, rest) = content.as_chunks::<BYTES>();
    if rest.is_empty() {
        return Ok(keys.iter().map(|key| Key(*key)).collect());
    }
    let problem = "the list of the clients that a run learned from is not one; registry verify says more".into();
    Err(Error::Refused { problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_and_read() {
        let keys = [Key::of(&[b"a"]), Key::of(&[b"b"]), Key::of(&[b"a"])];
        assert_ne!(Key::of(&[b"a", b"b"]), Key::of(&[b"ab"]));
        assert_eq!(Key::parse(&keys[0].text()), Some(keys[0]));
        assert_eq!(Key::parse("no key"), None);
        let read = read(&write(keys.to_vec())).unwrap();
        assert_eq!(read, HashSet::from(keys));
    }
}
