//! The parts of ONNX's protocol buffer messages that are read, with the field numbers of `onnx.proto`.
//!
//! Messages within messages and texts in lists are kept as bytes and decoded where they are used: an empty message
//! takes two bytes in a file and hundreds in memory.

use prost::Message;
use prost::bytes::Bytes;

use super::inconsistent;
use crate::import::ImportError;

/// Element types of tensors.
pub(super) mod element {
    pub(in crate::import::onnx) const FLOAT: i32 = 1;
    pub(in crate::import::onnx) const INT32: i32 = 6;
    pub(in crate::import::onnx) const INT64: i32 = 7;
    pub(in crate::import::onnx) const DOUBLE: i32 = 11;
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Model {
    #[prost(bytes = "bytes", optional, tag = "7")]
    pub(super) graph: Option<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "8")]
    pub(super) opset_import: Vec<Bytes>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct OperatorSet {
    #[prost(string, tag = "1")]
    pub(super) domain: String,
    #[prost(int64, tag = "2")]
    pub(super) version: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Graph {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub(super) node: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "5")]
    pub(super) initializer: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "11")]
    pub(super) input: Vec<Bytes>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Node {
    #[prost(string, repeated, tag = "1")]
    pub(super) input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(super) output: Vec<String>,
    #[prost(string, tag = "4")]
    pub(super) op_type: String,
    #[prost(bytes = "bytes", repeated, tag = "5")]
    pub(super) attribute: Vec<Bytes>,
    #[prost(string, tag = "7")]
    pub(super) domain: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Attribute {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(int64, tag = "3")]
    pub(super) i: i64,
    #[prost(bytes = "bytes", tag = "4")]
    pub(super) s: Bytes,
    #[prost(bytes = "bytes", optional, tag = "5")]
    pub(super) t: Option<Bytes>,
    #[prost(float, repeated, tag = "7")]
    pub(super) floats: Vec<f32>,
    #[prost(int64, repeated, tag = "8")]
    pub(super) ints: Vec<i64>,
    #[prost(bytes = "bytes", repeated, tag = "9")]
    pub(super) strings: Vec<Bytes>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Tensor {
    #[prost(int64, repeated, tag = "1")]
    pub(super) dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub(super) data_type: i32,
    #[prost(float, repeated, tag = "4")]
    pub(super) float_data: Vec<f32>,
    #[prost(string, tag = "8")]
    pub(super) name: String,
    #[prost(bytes = "bytes", tag = "9")]
    pub(super) raw_data: Bytes,
    #[prost(double, repeated, tag = "10")]
    pub(super) double_data: Vec<f64>,
    /// Not 0 where the numbers are in another file.
    #[prost(int32, tag = "14")]
    pub(super) data_location: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ValueInfo {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(bytes = "bytes", optional, tag = "2")]
    pub(super) r#type: Option<Bytes>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ValueType {
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub(super) tensor_type: Option<Bytes>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TensorType {
    #[prost(int32, tag = "1")]
    pub(super) elem_type: i32,
    #[prost(bytes = "bytes", optional, tag = "2")]
    pub(super) shape: Option<Bytes>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Shape {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub(super) dim: Vec<Bytes>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Dimension {
    #[prost(int64, tag = "1")]
    pub(super) dim_value: i64,
}

/// Decodes a message; `place` names it.
pub(super) fn decode<M: Message + Default>(mut bytes: Bytes, place: &str) -> Result<M, ImportError> {
    let length = bytes.len();
    M::decode(&mut bytes).map_err(|_| {
        let read = length - bytes.len();
        let problem = format!(
            "it makes no sense near byte {read} of its {length}; the file is damaged, cut short or not an ONNX model: save \
             it again with onnx.save, and move it as a binary file"
        );
        inconsistent(place, &problem)
    })
}

impl Tensor {
    /// Its numbers, of type float or double.
    pub(super) fn numbers(self, place: &str) -> Result<Vec<f64>, ImportError> {
        if self.data_location != 0 {
            return Err(inconsistent(
                place,
                "the numbers are in another file; save the model with them inside",
            ));
        }
        let raw = self.raw_data;
        let numbers: Vec<f64> = match self.data_type {
            element::FLOAT if raw.is_empty() => self.float_data.into_iter().map(f64::from).collect(),
            element::FLOAT => raw
                .as_chunks()
                .0
                .iter()
                .map(|&bytes| f64::from(f32::from_le_bytes(bytes)))
                .collect(),
            element::DOUBLE if raw.is_empty() => self.double_data,
            element::DOUBLE => raw
                .as_chunks()
                .0
                .iter()
                .map(|&bytes| f64::from_le_bytes(bytes))
                .collect(),
            kind => {
                return Err(inconsistent(
                    place,
                    &format!("its numbers have the element type {kind}, not float or double"),
                ));
            }
        };
        let expected = self
            .dims
            .iter()
            .try_fold(1_i64, |product, &dim| product.checked_mul(dim));
        if expected.and_then(|count| usize::try_from(count).ok()) != Some(numbers.len()) {
            return Err(inconsistent(
                place,
                &format!("it holds {} numbers, and its dimensions say otherwise", numbers.len()),
            ));
        }
        Ok(numbers)
    }
}
