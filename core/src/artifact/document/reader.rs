//! Reads the document, item after item and map in map.
//!
//! The reader follows no nesting on its own account, and what a head announces is compared with the bytes left before
//! anything is reserved for it.

use super::cbor::{FALSE, FLOAT, Major, SIMPLE, TAG, TRUE};
use crate::ensemble::Ranking;

/// Reads a document from its beginning to its end.
///
/// Its first problem ends the document: from then on there is nothing left, and whatever is asked for is 0, false or
/// empty. So what reads needs no way out at every step, and whoever began asks once, at the end, how it went.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    /// What has not been read yet.
    rest: &'a [u8],
    length: usize,
    /// What is being read, for messages.
    place: &'static str,
    problem: Option<String>,
    /// The record that is being read, and those around it.
    record: Record,
    around: Vec<Record>,
    /// The thresholds of the model's trees as the document has them: in order.
    pub(super) ranking: Option<Ranking>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(document: &'a [u8]) -> Self {
        Self {
            rest: document,
            length: document.len(),
            place: "model",
            problem: None,
            record: Record::default(),
            around: Vec::new(),
            ranking: None,
        }
    }

    /// What the trees' thresholds are, unless there was a problem: the first one. It is one if anything is left.
    pub(super) fn finish(mut self) -> Result<Ranking, String> {
        if !self.rest.is_empty() {
            self.fail("there are bytes after its end");
        }
        match (self.problem, self.ranking) {
            (Some(problem), _) => Err(problem),
            (None, ranking) => Ok(ranking.unwrap_or_default()),
        }
    }

    /// Says what comes next, such as `Field.name`.
    pub(super) fn enter(&mut self, place: &'static str) {
        self.place = place;
    }

    /// Whether there was a problem.
    pub(super) fn failed(&self) -> bool {
        self.problem.is_some()
    }

    /// Notes what is wrong at the reader's place, unless something was before, and reads no further.
    #[cold]
    #[inline(never)]
    pub(super) fn fail(&mut self, what: &str) {
        if self.problem.is_none() {
            let at = self.length - self.rest.len();
            self.problem = Some(format!("byte {at} of the document ({}): {what}", self.place));
        }
        self.rest = &[];
    }

    #[cold]
    #[inline(never)]
    fn expect(&mut self, what: &str) {
        self.fail(&format!("there should be {what}"));
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Whether an array comes next.
    pub(super) fn is_array(&self) -> bool {
        self.peek().is_some_and(|byte| byte >> 5 == Major::Array as u8)
    }

    #[inline(never)]
    fn take(&mut self, count: u64) -> &'a [u8] {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            self.fail("the document ends before what it announces here");
            return &[];
        };
        self.rest = rest;
        taken
    }

    /// The number of a head: at most 23 in its first byte itself, else in the 1, 2, 4 or 8 after it.
    #[inline(never)]
    fn argument(&mut self) -> u64 {
        let start = self.rest;
        let first = self.take(1).first().copied().unwrap_or_default();
        let short = first & 31;
        if short < 24 {
            return u64::from(short);
        }
        if short > 27 {
            self.rest = start;
            self.fail("a length is not given, or the byte has no meaning in CBOR");
            return 0;
        }
        let size = 1_u32 << (short - 24);
        let value = big_endian(self.take(u64::from(size)));
        // The least number that needs as many bytes; a float is no number in this sense.
        let least = if size == 1 { 24 } else { 1 << (4 * size) };
        if value < least && first >> 5 != SIMPLE && !self.failed() {
            self.rest = start;
            self.fail("a number is written longer than it needs");
            return 0;
        }
        value
    }

    #[inline(never)]
    fn head(&mut self, major: Major) -> u64 {
        if self.peek().is_some_and(|byte| byte >> 5 == major as u8) {
            self.argument()
        } else {
            self.expect(major.name());
            0
        }
    }

    pub(super) fn unsigned(&mut self) -> u64 {
        self.head(Major::Unsigned)
    }

    /// A whole number that is not above `most`.
    pub(super) fn at_most(&mut self, most: u64) -> u64 {
        let number = self.unsigned();
        if number > most {
            self.fail("the number before this is too large");
            return 0;
        }
        number
    }

    pub(super) fn bytes(&mut self) -> &'a [u8] {
        let length = self.head(Major::Bytes);
        self.take(length)
    }

    pub(super) fn text(&mut self) -> &'a str {
        let length = self.head(Major::Text);
        let bytes = self.take(length);
        std::str::from_utf8(bytes).unwrap_or_else(|_| {
            self.fail("the text before this is not UTF-8");
            ""
        })
    }

    /// The number of elements of an array whose elements take `least` bytes or more.
    pub(super) fn array(&mut self, least: usize) -> usize {
        let count = self.head(Major::Array);
        self.fitting(count, least)
    }

    /// The number of entries of a map whose entries take `least` bytes or more.
    pub(super) fn map(&mut self, least: usize) -> usize {
        let count = self.head(Major::Map);
        self.fitting(count, least)
    }

    fn fitting(&mut self, count: u64, least: usize) -> usize {
        let most = self.rest.len().checked_div(least).unwrap_or_default();
        match usize::try_from(count) {
            Ok(count) if count <= most => count,
            _ => {
                self.fail("more elements are announced than bytes are left");
                0
            }
        }
    }

    pub(super) fn float(&mut self) -> f64 {
        if self.peek() == Some(FLOAT) {
            // Without the first byte, which is shifted out.
            f64::from_bits(big_endian(self.take(9)))
        } else {
            self.expect("a float of 64 bits");
            0.0
        }
    }

    pub(super) fn boolean(&mut self) -> bool {
        let byte = self.peek();
        if let Some(FALSE | TRUE) = byte {
            self.take(1);
        } else {
            self.expect("true or false");
        }
        byte == Some(TRUE)
    }

    /// Passes over one value, whatever it is.
    pub(super) fn skip(&mut self) {
        // Values still to come; what is inside of another one is counted like it, so no stack is needed.
        let mut open = 1_u64;
        while open > 0 && !self.failed() {
            let major = self.peek().map_or(u8::MAX, |byte| byte >> 5);
            let argument = self.argument();
            let inside = if major == Major::Bytes as u8 || major == Major::Text as u8 {
                self.take(argument);
                0
            } else if major == Major::Array as u8 {
                self.fitting(argument, 1) as u64
            } else if major == Major::Map as u8 {
                2 * self.fitting(argument, 2) as u64
            } else {
                u64::from(major == TAG)
            };
            open = open - 1 + inside;
        }
    }
}

/// A map that is being read.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    /// Entries whose key has not been read yet.
    entries: usize,
    /// The last key read.
    last: Option<u64>,
    /// Whether the reader stands after that key, because its value has not been read or passed over yet.
    open: bool,
}

impl Reader<'_> {
    /// Begins a record.
    pub(super) fn open(&mut self) {
        self.around.push(self.record);
        self.record = Record {
            entries: self.map(2),
            ..Record::default()
        };
    }

    /// Passes over what is left of the record.
    pub(super) fn close(&mut self) {
        // No key is as large as the largest number, and one that is would be the last.
        if self.seek(u64::MAX) {
            self.skip();
        }
        self.record = self.around.pop().unwrap_or_default();
    }

    /// Goes to the value of a field; `false` when the record leaves it out. Keys are asked for in increasing order.
    pub(super) fn has(&mut self, key: u64, place: &'static str) -> bool {
        self.enter(place);
        self.seek(key)
    }

    /// Goes to the value of a field that must be there.
    #[inline(never)]
    pub(super) fn need(&mut self, key: u64, place: &'static str) {
        if !self.has(key, place) {
            self.fail("it is missing");
        }
    }

    #[inline(never)]
    fn seek(&mut self, key: u64) -> bool {
        while !self.failed() {
            if !self.record.open {
                if self.record.entries == 0 {
                    return false;
                }
                let found = Some(self.unsigned());
                if found <= self.record.last {
                    self.fail("the keys of a map do not increase");
                }
                self.record = Record {
                    entries: self.record.entries - 1,
                    last: found,
                    open: true,
                };
            }
            if self.record.last > Some(key) {
                break;
            }
            self.record.open = false;
            if self.record.last == Some(key) {
                return !self.failed();
            }
            self.skip();
        }
        false
    }
}

/// The number that bytes are, most significant first; of more than 8, the last 8.
fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}
