//! An answer on its way to JavaScript: numbers, and one text that holds all texts.

/// Numbers and texts in the order in which JavaScript reads them (`npm/src/answer.ts`).
///
/// The length of a text stands among the numbers, in UTF-16 units, as JavaScript counts; so do the length of a list and
/// whether something is there at all. The first number tells an answer (0) from a problem.
pub struct Answer {
    numbers: Vec<f64>,
    texts: String,
}

impl Answer {
    /// Nothing yet, but what kind of answer it will be.
    pub fn new(kind: u8) -> Self {
        Self {
            numbers: vec![f64::from(kind)],
            texts: String::new(),
        }
    }

    // Written out at every call, this and `text` would make the module three kilobytes larger.
    #[inline(never)]
    pub fn number(&mut self, number: f64) {
        self.numbers.push(number);
    }

    #[expect(clippy::cast_precision_loss, reason = "counts and positions are far below 2^53")]
    pub fn count(&mut self, count: usize) {
        self.number(count as f64);
    }

    pub fn flag(&mut self, flag: bool) {
        self.number(f64::from(u8::from(flag)));
    }

    #[inline(never)]
    pub fn text(&mut self, text: &str) {
        self.count(text.encode_utf16().count());
        self.texts.push_str(text);
    }

    pub fn numbers(&mut self, numbers: &[f64]) {
        self.count(numbers.len());
        self.numbers.extend_from_slice(numbers);
    }

    pub fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.count(items.len());
        for item in items {
            write(self, item);
        }
    }

    pub fn texts(&mut self, texts: &[String]) {
        self.list(texts, |answer, text| answer.text(text));
    }

    pub fn optional<T>(&mut self, value: Option<T>, write: impl Fn(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// How many numbers there are, the numbers, and the text as UTF-8.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 * (1 + self.numbers.len()) + self.texts.len());
        bytes.extend_from_slice(&(self.numbers.len() as f64).to_le_bytes());
        for number in self.numbers {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(self.texts.as_bytes());
        bytes
    }
}
