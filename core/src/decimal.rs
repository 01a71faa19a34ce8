//! Numbers as decimal text, to the bit and to the digit as the standard library reads and writes them.
//!
//! The standard library is fast at both, at the price of 35 KB of code and tables in the engine's WebAssembly, where a
//! handful of numbers is read and one is written when something is wrong. Here exact integers of any length do the work
//! wherever a plain division does not: a number of up to 15 digits takes the short way (Clinger 1990), and one of up to 19 is
//! divided by a power of ten that fits a word.

use std::cmp::Ordering;
use std::fmt::{self, Write};

/// A number that is shown with the fewest digits that read back to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal(pub(crate) f64);

/// Significant digits that can decide how a number is rounded; more only say that there is more.
const MOST_DIGITS: usize = 800;
/// Powers of ten that are exact.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Reads a number as `str::parse` does: the nearest one, and of two as near the even one.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let (negative, text) = signed(text.as_bytes());
    let magnitude = match text.first()? {
        b'0'..=b'9' | b'.' => magnitude(text)?,
        _ if text.eq_ignore_ascii_case(b"nan") => f64::NAN,
        _ if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") => f64::INFINITY,
        _ => return None,
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// Whether there is a minus in front, and what comes after a sign.
fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    }
}

fn magnitude(text: &[u8]) -> Option<f64> {
    // The number is 0.d₁d₂d₃… · 10^point; zeros in front are no digits.
    let mut digits = Vec::with_capacity(text.len().min(MOST_DIGITS));
    let (mut point, mut seen, mut fraction) = (0_i64, false, false);
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'0'..=b'9' => {
                seen = true;
                if byte == b'0' && digits.is_empty() {
                    point -= i64::from(fraction);
                } else {
                    point += i64::from(!fraction);
                    if digits.len() < MOST_DIGITS {
                        digits.push(byte - b'0');
                    } else if byte != b'0' {
                        digits[MOST_DIGITS - 1] |= 1;
                    }
                }
            }
            b'.' if !fraction => fraction = true,
            b'e' | b'E' => break,
            _ => return None,
        }
        rest = after;
    }
    if !seen {
        return None;
    }
    if let Some((_, exponent)) = rest.split_first() {
        let (negative, digits) = signed(exponent);
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let exponent = digits.iter().fold(0_i64, |exponent, digit| {
            (exponent * 10 + i64::from(digit - b'0')).min(1 << 40)
        });
        point += if negative { -exponent } else { exponent };
    }
    while digits.last() == Some(&0) {
        digits.pop();
    }
    Some(nearest(&digits, point))
}

/// The number nearest to 0.d₁d₂d₃… · 10^point.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "digits are few, and the range of the point is checked"
)]
fn nearest(digits: &[u8], point: i64) -> f64 {
    if digits.is_empty() || point < -330 {
        return 0.0;
    }
    if point > 310 {
        return f64::INFINITY;
    }
    let power = point - digits.len() as i64;
    let whole = || digits.iter().fold(0_u64, |whole, &digit| whole * 10 + u64::from(digit));
    if digits.len() <= 15
        && let Some(&scale) = POWERS.get(power.unsigned_abs() as usize)
    {
        let whole = whole() as f64;
        return if power < 0 { whole / scale } else { whole * scale };
    }
    let Quotient { quotient, shift, exact } = if digits.len() <= 19 && (-18..=0).contains(&power) {
        Quotient::of_words(whole(), 10_u64.pow(power.unsigned_abs() as u32))
    } else {
        Quotient::of_digits(digits, power)
    };
    let dropped = (i64::from(64 - quotient.leading_zeros()) - 53).max(shift - 1074);
    let (mut kept, half) = (quotient >> dropped, 1 << (dropped - 1));
    let below = quotient & (2 * half - 1);
    if below > half || (below == half && (!exact || kept % 2 == 1)) {
        kept += 1;
    }
    // kept · 2^(dropped − shift), whose last bit is worth 2^−1074 at least; a carry counts the exponent up by itself.
    let exponent = dropped - shift + 1074;
    let bits = if kept < 1 << 52 {
        kept
    } else {
        ((exponent as u64) << 52) + kept
    };
    if exponent > 2045 {
        f64::INFINITY
    } else {
        f64::from_bits(bits)
    }
}

/// A number as quotient / 2^shift, the quotient of 54 bits or more, and whether nothing was cut off. Of a number that is too
/// small for so many bits, there are two more than it may keep.
struct Quotient {
    quotient: u64,
    shift: i64,
    exact: bool,
}

impl Quotient {
    /// Of `over / under`, which are not 0; the latter is below 2^63.
    fn of_words(over: u64, under: u64) -> Self {
        let (mut quotient, mut rest, mut shift) = (over / under, over % under, 0);
        while quotient >> 54 == 0 {
            // As many bits at a time as there is room for, in front of what is left and of the quotient.
            let bits = rest.leading_zeros().min(quotient.leading_zeros()).min(63);
            rest <<= bits;
            quotient = (quotient << bits) | (rest / under);
            rest %= under;
            shift += i64::from(bits);
        }
        Self {
            quotient,
            shift,
            exact: rest == 0,
        }
    }

    /// Of the whole number that digits write, times 10^power.
    #[inline(never)]
    #[expect(clippy::cast_possible_wrap, reason = "some thousands of bits")]
    fn of_digits(digits: &[u8], power: i64) -> Self {
        let (mut over, mut under) = (Big::default(), Big::from(1));
        for &digit in digits {
            over.multiply_add(10, u32::from(digit));
        }
        for _ in 0..power.unsigned_abs() {
            if power < 0 { &mut under } else { &mut over }.multiply_add(10, 0);
        }
        // over / under lies between 2^53 and 2^55 after a shift.
        let shift = (54 - (over.bits() as i64 - under.bits() as i64)).min(1076);
        if shift < 0 { &mut under } else { &mut over }.shift_left(shift.unsigned_abs() as usize);
        under.shift_left(56);
        let mut quotient = 0_u64;
        for _ in 0..56 {
            under.halve();
            quotient <<= 1;
            if over.compare(&under) != Ordering::Less {
                over.subtract(&under);
                quotient |= 1;
            }
        }
        Self {
            quotient,
            shift,
            exact: over.is_zero(),
        }
    }
}

impl fmt::Display for Decimal {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "digits are few"
    )]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0;
        if value.is_nan() {
            return formatter.write_str("NaN");
        }
        if value.is_sign_negative() {
            formatter.write_str("-")?;
        }
        if value.is_infinite() {
            return formatter.write_str("inf");
        }
        let (digits, point) = shortest(value.abs());
        // Digit 0 stands right after the point if that is 0, and what is no digit is a zero; one stands before the point.
        for place in point.min(1) - 1..point.max(digits.len() as i32) {
            if place == point {
                formatter.write_char('.')?;
            }
            let digit = usize::try_from(place).ok().and_then(|place| digits.get(place));
            formatter.write_char(char::from(b'0' + digit.copied().unwrap_or_default()))?;
        }
        Ok(())
    }
}

/// The fewest digits that read back to a number, and of those the nearest: 0.d₁d₂d₃… · 10^point (Steele and White 1990).
fn shortest(value: f64) -> (Vec<u8>, i32) {
    let bits = value.to_bits();
    let (biased, fraction) = ((bits >> 52) as usize, bits & ((1 << 52) - 1));
    if bits == 0 {
        return (Vec::new(), 0);
    }
    let (whole, exponent) = if biased == 0 {
        (fraction, 1)
    } else {
        (fraction | 1 << 52, biased)
    };
    // The value is rest / unit, and what reads back to it reaches from below it to above it; all four are whole numbers.
    // The neighbour below a power of two is at half the distance.
    let closer = usize::from(fraction == 0 && biased > 1);
    let (mut rest, mut unit, mut below) = (Big::from(whole), Big::from(1), Big::from(1));
    let (up, down) = (exponent.saturating_sub(1075), 1075_usize.saturating_sub(exponent));
    rest.shift_left(up + 1 + closer);
    unit.shift_left(down + 1 + closer);
    below.shift_left(up);
    let mut above = below.clone();
    above.shift_left(closer);
    // A number in the middle between two reads back to the even one.
    let included = if whole % 2 == 0 {
        Ordering::Equal
    } else {
        Ordering::Greater
    };
    let reaches = |rest: &Big, above: &Big, unit: &Big| {
        let mut end = rest.clone();
        end.add(above);
        end.compare(unit) >= included
    };
    let mut point = 0;
    while reaches(&rest, &above, &unit) {
        unit.multiply_add(10, 0);
        point += 1;
    }
    let mut digits: Vec<u8> = Vec::new();
    loop {
        for number in [&mut rest, &mut below, &mut above] {
            number.multiply_add(10, 0);
        }
        let mut digit = 0;
        while rest.compare(&unit) != Ordering::Less {
            rest.subtract(&unit);
            digit += 1;
        }
        let (low, high) = (below.compare(&rest) >= included, reaches(&rest, &above, &unit));
        if digit == 0 && digits.is_empty() && !high {
            point -= 1;
            continue;
        }
        digits.push(digit);
        if low || high {
            let mut twice = rest.clone();
            twice.shift_left(1);
            if high && (!low || twice.compare(&unit) != Ordering::Less) {
                // Below the end of the interval there is always a digit left to count up.
                if let Some(last) = digits.last_mut() {
                    *last += 1;
                }
            }
            return (digits, point);
        }
    }
}

/// A whole number of any length, least significant word first, without zeros at its end.
#[derive(Debug, Clone, Default)]
struct Big(Vec<u32>);

impl From<u64> for Big {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    fn from(number: u64) -> Self {
        let mut big = Self(vec![number as u32, (number >> 32) as u32]);
        big.trim();
        big
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the carry takes the upper half")]
impl Big {
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn bits(&self) -> usize {
        let zeros = self.0.last().map_or(0, |word| word.leading_zeros() as usize);
        32 * self.0.len() - zeros
    }

    fn multiply_add(&mut self, factor: u32, add: u32) {
        let mut carry = u64::from(add);
        for word in &mut self.0 {
            carry += u64::from(*word) * u64::from(factor);
            *word = carry as u32;
            carry >>= 32;
        }
        self.0.push(carry as u32);
        self.trim();
    }

    fn word(&self, index: usize) -> u32 {
        self.0.get(index).copied().unwrap_or_default()
    }

    fn add(&mut self, other: &Self) {
        let length = self.0.len().max(other.0.len()) + 1;
        self.0.resize(length, 0);
        let mut carry = 0;
        for (index, word) in self.0.iter_mut().enumerate() {
            carry += u64::from(*word) + u64::from(other.word(index));
            *word = carry as u32;
            carry >>= 32;
        }
        self.trim();
    }

    /// Takes a number that is not larger away.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (index, word) in self.0.iter_mut().enumerate() {
            let (less, first) = word.overflowing_sub(other.word(index));
            let (least, second) = less.overflowing_sub(u32::from(borrow));
            *word = least;
            borrow = first | second;
        }
        self.trim();
    }

    fn shift_left(&mut self, bits: usize) {
        self.multiply_add(1 << (bits % 32), 0);
        if !self.is_zero() {
            let mut words = vec![0; bits / 32];
            words.extend_from_slice(&self.0);
            self.0 = words;
        }
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for word in self.0.iter_mut().rev() {
            (*word, carry) = (*word >> 1 | carry, *word << 31);
        }
        self.trim();
    }

    fn compare(&self, other: &Self) -> Ordering {
        let lengths = self.0.len().cmp(&other.0.len());
        lengths.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts and numbers at the edges, then many that mean nothing.
    fn numbers() -> impl Iterator<Item = f64> {
        let edges = [
            0.0,
            -0.0,
            0.1,
            0.3,
            1.0,
            9.5,
            100.0,
            1e21,
            1e22,
            1e23,
            5e-324,
            4.94e-324,
            2.2250738585072014e-308,
            2.225073858507201e-308,
            f64::MAX,
            f64::MIN,
            f64::INFINITY,
            f64::NAN,
            9007199254740993.0,
            365243.0,
            1e300,
            123456789012345680.0,
            2e-44,
            4503599627370496.5,
        ];
        let powers = (0..2046).map(|exponent| f64::from_bits(exponent << 52));
        let mut state = 7_u64;
        let random = (0..200_000).map(move |index| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let bits = state ^ state >> 29;
            match index % 4 {
                0 => f64::from_bits(bits),
                1 => (bits >> 40) as f64 / 1000.0,
                2 => (bits >> 11) as f64,
                _ => f64::from_bits(bits >> 2 | 0x3000_0000_0000_0000),
            }
        });
        edges.into_iter().chain(powers).chain(random)
    }

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for number in numbers() {
            assert_eq!(Decimal(number).to_string(), number.to_string());
        }
    }

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them() {
        let same = |text: &str| {
            let (found, expected) = (parse(text), text.parse::<f64>().ok());
            assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits), "'{text}'");
        };
        for number in numbers().filter(|number| !number.is_nan()) {
            same(&number.to_string());
            same(&format!("{number:e}"));
            same(&format!("{number:.17e}"));
        }
        // Exactly in the middle between two numbers, and next to it.
        for (index, number) in numbers().filter(|number| number.is_finite()).take(20_000).enumerate() {
            let whole = u128::from(number.to_bits() << 12 >> 12 | 1 << 52);
            let shift = 1 + index % 70;
            for off in [0, 1, 2] {
                let middle = ((whole << shift) + (1 << (shift - 1)) + off - 1).to_string();
                same(&middle);
                same(&format!("{middle}e-{}", index % 340));
            }
        }
        let long = "1".repeat(2000);
        for text in [
            "",
            "+",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1e-",
            "1.",
            ".5",
            "+.5e1",
            "1..2",
            "1.2.3",
            "0x10",
            "1_000",
            " 1",
            "1 ",
            "nan",
            "NaN",
            "NAN",
            "-nan",
            "inf",
            "INF",
            "-Infinity",
            "infinit",
            "1e400",
            "1e-400",
            "0e99999999999999999999",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "00000000000000000000000001",
            "0.000000000000000000001",
            "9007199254740993",
            "9007199254740992.99999999999999999999999999",
            "9007199254740993.0000000000000000000001",
            "2.47032822920623272e-324",
            "2.4703282292062327208e-324",
            "2.4703282292062328e-324",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "179769313486231580793728971405301e276",
            "2.2250738585072011e-308",
            "1e23",
            "8.5e22",
            "4.35",
            "0.3",
            "12345678901234567890",
            "1e5e5",
            "1e5.0",
            "é",
            "1é",
            &long,
            &format!("0.{long}"),
            &format!("9007199254740992.5{}1", "0".repeat(900)),
            &format!("9007199254740993{}1", "0".repeat(900)),
        ] {
            same(text);
            same(&format!("-{text}"));
        }
        // Exactly between two numbers, and past more digits than are kept: one digit at the far end decides.
        let middle = format!("9007199254740993.{}", "0".repeat(1000));
        same(&middle);
        same(&format!("{middle}1"));
    }
}
