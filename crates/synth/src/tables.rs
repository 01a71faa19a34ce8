//! The tables: their names, columns and rows.

use std::io;

use super::Format;
use super::columns::{self, Column};
use super::file::{Portion, empty_rows};
use super::rows::Rows;

/// How many tables there are, application_test included.
pub(super) const COUNT: usize = 8;

/// Names and columns of all tables, in the order of [`Tables::into_rows`].
pub(super) const ALL: [(&str, &[Column]); COUNT] = [
    ("application_train", &columns::APPLICATION_TRAIN),
    ("application_test", &columns::APPLICATION_TEST),
    ("bureau", &columns::BUREAU),
    ("bureau_balance", &columns::BUREAU_BALANCE),
    ("previous_application", &columns::PREVIOUS_APPLICATION),
    ("POS_CASH_balance", &columns::POS_CASH_BALANCE),
    ("installments_payments", &columns::INSTALLMENTS_PAYMENTS),
    ("credit_card_balance", &columns::CREDIT_CARD_BALANCE),
];

/// A client's position in the run and key in the tables.
#[derive(Clone, Copy)]
pub(super) struct Client {
    pub(super) index: i64,
    pub(super) key: i64,
    /// Whether the outcome is known: those of application_test applied later, and nobody knows yet.
    pub(super) decided: bool,
}

/// Rows of the tables, gathered for some clients.
pub(super) struct Tables {
    pub(super) decided: Rows,
    pub(super) undecided: Rows,
    pub(super) bureau: Rows,
    pub(super) bureau_balance: Rows,
    pub(super) previous: Rows,
    pub(super) pos: Rows,
    pub(super) instalments: Rows,
    pub(super) cards: Rows,
}

impl Tables {
    /// Tables without rows.
    pub(super) fn empty(format: Format) -> Self {
        let [
            decided,
            undecided,
            bureau,
            bureau_balance,
            previous,
            pos,
            instalments,
            cards,
        ] = ALL.map(|(_, columns)| empty_rows(format, columns));
        Self {
            decided,
            undecided,
            bureau,
            bureau_balance,
            previous,
            pos,
            instalments,
            cards,
        }
    }

    /// The rows, in the order of [`ALL`].
    pub(super) fn into_rows(self) -> [Rows; COUNT] {
        [
            self.decided,
            self.undecided,
            self.bureau,
            self.bureau_balance,
            self.previous,
            self.pos,
            self.instalments,
            self.cards,
        ]
    }

    /// The rows as their files take them, in the same order.
    pub(super) fn into_portions(self, format: Format) -> io::Result<Vec<Portion>> {
        let rows = self.into_rows().into_iter();
        rows.zip(ALL)
            .map(|(rows, (_, columns))| Portion::new(rows, format, columns))
            .collect()
    }
}
