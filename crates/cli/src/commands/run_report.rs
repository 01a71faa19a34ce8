//! The validation report of a run of the store, on its frozen test part.

use candor_core::Language;
use candor_core::artifact::DataFingerprint;
use candor_portfolio::Data;
use candor_report::{Request, Sample, check, collect, page};
use candor_store::Error;
use candor_store::registry::{Run, Store, load, shown, test_part};
use serde::Serialize;

/// Seed of the report's bootstrap, as `candor report` has it.
const SEED: u64 = 7;

/// The validation report on the test part, as a page and as JSON; nothing where there is no test part, or too little in it
/// for figures that agree with each other.
pub(super) fn run_report(store: &Store, run: &Run) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let Some(clients) = &run.clients else {
        return Ok(Vec::new());
    };
    let scorer = load(store, run)?;
    let part = test_part::read(&store.objects.get(&clients.test)?, scorer.schema())?;
    let rows = part.outcomes.len();
    let data = Data {
        ids: (0..rows).map(|row| row.to_string()).collect(),
        applications: part.applications,
        outcomes: part.outcomes,
        kept: vec![Vec::new(); rows],
        fingerprint: DataFingerprint {
            file: format!("test part of {}", run.card.data.file),
            rows: rows as u64,
            sha256: clients.test.clone(),
        },
    };
    let request = Request {
        seed: SEED,
        model_file: format!("model {}", shown(&run.model.digest)),
        model_digest: run.model.digest.clone(),
        target: scorer.schema().target.clone().unwrap_or_default(),
        ..Request::default()
    };
    let sample = Sample::new(&scorer, data);
    let figures = collect(&sample, &request, &|_| {});
    if !check(&figures).is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![
        (
            "report/report.html".to_owned(),
            page(&figures, Language::En).into_bytes(),
        ),
        ("report/report.json".to_owned(), json(&figures)?),
    ])
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec_pretty(value).map_err(|error| Error::Refused {
        problem: format!("a run could not be written as JSON: {error}"),
    })
}
