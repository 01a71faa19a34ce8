//! Records: a struct as a map of its fields, each under a number that is never given to another field.
//!
//! Keys stand in increasing order, as RFC 8949 asks of a deterministic encoding (§ 4.2.1). So a reader goes through a
//! record once, asks for one key after the other, finds none twice, and passes over those that it does not know: a
//! later version may add a field, and older files still read as long as the new field can be absent.

use std::collections::BTreeMap;

use super::cbor::{Reader, Writer};

/// A value that a document holds.
pub(super) trait Stored: Sized {
    /// Fewest bytes that a value takes: how many may be announced, and so what is reserved for them, depends on it.
    const LEAST: usize;
    /// Fewest bytes that a field of a record takes, with its key.
    const LEAST_FIELD: usize = 1 + Self::LEAST;

    fn write(&self, writer: &mut Writer);

    fn read(reader: &mut Reader<'_>) -> Result<Self, String>;

    /// Whether a record leaves the field out.
    fn is_absent(&self) -> bool {
        false
    }

    /// The value of a field that the record leaves out, if it may.
    fn absent() -> Option<Self> {
        None
    }
}

/// A map that is being read.
#[derive(Debug)]
pub(super) struct Record {
    entries: usize,
    /// The key after which the reader stands, when its value has not been read or passed over yet.
    open: Option<u64>,
    /// The last key read.
    last: Option<u64>,
}

impl Record {
    pub(super) fn new(reader: &mut Reader<'_>) -> Result<Self, String> {
        Ok(Self {
            entries: reader.map(2)?,
            open: None,
            last: None,
        })
    }

    /// Goes to the value of a key; `false` when the record does not have it. Keys are asked for in increasing order.
    pub(super) fn seek(&mut self, reader: &mut Reader<'_>, key: u64) -> Result<bool, String> {
        loop {
            let found = match self.open.take() {
                Some(found) => found,
                None if self.entries == 0 => return Ok(false),
                None => {
                    let found = reader.unsigned()?;
                    if self.last.is_some_and(|last| found <= last) {
                        return Err(reader.problem("the keys of a map do not increase"));
                    }
                    self.entries -= 1;
                    self.last = Some(found);
                    found
                }
            };
            if found == key {
                return Ok(true);
            }
            if found > key {
                self.open = Some(found);
                return Ok(false);
            }
            reader.skip()?;
        }
    }

    /// Reads the value of a key.
    pub(super) fn field<T: Stored>(
        &mut self,
        reader: &mut Reader<'_>,
        key: u64,
        place: &'static str,
    ) -> Result<T, String> {
        reader.enter(place);
        if self.seek(reader, key)? {
            reader.enter(place);
            T::read(reader)
        } else {
            T::absent().ok_or_else(|| reader.problem("it is missing"))
        }
    }

    /// Passes over what is left.
    pub(super) fn finish(mut self, reader: &mut Reader<'_>) -> Result<(), String> {
        // No key is as large as the largest number, and one that is would be the last.
        if self.seek(reader, u64::MAX)? {
            reader.skip()
        } else {
            Ok(())
        }
    }
}

/// Lists the fields of a struct as a document holds them: key, name and type of each.
macro_rules! record {
    ($name:ident { $($key:literal $field:ident: $type:ty),* $(,)? }) => {
        impl Stored for $name {
            const LEAST: usize = 1 $(+ <$type as Stored>::LEAST_FIELD)*;

            fn write(&self, writer: &mut Writer) {
                writer.map(0 $(+ usize::from(!self.$field.is_absent()))*);
                $(if !self.$field.is_absent() {
                    writer.unsigned($key);
                    self.$field.write(writer);
                })*
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, String> {
                let mut record = Record::new(reader)?;
                $(let $field: $type = record.field(
                    reader,
                    $key,
                    concat!(stringify!($name), ".", stringify!($field)),
                )?;)*
                record.finish(reader)?;
                Ok(Self { $($field),* })
            }
        }
    };
}
pub(super) use record;

impl<T: Stored> Stored for Option<T> {
    const LEAST: usize = T::LEAST;
    const LEAST_FIELD: usize = 0;

    fn write(&self, writer: &mut Writer) {
        if let Some(value) = self {
            value.write(writer);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, String> {
        T::read(reader).map(Some)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// Implements [`Stored`] for a type that is one item of CBOR.
macro_rules! item {
    ($($type:ty, $least:literal, |$value:ident, $writer:ident| $write:expr, |$reader:ident| $read:expr;)*) => {
        $(impl Stored for $type {
            const LEAST: usize = $least;

            fn write(&self, $writer: &mut Writer) {
                let $value = self;
                $write;
            }

            fn read($reader: &mut Reader<'_>) -> Result<Self, String> {
                $read
            }
        })*
    };
}

item! {
    bool, 1, |value, writer| writer.boolean(*value), |reader| reader.boolean();
    u8, 1, |value, writer| writer.unsigned(u64::from(*value)), |reader| reader.number();
    u16, 1, |value, writer| writer.unsigned(u64::from(*value)), |reader| reader.number();
    u64, 1, |value, writer| writer.unsigned(*value), |reader| reader.unsigned();
    f64, 9, |value, writer| writer.float(*value), |reader| reader.float();
    String, 1, |value, writer| writer.text(value), |reader| Ok(reader.text()?.to_owned());
    Vec<f64>, 1, |values, writer| writer.bytes(&little_endian(values)), |reader| {
        let bytes = reader.bytes()?;
        if bytes.len() % 8 == 0 {
            Ok(bytes.chunks_exact(8).map(float).collect())
        } else {
            Err(reader.problem("the floats before this do not take 8 bytes each"))
        }
    };
    [f64; 3], 25, |values, writer| writer.bytes(&little_endian(values)), |reader| {
        let values = Vec::<f64>::read(reader)?;
        values.try_into().map_err(|_| reader.problem("there should be 3 floats before this"))
    };
    BTreeMap<String, String>, 1, |map, writer| {
        writer.map(map.len());
        for (key, value) in map {
            writer.text(key);
            writer.text(value);
        }
    }, |reader| {
        let mut map = Self::new();
        for _ in 0..reader.map(2)? {
            let key = reader.text()?;
            if map.last_key_value().is_some_and(|(last, _): (&String, _)| last.as_str() >= key) {
                return Err(reader.problem("the keys of a map do not increase"));
            }
            map.insert(key.to_owned(), reader.text()?.to_owned());
        }
        Ok(map)
    };
}

/// Floats one after the other, least significant byte first: a list of them is one item, which nothing can inflate.
fn little_endian(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn float(bytes: &[u8]) -> f64 {
    f64::from_bits(bytes.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte)))
}

/// Implements [`Stored`] for lists of a type.
macro_rules! list {
    ($($type:ty),* $(,)?) => {
        $(impl Stored for Vec<$type> {
            const LEAST: usize = 1;

            fn write(&self, writer: &mut Writer) {
                writer.array(self.len());
                for element in self {
                    element.write(writer);
                }
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, String> {
                let count = reader.array(<$type>::LEAST)?;
                let mut list = Self::with_capacity(count);
                for _ in 0..count {
                    list.push(<$type>::read(reader)?);
                }
                Ok(list)
            }
        })*
    };
}
pub(super) use list;

list!(String);
