//! The model file: all that scoring and explaining need, behind a magic, a format version and a digest.
//!
//! | bytes | what |
//! |---|---|
//! | 0–7 | `89 43 41 4E 44 4F 52 0A`: a byte that is not ASCII, then `CANDOR` and a line feed |
//! | 8–11 | format version, u32 little-endian |
//! | 12–19 | length of the document, u64 little-endian |
//! | 20–51 | SHA-256 of bytes 0–19 and the document |
//! | 52– | one CBOR document: a [`Model`] as a map of numbered fields, its trees in columns |
//! | behind it | nothing, or signatures of the model (`signatures.rs`), which the digest does not cover |
//!
//! A file is checked from the outside in: magic, version, length, digest, form of the signatures, CBOR, then every index, range and tree inside,
//! and last the parity cases, which must score to the bits recorded in the file.
//!
//! Fields can be added without a new format version: `document/model.rs` says how. Trees are in level order when they have
//! been read, whatever order they had before (`document/ensemble.rs`).
//!
//! **Memory.** Nothing is reserved before what announces it has been compared with the bytes left. A list reserves what
//! its elements take at their smallest, at most 24 bytes in memory for one in the file; a node and a leaf beside it take 12
//! bytes in the file and 56 in memory, three times as much while trees are made of columns. Lists hold lists three deep at most,
//! so that reading takes at most 32 times the file, whatever the file says; `tests/artifact_allocation.rs` holds it to that.

mod background;
mod card;
mod damage;
mod document;
mod envelope;
mod population;
mod reference;
mod signatures;
mod signing;

use thiserror::Error;

pub use background::Background;
pub use card::{DataFingerprint, Interval, Metrics, ModelCard, Parameters, Part};
pub use damage::Damage;
pub use population::{FieldPopulation, FieldValues, PackedPopulation, Population, ScorePopulation};
pub use reference::{FieldReference, Reference};
pub use signatures::{MOST_SIGNATURES, Signature};

use crate::decimal::Decimal;
use crate::decision::{Calibration, Policy};
use crate::ensemble::{Ensemble, Ranking};
use crate::preprocessing::Preprocessing;
use crate::records::Records;
use crate::schema::Schema;
use crate::text::hexadecimal;
use envelope::{Envelope, HEADER};

/// The format version that this build writes, and the newest one that it reads.
pub const FORMAT_VERSION: u32 = 2;
/// The oldest format version that was ever in a release.
const OLDEST_VERSION: u32 = 2;

/// Most parity cases: each is explained at load, so their number bounds the time that loading takes.
const MOST_PARITY_CASES: usize = 64;

/// Everything a model file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The raw fields.
    pub schema: Schema,
    /// Fields to features.
    pub preprocessing: Preprocessing,
    /// Features to a raw score.
    pub ensemble: Ensemble,
    /// Raw score to log-odds.
    pub calibration: Calibration,
    /// Log-odds to a decision.
    pub policy: Policy,
    /// What the training population looked like.
    pub reference: Reference,
    /// Where the model comes from and how good it is.
    pub card: ModelCard,
    /// Typical applications with the exact score that they must get.
    pub parity: Vec<ParityCase>,
    /// Whom applications are compared with; `None` in files of before there was one, and where too few were approved.
    pub background: Option<Background>,
    /// Related records, and the fields at the end of the schema that are made of them; `None` where there are none.
    pub records: Option<Records>,
    /// The population that drift is measured against; `None` in files of before there was one, and of imported models.
    pub population: Option<PackedPopulation>,
}

/// An application and the bits of its score, checked whenever the model is loaded. It describes no real person: each
/// value is the middle or the most frequent one of a set of similar clients.
#[derive(Debug, Clone, PartialEq)]
pub struct ParityCase {
    /// Raw text of each field, in schema order; empty where missing.
    pub values: Vec<String>,
    /// Bits of the calibrated log-odds.
    pub log_odds_bits: u64,
    /// Bits of the sum of the contributions, added in feature order.
    pub contribution_bits: u64,
}

/// Why a model file was not loaded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoadError {
    /// The bytes do not begin like a model file.
    #[error("this is not a Candor model file; choose a .candor file made by 'candor train'")]
    NotAModel,
    /// Written by a newer Candor.
    #[error(
        "this model file has format version {found}, and this Candor reads up to {FORMAT_VERSION}; use a newer Candor"
    )]
    TooNew {
        /// The file's version.
        found: u32,
    },
    /// Written by a Candor that was never released.
    #[error(
        "this model file was made before the first release (format version {found}); make it again with 'candor train'"
    )]
    TooOld {
        /// The file's version.
        found: u32,
    },
    /// The file is shorter or longer than it says.
    #[error(
        "the model file is incomplete or has bytes too many: {expected} bytes expected, {found} found; copy it again"
    )]
    WrongLength {
        /// Bytes that the header announces, header included.
        expected: u64,
        /// Bytes given.
        found: u64,
    },
    /// The digest does not match.
    #[error("the model file is damaged: its digest does not match its content; copy it again from where it was made")]
    Damaged,
    /// What stands behind the document are no well-formed signatures.
    #[error(
        "the signatures at the end of the model file are damaged: {problem}; copy it again from where it was signed"
    )]
    DamagedSignatures {
        /// What is wrong.
        problem: &'static str,
    },
    /// The document is not what a model file holds.
    #[error("the model file is invalid: {problem}; make it again with 'candor train'")]
    Invalid {
        /// What is wrong, and where.
        problem: String,
    },
    /// A parity case gives other bits than recorded.
    #[error(
        "the model does not score as it did when it was made: parity case {case} gives {found}, and {expected} is \
         recorded; do not use it, and report this"
    )]
    Parity {
        /// Position of the case.
        case: usize,
        /// Log-odds recorded.
        expected: FloatBits,
        /// Log-odds computed here.
        found: FloatBits,
    },
}

/// A float that is compared and shown by its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloatBits(pub u64);

impl std::fmt::Display for FloatBits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = Decimal(f64::from_bits(self.0));
        write!(formatter, "{value} (bits {:016x})", self.0)
    }
}

impl Model {
    /// The model as the bytes of a file.
    ///
    /// # Errors
    /// [`LoadError::Invalid`] when the model would not load again.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LoadError> {
        self.check()?;
        Ok(envelope::write(&self.document()))
    }

    /// The document inside the file, of a model that need not be sound: what [`to_bytes`](Self::to_bytes) puts behind a
    /// header. For tests of what a loader refuses.
    #[doc(hidden)]
    pub fn document(&self) -> Vec<u8> {
        document::write(self)
    }

    /// Reads a model file, of this digest if the host has computed it, and checks everything but its parity cases, which
    /// need a [`Scorer`](crate::Scorer). With the model come the thresholds of its trees in order.
    pub(crate) fn from_bytes(bytes: &[u8], computed: Option<[u8; 32]>) -> Result<(Self, Ranking), LoadError> {
        let document = Envelope::open(bytes, computed)?.document;
        let (model, ranking) = document::read(document).map_err(|problem| LoadError::Invalid { problem })?;
        model.check()?;
        Ok((model, ranking))
    }

    /// SHA-256 of a model file's header and document, as stored in the file: the model's identity, in hexadecimal.
    pub fn digest_of(bytes: &[u8]) -> Option<String> {
        bytes.get(20..HEADER).map(hexadecimal)
    }

    fn check(&self) -> Result<(), LoadError> {
        let features = self.preprocessing.features.len();
        let fields = self.schema.fields.len();
        let problem = self
            .schema
            .problem()
            .map(|problem| format!("schema: {problem}"))
            .or_else(|| {
                self.preprocessing
                    .problem(&self.schema)
                    .map(|problem| format!("preprocessing: {problem}"))
            })
            .or_else(|| {
                self.ensemble
                    .problem(features)
                    .map(|problem| format!("ensemble: {problem}"))
            })
            .or_else(|| self.policy.problem().map(|problem| format!("policy: {problem}")))
            .or_else(|| {
                self.reference
                    .problem(&self.schema, features)
                    .map(|problem| format!("reference: {problem}"))
            })
            .or_else(|| {
                let Calibration { slope, intercept } = self.calibration;
                // Every score that a row can reach is finite, so a probability is always a probability.
                let valid = slope > 0.0 && (slope * self.ensemble.largest_score() + intercept.abs()).is_finite();
                let (slope, intercept) = (Decimal(slope), Decimal(intercept));
                (!valid).then(|| {
                    format!("calibration: slope {slope} must be above 0, and scores with intercept {intercept} finite")
                })
            })
            .or_else(|| {
                let count = self.parity.len();
                (count > MOST_PARITY_CASES)
                    .then(|| format!("{count} parity cases, and at most {MOST_PARITY_CASES} may be"))
            })
            .or_else(|| {
                let case = self.parity.iter().position(|case| case.values.len() != fields)?;
                Some(format!(
                    "parity case {case} has {} values for {fields} fields",
                    self.parity[case].values.len()
                ))
            })
            .or_else(|| {
                let problem = self.background.as_ref()?.problem(&self.schema)?;
                Some(format!("background: {problem}"))
            })
            .or_else(|| {
                let problem = self.records.as_ref()?.problem(&self.schema)?;
                Some(format!("records: {problem}"))
            });
        problem.map_or(Ok(()), |problem| Err(LoadError::Invalid { problem }))
    }
}
