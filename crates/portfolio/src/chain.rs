//! Lines that are chained to each other, as text: JSON objects, each with a digest over itself and the one before.
//!
//! A line is a JSON object whose last member, `check`, is the SHA-256 of the check before it and of the object without
//! it. So a line that was altered, taken out, put in or moved is found, with its number. What a chain cannot tell by
//! itself is that its last lines were cut off: who must know keeps the last check elsewhere.

use std::io::BufRead;
use std::path::Path;

use candor_core::hexadecimal;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// What stands between the object of a line and its check.
pub(crate) const CHECK_KEY: &str = ",\"check\":\"";

/// A line that is as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// The JSON object, without its check.
    pub object: &'a str,
    /// The check, in hexadecimal.
    pub check: &'a str,
}

/// What hears the lines of a chain, in order.
pub type Visit<'a, E> = dyn FnMut(&Line<'_>) -> Result<(), E> + 'a;

/// Where a chain ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct End {
    /// Lines.
    pub lines: u64,
    /// Check of the last line; empty before the first.
    pub check: String,
    /// Bytes up to the end of the last line.
    pub length: u64,
    /// The beginning of a line that was never finished.
    pub unfinished: Vec<u8>,
}

impl End {
    /// The lines of `values`, which must be JSON objects that are not empty, as they follow this end, and where the chain
    /// ends then. `place` tells each value its number and the check before it.
    ///
    /// # Errors
    /// A value that cannot be written as JSON.
    ///
    /// ```
    /// use candor_portfolio::chain::{End, follow};
    ///
    /// let entries = [serde_json::json!({ "decision": "APPROVE" }), serde_json::json!({ "decision": "DECLINE" })];
    /// let (lines, end) = End::default().followed_by(entries, |_, _, _| {})?;
    /// let mut read = 0;
    /// let again = follow(std::path::Path::new("log"), &mut lines.as_bytes(), &mut |line| {
    ///     read = line.number;
    ///     Ok::<(), candor_portfolio::Error>(())
    /// })?;
    /// assert_eq!((again, read), (end, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn followed_by<T: Serialize>(
        &self,
        values: impl IntoIterator<Item = T>,
        place: impl Fn(&mut T, u64, &str),
    ) -> Result<(String, Self), serde_json::Error> {
        let (mut number, mut check, mut lines) = (self.lines, self.check.clone(), String::new());
        for mut value in values {
            number += 1;
            place(&mut value, number, &check);
            let (line, next) = sealed(&serde_json::to_string(&value)?, &check);
            lines.push_str(&line);
            check = next;
        }
        let end = Self {
            lines: number,
            check,
            length: self.length + lines.len() as u64,
            unfinished: Vec::new(),
        };
        Ok((lines, end))
    }
}

/// The check of a JSON object, given without its closing brace, that follows the check `before`.
pub(crate) fn check_of(open: &[u8], before: &str) -> String {
    let digest = Sha256::new().chain_update(before).chain_update(open);
    hexadecimal(&digest.chain_update(b"}").finalize())
}

/// The line of a JSON object that follows the check `before`, and its own check.
pub fn sealed(object: &str, before: &str) -> (String, String) {
    let open = object.strip_suffix('}').unwrap_or(object);
    let check = check_of(open.as_bytes(), before);
    (format!("{open}{CHECK_KEY}{check}\"}}\n"), check)
}

/// The object of a line that follows the check `before`, and its own check; `None` where it is not as it was written.
fn unsealed(line: &[u8], before: &str) -> Option<(String, String)> {
    let (open, _) = std::str::from_utf8(line).ok()?.rsplit_once(CHECK_KEY)?;
    let object = format!("{open}}}");
    let (expected, check) = sealed(&object, before);
    (expected.as_bytes() == line).then_some((object, check))
}

/// Tells `visit` the lines of the chain called `file`. The beginning of a line that a killed writer left at its end is
/// passed over, and stands in [`End::unfinished`].
///
/// # Errors
/// [`Error::Read`]; [`Error::Row`] where it is damaged; whatever `visit` returns.
pub fn follow<E: From<Error>>(file: &Path, bytes: &mut impl BufRead, visit: &mut Visit<'_, E>) -> Result<End, E> {
    let (mut end, mut line) = (End::default(), Vec::new());
    loop {
        line.clear();
        if bytes.read_until(b'\n', &mut line).map_err(Error::read(file))? == 0 {
            return Ok(end);
        }
        let number = end.lines + 1;
        let damaged = || {
            Error::row(
                file,
                number,
                "this is not the line that was written; restore the file from a copy",
            )
        };
        if line.last() != Some(&b'\n') {
            if is_whole_but_for_its_end(&line, &end.check) {
                return Err(damaged().into());
            }
            end.unfinished = line;
            return Ok(end);
        }
        let (object, check) = unsealed(&line, &end.check).ok_or_else(damaged)?;
        visit(&Line {
            number,
            object: &object,
            check: &check,
        })?;
        end = End {
            lines: number,
            check,
            length: end.length + line.len() as u64,
            unfinished: Vec::new(),
        };
    }
}

/// Whether the last byte is something else where a line feed was: a writer that is killed never leaves that.
fn is_whole_but_for_its_end(bytes: &[u8], before: &str) -> bool {
    let Some((_, line)) = bytes.split_last() else {
        return false;
    };
    unsealed(&[line, b"\n"].concat(), before).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn three_lines() -> String {
        let values = [1, 2, 3].map(|number| serde_json::json!({ "number": number }));
        End::default().followed_by(values, |_, _, _| {}).unwrap().0
    }

    fn read(mut bytes: &[u8]) -> Result<End, Error> {
        follow(Path::new("chain.jsonl"), &mut bytes, &mut |_| Ok(()))
    }

    #[test]
    fn every_flipped_bit_is_found_with_its_line() {
        let whole = three_lines().into_bytes();
        let line_of = |place: usize| whole[..place].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
        for place in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[place] ^= 1 << bit;
                let Err(Error::Row { line, .. }) = read(&bytes) else {
                    panic!("bit {bit} of byte {place} was not found");
                };
                assert_eq!(line, line_of(place), "bit {bit} of byte {place}");
            }
        }
    }

    #[test]
    fn lines_that_are_taken_out_or_moved_are_found() {
        let text = three_lines();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(read(text.as_bytes()).unwrap().lines, 3);
        for order in [&[1, 2][..], &[0, 2], &[0, 2, 1], &[0, 0, 1, 2]] {
            let changed: String = order.iter().map(|&line| format!("{}\n", lines[line])).collect();
            assert!(matches!(read(changed.as_bytes()), Err(Error::Row { .. })), "{order:?}");
        }
    }
}
