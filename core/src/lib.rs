//! The Candor engine: one loan application in, a probability of default, a decision and the exact reasons out.
//!
//! The crate does no I/O: no files, network, clock, randomness, threads, environment or printing. Bytes and values go
//! in, values come out, and the same model file and the same application give the same bits on every machine.
//!
//! Data flows through the modules in this order: [`schema`] (which raw fields exist) → [`application`] (one
//! applicant's values, some of them made of [`records`]) → [`preprocessing`] (fields to features) → [`ensemble`] (trees) → [`shap`] (exact
//! contributions) → [`decision`] (calibration, points, threshold, risk level, reasons). Beside them stand
//! [`artifact`] (the model file), `import` (other libraries' models, with the feature of that name) and [`stats`] (AUC, KS, calibration error …).
//! [`Scorer`] is the one door to all of it.
//!
//! ```
//! use candor_core::{LoadError, Scorer};
//!
//! // Anything that is not a whole, undamaged model file is refused with a reason.
//! assert!(matches!(Scorer::from_bytes(b"not a model"), Err(LoadError::NotAModel)));
//! ```
#![forbid(unsafe_code)]

pub mod application;
pub mod artifact;
#[cfg(feature = "ndarray")]
pub mod batch;
mod decimal;
pub mod decision;
#[cfg(feature = "import")]
pub mod import;
pub mod preprocessing;
pub mod records;
pub mod schema;
pub mod scorer;
pub mod stats;
pub mod text;
pub mod workers;

pub use candor_ensemble as ensemble;
pub use candor_ensemble::shap;

pub use application::{Application, FieldError, Raw};
pub use artifact::{LoadError, Model};
pub use decision::{Decision, Explanation, Reason, RiskLevel, Score, Waterfall};
pub use records::{ClientRecords, Records};
pub use schema::{Field, FieldKind, Schema, ValueError};
pub use scorer::{BackgroundExplainer, InteractionMatrix, Interactions, Scorer, TooManyFeatures};
pub use text::{Language, Text, from_hexadecimal, hexadecimal};
pub use workers::{InTurn, Workers};
