//! Holds reading to the memory that its bytes justify.

#[path = "../../core/tests/support/memory.rs"]
mod counting;

/// What reading may take at once for each byte, and beside that.
const FACTOR: usize = 64;
const CONSTANT: usize = 8 << 20;

/// Reads `bytes`, and asserts that no more memory was in use meanwhile than they justify.
pub fn bounded<T>(bytes: &[u8], read: impl FnOnce(&[u8]) -> T) -> T {
    let (result, peak) = counting::peak_of(|| read(bytes));
    let limit = FACTOR * bytes.len() + CONSTANT;
    assert!(
        peak <= limit,
        "reading {} bytes took {peak}, and at most {limit} may be",
        bytes.len()
    );
    result
}
