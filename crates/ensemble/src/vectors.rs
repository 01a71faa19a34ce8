//! The widest vectors that this processor has.
//!
//! The kernels are plain loops over arrays that the compiler turns into vector code. On x86-64 it may only use what every
//! such processor has; inside [`with`] it may use AVX2 where that is there, which is found out when the program runs.
//! Wider vectors change no result: each number is computed by the same operations in the same order, and nothing is fused.
//! In WebAssembly the choice is made by loading one of two builds.

/// Runs a kernel, all of which must be inlined into `kernel` to profit.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn with<R>(kernel: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(kernel)
}

/// Runs a kernel.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub(crate) fn with<R>(kernel: impl FnOnce() -> R) -> R {
    kernel()
}
