//! The rows of all tables that a run of clients brings about.

use std::ops::Range;

use super::applicant::Applicant;
use super::drift::Drift;
use super::random::{Random, Stream};
use super::request::Request;
use super::risk::{self, History};
use super::tables::{Client, Tables};
use super::{Format, application, bureau, previous};

/// Key of the first client.
const FIRST_CLIENT: i64 = 100_002;

/// Draws the clients at these positions; those from `decided` on have no outcome.
/// A change of the clients comes with the number of all clients.
pub(super) fn draw(
    clients: Range<u64>,
    decided: u64,
    seed: u64,
    format: Format,
    drift: Option<(Drift, u64)>,
) -> Tables {
    let mut tables = Tables::empty(format);
    for index in clients {
        add_client(&mut tables, seed, index, index < decided, drift);
    }
    tables
}

fn add_client(tables: &mut Tables, seed: u64, index: u64, decided: bool, drift: Option<(Drift, u64)>) {
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
    bureau::write(
        tables,
        &mut stream(Stream::Bureau),
        client,
        &person,
        &request,
        &mut past,
    );
    previous::write(tables, &mut stream(Stream::Previous), client, &person, &mut past);
    let outcome = decided.then(|| risk::outcome(&mut stream(Stream::Outcome), &person, &request, &past));
    let rows = if decided {
        &mut tables.decided
    } else {
        &mut tables.undecided
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
