//! Writes the document, item after item.

use super::cbor::{FALSE, FLOAT, Major, TRUE};

/// Writes a document.
#[derive(Debug, Default)]
pub(super) struct Writer {
    document: Vec<u8>,
}

impl Writer {
    pub(super) fn finish(self) -> Vec<u8> {
        self.document
    }

    #[expect(clippy::cast_possible_truncation, reason = "each arm holds what fits")]
    pub(super) fn head(&mut self, major: Major, value: u64) {
        let first = (major as u8) << 5;
        match value {
            0..24 => self.document.push(first | value as u8),
            24..=0xff => self.document.extend([first | 24, value as u8]),
            0x100..=0xffff => {
                self.document.push(first | 25);
                self.document.extend((value as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.document.push(first | 26);
                self.document.extend((value as u32).to_be_bytes());
            }
            _ => {
                self.document.push(first | 27);
                self.document.extend(value.to_be_bytes());
            }
        }
    }

    pub(super) fn unsigned(&mut self, value: u64) {
        self.head(Major::Unsigned, value);
    }

    pub(super) fn array(&mut self, count: usize) {
        self.head(Major::Array, count as u64);
    }

    pub(super) fn map(&mut self, count: usize) {
        self.head(Major::Map, count as u64);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.head(Major::Bytes, bytes.len() as u64);
        self.document.extend_from_slice(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.head(Major::Text, text.len() as u64);
        self.document.extend_from_slice(text.as_bytes());
    }

    pub(super) fn float(&mut self, value: f64) {
        self.document.push(FLOAT);
        self.document.extend(value.to_bits().to_be_bytes());
    }

    pub(super) fn boolean(&mut self, value: bool) {
        self.document.push(if value { TRUE } else { FALSE });
    }
}
