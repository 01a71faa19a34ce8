//! Positions, as the compiled forms keep them: in half of the bytes that memory would need.

/// A position among things of which a model file holds fewer than 2³²: each takes more than a byte of it.
pub(crate) fn to_u32(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
