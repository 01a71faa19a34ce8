//! `candor import --schema`: a model of another library answers in the words of a definition file, and with the same scores.

use std::path::Path;

use crate::support::{Folder, Table};
use serde_json::Value;

/// Three features: an amount, a category that the model knows by number (level 1 is worse), and a share.
const LIGHTGBM: &str = "tree
version=v4
num_class=1
num_tree_per_iteration=1
max_feature_idx=2
objective=binary sigmoid:1
feature_names=AMOUNT SCHOOL RATIO
Tree=0
num_leaves=4
num_cat=1
split_feature=0 1 2
split_gain=1 1 1
threshold=1000 0 0.5
decision_type=2 1 10
left_child=1 -1 -3
right_child=2 -2 -4
leaf_value=0.25 -0.5 0.125 1
leaf_count=10 30 20 40
internal_count=100 40 60
cat_boundaries=0 1
cat_threshold=2
end of trees
";

const SCHEMA: &str = r#"
[table]
name = "loans"
id = "LOAN"
unused = ["BRANCH"]

[[group]]
key = "loan"
label = { en = "The loan", fr = "Le crédit" }
reason = { en = "The loan is large.", fr = "Le crédit est élevé." }

[[group]]
key = "person"
label = { en = "The person", fr = "La personne" }
reason = { en = "The studies were short.", fr = "Les études ont été courtes." }

[[field]]
name = "SCHOOL"
kind = "category"
group = "person"
label = { en = "School", fr = "Études" }
help = { en = "Highest degree.", fr = "Diplôme le plus élevé." }
levels = [
  { value = "degree", label = { en = "Degree", fr = "Diplôme" } },
  { value = "none", label = { en = "None", fr = "Aucune" } },
]
missing_levels = ["?"]
change = "fixed"

[[field]]
name = "AMOUNT"
kind = "number"
group = "loan"
label = { en = "Amount", fr = "Montant" }
help = { en = "Amount asked for.", fr = "Montant demandé." }
unit = { en = "euros", fr = "euros" }
min = 0.0
max = 5000.0
change = "actionable"

[[field]]
name = "INCOME"
kind = "number"
group = "loan"
label = { en = "Income", fr = "Revenu" }
help = { en = "Income of a year.", fr = "Revenu annuel." }
change = "fixed"

[[feature]]
name = "RATIO"
value = "AMOUNT / INCOME"
group = "loan"
label = { en = "Amount to income", fr = "Montant sur revenu" }
impute = 0.75
"#;

const IMPORT: [&str; 8] = [
    "import",
    "model.txt",
    "--from",
    "lightgbm",
    "--schema",
    "schema.toml",
    "--output",
    "m.candor",
];

fn folder(schema: &str) -> Folder {
    let folder = Folder::empty();
    folder.write("model.txt", LIGHTGBM);
    folder.write("schema.toml", schema);
    folder
}

fn changed(from: &str, to: &str) -> String {
    assert!(SCHEMA.contains(from), "no {from}");
    SCHEMA.replacen(from, to, 1)
}

fn inspected(folder: &Folder) -> Value {
    serde_json::from_slice(&folder.succeed(&["inspect", "m.candor", "--json"]).stdout).unwrap()
}

#[test]
fn a_described_model_scores_the_same_and_answers_in_its_words() {
    let folder = folder(SCHEMA);
    folder.succeed(&IMPORT);
    let about = inspected(&folder);
    let fields = about["schema"]["fields"].as_array().unwrap();
    let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["SCHOOL", "AMOUNT", "INCOME"]);
    assert_eq!(fields[1]["label"]["fr"], "Montant");
    assert_eq!(fields[1]["unit"]["en"], "euros");
    assert_eq!(about["schema"]["groups"][1]["reason"]["en"], "The studies were short.");

    // The amount decides first; then the school (level 1, 'none', goes left), or the ratio with 0.75 where it is missing.
    folder.write(
        "rows.csv",
        "LOAN,AMOUNT,SCHOOL,INCOME,BRANCH\na,900,none,1,x\nb,1000,degree,1,\nc,1001,degree,2002,x\nd,2000,none,1,x\n\
         e,2000,none,,x\nf,,?,9e9,x\n",
    );
    let scores = folder.succeed(&["score", "--model", "m.candor", "--input", "rows.csv"]);
    let scores = Table::parse(&scores.stdout);
    let ids: Vec<&str> = scores.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(ids, ["a", "b", "c", "d", "e", "f"]);
    // Without an amount the row goes the default way, to the right, where it has no ratio either: 0.75.
    assert_eq!(scores.numbers("log_odds"), [0.25, -0.5, 0.125, 1.0, 1.0, -0.5]);

    let explain = ["explain", "--model", "m.candor", "--input", "rows.csv"];
    let reasons = Table::parse(&folder.succeed(&explain).stdout);
    assert_eq!(reasons.header, ["id", "base_value", "AMOUNT", "SCHOOL", "RATIO"]);
    let groups = Table::parse(&folder.succeed(&crate::support::join(&explain, &["--groups"])).stdout);
    assert_eq!(groups.header, ["id", "base_value", "loan", "person"]);

    folder.write("rows.csv", "LOAN,AMOUNT,SCHOOL,INCOME\na,5001,none,1\n");
    let score = ["score", "--model", "m.candor", "--input", "rows.csv"];
    folder.refuse(&score, &["line 2", "AMOUNT", "5000"]);
    folder.write("rows.csv", "LOAN,AMOUNT,SCHOOL,INCOME\na,1,2,1\n");
    folder.refuse(&score, &["line 2", "SCHOOL", "'degree', 'none'"]);
}

#[test]
fn the_example_of_the_help_can_be_used() {
    let folder = Folder::empty();
    let help = folder.succeed(&["import", "--help"]).text().to_owned();
    let start = help.find("  [table]").unwrap();
    let example = &help[start..help.find("\n\nEvery feature of the model").unwrap()];
    let model = LIGHTGBM.replace("AMOUNT SCHOOL RATIO", "CREDIT SCHOOL RATIO");
    folder.write("model.txt", model);
    folder.write("schema.toml", example);
    folder.succeed(&IMPORT);
    assert_eq!(inspected(&folder)["schema"]["table"], "loans");
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let at = |name: &str, text: &str| -> String {
        let offset = text.find(&format!("name = \"{name}\"")).unwrap();
        format!(
            "schema.toml, line {}, column 8: ",
            text[..offset].matches('\n').count() + 1
        )
    };
    let spare = changed("name = \"AMOUNT\"", "name = \"AMUONT\"").replace("AMOUNT /", "AMUONT /");
    let fitted = changed("impute = 0.75", "impute = \"median\"");
    let later = format!(
        "{}\n[[feature]]\nname = \"SCHOOL\"\nvalue = \"if(is_missing(DEGREE), 0, RATIO)\"\ngroup = \"loan\"\nlabel = {{ en = \"a\", fr = \"a\" }}\n",
        changed("name = \"SCHOOL\"", "name = \"DEGREE\"")
    );
    let unread = SCHEMA.replace("AMOUNT / INCOME", "AMOUNT / 2");
    let another = format!(
        "{SCHEMA}\n[[feature]]\nname = \"DOUBLE\"\nvalue = \"RATIO * 2\"\ngroup = \"loan\"\nlabel = {{ en = \"a\", fr = \"a\" }}\n"
    );
    let unclosed = changed("unused = [", "unused = ");
    let no_group = changed("group = \"person\"", "group = \"school\"");
    for (text, wanted) in [
        (
            &spare,
            vec!["schema.toml: 1 of the model's 3 features", "'AMOUNT'", "[[field]]"],
        ),
        (&fitted, vec![&at("RATIO", &fitted)[..], "give impute a number"]),
        (&later, vec![&at("SCHOOL", &later), "reads RATIO", "write out"]),
        (
            &unread,
            vec![
                &at("INCOME", &unread),
                "no feature of this name",
                "'AMOUNT', 'SCHOOL', 'RATIO'",
            ],
        ),
        (&another, vec![&at("DOUBLE", &another), "'DOUBLE'", "remove"]),
        (&unclosed, vec!["schema.toml, line 5, column "]),
        (
            &no_group,
            vec!["line 20, column 9", "no group 'school'", "loan, person"],
        ),
    ] {
        let folder = folder(text);
        folder.refuse(&IMPORT, &wanted);
        assert!(!folder.path("m.candor").exists());
    }
    let folder = folder(SCHEMA);
    std::fs::remove_file(folder.path("schema.toml")).unwrap();
    folder.refuse(&IMPORT, &["cannot read schema.toml"]);
}

/// CatBoost knows a category by its levels: their order is the model's, and `(other)` comes by itself.
#[test]
fn levels_of_the_model_are_those_of_the_schema() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/tests/fixtures/import/catboost_one_hot.json");
    let folder = Folder::empty();
    let mut import = vec![
        "import",
        model.to_str().unwrap(),
        "--from",
        "catboost",
        "--output",
        "m.candor",
    ];
    folder.succeed(&import);
    let plain = inspected(&folder);
    let empty = |name: &str| format!("{name} = {{ en = \"x\", fr = \"x\" }}\n");
    let mut schema =
        "[table]\nname = \"t\"\n[[group]]\nkey = \"all\"\n".to_owned() + &empty("label") + &empty("reason");
    let mut some_level = None;
    for field in plain["schema"]["fields"].as_array().unwrap().iter().rev() {
        schema += &format!(
            "[[field]]\nname = {}\ngroup = \"all\"\nchange = \"fixed\"\n",
            field["name"]
        );
        schema += &(empty("label") + &empty("help"));
        let Some(levels) = field["kind"]["category"]["levels"].as_array() else {
            schema += "kind = \"number\"\n";
            continue;
        };
        // One that no tree asks for has no other level.
        let alone = levels.len() == 1;
        let known = levels.iter().rev().filter(|level| alone || level["value"] != "(other)");
        let known: Vec<String> = known
            .map(|level| format!("{{ value = {}, label = {{ en = \"E\", fr = \"F\" }} }}", level["value"]))
            .collect();
        some_level = some_level.or(levels[0]["value"].as_str().filter(|_| !alone).map(str::to_owned));
        schema += &format!("kind = \"category\"\nlevels = [{}]\n", known.join(", "));
    }
    folder.write("schema.toml", &schema);
    import.extend(["--schema", "schema.toml", "--force"]);
    folder.succeed(&import);
    let described = inspected(&folder);
    let of = |about: &Value, name: &Value| {
        let fields = about["schema"]["fields"].as_array().unwrap();
        let field = fields.iter().find(|field| field["name"] == *name).unwrap();
        let levels = field["kind"]["category"]["levels"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        levels.iter().map(|level| level["value"].clone()).collect::<Vec<_>>()
    };
    for field in plain["schema"]["fields"].as_array().unwrap() {
        assert_eq!(of(&described, &field["name"]), of(&plain, &field["name"]), "{field}");
    }

    let level = some_level.unwrap();
    let quoted = format!("value = \"{level}\"");
    assert!(schema.contains(&quoted));
    folder.write("schema.toml", schema.replace(&quoted, "value = \"misspelt\""));
    let listed = format!("'{level}'");
    folder.refuse(
        &import,
        &["schema.toml, line ", "not listed", &listed, "does not know: 'misspelt'"],
    );
    folder.write(
        "schema.toml",
        schema.replacen("kind = \"category\"", "kind = \"number\"", 1),
    );
    folder.refuse(&import, &["kind = \"category\""]);
}
