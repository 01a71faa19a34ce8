//! Definition and policy files: what fields and features a model has, what related records say, what wrong decisions
//! cost, as TOML text that is compiled into core's schema, preprocessing, records and policy.
//!
//! ```
//! use candor_definition::{Definition, PolicyFile, APPLICATION, POLICY};
//!
//! let policy = PolicyFile::parse("policy.toml", POLICY)?;
//! let definition = Definition::compile("application.toml", APPLICATION, &policy)?;
//! assert!(definition.schema.field_index("AMT_CREDIT").is_some());
//! assert!(definition.schema.field_index("CODE_GENDER").is_none(), "the policy keeps it out");
//! # Ok::<(), candor_definition::Error>(())
//! ```

mod definition;
mod entries;
mod error;
mod import_schema;
mod names;
mod places;
mod policy;
mod related;

pub use definition::{APPLICATION, Definition};
pub use entries::{Impute, Statistic};
pub use error::Error;
pub use import_schema::describe;
pub use policy::{DEFAULT as POLICY, Held, PolicyFile, Reasons, RiskLevels};
pub use related::DefinitionFiles;
