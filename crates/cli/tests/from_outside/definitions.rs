//! Definition and policy files: what is shipped is right, and what is wrong is told with line and column.

use std::collections::BTreeSet;

use crate::support::{Folder, join};
use candor_core::{Application, Raw};
use candor_definition::{APPLICATION, Definition, Impute, POLICY, PolicyFile, Statistic};
use candor_portfolio::table::{ColumnRules, Leniency, NotationRules};
use candor_tables::read_data;
use candor_trainer::training::FeatureTable;

fn shipped_policy() -> PolicyFile {
    PolicyFile::parse("policy.toml", POLICY).unwrap()
}

/// The shipped policy without any exclusion, or with those given.
fn policy_excluding(fields: &[&str]) -> PolicyFile {
    let head = &POLICY[..POLICY.find("[[excluded]]").unwrap()];
    let entries: String = fields
        .iter()
        .map(|field| format!("[[excluded]]\nfield = \"{field}\"\nwhy = {{ en = \"x\", fr = \"x\" }}\n"))
        .collect();
    PolicyFile::parse("policy.toml", &format!("{head}{entries}")).unwrap()
}

const STRICT: ColumnRules = ColumnRules {
    missing_columns: Leniency::Fail,
    extra_columns: Leniency::Fail,
    notation: NotationRules {
        separator: None,
        decimal: None,
    },
};

#[test]
fn every_shipped_feature_has_a_value_for_somebody_and_varies() {
    let folder = Folder::with_tables();
    let definition = Definition::compile("application.toml", APPLICATION, &policy_excluding(&[])).unwrap();
    let data = read_data(
        "training",
        &folder.path("data/application_train.csv"),
        &definition.schema,
        None,
        STRICT,
        &[],
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(data.outcomes.len(), 2000);
    let rows: Vec<usize> = (0..2000).collect();
    let features = FeatureTable::new(&definition, &data.applications, &rows);
    // FLAG_MOBIL and a few documents are the same for nearly everybody in the real data, too.
    let mut constant = Vec::new();
    for (position, feature) in definition.preprocessing.features.iter().enumerate() {
        let values: BTreeSet<u64> = rows
            .iter()
            .map(|&row| features.row(row)[position])
            .filter(|value| !value.is_nan())
            .map(f64::to_bits)
            .collect();
        assert!(!values.is_empty(), "{} is missing for everybody", feature.name);
        if values.len() == 1 {
            constant.push(feature.name.as_str());
        }
    }
    assert!(
        constant.iter().all(|name| name.starts_with("FLAG_")),
        "the same for everybody: {constant:?}"
    );
}

#[test]
fn what_is_excluded_takes_along_exactly_what_reads_it() {
    let all = Definition::compile("application.toml", APPLICATION, &policy_excluding(&[])).unwrap();
    assert!(all.dropped_features.is_empty());
    let names = |definition: &Definition| -> BTreeSet<String> {
        definition
            .preprocessing
            .features
            .iter()
            .map(|feature| feature.name.clone())
            .collect()
    };
    let shipped: Vec<String> = shipped_policy()
        .excluded
        .iter()
        .map(|excluded| excluded.field.clone())
        .collect();
    let shipped: Vec<&str> = shipped.iter().map(String::as_str).collect();
    for excluded in [
        &["AMT_ANNUITY"][..],
        &["EXT_SOURCE_1"],
        &["DAYS_BIRTH", "CNT_FAM_MEMBERS"],
        &shipped,
    ] {
        let some = Definition::compile("application.toml", APPLICATION, &policy_excluding(excluded)).unwrap();
        // By the text of the definition, independently of the compiler: a feature goes with any name that it mentions.
        let mut gone: BTreeSet<String> = excluded.iter().map(|name| (*name).to_owned()).collect();
        for feature in &all.preprocessing.features {
            let candor_core::preprocessing::Source::Expression { text, .. } = &feature.source else {
                continue;
            };
            let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            if words.any(|word| gone.contains(word)) {
                gone.insert(feature.name.clone());
            }
        }
        let kept: BTreeSet<String> = names(&all).difference(&gone).cloned().collect();
        assert_eq!(names(&some), kept, "without {excluded:?}");
        let dropped: BTreeSet<String> = some.dropped_features.iter().cloned().collect();
        let features_gone: BTreeSet<String> = gone
            .into_iter()
            .filter(|name| !excluded.contains(&name.as_str()))
            .collect();
        assert_eq!(dropped, features_gone, "without {excluded:?}");
        for field in excluded {
            assert_eq!(some.schema.field_index(field), None);
            assert!(some.schema.knows_column(field));
        }
        // What is kept computes the same as before.
        assert_eq!(some.schema.fields.len(), all.schema.fields.len() - excluded.len());
    }
}

/// A definition with one field and features that are put in where missing.
const TINY: &str = r#"[table]
name = "tiny"
target = "BAD"

[[group]]
key = "g"
label = { en = "Group", fr = "Groupe" }
reason = { en = "Reason.", fr = "Raison." }

[[field]]
name = "X"
kind = "number"
group = "g"
label = { en = "X", fr = "X" }
help = { en = "X.", fr = "X." }
change = "fixed"

[[field]]
name = "C"
kind = "category"
group = "g"
label = { en = "C", fr = "C" }
help = { en = "C.", fr = "C." }
levels = [ { value = "a", label = { en = "a", fr = "a" } }, { value = "b é", label = { en = "b", fr = "b" } } ]
change = "fixed"

[[feature]]
name = "MEDIAN"
value = "X * 1"
group = "g"
label = { en = "M", fr = "M" }
impute = "median"

[[feature]]
name = "MEAN"
value = "X * 1"
group = "g"
label = { en = "M", fr = "M" }
impute = "mean"

[[feature]]
name = "CONSTANT"
value = 'X * 1'
group = "g"
label = { en = "M", fr = "M" }
impute = -7

[[feature]]
name = "LATER"
value = "MEDIAN + 1"
group = "g"
label = { en = "M", fr = "M" }
impute = "mean"

[[feature]]
name = "GAP"
value = "if(is_missing(X), 1, 0)"
group = "g"
label = { en = "M", fr = "M" }
"#;

#[test]
fn imputation_is_fitted_on_the_training_rows_only() {
    let definition = Definition::compile("tiny.toml", TINY, &policy_excluding(&[])).unwrap();
    assert_eq!(
        definition.imputations,
        [
            (2, Impute::Fitted(Statistic::Median)),
            (3, Impute::Fitted(Statistic::Mean)),
            (4, Impute::Constant(-7.0)),
            (5, Impute::Fitted(Statistic::Mean)),
        ]
    );
    let application = |x: Option<f64>| {
        Application::from_pairs(&definition.schema, [("X", x.map_or(Raw::Missing, Raw::Number))]).unwrap()
    };
    let values = [
        Some(1.0),
        Some(2.0),
        Some(9.0),
        Some(4.0),
        None,
        Some(1000.0),
        None,
        Some(-5000.0),
    ];
    let applications: Vec<Application> = values.into_iter().map(application).collect();
    // Rows 5 and 7, far out, are not learned from; nor is row 6, which is missing.
    let features = FeatureTable::new(&definition, &applications, &[0, 1, 2, 3, 4]);
    let imputed: Vec<Option<f64>> = features
        .preprocessing
        .features
        .iter()
        .map(|feature| feature.imputed)
        .collect();
    // The median of 1, 2, 4, 9 is 3, their mean 4; LATER reads MEDIAN with its gap filled: 2, 3, 10, 5, 4.
    assert_eq!(imputed, [None, None, Some(3.0), Some(4.0), Some(-7.0), Some(4.8), None]);
    assert_eq!(
        features.row(6)[2..],
        [3.0, 4.0, -7.0, 4.0, 1.0],
        "a gap is filled outside of the training rows, too"
    );
    assert!(features.row(6)[0].is_nan(), "the raw field stays missing");
    assert_eq!(features.row(5)[2..], [1000.0, 1000.0, 1000.0, 1001.0, 0.0]);
    // Nothing to fit on: the gap stays.
    let features = FeatureTable::new(&definition, &applications, &[4, 6]);
    let row = features.row(6);
    assert!(row[2].is_nan() && row[3].is_nan() && row[5].is_nan(), "{row:?}");
    assert_eq!(row[4], -7.0);
}

/// The message for a definition in which `from` is replaced by `to`, and where `marked` stands in the result.
fn mistake(text: &str, from: &str, to: &str, marked: &str) -> (String, String) {
    assert!(text.contains(from), "{from}");
    let text = text.replacen(from, to, 1);
    let change = text.find(to).unwrap();
    let place = change + text[change..].find(marked).unwrap();
    let line = text[..place].matches('\n').count() + 1;
    let column = text[..place].chars().rev().take_while(|&c| c != '\n').count() + 1;
    let message = match Definition::compile("tiny.toml", &text, &policy_excluding(&[])) {
        Ok(_) => panic!("{to} compiles"),
        Err(error) => error.to_string(),
    };
    (message, format!("tiny.toml, line {line}, column {column}: "))
}

#[test]
fn mistakes_in_a_definition_are_told_with_line_and_column() {
    let value = "value = \"X * 1\"";
    for (from, to, marked, wanted) in [
        // TOML
        ("[table]", "[table", "\n", "unclosed table"),
        ("name = \"tiny\"", "name = tiny", "tiny\n", ""),
        (
            "target = \"BAD\"",
            "targets = \"BAD\"",
            "targets",
            "unknown field `targets`",
        ),
        (
            "kind = \"number\"",
            "kind = \"numeric\"",
            "\"numeric\"",
            "unknown variant `numeric`",
        ),
        (
            "impute = \"median\"",
            "impute = \"mode\"",
            "\"mode\"",
            "impute should be \"median\", \"mean\" or a number",
        ),
        (
            "impute = -7",
            "impute = inf",
            "inf",
            "feature CONSTANT: the number put in for a missing value must be finite",
        ),
        // Names
        (
            "group = \"g\"\nlabel = { en = \"X\"",
            "group = \"h\"\nlabel = { en = \"X\"",
            "\"h\"",
            "there is no group 'h'; the groups are g",
        ),
        (
            "name = \"C\"",
            "name = \"X\" # again",
            "\"X\"",
            "field X is defined twice",
        ),
        (
            "name = \"MEAN\"",
            "name = \"X\" # again",
            "\"X\"",
            "the name X is used twice",
        ),
        (
            "name = \"MEAN\"",
            "name = \"MEDIAN\" # again",
            "\"MEDIAN\"",
            "the name MEDIAN is used twice",
        ),
        // Expressions, in every kind of TOML string
        (
            value,
            "value = \"Y * 1\"",
            "Y",
            "feature MEDIAN: there is no field or earlier feature called Y",
        ),
        (
            value,
            "value = \"X * \"",
            "\"\ngroup",
            "the expression ends where a value is expected",
        ),
        (
            value,
            "value = \"MEAN * 1\"",
            "MEAN",
            "there is no field or earlier feature called MEAN",
        ),
        (value, "value = 'X * Y'", "Y'", "called Y"),
        (
            value,
            "value = 'if(C == \"é\", 1, 0)'",
            "\"é\"",
            "\"é\" is not a level of this category",
        ),
        (value, "value = 'if(C == \"b é\", 1, Y)'", "Y", "called Y"),
        (value, "value = \"if(C == \\\"b é\\\", 1, Y)\"", "Y", "called Y"),
        (value, "value = \"if(C == \\\"b \\u00e9\\\", 1, Y)\"", "Y", "called Y"),
        (
            value,
            "value = \"if(C == \\\"b \\U000000e9\\\", 1, Y)\"",
            "Y",
            "called Y",
        ),
        (value, "value = \"X +\\tX + Y\"", "Y", "called Y"),
        (value, "value = '''X * Y'''", "Y", "called Y"),
        (value, "value = '''\nX *\n  Y'''", "Y", "called Y"),
        (value, "value = \"\"\"\nX *\n  Y\"\"\"", "Y", "called Y"),
        (value, "value = \"\"\"X * \\\n   \n  Y\"\"\"", "Y", "called Y"),
        (value, "value = \"\"\"X + \\\"\"\"\"", "\\\"", "this text never ends"),
        (
            value,
            "value = \"C + 1\"",
            "C +",
            "needs a number, and this is a category",
        ),
        (value, "value = \"log(X, X)\"", "log", "log takes 1 argument(s), not 2"),
    ] {
        let (message, place) = mistake(TINY, from, to, marked);
        assert!(message.starts_with(&place), "{to}: not at {place}\n{message}");
        assert!(message.contains(wanted), "{to}: no '{wanted}' in\n{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
    // Windows line ends count as one.
    let text = TINY.replace("X * 1", "X * Y").replace('\n', "\r\n");
    let error = Definition::compile("tiny.toml", &text, &policy_excluding(&[]))
        .unwrap_err()
        .to_string();
    let line = TINY.lines().position(|line| line.starts_with("value")).unwrap() + 1;
    assert!(
        error.starts_with(&format!("tiny.toml, line {line}, column 14: ")),
        "{error}"
    );
    // The shipped file's longest single-quoted expression.
    let text = APPLICATION.replace("5, 0 / 0", "5, 0 / NOUGHT");
    assert_ne!(text, APPLICATION);
    let error = Definition::compile("application.toml", &text, &shipped_policy())
        .unwrap_err()
        .to_string();
    let at = text.lines().position(|line| line.contains("NOUGHT")).unwrap();
    let column = text.lines().nth(at).unwrap().find("NOUGHT").unwrap() + 1;
    assert!(
        error.starts_with(&format!("application.toml, line {}, column {column}: ", at + 1)),
        "{error}"
    );
}

#[test]
fn mistakes_in_a_policy_are_told_with_line_and_column() {
    for (from, to, marked, wanted) in [
        (
            "false_negative = 10.0",
            "false_negative = -10.0",
            "[costs]",
            "costs must be finite and above 0",
        ),
        (
            "false_negative = 10.0",
            "false_negatives = 10.0",
            "false_negatives",
            "unknown field `false_negatives`",
        ),
        ("false_negative = 10.0", "false_negative = ten", "ten", ""),
        ("pdo = 50.0", "pdo = 0.0", "[scaling]", "pdo above 0"),
        ("odds = 19.0", "odds = nan", "[scaling]", "odds above 0"),
        (
            "high = 1.0",
            "high = 3.0",
            "[risk_levels]",
            "medium = 0.5, high = 3, critical = 2: the risk levels must be above 0 and increase",
        ),
        ("most = 4", "most = 0", "[reasons]", "at least 1"),
        ("most = 4", "most = 400", "400", ""),
        (
            "field = \"DAYS_BIRTH\"",
            "field = \"DAY_BIRTH\"",
            "\"DAY_BIRTH\"",
            "DAY_BIRTH is not a field of this table; correct or remove it here",
        ),
    ] {
        assert!(POLICY.contains(from), "{from}");
        let text = POLICY.replacen(from, to, 1);
        let place = if marked.starts_with('[') {
            text.find(marked).unwrap()
        } else {
            let change = text.find(to).unwrap();
            change + text[change..].find(marked).unwrap()
        };
        let line = text[..place].matches('\n').count() + 1;
        let column = text[..place].chars().rev().take_while(|&c| c != '\n').count() + 1;
        let error = match PolicyFile::parse("policy.toml", &text) {
            Ok(policy) => Definition::compile("application.toml", APPLICATION, &policy)
                .map(drop)
                .unwrap_err(),
            Err(error) => error,
        };
        let (message, place) = (
            error.to_string(),
            format!("policy.toml, line {line}, column {column}: "),
        );
        assert!(message.starts_with(&place), "{to}: not at {place}\n{message}");
        assert!(message.contains(wanted), "{to}: no '{wanted}' in\n{message}");
    }
}

#[test]
fn the_command_line_tells_them_too() {
    let folder = Folder::with_tables();
    let train = ["train", "--data", "data", "--output", "m.candor"];
    folder.write(
        "features.toml",
        APPLICATION.replacen("\"AMT_CREDIT / AMT_ANNUITY\"", "\"AMT_CREDIT / AMT_ANUITY\"", 1),
    );
    folder.refuse(
        &join(&train, &["--features", "features.toml"]),
        &[
            "features.toml, line ",
            "feature CREDIT_TO_ANNUITY: there is no field",
            "did you mean AMT_ANNUITY?",
        ],
    );
    folder.write("tiny.toml", TINY);
    folder.refuse(
        &join(&train, &["--features", "tiny.toml"]),
        &[
            "policy.toml (built in), line ",
            "CODE_GENDER is not a field of this table",
            "--policy",
        ],
    );
    folder.refuse(
        &join(&train, &["--features", "none.toml"]),
        &["cannot read none.toml: No such file"],
    );
    folder.refuse(
        &join(&train, &["--policy", "none.toml"]),
        &["cannot read none.toml: No such file"],
    );
    folder.write("latin.toml", b"# \xe9\n");
    folder.refuse(&join(&train, &["--policy", "latin.toml"]), &["latin.toml", "UTF-8"]);
    folder.write("empty.toml", "");
    folder.refuse(
        &join(&train, &["--policy", "empty.toml"]),
        &["empty.toml, line 1, column 1: missing field `costs`"],
    );
    let head = &POLICY[..POLICY.find("[[excluded]]").unwrap()];
    folder.write("policy.toml", head);
    folder.write("aimless.toml", TINY.replace("target = \"BAD\"\n", ""));
    let aimless = ["--policy", "policy.toml", "--features", "aimless.toml"];
    folder.refuse(
        &join(&join(&train, &aimless), &["--application-only"]),
        &["aimless.toml: the [table] names no target; add target = "],
    );
    // Built-in definitions of related tables need not suit one's own of the application.
    folder.refuse(
        &join(&train, &aimless),
        &[
            "combined.toml (built in), line ",
            "AMT_INCOME_TOTAL",
            "--tables DIR",
            "--application-only",
        ],
    );
}

/// A definition of one's own: names with spaces and commas, another table, imputation, all the way to a score.
#[test]
fn a_definition_of_ones_own_trains_and_scores() {
    let folder = Folder::empty();
    let head = &POLICY[..POLICY.find("[[excluded]]").unwrap()];
    folder.write("policy.toml", head);
    folder.write("tiny.toml", TINY.replace("name = \"C\"", "name = \"Kind, [of] loan\""));
    let mut table = "BAD,X,\"Kind, [of] loan\"\n".to_owned();
    for row in 0..400 {
        let bad = u8::from(row * 7 % 10 < 3);
        let x = if row % 11 == 0 {
            String::new()
        } else {
            (row * 13 % 50 + 40 * i32::from(bad)).to_string()
        };
        table.push_str(&format!("{bad},{x},{}\n", if row % 3 == 0 { "b é" } else { "a" }));
    }
    folder.write("loans.csv", table);
    let train = [
        "train",
        "--data",
        "loans.csv",
        "--features",
        "tiny.toml",
        "--policy",
        "policy.toml",
    ];
    let more = [
        "--output",
        "m.candor",
        "--cv",
        "2",
        "--set",
        "min_data_in_leaf=5",
        "--set",
        "feature_fraction=1",
    ];
    let text = folder
        .succeed(&join(&join(&train, &more), &crate::support::QUICK))
        .text()
        .to_owned();
    assert!(text.contains("Not inputs: none excluded."), "{text}");
    let scores = folder.succeed(&["score", "--model", "m.candor", "--input", "loans.csv"]);
    let scores = crate::support::Table::parse(&scores.stdout);
    assert_eq!(scores.rows.len(), 400);
    let inspect = folder.succeed(&["inspect", "--json", "m.candor"]);
    let json: serde_json::Value = serde_json::from_str(inspect.text()).unwrap();
    assert!(json["features"][2]["imputed"].is_f64(), "{}", json["features"][2]);
    assert!(json["features"][0]["imputed"].is_null());
}
