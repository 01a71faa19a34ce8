//! All cores of this machine.

use candor_core::Workers;
use rayon::prelude::*;

/// The threads of this process, by Rayon.
///
/// ```
/// use candor_core::Workers;
/// use candor_native::AllCores;
///
/// assert_eq!(AllCores.map(3, |piece| piece * piece), [0, 1, 4]);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct AllCores;

impl Workers for AllCores {
    fn map<T: Send>(&self, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
        (0..count).into_par_iter().map(&work).collect()
    }
}
