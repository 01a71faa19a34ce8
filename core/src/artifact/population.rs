//! The population that a model was trained on, field by field: what drift is measured against without any row of it.
//!
//! The model file carries it as one string of bytes. What only scores passes over them, so that the engine holds no code
//! that reads them; [`Population::unpack`] does where drift is measured. Fields stand apart: nothing says which values
//! were one client's.

use super::document::columns::{Bits, numbers, packed, planes, push_varint, take_varint};
use crate::schema::{FieldKind, Schema};
use crate::stats::Sketch;

/// The population of training.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Clients of the training part.
    pub rows: u64,
    /// One entry per field, in schema order.
    pub fields: Vec<FieldPopulation>,
    /// Scores of clients that no tree has seen: those of the training part are more extreme than new ones will be.
    pub scores: Option<ScorePopulation>,
}

/// Values of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldPopulation {
    /// Clients without a value.
    pub missing: u64,
    /// The others.
    pub values: FieldValues,
}

/// Values by the kind of their field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValues {
    /// Numbers; `None` where no client has one.
    Numbers(Option<Sketch>),
    /// Clients by level; of a flag, no and yes.
    Levels(Vec<u64>),
}

/// Scores of clients.
#[derive(Debug, Clone, PartialEq)]
pub struct ScorePopulation {
    /// Calibrated log-odds.
    pub log_odds: Sketch,
    /// Calibrated probabilities.
    pub probability: Sketch,
    /// Clients who are approved at the policy's threshold.
    pub approved: u64,
    /// Mean probability.
    pub mean_probability: f64,
}

/// A [`Population`] as bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackedPopulation(pub(super) Vec<u8>);

impl PackedPopulation {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for PackedPopulation {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// The version of the bytes.
const VERSION: u64 = 1;
/// Bytes of a float: all of it, or those that a rounded one needs (its last ones are 0).
const WHOLE: usize = 8;
const CUT: usize = 3;
const FINE: usize = 4;

impl Population {
    /// The bytes for a model file.
    pub fn pack(&self) -> PackedPopulation {
        let mut bytes = Vec::new();
        push_varint(&mut bytes, VERSION);
        push_varint(&mut bytes, self.rows);
        for field in &self.fields {
            push_varint(&mut bytes, field.missing);
            match &field.values {
                FieldValues::Numbers(sketch) => push_sketch(&mut bytes, sketch.as_ref()),
                FieldValues::Levels(counts) => counts.iter().for_each(|&count| push_varint(&mut bytes, count)),
            }
        }
        if let Some(scores) = &self.scores {
            push_sketch(&mut bytes, Some(&scores.log_odds));
            push_sketch(&mut bytes, Some(&scores.probability));
            push_varint(&mut bytes, scores.approved);
            push_floats(&mut bytes, &[scores.mean_probability], WHOLE);
        }
        PackedPopulation(bytes)
    }

    /// Reads the bytes of a model file of this schema; `None` when they are no population of its fields.
    pub fn unpack(packed: &PackedPopulation, schema: &Schema) -> Option<Self> {
        let mut bytes = &packed.0[..];
        if take_varint(&mut bytes)? != VERSION {
            return None;
        }
        let rows = take_varint(&mut bytes)?;
        let mut fields = Vec::with_capacity(schema.fields.len());
        for field in &schema.fields {
            let missing = take_varint(&mut bytes)?;
            let levels = match &field.kind {
                FieldKind::Number(_) => None,
                FieldKind::Flag { .. } => Some(2),
                FieldKind::Category { levels, .. } => Some(levels.len()),
            };
            let values = match levels {
                None => FieldValues::Numbers(take_sketch(&mut bytes)?),
                Some(count) => {
                    let counts = (0..count).map(|_| take_varint(&mut bytes));
                    FieldValues::Levels(counts.collect::<Option<_>>()?)
                }
            };
            fields.push(FieldPopulation { missing, values });
        }
        let scores = if bytes.is_empty() {
            None
        } else {
            Some(ScorePopulation {
                log_odds: take_sketch(&mut bytes)??,
                probability: take_sketch(&mut bytes)??,
                approved: take_varint(&mut bytes)?,
                mean_probability: *take_floats(&mut bytes, 1, WHOLE)?.first()?,
            })
        };
        bytes.is_empty().then_some(Self { rows, fields, scores })
    }
}

/// Appends floats without the bytes that are 0 in all of them, in byte planes.
fn push_floats(bytes: &mut Vec<u8>, floats: &[f64], width: usize) {
    let kept = floats.iter().map(|float| float.to_bits() >> (8 * (WHOLE - width)));
    bytes.extend(planes(kept, width));
}

fn take_floats(bytes: &mut &[u8], count: usize, width: usize) -> Option<Vec<f64>> {
    let taken = take(bytes, count.checked_mul(width)?)?;
    let floats = numbers(taken, count, width..=width)?
        .into_iter()
        .map(|bits| f64::from_bits(bits << (8 * (WHOLE - width))));
    let floats: Vec<f64> = floats.collect();
    floats.iter().all(|float| float.is_finite()).then_some(floats)
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// Counts as what they differ from their mean by: cells are about equal, so that most take a byte.
fn push_sketch(bytes: &mut Vec<u8>, sketch: Option<&Sketch>) {
    let Some(sketch) = sketch else {
        push_varint(bytes, 0);
        return;
    };
    let cells = sketch.counts.len();
    let fits = |float: &f64| float.to_bits() << (8 * CUT) == 0;
    let width = if fits(&sketch.low) && sketch.bounds.iter().all(fits) {
        CUT
    } else {
        WHOLE
    };
    push_varint(bytes, cells as u64);
    bytes.push(u8::from(width == WHOLE) | u8::from(sketch.is_exact()) << 1);
    push_floats(bytes, &sketch.bounds, width);
    let mean = sketch.count() / cells.max(1) as u64;
    push_varint(bytes, mean);
    for &count in &sketch.counts {
        let above = count.wrapping_sub(mean).cast_signed();
        push_varint(bytes, (above << 1 ^ above >> 63).cast_unsigned());
    }
    if !sketch.is_exact() {
        bytes.extend(packed(&sketch.single));
        push_floats(bytes, &[sketch.low], width);
        push_floats(bytes, &[sketch.tails[0], sketch.tails[1], sketch.deviation], FINE);
    }
}

/// A sketch, `Some(None)` where there is none; `None` when the bytes are not one.
fn take_sketch(bytes: &mut &[u8]) -> Option<Option<Sketch>> {
    let cells = usize::try_from(take_varint(bytes)?).ok()?;
    if cells == 0 {
        return Some(None);
    }
    let form = *take(bytes, 1)?.first()?;
    let (width, exact) = (if form & 1 == 1 { WHOLE } else { CUT }, form & 2 == 2);
    let bounds = take_floats(bytes, cells, width)?;
    let mean = take_varint(bytes)?;
    let mut counts = Vec::with_capacity(cells);
    let mut all = 0_u64;
    for _ in 0..cells {
        let zigzag = take_varint(bytes)?;
        let above = (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
        let count = mean.checked_add_signed(above).filter(|&count| count > 0)?;
        all = all.checked_add(count)?;
        counts.push(count);
    }
    let mut sketch = Sketch {
        low: *bounds.first()?,
        tails: [*bounds.first()?, *bounds.last()?],
        single: vec![true; cells],
        deviation: 0.0,
        bounds,
        counts,
    };
    if exact {
        sketch.deviation = sketch.exact_deviation();
    } else {
        sketch.single = Bits::new(take(bytes, cells.div_ceil(8))?).take(cells).collect();
        sketch.low = *take_floats(bytes, 1, width)?.first()?;
        let [first, last, deviation] = take_floats(bytes, 3, FINE)?[..] else {
            return None;
        };
        (sketch.tails, sketch.deviation) = ([first, last], deviation);
    }
    let increasing = sketch.bounds.windows(2).all(|pair| pair[0] < pair[1]);
    let sound = increasing && sketch.low <= *sketch.bounds.first()? && sketch.deviation.is_finite();
    sound.then_some(Some(sketch))
}
