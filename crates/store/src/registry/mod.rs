//! The run store: every training on record, and which run is the champion. A folder, no server.
//!
//! | in the folder | what |
//! |---|---|
//! | `journal.jsonl` | what happened, in order: a [chain](candor_portfolio::chain) of [entries](entry::Entry), only ever added to |
//! | `objects/SHA256` | runs, model files, test parts, keys of clients: named after their content, never changed |
//!
//! A writer locks the journal, puts objects into their places, and names them in the journal last. So it may be killed at
//! any moment: what the journal names is there, and what it does not name is removed by the next writer. Everything that
//! is changed is on the disk before a command says so.
//!
//! Test parts hold personal data; folder and files are the owner's only.

pub mod clients;
pub mod contest;
pub mod entry;
mod ledger;
mod objects;
mod promotion;
mod recording;
mod run;
mod store;
pub mod test_part;
mod verify;

pub use ledger::{Ledger, SHOWN, shorten};
pub use objects::{Objects, name_of};
pub use promotion::{Comparison, compare, load, probabilities, shown};
pub use recording::Recording;
pub use run::{Clients, KeptOut, Run, StoredModel};
pub use store::{Store, Writer};
pub use verify::{Findings, verify};
