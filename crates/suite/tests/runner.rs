//! The runner itself: what fails, what is told, and what `--accept` writes and leaves alone.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use std::fs;
use std::path::Path;

use candor_suite::{Suite, failure};
use tempfile::TempDir;

/// A model of one number: 560 points, 40 more up to 10, 40 less above, nothing where it is missing.
const MODEL: &str = r#"
[table]
name = "t"

[[group]]
key = "debts"
label = { en = "Debts", fr = "Dettes" }
reason = { en = "High debts.", fr = "Dettes élevées." }

[[field]]
name = "debt"
kind = "number"
group = "debts"
label = { en = "Debts", fr = "Dettes" }
help = { en = "What is owed.", fr = "Ce qui est dû." }
change = "fixed"

[costs]
false_negative = 10
false_positive = 1

[scaling]
points = 600
odds = 19
pdo = 50

[risk_levels]
medium = 0.5
high = 1
critical = 2

[reasons]
most = 4

[model]
start = 560

[[scorecard]]
feature = "debt"
ranges = [{ up_to = 10, points = 40 }, { points = -40 }]
"#;

/// A suite of one file, and a second where there is one.
fn folder(cases: &[&str]) -> TempDir {
    with_model(cases, MODEL)
}

fn with_model(cases: &[&str], model: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("models")).unwrap();
    fs::write(folder.path().join("models/loan.toml"), model).unwrap();
    for (name, text) in ["a.toml", "b.toml"].iter().zip(cases) {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What is said of a folder: problems of files, then of cases; empty where all is well.
fn said(folder: &Path) -> String {
    let suite = Suite::read(folder).unwrap();
    let problems = suite
        .files
        .iter()
        .filter_map(|file| Some(file.cases.as_ref().err()?.to_string()));
    let failures = suite.cases().filter_map(|named| failure(&suite, named));
    problems.chain(failures).collect::<Vec<_>>().join("\n")
}

fn accept(folder: &Path) -> String {
    let suite = Suite::read(folder).unwrap();
    suite.accept(|_| true).unwrap();
    fs::read_to_string(folder.join("a.toml")).unwrap()
}

const RIGHT: &str = r#"
[[case]]
name = "high debts"
model = "loan"
application = { debt = 11 }
[case.expect]
decision = "DECLINE"
points = 520
reasons.en = ["High debts."]
reasons.fr = ["Dettes élevées."]
"#;

#[test]
fn a_right_case_passes_and_is_left_as_it_is() {
    let folder = folder(&[RIGHT]);
    assert_eq!(said(folder.path()), "");
    assert_eq!(accept(folder.path()), RIGHT);
}

#[test]
fn whatever_is_wrong_in_an_expectation_fails_and_is_shown() {
    for (right, wrong, shown) in [
        (
            "\"DECLINE\"",
            "\"APPROVE\"",
            "    - expected  \"APPROVE\"\n    + came      \"DECLINE\"\n",
        ),
        ("520", "521", "  points\n    - expected  521\n    + came      520\n"),
        ("520", "520.5", "    - expected  520.5\n"),
        ("520", "\"520\"", "    - expected  \"520\"\n"),
        (
            "\"High debts.\"",
            "\"High debt.\"",
            "  reasons.en\n    - expected  \"High debt.\"\n    + came      \"High debts.\"\n",
        ),
        (
            "[\"High debts.\"]",
            "[]",
            "  reasons.en\n    + came      \"High debts.\"\n",
        ),
        (
            "[\"High debts.\"]",
            "[\"High debts.\", \"High debts.\"]",
            "in another order or number",
        ),
        ("\"Dettes élevées.\"", "\"Dettes.\"", "  reasons.fr\n"),
        (
            "reasons.fr",
            "reasons.de",
            "  reasons.de\n    - expected  [\"Dettes élevées.\"]\n    + came      (nothing of that name)\n",
        ),
        ("debt = 11", "debt = 9", "    + came      \"APPROVE\"\n"),
        (
            "debt = 11",
            "debt = \"much\"",
            "  errors\n    - expected  (the case does not say)\n",
        ),
        (
            "[case.expect]",
            "with.model.threshold = 2\n[case.expect]",
            "  refused\n    - expected  (the case does not say)\n",
        ),
    ] {
        let folder = folder(&[&RIGHT.replace(right, wrong)]);
        let said = said(folder.path());
        assert!(said.starts_with("tests/suite/a.toml, line 3:\n"), "{wrong}: {said}");
        assert!(said.contains(shown), "{wrong}: {said}");
    }
}

#[test]
fn accept_writes_what_came_and_leaves_all_else() {
    let before = r#"# A file.

[[case]] # the first
name = "high debts"
model = "loan"
application = { debt = 11 } # above 10
[case.expect]
# The decision:
decision = "APPROVE" # so it is
points = 1
reasons.en = [
  # the only one
  "Low debts.",
]
reasons.fr = []

# Between.
[[case]]
name = "what is not known"
model = "loan"
[case.expect]
features = { debt = 3 }
waterfall.base = 0 # the mean
"#;
    let after = r#"# A file.

[[case]] # the first
name = "high debts"
model = "loan"
application = { debt = 11 } # above 10
[case.expect]
# The decision:
decision = "DECLINE" # so it is
points = 520
reasons.en = [
  # the only one
  "High debts.",
]
reasons.fr = ["Dettes élevées."]

# Between.
[[case]]
name = "what is not known"
model = "loan"
[case.expect]
features = { debt = "missing" }
waterfall.base = 560 # the mean
"#;
    let folder = folder(&[before]);
    assert_ne!(said(folder.path()), "");
    assert_eq!(accept(folder.path()), after);
    assert_eq!(said(folder.path()), "");
}

#[test]
fn accept_fills_in_a_case_that_expects_nothing() {
    for (application, filled) in [
        (
            "{ debt = 11 }",
            "decision = \"DECLINE\"\nrisk_level = \"HIGH\"\npoints = 520\nprobability = 0.137596\nreasons.en = [\"High \
             debts.\"]\nreasons.fr = [\"Dettes élevées.\"]\n",
        ),
        (
            "{ dept = 11 }",
            "errors.en = [\"dept: the model has no such field; remove it or correct its name\"]\n",
        ),
    ] {
        let case = format!("[[case]]\nname = \"new\"\nmodel = \"loan\"\napplication = {application}\n");
        let folder = folder(&[&case]);
        let told = said(folder.path());
        assert!(
            told.starts_with("a.toml, line 2: \"new\" expects nothing; say what must"),
            "{told}"
        );
        assert_eq!(accept(folder.path()), format!("{case}[case.expect]\n{filled}"));
        assert_eq!(said(folder.path()), "");
    }
}

#[test]
fn accept_takes_away_what_no_longer_comes() {
    let folder = folder(&[&RIGHT.replace("debt = 11", "debt = 11, dept = 1")]);
    let after = accept(folder.path());
    assert!(!after.contains("decision") && !after.contains("reasons"), "{after}");
    assert!(after.contains("errors.en = [\"dept: "), "{after}");
    assert_eq!(said(folder.path()), "");
}

#[test]
fn a_file_that_is_wrong_is_told_with_its_line_and_what_to_do() {
    for (right, wrong, told) in [
        (
            "model = \"loan\"",
            "modell = \"loan\"",
            "line 4: a case has no modell; did you mean model?",
        ),
        ("model = \"loan\"", "", "line 3: the case needs a model"),
        (
            "model = \"loan\"",
            "model = \"loans\"",
            "line 3: there is no models/loans.toml; did you mean loan?",
        ),
        (
            "model = \"loan\"",
            "model = 1",
            "line 4: model should be a text in quotes",
        ),
        ("name = \"high debts\"", "", "line 2: a case needs a name"),
        (
            "points",
            "pionts",
            "line 8: nothing called pionts can be expected; did you mean points?",
        ),
        (
            "points",
            "colour",
            "line 8: nothing called colour can be expected; there are decision, risk_level,",
        ),
        (
            "{ debt = 11 }",
            "{ debt = [11] }",
            "line 5: debt should be a number, a text, true or false",
        ),
        (
            "{ debt = 11 }",
            "11",
            "line 5: application should be names with their values",
        ),
        (
            "[case.expect]",
            "typed = \"de\"\n[case.expect]",
            "line 6: typed = \"de\" is no language; write \"en\" or \"fr\"",
        ),
        (
            "[case.expect]",
            "field = \"dept\"\n[case.expect]",
            "line 3: \"high debts\": the model has no field dept; did you mean debt?",
        ),
        (
            "points = 520",
            "reads = { \"1\" = 1 }",
            "line 3: \"high debts\": reads needs the field that it is about",
        ),
        (
            "[[case]]",
            "[[cases]]",
            "line 2: a file of cases holds [[case]] and nothing else, not cases",
        ),
        ("520", "", "line 8: "),
    ] {
        let folder = folder(&[&RIGHT.replacen(right, wrong, 1)]);
        let said = said(folder.path());
        assert!(said.starts_with(&format!("a.toml, {told}")), "{wrong}: {said}");
        // And it is not written over.
        let before = fs::read_to_string(folder.path().join("a.toml")).unwrap();
        if !told.contains("should") {
            assert_eq!(accept(folder.path()), before, "{wrong}");
        }
    }
}

#[test]
fn a_name_is_given_once_in_all_files() {
    let folder = folder(&[RIGHT, RIGHT]);
    let told = said(folder.path());
    assert_eq!(
        told,
        "b.toml, line 3: \"high debts\" is the name of a case in a.toml, line 3, too; give one another name"
    );
}

#[test]
fn a_model_that_is_wrong_is_told_with_its_place() {
    for (right, wrong, told) in [
        (
            "group = \"debts\"",
            "group = \"dept\"",
            "models/loan.toml, line 13, column 9: there is no group 'dept'",
        ),
        (
            "odds = 19",
            "odds = -1",
            "models/loan.toml, line 22, column 1: scaling needs finite points",
        ),
        (
            "start = 560",
            "strat = 560",
            "models/loan.toml, line 36, column 1: unknown field `strat`",
        ),
        (
            "feature = \"debt\"",
            "feature = \"dept\"",
            "scorecard 1, dept: there is no field or feature dept; did you mean debt?",
        ),
        ("ranges", "levels = { a = 1 }\nranges", "give the points by ranges"),
        ("up_to = 10, ", "", "up_to must rise from range to range"),
        (
            "start = 560",
            "start = 560\ncalibration = { slope = 1, intercept = 0 }",
            "either start or calibration",
        ),
        (
            "[model]",
            "[[tree]]\nif = \"debt < 3\"\nthen = 1\nelse = 2\n[model]",
            "tree 1: 'debt < 3': write",
        ),
        (
            "[model]",
            "[[tree]]\nif = \"debt <= 3\"\nthen = 1\n[model]",
            "tree 1: write a number",
        ),
    ] {
        let folder = with_model(&[RIGHT], &MODEL.replacen(right, wrong, 1));
        let said = said(folder.path());
        assert!(said.contains(told), "{wrong}: {said}");
    }
}

#[test]
fn a_tree_asks_as_it_is_written() {
    let question = "[[tree]]\nif = \"debt <= 20\"\nmissing = \"then\"\nthen = { if = \"debt <= 15\", then = 0, else = 0.5 }\nelse = { value = 1, share = 2 }\n";
    let folder = with_model(&[], &format!("{MODEL}{question}"));
    // 520 points, or 560 where it is missing; a log-odds is 72.13 points.
    for (application, points) in [
        ("{ debt = 15 }", 520),
        ("{ debt = 16 }", 484),
        ("{ debt = 21 }", 448),
        ("{}", 524),
    ] {
        let case = format!(
            "[[case]]\nname = \"n\"\nmodel = \"loan\"\napplication = {application}\n[case.expect]\npoints = {points}\n"
        );
        fs::write(folder.path().join("a.toml"), case).unwrap();
        assert_eq!(said(folder.path()), "", "{application}");
    }
}
