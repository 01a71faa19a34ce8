//! Records: a struct as a map of its fields, each under a number that is never given to another field.
//!
//! Keys stand in increasing order, as RFC 8949 asks of a deterministic encoding (§ 4.2.1). So a reader goes through a
//! record once, asks for one key after the other, finds none twice, and passes over those that it does not know: a
//! later version may add a field, and older files still read as long as the new field can be absent.

use super::columns::number;
use super::reader::Reader;
use super::writer::Writer;

/// A value that a document holds.
pub(super) trait Stored: Sized {
    /// What a value is before it has been read, and remains after a problem.
    const EMPTY: Self;
    /// Fewest bytes that a value takes: how many may be announced, and so what is reserved for them, depends on it.
    const LEAST: usize;
    /// Fewest bytes that a field of a record takes, with its key.
    const LEAST_FIELD: usize = 1 + Self::LEAST;

    fn write(&self, writer: &mut Writer);

    /// Reads an empty value where it stands. Only the reader knows whether that went well.
    fn read(&mut self, reader: &mut Reader<'_>);

    /// Reads the value under a key of a record.
    #[inline(always)]
    fn read_field(&mut self, reader: &mut Reader<'_>, key: u64, place: &'static str) {
        reader.need(key, place);
        self.read(reader);
    }

    /// The value that comes next.
    fn of(reader: &mut Reader<'_>) -> Self {
        let mut value = Self::EMPTY;
        value.read(reader);
        value
    }

    /// Whether a record leaves the field out.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Lists the fields of a struct as a document holds them: key, name and type of each.
macro_rules! record {
    ($name:ident { $($key:literal $field:ident: $type:ty),* $(,)? }) => {
        impl Stored for $name {
            const EMPTY: Self = Self { $($field: <$type as Stored>::EMPTY),* };
            const LEAST: usize = 1 $(+ <$type as Stored>::LEAST_FIELD)*;

            fn write(&self, writer: &mut Writer) {
                writer.map(0 $(+ usize::from(!self.$field.is_absent()))*);
                $(if !self.$field.is_absent() {
                    writer.unsigned($key);
                    self.$field.write(writer);
                })*
            }

            fn read(&mut self, reader: &mut Reader<'_>) {
                reader.open();
                $(self.$field.read_field(reader, $key, concat!(stringify!($name), ".", stringify!($field)));)*
                reader.close();
            }
        }
    };
}
pub(super) use record;

impl<T: Stored> Stored for Option<T> {
    const EMPTY: Self = None;
    const LEAST: usize = T::LEAST;
    const LEAST_FIELD: usize = 0;

    fn write(&self, writer: &mut Writer) {
        if let Some(value) = self {
            value.write(writer);
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        self.get_or_insert(T::EMPTY).read(reader);
    }

    #[inline(always)]
    fn read_field(&mut self, reader: &mut Reader<'_>, key: u64, place: &'static str) {
        if reader.has(key, place) {
            self.read(reader);
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

/// Implements [`Stored`] for a type that is one item of CBOR.
macro_rules! item {
    ($($type:ty, $empty:expr, $least:literal, |$value:ident, $writer:ident| $write:expr, |$reader:ident| $read:expr;)*) => {
        $(impl Stored for $type {
            const EMPTY: Self = $empty;
            const LEAST: usize = $least;

            fn write(&self, $writer: &mut Writer) {
                let $value = self;
                $write;
            }

            fn read(&mut self, $reader: &mut Reader<'_>) {
                *self = $read;
            }
        })*
    };
}

item! {
    bool, false, 1, |value, writer| writer.boolean(*value), |reader| reader.boolean();
    u8, 0, 1, |value, writer| writer.unsigned(u64::from(*value)), |reader| reader.at_most(u64::from(u8::MAX)) as u8;
    u16, 0, 1, |value, writer| writer.unsigned(u64::from(*value)), |reader| reader.at_most(u64::from(u16::MAX)) as u16;
    u64, 0, 1, |value, writer| writer.unsigned(*value), |reader| reader.unsigned();
    f64, 0.0, 9, |value, writer| writer.float(*value), |reader| reader.float();
    String, String::new(), 1, |value, writer| writer.text(value), |reader| reader.text().to_owned();
    Vec<f64>, Vec::new(), 1, |values, writer| writer.bytes(&little_endian(values)), |reader| {
        let bytes = reader.bytes();
        if !bytes.len().is_multiple_of(8) {
            reader.fail("the floats before this do not take 8 bytes each");
        }
        bytes.chunks_exact(8).map(|float| f64::from_bits(number(float))).collect()
    };
    [f64; 3], [0.0; 3], 25, |values, writer| writer.bytes(&little_endian(values)), |reader| {
        let values = Vec::<f64>::of(reader);
        values.try_into().unwrap_or_else(|_| {
            reader.fail("there should be 3 floats before this");
            Self::EMPTY
        })
    };
}

/// Floats one after the other, least significant byte first: a list of them is one item, which nothing can inflate.
fn little_endian(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Implements [`Stored`] for lists of a type.
macro_rules! list {
    ($($type:ty),* $(,)?) => {
        $(impl Stored for Vec<$type> {
            const EMPTY: Self = Self::new();
            const LEAST: usize = 1;

            fn write(&self, writer: &mut Writer) {
                writer.array(self.len());
                for element in self {
                    element.write(writer);
                }
            }

            fn read(&mut self, reader: &mut Reader<'_>) {
                let count = reader.array(<$type>::LEAST);
                // As many as there are, and not one more.
                *self = std::iter::repeat_with(|| <$type as Stored>::EMPTY).take(count).collect();
                for element in self {
                    element.read(reader);
                    if reader.failed() {
                        break;
                    }
                }
            }
        })*
    };
}
pub(super) use list;

list!(String);
