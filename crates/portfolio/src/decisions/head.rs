//! Where a log ends.

/// Where a log ends: what has to be known elsewhere to notice that its end was cut off.
///
/// ```
/// use candor_portfolio::decisions::Head;
///
/// let head = Head { lines: 2, check: "ab".repeat(32) };
/// assert_eq!(Head::parse(&head.text()), Some(head));
/// assert_eq!(Head::parse("2 lines\n"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// Lines.
    pub lines: u64,
    /// Digest of the last one; empty before the first.
    pub check: String,
}

impl Head {
    /// The head in a text, of the one form that it has.
    pub fn parse(text: &str) -> Option<Self> {
        let (lines, check) = text.strip_suffix('\n')?.split_once(' ')?;
        let head = Self {
            lines: lines.parse().ok()?,
            check: check.to_owned(),
        };
        let digest = is_digest(check) || head.lines == 0 && check.is_empty();
        (digest && head.text() == text).then_some(head)
    }

    /// The head as a text of one line.
    pub fn text(&self) -> String {
        format!("{} {}\n", self.lines, self.check)
    }
}

/// Whether a text is a SHA-256 as the log writes it.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
