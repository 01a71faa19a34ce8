//! Sorting. All that the engine sorts goes through plain merge sorts, of positions wherever time allows: each type that is
//! sorted would otherwise bring its own copy of the standard library's sort, of 5 to 10 KB, into the engine's WebAssembly.

use std::cmp::Ordering;

/// The positions 0, 1 … `count` − 1 in the order that `compare` gives them; equal ones keep theirs (merge sort, from runs
/// of one up).
pub fn positions(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut run = 1;
    while run < count {
        for pair in sorted.chunks(run.saturating_mul(2)) {
            let (mut left, mut right) = pair.split_at(run.min(pair.len()));
            while let (Some((&first, after_first)), Some((&second, after_second))) =
                (left.split_first(), right.split_first())
            {
                if compare(first, second) == Ordering::Greater {
                    merged.push(second);
                    right = after_second;
                } else {
                    merged.push(first);
                    left = after_first;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut sorted, &mut merged);
        merged.clear();
        run = run.saturating_mul(2);
    }
    sorted
}

/// The positions 0, 1 … `count` − 1 from the largest value to the smallest; equal ones keep their order.
pub fn descending(count: usize, value: &dyn Fn(usize) -> f64) -> Vec<usize> {
    positions(count, &|a, b| value(b).total_cmp(&value(a)))
}

/// Sorts by increasing key; equal ones keep their order. `scratch` is room for a second copy, reused from call to call.
#[inline(never)]
pub(crate) fn sort_by_key<T: Copy>(items: &mut [T], scratch: &mut Vec<T>, key: impl Fn(&T) -> u64) {
    // Short runs by insertion, then merged.
    let mut run = 8;
    for run in items.chunks_mut(run) {
        for end in 1..run.len() {
            let item = run[end];
            let mut place = end;
            while place > 0 && key(&item) < key(&run[place - 1]) {
                run[place] = run[place - 1];
                place -= 1;
            }
            run[place] = item;
        }
    }
    while run < items.len() {
        scratch.clear();
        scratch.extend_from_slice(items);
        for (from, to) in scratch.chunks(2 * run).zip(items.chunks_mut(2 * run)) {
            let (mut left, mut right) = from.split_at(run.min(from.len()));
            for place in to {
                let takes_right = match (left.first(), right.first()) {
                    (Some(left), Some(right)) => key(right) < key(left),
                    (left, _) => left.is_none(),
                };
                let taken = if takes_right { &mut right } else { &mut left };
                if let Some((first, rest)) = taken.split_first() {
                    (*place, *taken) = (*first, rest);
                }
            }
        }
        run *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_sorted_by_key_and_equal_ones_keep_their_order() {
        let mut scratch = Vec::new();
        for count in 0..70_u64 {
            for step in [0, 1, 3, 7, 31] {
                let items: Vec<(u64, u64)> = (0..count).map(|index| (index * step % 11, index)).collect();
                let (mut expected, mut found) = (items.clone(), items);
                expected.sort_by_key(|item| item.0);
                sort_by_key(&mut found, &mut scratch, |item| item.0);
                assert_eq!(found, expected, "{count} by {step}");
            }
        }
    }

    #[test]
    fn positions_are_sorted_and_equal_ones_keep_their_order() {
        for count in 0..70_usize {
            for step in [0, 1, 3, 7, 31] {
                let value = |index: usize| (index * step % 11) as f64 - 5.0;
                let mut expected: Vec<usize> = (0..count).collect();
                expected.sort_by(|&a, &b| value(b).total_cmp(&value(a)));
                assert_eq!(descending(count, &value), expected, "{count} by {step}");
            }
        }
        let odd = [1.0, f64::NAN, -0.0, f64::NEG_INFINITY, 0.0, f64::INFINITY];
        assert_eq!(descending(6, &|index| odd[index]), [1, 5, 0, 4, 2, 3]);
    }
}
