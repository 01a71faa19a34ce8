//! What crosses the border to JavaScript: in Node, and in a browser when the test runner is told so by
//! `WASM_BINDGEN_USE_BROWSER=1`. The objects that TypeScript makes of it are the matter of `tests/engine.test.mjs`.
#![cfg(target_family = "wasm")]
#![allow(
    clippy::expect_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

#[path = "../../core/tests/support/small_model.rs"]
mod small_model;

use candor_core::artifact::ParityCase;
use candor_core::{Application, Explanation, Raw};
use candor_embed::Scorer;
use wasm_bindgen_test::wasm_bindgen_test;

/// The table that core's own tests hold the native build to.
const BITS: &str = include_str!("../../core/tests/fixtures/bits.txt");

/// Applications as core takes them; JavaScript says each value by itself.
const APPLICATIONS: [[Raw<'static>; 5]; 5] = [
    [Raw::Missing; 5],
    [
        Raw::Number(450_000.1),
        Raw::Number(24_700.7),
        Raw::Number(0.1),
        Raw::Flag(true),
        Raw::Text("Stone, brick"),
    ],
    [
        Raw::Text("90000"),
        Raw::Text("1e-9"),
        Raw::Text("0.7"),
        Raw::Flag(false),
        Raw::Missing,
    ],
    [
        Raw::Text(""),
        Raw::Number(1e7),
        Raw::Missing,
        Raw::Text("N"),
        Raw::Text("XNA"),
    ],
    [
        Raw::Number(-0.0),
        Raw::Number(1e-308),
        Raw::Number(5e-324),
        Raw::Missing,
        Raw::Text("Panel"),
    ],
];
const FIELDS: [&str; 5] = [
    "AMT_CREDIT",
    "AMT_ANNUITY",
    "EXT_SOURCE_2",
    "FLAG_OWN_CAR",
    "WALLSMATERIAL_MODE",
];

#[wasm_bindgen_test]
fn core_computes_the_bits_that_it_computes_natively() {
    let found = small_model::bits(&core());
    assert_eq!(BITS.lines().count(), 1 + small_model::APPLICATIONS.len() + 1);
    assert_eq!(found.lines().count(), BITS.lines().count());
    for (line, (found, expected)) in found.lines().zip(BITS.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of bits.txt", line + 1);
    }
}

#[wasm_bindgen_test]
fn answers_have_the_bits_that_core_computes() {
    let (core, embedded) = (core(), scorer());
    let background = core.background().expect("the model has one");
    for values in APPLICATIONS {
        let application = Application::from_pairs(core.schema(), FIELDS.into_iter().zip(values)).expect("fits");
        let (numbers, texts) = written(&core, &values);
        Answer::of(&embedded.score(&numbers, &texts)).gives_score(&core.score(&application));
        Answer::of(&embedded.explain(&numbers, &texts)).gives_explanation(&core.explain(&application));
        Answer::of(&embedded.explain_against_background(&numbers, &texts))
            .gives_explanation(&background.explain(&application));
        let expected = core.interactions(&application).expect("few features");
        let mut found = Answer::of(&embedded.interactions(&numbers, &texts));
        found.gives(&[0.0, 12.0, 144.0]);
        found.gives(&expected.values);
        found.ends();
    }
}

#[wasm_bindgen_test]
fn rows_of_features_have_the_bits_that_core_computes() {
    let (core, embedded) = (core(), scorer());
    let rows: Vec<f64> = (0..36_u8)
        .map(|number| if number % 7 == 0 { f64::NAN } else { f64::from(number) })
        .collect();
    let log_odds = embedded.log_odds_of_features(&rows);
    let contributions = embedded.contributions_of_features(&rows);
    assert_eq!((log_odds.len(), contributions.len()), (3, 36));
    for ((row, log_odds), contributions) in rows.chunks(12).zip(log_odds).zip(contributions.chunks(12)) {
        let mut expected = [0.0; 12];
        core.contributions_of(row, &mut expected);
        assert_eq!(bits(contributions), bits(&expected));
        assert_eq!(log_odds.to_bits(), core.log_odds_of(row).to_bits());
    }
    // The package asks for whole rows only; whatever else comes is no panic.
    assert_eq!(embedded.log_odds_of_features(&rows[..13]).len(), 1);
}

#[wasm_bindgen_test]
fn every_way_in_which_a_file_can_be_wrong_has_its_code() {
    let bytes = bytes();
    let changed = |place: usize, value: u8| {
        let mut changed = bytes.clone();
        changed[place] = value;
        changed
    };
    for (code, bytes) in [
        ("NOT_A_MODEL", Vec::new()),
        ("NOT_A_MODEL", b"PK\x03\x04 a foreign file".to_vec()),
        ("WRONG_LENGTH", bytes[..bytes.len() - 1].to_vec()),
        ("WRONG_LENGTH", bytes[..20].to_vec()),
        ("TOO_NEW", [&changed(8, 9)[..], b"longer"].concat()),
        ("DAMAGED", changed(bytes.len() - 1, bytes[bytes.len() - 1] ^ 1)),
        ("PARITY", bytes_with_wrong_parity()),
    ] {
        let expected = candor_core::Scorer::from_bytes(&bytes).expect_err(code).to_string();
        let without_model = Scorer::new(&bytes, &[]);
        for answer in [
            without_model.schema(),
            without_model.card(),
            without_model.score(&[], ""),
            without_model.interactions(&[], ""),
        ] {
            let mut answer = Answer::of(&answer);
            answer.gives(&[1.0]);
            assert_eq!([answer.text(), answer.text()], [code.to_owned(), expected.clone()]);
            answer.ends();
        }
        assert!(without_model.log_odds_of_features(&[0.0; 12]).is_empty());
    }
}

#[wasm_bindgen_test]
fn a_model_without_background_says_so() {
    let mut model = small_model::model();
    model.background = None;
    let without = Scorer::new(&model.to_bytes().expect("sound"), &[]);
    let mut answer = Answer::of(&without.explain_against_background(&[], ""));
    answer.gives(&[3.0]);
    assert!(answer.text().contains("no background"));
}

#[wasm_bindgen_test]
fn all_wrong_values_are_listed_and_values_that_no_field_holds_come_first() {
    let (core, embedded) = (core(), scorer());
    let mut numbers = written(
        &core,
        &[Raw::Number(-5.0), Raw::Number(1.0), Raw::Text("h\u{e4}lf 🙂\n")],
    );
    numbers.0.extend([f64::INFINITY, 0.0, 43.0]); // a name that the schema does not know
    numbers.0.extend([3.0, 3.0, f64::NAN]); // an object
    let walls = core.schema().field_index("WALLSMATERIAL_MODE").expect("a field");
    numbers.0.extend([count(walls), 2.0, 5.0]); // a text behind the one with a line end in it
    numbers.1.push_str("Panel\n");
    for answer in [
        embedded.score(&numbers.0, &numbers.1),
        embedded.explain(&numbers.0, &numbers.1),
    ] {
        let mut answer = Answer::of(&answer);
        answer.gives(&[2.0, 4.0]);
        for (position, message) in [
            (4.0, "write a number, a text, true, false, or null"),
            (0.0, "-5 is below the smallest value allowed"),
            (2.0, "'h\u{e4}lf 🙂' is not a number"),
            (3.0, "the model has no such field"),
        ] {
            answer.gives(&[position]);
            let text = answer.text();
            assert!(text.starts_with(message), "{text}");
        }
        answer.ends();
    }
}

#[wasm_bindgen_test]
fn numbers_and_texts_that_nobody_writes_are_no_panic() {
    let embedded = scorer();
    for field in [-1.0, 0.5, 1e300, f64::NAN, f64::NEG_INFINITY] {
        for kind in [-1.0, 2.0, 4.0, 5.0, 7.5, f64::NAN] {
            for value in [-3.0, 2.0, 1e300, f64::INFINITY] {
                for texts in ["", "é", "🙂🙂", "\n\n"] {
                    let bytes = embedded.score(&[field, kind, value, field, 2.0, 1.0, 1.0], texts);
                    assert!(bytes.len() > 8);
                }
            }
        }
    }
}

fn core() -> candor_core::Scorer {
    candor_core::Scorer::from_model(small_model::model()).expect("the model is sound")
}

fn scorer() -> Scorer {
    Scorer::new(&bytes(), &[])
}

/// The small model as the bytes of a file.
fn bytes() -> Vec<u8> {
    small_model::model().to_bytes().expect("the model is sound")
}

/// A file whose first parity case claims another score: what a machine that computes differently would see.
fn bytes_with_wrong_parity() -> Vec<u8> {
    let mut model = small_model::model();
    let ParityCase { log_odds_bits, .. } = &mut model.parity[0];
    *log_odds_bits += 1;
    model.to_bytes().expect("the model is sound")
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

/// Values of the first of [`FIELDS`] as the TypeScript package writes them.
fn written(core: &candor_core::Scorer, values: &[Raw<'_>]) -> (Vec<f64>, String) {
    let (mut numbers, mut texts) = (Vec::new(), String::new());
    for (name, value) in FIELDS.into_iter().zip(values) {
        numbers.push(count(core.schema().field_index(name).expect("a field")));
        numbers.extend(match value {
            Raw::Missing => [0.0, f64::NAN],
            Raw::Number(number) => [0.0, *number],
            Raw::Flag(flag) => [1.0, f64::from(u8::from(*flag))],
            Raw::Text(text) => {
                texts.push_str(text);
                texts.push('\n');
                [2.0, count(text.encode_utf16().count())]
            }
        });
    }
    (numbers, texts)
}

fn count(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("few"))
}

/// An answer, read as the TypeScript package reads it.
struct Answer {
    numbers: std::vec::IntoIter<f64>,
    texts: Vec<u16>,
}

impl Answer {
    fn of(bytes: &[u8]) -> Self {
        let number = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        let (count, rest) = bytes.split_at(8);
        let numbers: Vec<f64> = rest.chunks_exact(8).take(number(count) as usize).map(number).collect();
        let texts = std::str::from_utf8(&rest[8 * numbers.len()..]).expect("text");
        Self {
            texts: texts.encode_utf16().collect(),
            numbers: numbers.into_iter(),
        }
    }

    fn gives(&mut self, expected: &[f64]) {
        let found: Vec<f64> = self.numbers.by_ref().take(expected.len()).collect();
        assert_eq!(bits(&found), bits(expected), "{found:?} and not {expected:?}");
    }

    fn text(&mut self) -> String {
        let length = self.numbers.next().expect("a length") as usize;
        String::from_utf16(&self.texts.drain(..length).collect::<Vec<_>>()).expect("text")
    }

    fn ends(mut self) {
        assert_eq!((self.numbers.next(), self.texts.len()), (None, 0));
    }

    fn gives_score(&mut self, score: &candor_core::Score) {
        self.gives(&[0.0, score.probability, score.log_odds, score.points]);
        let words = (score.decision.as_str(), score.risk_level.as_str());
        let decision = ["APPROVE", "DECLINE"].iter().position(|word| *word == words.0);
        let risk_level = ["LOW", "MEDIUM", "HIGH", "CRITICAL"]
            .iter()
            .position(|word| *word == words.1);
        self.gives(&[count(decision.expect("known")), count(risk_level.expect("known"))]);
    }

    fn gives_explanation(mut self, expected: &Explanation) {
        self.gives_score(&expected.score);
        self.gives(&[expected.base_value, 12.0]);
        self.gives(&expected.contributions);
        self.gives(&[count(expected.groups.len())]);
        for group in &expected.groups {
            self.gives(&[count(group.group), group.log_odds, group.points]);
        }
        self.gives(&[count(expected.reasons.len())]);
        for reason in &expected.reasons {
            self.gives(&[count(reason.group), reason.log_odds, reason.points]);
            self.gives(&[count(reason.fields.len())]);
            self.gives(&reason.fields.iter().map(|&field| count(field)).collect::<Vec<_>>());
        }
        self.gives(&[expected.waterfall.base as f64, count(expected.waterfall.steps.len())]);
        for step in &expected.waterfall.steps {
            self.gives(&[count(step.group), step.points as f64]);
        }
        self.gives(&[expected.waterfall.total as f64]);
        self.ends();
    }
}
