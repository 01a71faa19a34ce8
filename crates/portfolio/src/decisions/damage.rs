//! What exactly is wrong with a line that is not as it was written.

use candor_core::from_hexadecimal;
use sha2::{Digest, Sha256};

use super::head::is_digest;
use crate::chain::{CHECK_KEY, check_of};

/// What stands before the digest at the end of a line.
const CHECK: &[u8] = CHECK_KEY.as_bytes();
/// The digest in hexadecimal, and what closes the object behind it.
const DIGITS: usize = 64;
const CLOSE: &[u8] = b"\"}";
/// Most bytes hashed to find one that was altered: some seconds.
const PATIENCE: usize = 1 << 30;

/// Says how the first of `lines`, which should follow the check `before`, is damaged; the second one stands behind it.
///
/// The digest at the end of a line tells which single byte was altered: every byte is tried in turn. More than that cannot
/// be told from a digest.
pub(super) fn describe(lines: &[Vec<u8>], before: &str) -> String {
    let line = lines.first().map_or(&b""[..], Vec::as_slice);
    if let Some(length) = whole_at_start(line, before) {
        return format!("byte {} (the line feed at its end) was altered", length + 1);
    }
    match Parts::of(line) {
        Some(parts) => parts.describe(before),
        None => without_form(line, lines.get(1).map_or(&[], Vec::as_slice), before),
    }
}

/// A line taken apart: the object but for its closing brace, and the digest.
struct Parts<'a> {
    open: &'a [u8],
    digits: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(line: &'a [u8]) -> Option<Self> {
        let rest = line.strip_suffix(b"\n")?.strip_suffix(CLOSE)?;
        let (rest, digits) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
        let open = rest.strip_suffix(CHECK)?;
        Some(Self { open, digits })
    }

    fn describe(&self, before: &str) -> String {
        let Self { open, digits } = *self;
        if own_before(open).is_some_and(|own| own != before && check_of(open, &own).as_bytes() == digits) {
            return "it does not follow the line before it: a line was taken out, put in, or moved".to_owned();
        }
        // Digests of two contents have some four equal digits; a digest in which one was altered has 63.
        let expected = check_of(open, before);
        let mut wrong = (0..DIGITS).filter(|&place| expected.as_bytes()[place] != digits[place]);
        if let (Some(first), true) = (wrong.next(), wrong.count() < DIGITS / 4) {
            return format!(
                "byte {} (field check) was altered",
                open.len() + CHECK.len() + first + 1
            );
        }
        match altered(open, digits, before) {
            Some((place, byte)) => {
                let mut written = open.to_vec();
                written[place] = byte;
                format!("byte {} ({}) was altered", place + 1, field_at(&written, place))
            }
            None => "more than one byte of it was altered, or it was replaced".to_owned(),
        }
    }
}

/// The length, without line feed, of the line that stands whole at the beginning of `bytes`, if one does.
fn whole_at_start(bytes: &[u8], before: &str) -> Option<usize> {
    let keys = bytes
        .windows(CHECK.len())
        .enumerate()
        .filter(|(_, window)| *window == CHECK);
    keys.map(|(start, _)| start + CHECK.len() + DIGITS + CLOSE.len())
        .find(|&end| is_whole(&[bytes.get(..end).unwrap_or_default(), b"\n"].concat(), before))
}

fn is_whole(line: &[u8], before: &str) -> bool {
    Parts::of(line).is_some_and(|parts| check_of(parts.open, before).as_bytes() == parts.digits)
}

/// A line that does not end as lines do: a byte of its end was altered, or one became a line feed and cut it in two.
fn without_form(line: &[u8], next: &[u8], before: &str) -> String {
    let mut joined = [line, next].concat();
    let feed = line.len().saturating_sub(1);
    for byte in 0..=u8::MAX {
        if let Some(place) = joined.get_mut(feed) {
            *place = byte;
        }
        if is_whole(&joined, before) {
            return format!("byte {} ({}) was altered", feed + 1, field_at(&joined, feed));
        }
    }
    let end = [CHECK, &[b'0'; DIGITS], CLOSE, b"\n"].concat();
    let start = line.len().saturating_sub(end.len());
    let digits = CHECK.len()..CHECK.len() + DIGITS;
    let mut wrong = (0..end.len().min(line.len()))
        .filter(|place| !digits.contains(place) && line[start + place] != end[*place])
        .map(|place| start + place);
    match (wrong.next(), wrong.next()) {
        (Some(place), None) => format!("byte {} (field check) was altered", place + 1),
        _ => "it has not the form of a line of a log".to_owned(),
    }
}

/// What a line says that the digest before it is.
fn own_before(open: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(&[open, b"}"].concat()).ok()?;
    let before = value.get("before")?.as_str()?;
    (before.is_empty() || is_digest(before)).then(|| before.to_owned())
}

/// The one byte that was another one when the digest was made, and which.
fn altered(open: &[u8], digits: &[u8], before: &str) -> Option<(usize, u8)> {
    let written: [u8; DIGITS / 2] = from_hexadecimal(std::str::from_utf8(digits).ok()?)?;
    // Single bits first, which is what disks and memory do; then whatever else fits into a byte, while that takes seconds.
    let (few, many): (Vec<u8>, Vec<u8>) = (1..=u8::MAX).partition(|flips| flips.is_power_of_two());
    for flips in [few, many] {
        if open.len() * open.len() / 2 * flips.len() > PATIENCE {
            break;
        }
        let mut prefix = Sha256::new().chain_update(before);
        for (place, byte) in open.iter().enumerate() {
            for flip in &flips {
                let found = prefix
                    .clone()
                    .chain_update([byte ^ flip])
                    .chain_update(&open[place + 1..]);
                if found.chain_update(b"}").finalize()[..] == written {
                    return Some((place, byte ^ flip));
                }
            }
            prefix.update([*byte]);
        }
    }
    None
}

/// Which member of a JSON object a byte belongs to: the last key before it that is not nested in another value.
fn field_at(object: &[u8], place: usize) -> String {
    let (mut depth, mut text, mut escaped, mut start) = (0_usize, false, false, 0);
    let mut field = "the form of the line".to_owned();
    for (index, &byte) in object.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if text => escaped = true,
            b'"' if text => {
                text = false;
                if depth == 1 && object.get(index + 1) == Some(&b':') && start <= place {
                    field = format!("field {}", String::from_utf8_lossy(&object[start + 1..index]));
                }
            }
            b'"' => (text, start) = (true, index),
            b'{' | b'[' if !text => depth += 1,
            b'}' | b']' if !text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    field
}
