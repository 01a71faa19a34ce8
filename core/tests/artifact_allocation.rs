//! A file cannot make the loader take more memory than the file justifies. A test binary of its own, because the
//! allocator that counts is global.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]
#![allow(
    unsafe_code,
    reason = "an allocator can only be replaced by an unsafe implementation"
)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use candor_core::Scorer;
use candor_core::artifact::FORMAT_VERSION;
use support::{file_around, tiny_model};

/// The system's allocator, with the bytes now in use and the most at once.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What loading may take beside a multiple of the file: serde reserves at most a megabyte per announced array, and
/// arrays are nested a few deep.
const CONSTANT: usize = 8 << 20;
/// An empty text is one byte in the file and 24 in memory, three times that while a growing array is copied.
const FACTOR: usize = 80;

/// Most bytes taken at once while loading, beyond those in use before.
fn peak_of(bytes: &[u8]) -> (usize, bool) {
    let before = IN_USE.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let loaded = Scorer::from_bytes(bytes).is_ok();
    (MOST.load(Ordering::Relaxed) - before, loaded)
}

/// Positions and sizes of the headers of all arrays, maps, texts and byte strings of a MessagePack document.
fn headers(document: &[u8]) -> Vec<(usize, usize, u8)> {
    let (mut found, mut at) = (Vec::new(), 0);
    let big_endian = |from: usize, bytes: usize| {
        document[from..from + bytes]
            .iter()
            .fold(0_usize, |value, &byte| value << 8 | usize::from(byte))
    };
    while at < document.len() {
        let byte = document[at];
        let (header, body, longest) = match byte {
            0x80..=0x8f => (1, 0, 0xdf),
            0x90..=0x9f => (1, 0, 0xdd),
            0xa0..=0xbf => (1, usize::from(byte & 31), 0xdb),
            0xd9 => (2, big_endian(at + 1, 1), 0xdb),
            0xda => (3, big_endian(at + 1, 2), 0xdb),
            0xdc => (3, 0, 0xdd),
            0xde => (3, 0, 0xdf),
            0xca | 0xce | 0xd2 => (5, 0, 0),
            0xcb | 0xcf | 0xd3 => (9, 0, 0),
            0xcc | 0xd0 => (2, 0, 0),
            0xcd | 0xd1 => (3, 0, 0),
            0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => (1, 0, 0),
            _ => panic!("byte {byte:02x} at {at}"),
        };
        if longest != 0 {
            found.push((at, header, longest));
        }
        at += header + body;
    }
    found
}

/// One test only: others would allocate at the same time.
#[test]
fn loading_takes_no_more_memory_than_the_file_justifies() {
    let document = rmp_serde::to_vec_named(&tiny_model()).unwrap();
    let whole = file_around(FORMAT_VERSION, &document);
    let (peak, loaded) = peak_of(&whole);
    assert!(loaded && peak > whole.len(), "the allocator counts: {peak}");
    assert!(peak <= FACTOR * whole.len(), "{peak} bytes for {}", whole.len());

    // Every array, map and text in turn announces more elements than any memory has.
    let headers = headers(&document);
    assert!(headers.len() > 400, "{}", headers.len());
    for (at, length, longest) in headers {
        for kind in [longest, 0xdd, 0xc6] {
            let huge = [&[kind][..], &u32::MAX.to_be_bytes()].concat();
            let hostile = [&document[..at], &huge, &document[at + length..]].concat();
            let bytes = file_around(FORMAT_VERSION, &hostile);
            let (peak, loaded) = peak_of(&bytes);
            assert!(!loaded, "a huge number of elements announced at {at}");
            assert!(
                peak <= FACTOR * bytes.len() + CONSTANT,
                "{peak} bytes for {} at {at}",
                bytes.len()
            );
        }
    }

    // Many small things: texts, levels, trees, operations, numbers, each as short as MessagePack can write it.
    let count = 100_000_u32;
    let array = |element: &[u8]| [&[0xdd][..], &count.to_be_bytes(), &element.repeat(count as usize)].concat();
    let replaced = |key: &str, element: &[u8]| {
        let header = [&[0xa0 | key.len() as u8][..], key.as_bytes()].concat();
        let at = document
            .windows(header.len())
            .position(|window| window == header)
            .unwrap()
            + header.len();
        // What stood there is left behind and makes the document invalid: the memory has been taken by then.
        file_around(
            FORMAT_VERSION,
            &[&document[..at], &array(element), &document[at..]].concat(),
        )
    };
    for (key, element) in [
        ("unused_columns", &[0xa0][..]),
        ("sentinels", &[0x01]),
        ("groups", &[0x93, 0xa0, 0x92, 0xa0, 0xa0, 0x92, 0xa0, 0xa0]),
        ("levels", &[0x92, 0xa0, 0x92, 0xa0, 0xa0]),
        ("missing_levels", &[0xa0]),
        ("operations", &[0xa3, b'a', b'd', b'd']),
        ("trees", &[0x93, 0x90, 0x90, 0x90]),
        ("leaves", &[0x01]),
        ("category_words", &[0x01]),
        ("score_quantiles", &[0x01]),
        ("dropped_features", &[0xa0]),
        ("notes", &[0xa0]),
        ("parity", &[0x93, 0x90, 0, 0]),
    ] {
        let bytes = replaced(key, element);
        let (peak, _) = peak_of(&bytes);
        assert!(peak > bytes.len(), "{key}: {peak} bytes: the elements were not read");
        assert!(
            peak <= FACTOR * bytes.len() + CONSTANT,
            "{key}: {peak} bytes for {}",
            bytes.len()
        );
    }
}
