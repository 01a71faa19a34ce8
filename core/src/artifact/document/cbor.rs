//! CBOR (RFC 8949) as a model file uses it: lengths known beforehand, every head as short as it can be, floats of
//! 64 bits. One value has one encoding, so that a model has one file.

/// The major types of CBOR, which the three highest bits of a head hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Major {
    Unsigned = 0,
    Bytes = 2,
    Text = 3,
    Array = 4,
    Map = 5,
}

impl Major {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "a whole number",
            Self::Bytes => "bytes",
            Self::Text => "a text",
            Self::Array => "an array",
            Self::Map => "a map",
        }
    }
}

pub(super) const TAG: u8 = 6;
/// Truth values, floats and the like.
pub(super) const SIMPLE: u8 = 7;
pub(super) const FALSE: u8 = 0xf4;
pub(super) const TRUE: u8 = 0xf5;
pub(super) const FLOAT: u8 = 0xfb;
