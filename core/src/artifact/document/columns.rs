//! Columns: what all nodes or leaves of an ensemble have of one kind, as one string of bytes.

/// Numbers in byte planes: first the least significant byte of each, then the next one of each, and so on. The bytes
/// that numbers have in common stand together, which is what a compressor looks for.
pub(in crate::artifact) fn planes(numbers: impl Iterator<Item = u64> + Clone, width: usize) -> Vec<u8> {
    (0..width)
        .flat_map(|plane| numbers.clone().map(move |number| number.to_le_bytes()[plane]))
        .collect()
}

/// `count` numbers read back from byte planes; `None` unless there are as many bytes for one of the widths.
#[inline(never)]
pub(in crate::artifact) fn numbers(
    bytes: &[u8],
    count: usize,
    mut widths: std::ops::RangeInclusive<usize>,
) -> Option<Vec<u64>> {
    widths.find(|width| count.checked_mul(*width) == Some(bytes.len()))?;
    let mut numbers = vec![0; count];
    for plane in bytes.chunks_exact(count.max(1)).rev() {
        for (number, &byte) in numbers.iter_mut().zip(plane) {
            *number = *number << 8 | u64::from(byte);
        }
    }
    Some(numbers)
}

/// `count` floats read back from eight byte planes; `None` unless there are as many bytes. Most of a model file is floats: all
/// planes are read at once.
#[inline(never)]
pub(in crate::artifact) fn floats(bytes: &[u8], count: usize) -> Option<Vec<f64>> {
    if count.checked_mul(8) != Some(bytes.len()) {
        return None;
    }
    let (low, high) = bytes.split_at(4 * count);
    let ((a, b), (c, d)) = quarters(low);
    let ((e, f), (g, h)) = quarters(high);
    let pairs = a
        .iter()
        .zip(b)
        .zip(c.iter().zip(d))
        .zip(e.iter().zip(f).zip(g.iter().zip(h)));
    let float =
        |(((a, b), (c, d)), ((e, f), (g, h)))| f64::from_le_bytes([a, b, c, d, e, f, g, h].map(|&byte: &u8| byte));
    Some(pairs.map(float).collect())
}

type Halves<'a> = (&'a [u8], &'a [u8]);

fn quarters(bytes: &[u8]) -> (Halves<'_>, Halves<'_>) {
    let (low, high) = bytes.split_at(bytes.len() / 2);
    (low.split_at(low.len() / 2), high.split_at(high.len() / 2))
}

/// The number that bytes are, least significant first; of more than 8, the first 8.
pub(in crate::artifact) fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Appends a number in base 128, least significant digit first; all bytes but the last have their highest bit set.
#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
pub(in crate::artifact) fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 127 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the beginning of the bytes; `None` when there is none, or one of more than 63 bits.
pub(in crate::artifact) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

/// The bits of a column, from the lowest of the first byte on.
#[derive(Debug, Clone)]
pub(in crate::artifact) struct Bits<'a> {
    bytes: &'a [u8],
    next: usize,
}

impl<'a> Bits<'a> {
    pub(in crate::artifact) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0 }
    }
}

impl Iterator for Bits<'_> {
    type Item = bool;

    fn next(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.next / 8)?;
        self.next += 1;
        Some(byte >> ((self.next - 1) % 8) & 1 == 1)
    }
}

/// Bits in bytes, filled up with zeros.
pub(in crate::artifact) fn packed(bits: &[bool]) -> Vec<u8> {
    bits.chunks(8)
        .map(|bits| bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_their_columns() {
        let numbers = [0, 1, 127, 128, 300, 65_535, 1 << 40, (1 << 63) - 1];
        let mut varints = Vec::new();
        for &number in &numbers {
            push_varint(&mut varints, number);
        }
        assert_eq!(varints[..5], [0, 1, 127, 0x80, 1]);
        let mut rest = &varints[..];
        for &number in &numbers {
            assert_eq!(take_varint(&mut rest), Some(number));
        }
        assert_eq!(take_varint(&mut rest), None);
        for unfinished in [&[0x80][..], &[0xff; 9], &[0xff; 20]] {
            assert_eq!(take_varint(&mut &unfinished[..]), None, "{unfinished:?}");
        }
        let bytes = planes(numbers.iter().copied(), 8);
        assert_eq!(bytes[..8], [0, 1, 127, 128, 44, 255, 0, 255]);
        assert_eq!(super::numbers(&bytes, 8, 1..=8).unwrap(), numbers);
        assert_eq!(super::numbers(&bytes, 7, 1..=8), None);
        assert_eq!(super::numbers(&bytes, 8, 1..=4), None);
        assert_eq!(super::numbers(&bytes, usize::MAX, 1..=8), None);
        let floats_read = floats(&bytes, 8).unwrap();
        assert!(floats_read.iter().map(|float| float.to_bits()).eq(numbers));
        assert!(
            [0, 7, 9, usize::MAX]
                .iter()
                .all(|&count| floats(&bytes, count).is_none())
        );
        assert_eq!(floats(&[], 0), Some(Vec::new()));
    }

    #[test]
    fn bits_survive_their_bytes() {
        let bits: Vec<bool> = (0..19).map(|index| index % 3 == 1).collect();
        let bytes = packed(&bits);
        assert_eq!(bytes, [0b1001_0010, 0b0010_0100, 0b001]);
        assert!(Bits::new(&bytes).take(19).eq(bits));
        assert_eq!(Bits::new(&bytes).count(), 24);
    }
}
