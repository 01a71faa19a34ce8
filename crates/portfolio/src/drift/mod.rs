//! Whether clients are still those that a model was trained on: field by field and by their scores.
//!
//! Clients read ([`Clients`]) → compared ([`compare()`]) → decided ([`verdict`], the one place where Candor's rule, a bank's
//! reading and Evidently's stand side by side) → [`Figures`], from which the page, the JSON file and the table on the
//! terminal are drawn and which hold all that these say.

mod clients;
mod compare;
pub mod evidently;
pub mod figures;
pub mod verdict;

pub use clients::{Clients, ClientsReader, Unfit};
pub use compare::{Reference, compare};
pub use figures::Figures;
