//! UBJSON, as far as XGBoost writes it, for `serde`.
//!
//! A length is checked against the bytes that are left before anything is made of it: no element is smaller than a byte,
//! so no document can announce more than it holds. Nesting is limited, because values are read by recursion.

use std::fmt;

use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor, value::StrDeserializer};
use serde::forward_to_deserialize_any;

/// XGBoost nests its documents eight deep.
const DEPTH_LIMIT: usize = 64;

/// Reads a value from the beginning of a document.
pub(super) struct Reader<'de> {
    bytes: &'de [u8],
    at: usize,
    depth: usize,
}

/// What is wrong; the reader knows where.
#[derive(Debug)]
pub(super) struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self(problem.to_string())
    }
}

impl<'de> Reader<'de> {
    pub(super) fn new(bytes: &'de [u8]) -> Self {
        Self { bytes, at: 0, depth: 0 }
    }

    /// Where reading stopped.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, count: usize) -> Result<&'de [u8], Error> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| Error(format!("{count} bytes are needed, and {} are left", self.left())))?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn marker(&mut self) -> Result<u8, Error> {
        // Padding.
        while self.peek() == Some(b'N') {
            self.at += 1;
        }
        self.array::<1>().map(|[marker]| marker)
    }

    fn whole(&mut self, marker: u8) -> Result<i64, Error> {
        Ok(match marker {
            b'i' => i64::from(i8::from_be_bytes(self.array()?)),
            b'U' => i64::from(u8::from_be_bytes(self.array()?)),
            b'I' => i64::from(i16::from_be_bytes(self.array()?)),
            b'l' => i64::from(i32::from_be_bytes(self.array()?)),
            b'L' => i64::from_be_bytes(self.array()?),
            other => return Err(Error(format!("'{}' is not a type of whole numbers", shown(other)))),
        })
    }

    /// A number of things that take at least `smallest` bytes each.
    fn length(&mut self, smallest: usize) -> Result<usize, Error> {
        let marker = self.marker()?;
        let length = self.whole(marker)?;
        let most = self.left() / smallest;
        match usize::try_from(length) {
            Ok(length) if length <= most => Ok(length),
            _ => Err(Error(format!("a length of {length} where at most {most} are left"))),
        }
    }

    fn text(&mut self) -> Result<&'de str, Error> {
        let length = self.length(1)?;
        let bytes = self.take(length)?;
        str::from_utf8(bytes).map_err(|_| Error("a text that is not UTF-8".to_owned()))
    }

    /// The type and the length that stand behind the bracket of an array or an object.
    fn container(&mut self, bracket: u8) -> Result<Container, Error> {
        if self.depth == DEPTH_LIMIT {
            return Err(Error(format!("values are nested deeper than {DEPTH_LIMIT}")));
        }
        let mut element = None;
        if self.peek() == Some(b'$') {
            self.at += 1;
            let [marker] = self.array()?;
            element = Some(marker);
            if self.peek() != Some(b'#') {
                return Err(Error("a type without a length".to_owned()));
            }
        }
        let mut left = None;
        if self.peek() == Some(b'#') {
            self.at += 1;
            // A type without a payload would take no bytes, and memory for nothing.
            left = Some(self.length(match element {
                None | Some(b'i' | b'U') => 1,
                Some(b'I') => 2,
                Some(b'l' | b'd') => 4,
                Some(b'L' | b'D') => 8,
                Some(other) => {
                    return Err(Error(format!(
                        "'{}' is not a type of array that is known",
                        shown(other)
                    )));
                }
            })?);
        }
        Ok(Container {
            element,
            left,
            end: if bracket == b'[' { b']' } else { b'}' },
            is_over: false,
        })
    }

    fn value<V: Visitor<'de>>(&mut self, marker: u8, visitor: V) -> Result<V::Value, Error> {
        match marker {
            b'Z' => visitor.visit_unit(),
            b'T' => visitor.visit_bool(true),
            b'F' => visitor.visit_bool(false),
            b'i' | b'U' | b'I' | b'l' | b'L' => visitor.visit_i64(self.whole(marker)?),
            b'd' => visitor.visit_f32(f32::from_be_bytes(self.array()?)),
            b'D' => visitor.visit_f64(f64::from_be_bytes(self.array()?)),
            b'C' => visitor.visit_u8(self.array::<1>()?[0]),
            b'S' => visitor.visit_borrowed_str(self.text()?),
            b'[' | b'{' => {
                let mut elements = Elements {
                    container: self.container(marker)?,
                    reader: self,
                };
                elements.reader.depth += 1;
                let value = if marker == b'[' {
                    visitor.visit_seq(&mut elements)?
                } else {
                    visitor.visit_map(&mut elements)?
                };
                if elements.follows() {
                    return Err(Error("more values than belong here".to_owned()));
                }
                self.depth -= 1;
                Ok(value)
            }
            other => Err(Error(format!("'{}' begins no value", shown(other)))),
        }
    }
}

fn shown(byte: u8) -> std::ascii::EscapeDefault {
    std::ascii::escape_default(byte)
}

struct Container {
    /// The marker that all elements leave out.
    element: Option<u8>,
    /// How many there are still; `None` when a bracket ends them.
    left: Option<usize>,
    end: u8,
    is_over: bool,
}

struct Elements<'a, 'de> {
    reader: &'a mut Reader<'de>,
    container: Container,
}

impl<'de> Elements<'_, 'de> {
    /// Whether an element follows; takes in the bracket that says no.
    fn follows(&mut self) -> bool {
        if let Some(left) = &mut self.container.left {
            let follows = *left > 0;
            *left = left.saturating_sub(1);
            return follows;
        }
        if !self.container.is_over && self.reader.peek() == Some(self.container.end) {
            self.reader.at += 1;
            self.container.is_over = true;
        }
        !self.container.is_over
    }

    fn read<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let marker = match self.container.element {
            Some(marker) => marker,
            None => self.reader.marker()?,
        };
        seed.deserialize(Value {
            reader: self.reader,
            marker,
        })
    }
}

impl<'de> de::SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.follows() {
            self.read(seed).map(Some)
        } else {
            Ok(None)
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.container.left
    }
}

impl<'de> de::MapAccess<'de> for Elements<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if !self.follows() {
            return Ok(None);
        }
        let key: StrDeserializer<'_, Error> = self.reader.text()?.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        self.read(seed)
    }
}

/// A value whose marker has been read.
struct Value<'a, 'de> {
    reader: &'a mut Reader<'de>,
    marker: u8,
}

impl<'de> de::Deserializer<'de> for Value<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.value(self.marker, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.marker {
            b'Z' => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> de::Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let marker = self.marker()?;
        self.value(marker, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
