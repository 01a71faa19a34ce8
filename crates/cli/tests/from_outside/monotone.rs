//! Models that are held to the directions of a policy.

use crate::support::{Folder, QUICK, join};
use candor_core::{Application, Scorer};
use serde_json::Value;

/// What the built-in policy holds, and whether a higher value may raise (1) or lower (−1) the probability.
const HELD: [(&str, f64); 8] = [
    ("EXT_SOURCE_1", -1.0),
    ("EXT_SOURCE_2", -1.0),
    ("EXT_SOURCE_3", -1.0),
    ("DAYS_EMPLOYED", 1.0),
    ("REGION_RATING_CLIENT", 1.0),
    ("REGION_RATING_CLIENT_W_CITY", 1.0),
    ("DEF_30_CNT_SOCIAL_CIRCLE", 1.0),
    ("DEF_60_CNT_SOCIAL_CIRCLE", 1.0),
];

/// How often the log-odds go against the direction of a held field when that field alone takes the value that it has in
/// another application.
fn steps_against(folder: &Folder, model: &str) -> usize {
    let scorer = Scorer::from_bytes(&folder.read(model)).unwrap();
    let schema = &scorer.model().schema;
    let table = folder.table();
    let position = |name: &str| schema.fields.iter().position(|field| field.name == name).unwrap();
    let columns: Vec<usize> = schema.fields.iter().map(|field| table.position(&field.name)).collect();
    let applications: Vec<Vec<f64>> = table.rows[..400]
        .iter()
        .map(|row| {
            let cells = schema.fields.iter().zip(&columns);
            cells
                .map(|(field, &column)| field.parse(&row[column]).unwrap())
                .collect()
        })
        .collect();
    let log_odds = |values: &[f64]| {
        let mut application = Application::empty(schema);
        for (index, &value) in values.iter().enumerate() {
            application.set_stored(index, value);
        }
        scorer.score(&application).log_odds
    };
    let mut against = 0;
    for (name, direction) in HELD {
        let field = position(name);
        for (index, values) in applications.iter().enumerate() {
            let other = &applications[(index * 7 + 13) % applications.len()];
            let rise = other[field] - values[field];
            // Values that make another feature missing, or present, are in no order.
            let divides = |value: f64| value != 0.0;
            if rise.is_nan()
                || rise == 0.0
                || (name == "DAYS_EMPLOYED" && !(divides(values[field]) && divides(other[field])))
            {
                continue;
            }
            let mut changed = values.clone();
            changed[field] = other[field];
            let moved = log_odds(&changed) - log_odds(values);
            against += usize::from(moved * rise.signum() * direction < -1e-12);
        }
    }
    against
}

#[test]
fn no_step_of_a_held_field_goes_against_its_direction() {
    let folder = Folder::with_model();
    assert!(
        steps_against(&folder, "model.candor") > 20,
        "a model that is held to nothing goes both ways"
    );
    for method in ["--monotone=basic", "--monotone", "--monotone=advanced"] {
        let train = ["train", "--data", "data", "--output", "held.candor", "--force", method];
        folder.succeed(&join(&train, &QUICK));
        assert_eq!(steps_against(&folder, "held.candor"), 0, "{method}");
    }
    // The scorecard beside an average keeps to them, too.
    let train = [
        "train",
        "--data",
        "data",
        "--output",
        "held.candor",
        "--force",
        "--average",
        "2",
    ];
    folder.succeed(&join(&train, &QUICK));
    assert!(steps_against(&folder, "held.candor") > 20);
    folder.succeed(&join(&[&train[..], &["--monotone"]].concat(), &QUICK));
    let model = Scorer::from_bytes(&folder.read("held.candor")).unwrap().model().clone();
    assert!(model.card.algorithm.contains("scorecard"), "{}", model.card.algorithm);
    assert_eq!(steps_against(&folder, "held.candor"), 0, "an average");
}

#[test]
fn the_model_card_says_what_is_held_and_what_it_costs() {
    let folder = Folder::with_tables();
    let train = [
        "train",
        "--data",
        "data",
        "--cv",
        "3",
        "--monotone",
        "--output",
        "held.candor",
        "--json",
    ];
    let card: Value = serde_json::from_str(folder.succeed(&join(&train, &QUICK)).text()).unwrap();
    let parameters = &card["parameters"];
    assert_eq!(parameters["monotone_constraints_method"], "intermediate");
    let held = parameters["monotone_constraints"].as_str().unwrap();
    for part in [
        "EXT_SOURCE_2:-1",
        "EXT_SOURCE_MEAN:-1",
        "DAYS_EMPLOYED:+1",
        "EMPLOYED_TIMES_EXT_SOURCE:-1",
    ] {
        assert!(held.split(',').any(|entry| entry == part), "no {part} in {held}");
    }
    let notes: Vec<&str> = card["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note.as_str().unwrap())
        .collect();
    let note = |start: &str| {
        notes
            .iter()
            .find(|note| note.starts_with(start))
            .unwrap_or_else(|| panic!("no note '{start}' in {notes:?}"))
    };
    note("EXT_SOURCE_1: a higher value never raises the probability of default.");
    let left_out = note("Left out, since they could undo a direction:");
    assert!(
        left_out.contains("EXT_SOURCE_STD") && left_out.contains("EXT_SOURCE_1_TO_2"),
        "{left_out}"
    );
    let parts = card["parts"].as_array().unwrap();
    let auc = |name: &str| {
        let part = parts.iter().find(|part| part["name"] == name).unwrap();
        part["metrics"]["auc"]["value"].as_f64().unwrap()
    };
    let cost = auc("without directions") - auc("out-of-fold");
    assert!(note("Out of fold, the model has an AUC of").ends_with(&format!("cost {cost:.4}.")));
}

#[test]
fn what_cannot_be_held_is_refused() {
    let folder = Folder::with_tables();
    let own = candor_definition::POLICY;
    let entry = |more: &str| format!("{own}\n[[monotone]]\n{more}\nwhy = {{ en = \"w\", fr = \"w\" }}\n");
    for (more, wanted) in [
        (
            "field = \"AMT_CREDITS\"\ndirection = 1",
            "AMT_CREDITS is not a field of this table",
        ),
        (
            "field = \"OCCUPATION_TYPE\"\ndirection = 1",
            "OCCUPATION_TYPE is a category",
        ),
        (
            "feature = \"OCCUPATION_TYPE\"\ndirection = 1",
            "OCCUPATION_TYPE is a category",
        ),
        (
            "feature = \"CREDIT_TO_ANUITY\"\ndirection = 1",
            "CREDIT_TO_ANUITY is not a feature",
        ),
        (
            "feature = \"EXT_SOURCE_MIN\"\ndirection = 1",
            "EXT_SOURCE_MIN cannot keep to this direction",
        ),
        ("field = \"AMT_CREDIT\"\ndirection = 2", "direction = 2: write 1 where"),
        (
            "field = \"EXT_SOURCE_1\"\ndirection = 1",
            "EXT_SOURCE_1 has a direction already",
        ),
        ("direction = 1", "name either a field or a feature"),
    ] {
        folder.write("own.toml", entry(more));
        let train = [
            "train",
            "--data",
            "data",
            "--output",
            "m.candor",
            "--monotone",
            "--policy",
            "own.toml",
        ];
        let line = format!("line {}", own.lines().count() + 2);
        folder.refuse(&join(&train, &QUICK), &["own.toml", &line, wanted]);
    }
    let none = own.split("[[monotone]]").next().unwrap();
    folder.write("none.toml", none);
    let train = ["train", "--data", "data", "--output", "m.candor", "--monotone"];
    let wanted = ["--monotone: the policy holds no input of this table"];
    folder.refuse(&join(&train, &["--policy", "none.toml"]), &wanted);
    let wanted = ["--monotone does not go with zero_as_missing"];
    folder.refuse(&join(&train, &["--set", "zero_as_missing=true"]), &wanted);
}

/// A feature can be held by itself, and a table of one's own, too.
#[test]
fn a_policy_of_ones_own_holds_a_flat_table() {
    let folder = Folder::with_tables();
    let own = candor_definition::POLICY;
    let policy = own.split("# Not inputs").next().unwrap();
    folder.write(
        "own.toml",
        format!("{policy}\n[[monotone]]\nfield = \"AMT_CREDIT\"\ndirection = 1\nwhy = {{ en = \"w\", fr = \"w\" }}\n"),
    );
    let table = [
        "train",
        "--table",
        "data/application_train.csv",
        "--target",
        "TARGET",
        "--id",
        "SK_ID_CURR",
    ];
    let train = join(
        &table,
        &[
            "--monotone",
            "--policy",
            "own.toml",
            "--output",
            "flat.candor",
            "--json",
        ],
    );
    let card: Value = serde_json::from_str(folder.succeed(&join(&train, &QUICK)).text()).unwrap();
    assert_eq!(card["parameters"]["monotone_constraints"], "AMT_CREDIT:+1");
    let wanted = ["--monotone: the policy holds no input of this table"];
    folder.refuse(&join(&table, &["--monotone", "--output", "no.candor"]), &wanted);
}
