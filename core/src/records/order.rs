//! Sorting of records, which mostly come in order already, or as a few lists that are in order each.

use std::cmp::Ordering;

/// Sorts positions of records; equal ones keep their order. A merge sort of the runs that are there, rising or falling: one
/// comparison for each record where all are in order, and few where there are few lists.
pub(super) fn sort(records: &mut Vec<u32>, compare: impl Fn(u32, u32) -> Ordering) {
    let falls = |first: u32, second: u32| compare(first, second) == Ordering::Greater;
    // Where each run ends, after those that fall were turned round.
    let mut ends = Vec::new();
    let mut start = 0;
    while start < records.len() {
        let mut end = start + 1;
        let falling = end < records.len() && falls(records[start], records[end]);
        while end < records.len() && falls(records[end - 1], records[end]) == falling {
            end += 1;
        }
        if falling {
            records[start..end].reverse();
        }
        ends.push(end);
        start = end;
    }
    let mut merged = Vec::new();
    while ends.len() > 1 {
        merged.clear();
        for pair in (0..ends.len()).step_by(2) {
            let middle = ends[pair];
            let end = ends.get(pair + 1).copied().unwrap_or(middle);
            let (mut left, mut right) = (merged.len(), middle);
            while merged.len() < end {
                let takes_right = left == middle || right < end && falls(records[left], records[right]);
                let taken = if takes_right { &mut right } else { &mut left };
                merged.push(records[*taken]);
                *taken += 1;
            }
            ends[pair / 2] = end;
        }
        ends.truncate(ends.len().div_ceil(2));
        std::mem::swap(records, &mut merged);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_sorted_and_equal_ones_keep_their_order() {
        for count in 0..70_u32 {
            for (step, modulus) in [(0, 1), (1, 11), (3, 11), (7, 50), (31, 97), (1, 97), (96, 97), (5, 6)] {
                let value = |record: u32| record * step % modulus;
                let mut records: Vec<u32> = (0..count).collect();
                let mut expected = records.clone();
                expected.sort_by_key(|&record| value(record));
                sort(&mut records, |a, b| value(a).cmp(&value(b)));
                assert_eq!(records, expected, "{count} by {step} modulo {modulus}");
            }
        }
    }

    #[test]
    fn records_in_order_are_compared_once() {
        for falling in [false, true] {
            let compared = std::cell::Cell::new(0);
            let mut records: Vec<u32> = (0..1000).collect();
            sort(&mut records, |a, b| {
                compared.set(compared.get() + 1);
                if falling { b.cmp(&a) } else { a.cmp(&b) }
            });
            assert!(compared.get() <= 1000, "{} comparisons", compared.get());
        }
    }
}
