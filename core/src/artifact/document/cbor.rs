//! CBOR (RFC 8949) as a model file uses it: lengths known beforehand, every head as short as it can be, floats of
//! 64 bits. One value has one encoding, so that a model has one file.
//!
//! The reader holds nothing but its place. It follows no nesting on its own account, and what a head announces is
//! compared with the bytes left before anything is reserved for it.

/// The major types of CBOR, which the three highest bits of a head hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Major {
    Unsigned = 0,
    Bytes = 2,
    Text = 3,
    Array = 4,
    Map = 5,
}

impl Major {
    fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "a whole number",
            Self::Bytes => "bytes",
            Self::Text => "a text",
            Self::Array => "an array",
            Self::Map => "a map",
        }
    }
}

const TAG: u8 = 6;
/// Truth values, floats and the like.
const SIMPLE: u8 = 7;
const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const FLOAT: u8 = 0xfb;

/// Reads a document from its beginning to its end.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    document: &'a [u8],
    at: usize,
    /// What is being read, for messages.
    place: &'static str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(document: &'a [u8]) -> Self {
        Self {
            document,
            at: 0,
            place: "model",
        }
    }

    /// Says what comes next, such as `Field.name`.
    pub(super) fn enter(&mut self, place: &'static str) {
        self.place = place;
    }

    /// Bytes after the reader's place.
    pub(super) fn left(&self) -> usize {
        self.document.len() - self.at
    }

    /// What is wrong at the reader's place.
    #[cold]
    #[inline(never)]
    pub(super) fn problem(&self, what: &str) -> String {
        [
            "byte ",
            &self.at.to_string(),
            " of the document (",
            self.place,
            "): ",
            what,
        ]
        .concat()
    }

    #[cold]
    #[inline(never)]
    fn expected(&self, what: &str) -> String {
        self.problem(&["there should be ", what].concat())
    }

    fn peek(&self) -> Option<u8> {
        self.document.get(self.at).copied()
    }

    /// Whether an array comes next.
    pub(super) fn is_array(&self) -> bool {
        self.peek().is_some_and(|byte| byte >> 5 == Major::Array as u8)
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], String> {
        let taken = usize::try_from(count)
            .ok()
            .and_then(|count| self.document.get(self.at..)?.get(..count));
        match taken {
            Some(taken) => {
                self.at += taken.len();
                Ok(taken)
            }
            None => Err(self.problem("the document ends before what it announces here")),
        }
    }

    /// The number of a head whose first byte is known: at most 23 in that byte itself, else in the 1, 2, 4 or 8 after it.
    fn argument(&mut self) -> Result<u64, String> {
        let start = self.at;
        let first = self.take(1)?.first().copied().unwrap_or_default();
        let short = first & 31;
        if short < 24 {
            return Ok(u64::from(short));
        }
        if short > 27 {
            self.at = start;
            return Err(self.problem("a length is not given, or the byte has no meaning in CBOR"));
        }
        let size = 1_u32 << (short - 24);
        let value = self
            .take(u64::from(size))?
            .iter()
            .fold(0, |value, &byte| value << 8 | u64::from(byte));
        // The least number that needs as many bytes; a float is no number in this sense.
        let least = if size == 1 { 24 } else { 1 << (4 * size) };
        if value < least && first >> 5 != SIMPLE {
            self.at = start;
            return Err(self.problem("a number is written longer than it needs"));
        }
        Ok(value)
    }

    fn head(&mut self, major: Major) -> Result<u64, String> {
        if self.peek().is_some_and(|byte| byte >> 5 == major as u8) {
            self.argument()
        } else {
            Err(self.expected(major.name()))
        }
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, String> {
        self.head(Major::Unsigned)
    }

    /// A whole number that fits `T`.
    pub(super) fn number<T: TryFrom<u64>>(&mut self) -> Result<T, String> {
        T::try_from(self.unsigned()?).map_err(|_| self.problem("the number before this is too large"))
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], String> {
        let length = self.head(Major::Bytes)?;
        self.take(length)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, String> {
        let length = self.head(Major::Text)?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.problem("the text before this is not UTF-8"))
    }

    /// The number of elements of an array whose elements take `least` bytes or more.
    pub(super) fn array(&mut self, least: usize) -> Result<usize, String> {
        let count = self.head(Major::Array)?;
        self.fitting(count, least)
    }

    /// The number of entries of a map whose entries take `least` bytes or more.
    pub(super) fn map(&mut self, least: usize) -> Result<usize, String> {
        let count = self.head(Major::Map)?;
        self.fitting(count, least)
    }

    fn fitting(&self, count: u64, least: usize) -> Result<usize, String> {
        usize::try_from(count)
            .ok()
            .filter(|&count| count.checked_mul(least).is_some_and(|bytes| bytes <= self.left()))
            .ok_or_else(|| self.problem("more elements are announced than bytes are left"))
    }

    pub(super) fn float(&mut self) -> Result<f64, String> {
        if self.peek() != Some(FLOAT) {
            return Err(self.expected("a float of 64 bits"));
        }
        let bytes = self.take(9)?;
        let bits = bytes.iter().skip(1).fold(0, |bits, &byte| bits << 8 | u64::from(byte));
        Ok(f64::from_bits(bits))
    }

    pub(super) fn boolean(&mut self) -> Result<bool, String> {
        let value = match self.peek() {
            Some(FALSE) => false,
            Some(TRUE) => true,
            _ => return Err(self.expected("true or false")),
        };
        self.at += 1;
        Ok(value)
    }

    /// Passes over one value, whatever it is.
    pub(super) fn skip(&mut self) -> Result<(), String> {
        // Values still to come; what is inside of another one is counted like it, so no stack is needed.
        let mut open = 1_u64;
        while open > 0 {
            let major = self.peek().map_or(u8::MAX, |byte| byte >> 5);
            let argument = self.argument()?;
            let inside = if major == Major::Bytes as u8 || major == Major::Text as u8 {
                self.take(argument)?;
                0
            } else if major == Major::Array as u8 {
                self.fitting(argument, 1)? as u64
            } else if major == Major::Map as u8 {
                2 * self.fitting(argument, 2)? as u64
            } else {
                u64::from(major == TAG)
            };
            open = open - 1 + inside;
        }
        Ok(())
    }
}

/// Writes a document.
#[derive(Debug, Default)]
pub(super) struct Writer {
    document: Vec<u8>,
}

impl Writer {
    pub(super) fn finish(self) -> Vec<u8> {
        self.document
    }

    #[expect(clippy::cast_possible_truncation, reason = "each arm holds what fits")]
    pub(super) fn head(&mut self, major: Major, value: u64) {
        let first = (major as u8) << 5;
        match value {
            0..24 => self.document.push(first | value as u8),
            24..=0xff => self.document.extend([first | 24, value as u8]),
            0x100..=0xffff => {
                self.document.push(first | 25);
                self.document.extend((value as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.document.push(first | 26);
                self.document.extend((value as u32).to_be_bytes());
            }
            _ => {
                self.document.push(first | 27);
                self.document.extend(value.to_be_bytes());
            }
        }
    }

    pub(super) fn unsigned(&mut self, value: u64) {
        self.head(Major::Unsigned, value);
    }

    pub(super) fn array(&mut self, count: usize) {
        self.head(Major::Array, count as u64);
    }

    pub(super) fn map(&mut self, count: usize) {
        self.head(Major::Map, count as u64);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.head(Major::Bytes, bytes.len() as u64);
        self.document.extend_from_slice(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.head(Major::Text, text.len() as u64);
        self.document.extend_from_slice(text.as_bytes());
    }

    pub(super) fn float(&mut self, value: f64) {
        self.document.push(FLOAT);
        self.document.extend(value.to_bits().to_be_bytes());
    }

    pub(super) fn boolean(&mut self, value: bool) {
        self.document.push(if value { TRUE } else { FALSE });
    }
}
