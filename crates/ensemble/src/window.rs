//! Looking up by position without a check.

/// What is looked up by position: all that there is, or a window of a known length, whose positions wrap around. Whoever
/// takes a window knows that no position is outside; the checks that the compiler would add otherwise are nearly a quarter of
/// the instructions of a walk.
pub(crate) trait Window<T> {
    /// The window at the beginning of what there is, if that is long enough.
    fn of(all: &[T]) -> Option<&Self>;

    fn at(&self, position: usize) -> &T;

    fn at_mut(&mut self, position: usize) -> &mut T;
}

impl<T> Window<T> for [T] {
    #[inline(always)]
    fn of(all: &[T]) -> Option<&Self> {
        Some(all)
    }

    #[inline(always)]
    fn at(&self, position: usize) -> &T {
        &self[position]
    }

    #[inline(always)]
    fn at_mut(&mut self, position: usize) -> &mut T {
        &mut self[position]
    }
}

impl<T, const N: usize> Window<T> for [T; N] {
    #[inline(always)]
    fn of(all: &[T]) -> Option<&Self> {
        all.first_chunk()
    }

    #[inline(always)]
    fn at(&self, position: usize) -> &T {
        &self[position % N]
    }

    #[inline(always)]
    fn at_mut(&mut self, position: usize) -> &mut T {
        &mut self[position % N]
    }
}
