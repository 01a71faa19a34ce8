//! From bytes to verdicts, natively and in Node: tables, drift and decisions on record, without a file, a thread or a clock.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[allow(dead_code, reason = "a part of it is the matter of core's own tests")]
#[path = "../../../core/tests/support/small_model.rs"]
mod small_model;

use std::fmt::Write;
use std::io::Cursor;
use std::path::Path;

use candor_core::{Application, InTurn, Raw, Scorer};
use candor_portfolio::Error;
use candor_portfolio::chain::{End, Line, follow};
use candor_portfolio::decisions::{Audit, Beside, Entry, Head, Recorder, application_of, audit, differences};
use candor_portfolio::drift::{Clients, ClientsReader, Figures, Reference, compare};
use candor_portfolio::table::{
    ColumnRules, DecimalMark, Leniency, NotationRules, Record, Request, Separator, Source, read_csv, read_json,
    scan_csv,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const HEADER: &str =
    "SK_ID_CURR;AMT_CREDIT;AMT_ANNUITY;DAYS_EMPLOYED;EXT_SOURCE_2;FLAG_OWN_CAR;WALLSMATERIAL_MODE;REGION";
const RULES: ColumnRules = ColumnRules {
    missing_columns: Leniency::Fail,
    extra_columns: Leniency::Fail,
    notation: NotationRules {
        separator: None,
        decimal: None,
    },
};

/// The model, from the bytes of its file.
fn scorer() -> Scorer {
    Scorer::from_bytes(&small_model::model().to_bytes().unwrap()).unwrap()
}

fn application(scorer: &Scorer, values: &[&str; 7]) -> Application {
    let fields = scorer.schema().fields.iter();
    let pairs = fields
        .zip(values)
        .map(|(field, value)| (field.name.as_str(), Raw::Text(value)));
    Application::from_pairs(scorer.schema(), pairs).unwrap()
}

/// What a row comes to: line, id, and either the bits of its log-odds or the errors of its fields.
type Answer = (u64, String, Result<u64, Vec<String>>);

fn answer(scorer: &Scorer, record: Record) -> Answer {
    let scored = record
        .application
        .map(|application| scorer.score(&application).log_odds.to_bits());
    let outcome = scored.map_err(|errors| errors.iter().map(ToString::to_string).collect());
    (record.line, record.id, outcome)
}

fn of_csv(scorer: &Scorer, text: &str) -> Result<Vec<Answer>, Error> {
    let mut answers = Vec::new();
    let source = Source::new(Path::new("clients.csv"), text.as_bytes());
    let request = Request::of_applications(scorer.schema(), None, RULES);
    read_csv(source, &request, &mut |record| {
        answers.push(answer(scorer, record));
        Ok::<(), Error>(())
    })?;
    Ok(answers)
}

fn of_json(scorer: &Scorer, text: &str) -> Result<Vec<Answer>, Error> {
    let mut answers = Vec::new();
    let source = Source::new(Path::new("clients.jsonl"), text.as_bytes());
    let request = Request::of_applications(scorer.schema(), None, RULES);
    read_json(source, &request, &mut |record| {
        answers.push(answer(scorer, record));
        Ok::<(), Error>(())
    })?;
    Ok(answers)
}

#[test]
fn rows_become_scores_or_errors_with_their_line_and_field() {
    let scorer = scorer();
    let bits = |values| Ok(scorer.score(&application(&scorer, values)).log_odds.to_bits());
    let sound = bits(&["406597.5", "24700.5", "-637", "0.2629", "N", "Stone, brick", "R0"]);
    let without_walls = bits(&["490495.5", "27517.5", "", "", "", "", "R39"]);
    let wrong = Err(vec![
        "AMT_CREDIT: 'much' is not a number; write a number such as 1250.5, or leave it empty if unknown".to_owned(),
        "EXT_SOURCE_2: 1.5 is above the largest value allowed, 1".to_owned(),
    ]);
    let csv = format!(
        "{HEADER}\n\
         100;406.597,5;24700,5;-637;0,2629;N;Stone, brick;R0\n\
         \n\
         101;much;35698,5;-1188;1,5;N;Block;R7\n\
         102;490495,5;27517,5;365243;;;XNA;R39\n"
    );
    let expected = |lines: [u64; 3]| {
        let outcomes = [sound.clone(), wrong.clone(), without_walls.clone()];
        let ids = ["100", "101", "102"].map(str::to_owned);
        let rows = lines.into_iter().zip(ids).zip(outcomes);
        rows.map(|((line, id), outcome)| (line, id, outcome))
            .collect::<Vec<_>>()
    };
    assert_eq!(of_csv(&scorer, &csv).unwrap(), expected([2, 4, 5]));

    let json = r#"{"SK_ID_CURR":100,"AMT_CREDIT":406597.5,"AMT_ANNUITY":24700.5,"DAYS_EMPLOYED":-637,"EXT_SOURCE_2":0.2629,"FLAG_OWN_CAR":false,"WALLSMATERIAL_MODE":"Stone, brick","REGION":"R0"}
{"SK_ID_CURR":101,"AMT_CREDIT":"much","EXT_SOURCE_2":1.5}
{"SK_ID_CURR":102,"AMT_CREDIT":490495.5,"AMT_ANNUITY":27517.5,"DAYS_EMPLOYED":365243,"WALLSMATERIAL_MODE":"XNA","REGION":"R39"}
"#;
    assert_eq!(of_json(&scorer, json).unwrap(), expected([1, 2, 3]));
}

#[test]
fn what_is_no_table_is_refused_with_its_line() {
    let scorer = scorer();
    let cut = format!("{HEADER}\n100;1;1;;;;;\n101;1\n");
    let message = |answers: Result<Vec<Answer>, Error>| answers.unwrap_err().to_string();
    let csv = message(of_csv(&scorer, &cut));
    assert!(
        csv.starts_with("clients.csv, line 3: the row has 2 cells and the header 8"),
        "{csv}"
    );
    let json = message(of_json(&scorer, "{\"AMT_CREDIT\":1}\n{\"AMT_CREDIT\":\n"));
    assert!(
        json.starts_with("clients.jsonl, line 2: this is not a JSON object"),
        "{json}"
    );
}

/// Clients who were never there, as a table with semicolons and decimal commas; every credit is larger by `more`.
fn clients(seed: u64, more: f64) -> String {
    let mut random = seed;
    let mut unit = || {
        // Knuth's generator of 64 bits; the upper 32 are the number.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 32) as f64 / 4_294_967_296.0
    };
    let mut text = format!("{HEADER}\n");
    for id in 0..600 {
        let [credit, annuity, days] =
            [9e5 * unit() + more, 4e4 * unit(), -9e3 * unit()].map(|value| format!("{value:.2}"));
        let score = format!("{:.4}", unit());
        let car = if unit() < 0.3 { "Y" } else { "N" };
        let walls = ["Panel", "Block", "Wooden", ""][(unit() * 4.0) as usize];
        let region = (unit() * 40.0) as usize;
        let [credit, annuity, days, score] = [credit, annuity, days, score].map(|number| number.replace('.', ","));
        writeln!(text, "{id};{credit};{annuity};{days};{score};{car};{walls};R{region}").unwrap();
    }
    text
}

fn read_clients(scorer: &Scorer, text: &str) -> Clients {
    let file = Path::new("clients.csv");
    let mut reader = ClientsReader::new(file, scorer.schema(), RULES);
    let notation = scan_csv(Source::new(file, text.as_bytes()), RULES.notation, &mut reader).unwrap();
    assert_eq!(
        (notation.separator, notation.decimal),
        (Separator::Semicolon, DecimalMark::Comma)
    );
    reader.finish().unwrap()
}

#[test]
fn a_shifted_column_drifts_and_no_other() {
    let scorer = scorer();
    let before = read_clients(&scorer, &clients(1, 0.0));
    let reference = Reference {
        file: Some("before.csv".into()),
        population: before.population(&scorer, &InTurn),
        clients: Some(before),
    };
    let now = |text: &str| {
        compare(
            &scorer,
            "",
            &reference,
            &read_clients(&scorer, text),
            "now.csv",
            &InTurn,
        )
    };
    let drifted = |figures: &Figures| -> Vec<String> {
        let fields = figures.fields.iter().filter(|field| field.change.drifted);
        fields.map(|field| field.input.name.clone()).collect()
    };

    let unchanged = now(&clients(2, 0.0));
    assert_eq!(
        (unchanged.rows_before, unchanged.rows_now, unchanged.fields.len()),
        (600, 600, 7)
    );
    assert_eq!(drifted(&unchanged), [""; 0]);
    assert!(!unchanged.verdict.candor.drift);

    let shifted = now(&clients(2, 2e5));
    assert_eq!(drifted(&shifted), ["AMT_CREDIT"]);
    assert!(shifted.verdict.candor.drift);

    // What fits no field stops nothing, and is told.
    let odd = now(&clients(2, 0.0).replace("Wooden", "Glass").replacen("0;", "0;much", 1));
    let walls = odd
        .fields
        .iter()
        .find(|field| field.input.name == "WALLSMATERIAL_MODE")
        .unwrap();
    assert_eq!(walls.new_levels[0].level, "Glass");
    assert!(
        odd.gaps
            .iter()
            .any(|gap| gap.en.contains("the first, in line 2: 'much")),
        "{:?}",
        odd.gaps
    );
}

/// A log of decisions as text, and where it ends.
fn log(scorer: &Scorer, recorder: &Recorder<'_>) -> (String, Head) {
    let entries = small_model::APPLICATIONS
        .iter()
        .take(3)
        .zip(1..)
        .map(|(values, client)| {
            let id = format!("client-{client}");
            recorder.entry(&id, &application(scorer, values))
        });
    let place = |entry: &mut Entry, number: u64, before: &str| {
        entry.sequence = number;
        entry.before = before.to_owned();
    };
    let (text, end) = End::default().followed_by(entries, place).unwrap();
    let head = Head {
        lines: end.lines,
        check: end.check,
    };
    (text, head)
}

fn recorder(scorer: &Scorer) -> Recorder<'_> {
    Recorder::new(scorer, "ab".repeat(32), "2026-11-21T09:30:00Z".into(), true).unwrap()
}

fn audited(bytes: impl AsRef<[u8]>, head: &Head) -> Audit {
    let beside = Beside {
        file: Path::new("decisions.log.head"),
        read: &|| Ok(Some(head.clone())),
    };
    audit(Path::new("decisions.log"), &mut Cursor::new(bytes), &beside, None).unwrap()
}

#[test]
fn an_audit_finds_the_byte_that_was_altered() {
    let scorer = scorer();
    let (text, head) = log(&scorer, &recorder(&scorer));
    let whole = Audit {
        head: head.clone(),
        ..Audit::default()
    };
    assert_eq!(audited(&text, &head), whole);

    let second = text.find('\n').unwrap() + 1;
    let place = text.find("client-2").unwrap();
    let mut altered = text.clone().into_bytes();
    altered[place] ^= 1;
    let found = audited(&altered, &head);
    let expected = format!("line 2: byte {} (field id) was altered", place - second + 1);
    assert_eq!((found.head.lines, found.problem), (1, Some(expected)));

    let problem = audited(&text[..second], &head).problem.unwrap();
    assert!(problem.contains("its end was cut off after line 1"), "{problem}");
}

#[test]
fn a_decision_on_record_is_made_again_to_the_bit() {
    let scorer = scorer();
    let recorder = recorder(&scorer);
    let mut replayed = 0;
    let mut replay = |line: &Line<'_>| {
        let mut recorded: Entry = serde_json::from_str(line.object).unwrap();
        let application = application_of(scorer.schema(), recorded.inputs.as_ref().unwrap()).unwrap();
        let again = recorder.entry(&recorded.id, &application);
        assert_eq!(
            (&again.log_odds_bits, &again.input),
            (&recorded.log_odds_bits, &recorded.input)
        );
        assert_eq!(differences(&recorded, &again), [""; 0]);
        recorded.log_odds_bits = format!("{:016x}", 0);
        assert_eq!(differences(&recorded, &again).len(), 1);
        replayed += 1;
        Ok::<(), Error>(())
    };
    let (text, _) = log(&scorer, &recorder);
    follow(Path::new("decisions.log"), &mut text.as_bytes(), &mut replay).unwrap();
    assert_eq!(replayed, 3);
}
