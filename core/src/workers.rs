//! Who does many independent pieces of work: this thread, one after the other, or those of a host that has more.
//!
//! Core and what stands on it in WebAssembly start no threads. Where there is much to do that can be done in any order,
//! they ask a [`Workers`] of their caller for it; results come back in order, so that no figure depends on who did it.

/// Does independent pieces of work.
pub trait Workers {
    /// The results of `work` for 0, 1, … `count` − 1, in this order, whatever the order in which they were made.
    fn map<T: Send>(&self, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T>;
}

/// This thread alone, one piece after the other.
///
/// ```
/// use candor_core::workers::{InTurn, Workers};
///
/// assert_eq!(InTurn.map(3, |piece| piece * piece), [0, 1, 4]);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct InTurn;

impl Workers for InTurn {
    fn map<T: Send>(&self, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
        (0..count).map(work).collect()
    }
}
