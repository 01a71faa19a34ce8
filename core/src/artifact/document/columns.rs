//! Columns: what all nodes or leaves of an ensemble have of one kind, as one string of bytes.

/// Numbers in byte planes: first the least significant byte of each, then the next one of each, and so on. The bytes
/// that numbers have in common stand together, which is what a compressor looks for.
pub(in crate::artifact) fn planes(numbers: impl Iterator<Item = u64> + Clone, width: usize) -> Vec<u8> {
    (0..width)
        .flat_map(|plane| numbers.clone().map(move |number| number.to_le_bytes()[plane]))
        .collect()
}

/// Numbers read back from byte planes.
#[derive(Debug, Clone, Copy)]
pub(in crate::artifact) struct Planes<'a> {
    bytes: &'a [u8],
    count: usize,
    width: usize,
}

impl<'a> Planes<'a> {
    /// `count` numbers of `widths` bytes each; `None` when the bytes are not as many.
    pub(in crate::artifact) fn new(
        bytes: &'a [u8],
        count: usize,
        mut widths: std::ops::RangeInclusive<usize>,
    ) -> Option<Self> {
        let width = widths.find(|width| count.checked_mul(*width) == Some(bytes.len()))?;
        Some(Self { bytes, count, width })
    }

    /// Bytes of a number.
    pub(in crate::artifact) fn width(self) -> usize {
        self.width
    }

    /// The number at `index`, which is below the count.
    pub(in crate::artifact) fn get(self, index: usize) -> u64 {
        // The most frequent ones without a loop.
        if self.width == 1 {
            return self.bytes.get(index).copied().unwrap_or_default().into();
        }
        let mut number = 0;
        for plane in (0..self.width).rev() {
            let byte = self.bytes.get(plane * self.count + index);
            number = number << 8 | u64::from(byte.copied().unwrap_or_default());
        }
        number
    }

    /// All numbers, plane by plane.
    pub(in crate::artifact) fn all(self) -> Vec<u64> {
        let mut numbers = vec![0; self.count];
        for plane in self.bytes.chunks_exact(self.count.max(1)).rev() {
            for (number, &byte) in numbers.iter_mut().zip(plane) {
                *number = *number << 8 | u64::from(byte);
            }
        }
        numbers
    }
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
        let read = Planes::new(&bytes, 8, 1..=8).unwrap();
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(|index| read.get(index)), numbers);
        assert!(Planes::new(&bytes, 7, 1..=8).is_none() && Planes::new(&bytes, 8, 1..=4).is_none());
        assert!(Planes::new(&bytes, usize::MAX, 1..=8).is_none());
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
