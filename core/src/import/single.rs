//! Tests of 32-bit floats, said of the 64-bit values before they are rounded.
//!
//! Other libraries round a value to a 32-bit float and compare that. Rounding is monotone, so the values that pass are
//! those up to a largest one: half-way to the next float, or just before where the tie goes up (to the even float, and
//! past the largest one to infinity).

/// The largest value that is below `threshold` once it is rounded to a 32-bit float: `value as f32 < threshold` is
/// `value <= below(threshold)`. Nothing is below −∞, not even −∞: `None`. A threshold that is not a number stays one.
pub(super) fn below(threshold: f32) -> Option<f64> {
    (threshold != f32::NEG_INFINITY).then(|| at_most(threshold.next_down()))
}

/// The largest value that is at most `threshold` once it is rounded to a 32-bit float: `value as f32 <= threshold` is
/// `value <= at_most(threshold)`. A threshold that is not a number stays one.
#[expect(clippy::cast_possible_truncation, reason = "how this rounds is the point")]
pub(super) fn at_most(threshold: f32) -> f64 {
    if threshold == f32::INFINITY {
        return f64::INFINITY;
    }
    // Exact: neighbouring floats have 24 bits each, and half their sum has 25.
    let middle = (without_end(threshold) + without_end(threshold.next_up())) / 2.0;
    if middle as f32 <= threshold {
        middle
    } else {
        middle.next_down()
    }
}

/// The float as it would be if the exponent had no end: rounding to a float treats ±∞ as ±2¹²⁸.
fn without_end(float: f32) -> f64 {
    /// 2¹²⁸.
    const END: f64 = 2.0 * (1_u128 << 127) as f64;
    if float.is_infinite() {
        END.copysign(f64::from(float))
    } else {
        f64::from(float)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64.
    fn bits(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Both tests of `value` give what rounding it gives.
    fn check(threshold: f32, value: f64) {
        let rounded = value as f32;
        assert_eq!(
            value <= at_most(threshold),
            rounded <= threshold,
            "{value:e} <= {threshold:e}"
        );
        assert_eq!(
            below(threshold).is_some_and(|end| value <= end),
            rounded < threshold,
            "{value:e} < {threshold:e}"
        );
    }

    /// Every value where an answer could change: around the floats near the threshold, half-way between them, the ends.
    fn check_around(threshold: f32) {
        let mut floats = vec![threshold];
        for _ in 0..3 {
            floats.extend([floats[floats.len() - 1].next_up(), floats[0].next_down()]);
            floats.sort_by(f32::total_cmp);
        }
        let mut values = vec![f64::NEG_INFINITY, f64::MIN, -0.0, 0.0, f64::MAX, f64::INFINITY];
        values.extend([f64::from_bits(1), -f64::from_bits(1), f64::MIN_POSITIVE]);
        for pair in floats.windows(2) {
            let middle = (without_end(pair[0]) + without_end(pair[1])) / 2.0;
            values.extend([f64::from(pair[0]), f64::from(pair[1]), middle]);
        }
        for value in values {
            for value in [value.next_down().next_down(), value.next_down(), value, value.next_up()] {
                check(threshold, value);
                check(threshold, -value);
            }
        }
    }

    #[test]
    fn the_ends_of_the_floats_are_exact() {
        let edges = [
            0.0,
            f32::from_bits(1),
            f32::from_bits(2),
            f32::from_bits(3),
            f32::MIN_POSITIVE.next_down(),
            f32::MIN_POSITIVE,
            f32::MIN_POSITIVE.next_up(),
            1.0,
            1.0_f32.next_down(),
            1.0_f32.next_up(),
            16_777_216.0,
            f32::MAX.next_down(),
            f32::MAX,
            f32::INFINITY,
        ];
        for edge in edges {
            check_around(edge);
            check_around(-edge);
        }
        assert_eq!(below(f32::NEG_INFINITY), None);
        assert_eq!(at_most(f32::INFINITY), f64::INFINITY);
        assert_eq!(below(f32::INFINITY), Some(at_most(f32::MAX)));
        assert!(at_most(f32::NEG_INFINITY) < f64::from(f32::MIN) && at_most(f32::NEG_INFINITY) > f64::MIN);
        assert!(at_most(f32::NAN).is_nan() && below(f32::NAN).is_some_and(f64::is_nan));
    }

    /// The powers of two, where the distance to the neighbours changes, and 100,000 others.
    #[test]
    fn any_threshold_is_exact() {
        for exponent in 0..=255_u32 {
            for mantissa in [0, 1, 0x7f_fffe, 0x7f_ffff] {
                let float = f32::from_bits(exponent << 23 | mantissa);
                if !float.is_nan() {
                    check_around(float);
                    check_around(-float);
                }
            }
        }
        let mut state = 1;
        for _ in 0..100_000 {
            let bits = bits(&mut state);
            let threshold = f32::from_bits(bits as u32);
            if !threshold.is_nan() {
                check_around(threshold);
            }
        }
    }

    #[test]
    fn any_value_is_compared_as_its_rounding_is() {
        let mut state = 2;
        for _ in 0..1_000_000 {
            let value = f64::from_bits(bits(&mut state));
            let near = f32::from_bits(bits(&mut state) as u32);
            for threshold in [value as f32, (value as f32).next_up(), (value as f32).next_down(), near] {
                if !threshold.is_nan() {
                    check(threshold, value);
                    check(threshold, f64::from(near));
                }
            }
        }
    }
}
