//! The runs of a store, as a table and one by one.

use std::collections::HashMap;

use candor_core::artifact::Metrics;
use candor_store::registry::entry::Entry;
use candor_store::registry::{Clients, Ledger, Store, load, shown};
use serde::Serialize;

use crate::commands::inspect::part_lines;
use crate::commands::{Answer, print, print_json};
use crate::error::Error;

/// A run in the list.
#[derive(Debug, Serialize)]
struct Listed {
    run: String,
    at: String,
    name: String,
    model: String,
    champion: Option<Reign>,
    rows: u64,
    test_rows: Option<u64>,
    test: Option<Metrics>,
}

/// Whether a run is the champion or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Reign {
    Present,
    Past,
}

pub(super) fn list(store: &Store, as_json: bool) -> Result<Answer, Error> {
    let ledger = store.read()?;
    let runs = listed(store, &ledger)?;
    if as_json {
        print_json(&runs)?;
        return Ok(Answer::Yes);
    }
    if runs.is_empty() {
        print("No run is on record yet; candor train --store puts one there.")?;
        return Ok(Answer::Yes);
    }
    let longest = runs
        .iter()
        .map(|run| run.name.chars().count())
        .max()
        .unwrap_or(0)
        .clamp(4, 32);
    let mut lines = vec![format!(
        "{:<10}  {:<20}  {:<longest$}  {:>9}  {:>7}  {:>7}  {:>7}",
        "run", "recorded", "name", "test rows", "AUC", "cost", ""
    )];
    for run in &runs {
        let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
        let name: String = run.name.chars().take(longest).collect();
        lines.push(
            format!(
                "{:<10}  {:<20}  {name:<longest$}  {:>9}  {:>7}  {:>7}  {}",
                shown(&run.run),
                run.at,
                run.test_rows.map_or_else(|| "–".to_owned(), |rows| rows.to_string()),
                figure(run.test.as_ref().map(|test| test.auc.value)),
                figure(run.test.as_ref().map(|test| test.cost.value)),
                match run.champion {
                    Some(Reign::Present) => "champion",
                    Some(Reign::Past) => "was champion",
                    None => "",
                }
            )
            .trim_end()
            .to_owned(),
        );
    }
    lines.push(
        "AUC and cost are those of each run's own test part; candor registry compare puts two on the same.".into(),
    );
    lines.extend(clock_lines(&ledger));
    print(&lines.join("\n"))?;
    Ok(Answer::Yes)
}

pub(super) fn show(store: &Store, name: &str, as_json: bool) -> Result<Answer, Error> {
    let ledger = store.read()?;
    let digest = ledger.find(name)?;
    let run = store.run(digest)?;
    let history: Vec<&Entry> = ledger.entries.iter().filter(|entry| concerns(entry, digest)).collect();
    if as_json {
        let value = serde_json::json!({
            "run": digest,
            "model": run.model,
            "card": run.card,
            "clients": run.clients,
            "history": history,
        });
        print_json(&value)?;
        return Ok(Answer::Yes);
    }
    let card = &run.card;
    let mut lines = vec![
        format!("{} {}", shown(digest), card.name),
        format!("  run          {digest}"),
        format!(
            "  model        {} ({} KB)",
            run.model.digest,
            run.model.bytes.div_ceil(1000)
        ),
        format!("  made by      Candor {}, {}", card.candor_version, card.algorithm),
        format!(
            "  data         {} ({} rows, sha256 {}…)",
            card.data.file,
            card.data.rows,
            shown(&card.data.sha256)
        ),
    ];
    lines.extend(run.clients.as_ref().map_or_else(
        || vec!["  clients      not known: the model was trained elsewhere".to_owned()],
        client_lines,
    ));
    let parameters: Vec<String> = card
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    lines.push(format!("  parameters   {}", parameters.join(" ")));
    lines.extend(history.iter().map(|entry| format!("  {}", history_line(entry, digest))));
    if !card.parts.is_empty() {
        lines.push(String::new());
        lines.extend(part_lines(load(store, &run)?.model()));
    }
    lines.extend(clock_lines(&ledger));
    print(&lines.join("\n"))?;
    Ok(Answer::Yes)
}

fn listed(store: &Store, ledger: &Ledger) -> Result<Vec<Listed>, Error> {
    let present = ledger.champion();
    let mut reigns: HashMap<&str, Reign> = HashMap::new();
    for entry in &ledger.entries {
        if let Entry::Promotion { run, .. } = entry {
            reigns.insert(run, Reign::Past);
        }
    }
    reigns.extend(present.map(|run| (run, Reign::Present)));
    let mut runs = Vec::new();
    for entry in &ledger.entries {
        let Entry::Run { at, run: digest } = entry else {
            continue;
        };
        let run = store.run(digest)?;
        runs.push(Listed {
            run: digest.clone(),
            at: at.clone(),
            champion: reigns.get(digest.as_str()).copied(),
            rows: run.card.data.rows,
            test_rows: run.clients.as_ref().map(|clients| clients.test_rows),
            test: run.test_metrics().cloned(),
            model: run.model.digest,
            name: run.card.name,
        });
    }
    Ok(runs)
}

fn client_lines(clients: &Clients) -> Vec<String> {
    let mut lines = vec![format!(
        "  clients      told apart by {}; learned from {} rows, tested on {}",
        clients.identity, clients.learned_rows, clients.test_rows
    )];
    lines.extend(clients.kept_out.as_ref().map(|kept_out| {
        format!(
            "  kept out     {} rows of test clients of the champion {}",
            kept_out.rows,
            shown(&kept_out.champion)
        )
    }));
    lines
}

fn concerns(entry: &Entry, digest: &str) -> bool {
    match entry {
        Entry::Store { .. } => false,
        Entry::Run { run, .. } => run == digest,
        Entry::Promotion { run, before, .. } => run == digest || before.as_deref() == Some(digest),
        Entry::Rollback { run, before, .. } => run == digest || before == digest,
    }
}

/// What an entry says of a run.
fn history_line(entry: &Entry, digest: &str) -> String {
    let what = match entry {
        Entry::Store { .. } => String::new(),
        Entry::Run { .. } => "recorded".into(),
        Entry::Promotion { run, .. } if run != digest => format!("replaced by {}", shown(run)),
        Entry::Promotion {
            forced: Some(forced), ..
        } => {
            format!(
                "promoted by force, although {}: \"{}\"",
                forced.objection, forced.reason
            )
        }
        Entry::Promotion { .. } => "promoted".into(),
        Entry::Rollback { run, reason, .. } => {
            let what = if run == digest { "champion again" } else { "rolled back" };
            match reason {
                Some(reason) => format!("{what}: \"{reason}\""),
                None => what.into(),
            }
        }
    };
    format!("{}  {what}", entry.at().unwrap_or_default())
}

/// Says where the clock went back: times do not tell the order then.
fn clock_lines(ledger: &Ledger) -> Vec<String> {
    ledger
        .backward_steps()
        .into_iter()
        .map(|(line, before, at)| {
            format!("Note: the clock went back before line {line} of the journal, from {before} to {at}; the order is that of the lines.")
        })
        .collect()
}
