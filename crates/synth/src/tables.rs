//! The rows of all tables that a run of clients brings about.

use std::io;
use std::ops::Range;

use super::applicant::Applicant;
use super::columns::{self, Column};
use super::drift::Drift;
use super::file::{Portion, empty_rows};
use super::random::{Random, Stream};
use super::request::Request;
use super::risk::{self, History};
use super::rows::Rows;
use super::{Format, application, bureau, previous};

/// Key of the first client.
const FIRST_CLIENT: i64 = 100_002;

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
    /// Draws the clients at these positions; those from `decided` on have no outcome.
    /// A change of the clients comes with the number of all clients.
    pub(super) fn draw(
        clients: Range<u64>,
        decided: u64,
        seed: u64,
        format: Format,
        drift: Option<(Drift, u64)>,
    ) -> Self {
        let [
            decided_rows,
            undecided,
            bureau,
            bureau_balance,
            previous,
            pos,
            instalments,
            cards,
        ] = ALL.map(|(_, columns)| empty_rows(format, columns));
        let mut tables = Self {
            decided: decided_rows,
            undecided,
            bureau,
            bureau_balance,
            previous,
            pos,
            instalments,
            cards,
        };
        for index in clients {
            tables.add_client(seed, index, index < decided, drift);
        }
        tables
    }

    fn add_client(&mut self, seed: u64, index: u64, decided: bool, drift: Option<(Drift, u64)>) {
        let stream = |stream| Random::new(seed, index, stream);
        let client = Client {
            index: index as i64,
            key: FIRST_CLIENT + index as i64,
            decided,
        };
        let mut person = Applicant::draw(&mut stream(Stream::Person));
        let mut request = Request::draw(&mut stream(Stream::Request), &person, decided);
        if let Some((drift, all)) = drift {
            let place = index as f64 / all.saturating_sub(1).max(1) as f64;
            drift.apply(place, &mut person, &mut request);
        }
        let mut past = History::default();
        bureau::write(self, &mut stream(Stream::Bureau), client, &person, &request, &mut past);
        previous::write(self, &mut stream(Stream::Previous), client, &person, &mut past);
        let outcome = decided.then(|| risk::outcome(&mut stream(Stream::Outcome), &person, &request, &past));
        let rows = if decided {
            &mut self.decided
        } else {
            &mut self.undecided
        };
        application::write(
            rows,
            client.key,
            &person,
            &request,
            outcome,
            &mut stream(Stream::Housing),
        );
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
