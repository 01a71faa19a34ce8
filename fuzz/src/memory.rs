//! Holds reading to the memory that its bytes justify.
#![allow(
    unsafe_code,
    reason = "an allocator can only be replaced by an unsafe implementation"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// What reading may take at once for each byte, and beside that.
const FACTOR: usize = 64;
const CONSTANT: usize = 8 << 20;

/// Reads `bytes`, and asserts that no more memory was in use meanwhile than they justify.
pub fn bounded<T>(bytes: &[u8], read: impl FnOnce(&[u8]) -> T) -> T {
    let before = IN_USE.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let result = read(bytes);
    let peak = MOST.load(Ordering::Relaxed).saturating_sub(before);
    let limit = FACTOR * bytes.len() + CONSTANT;
    assert!(
        peak <= limit,
        "reading {} bytes took {peak}, and at most {limit} may be",
        bytes.len()
    );
    result
}
