//! Related records from outside: definition files, odd tables, a planted leak, and the same bits whichever way records come.

use crate::support::Folder;
use candor_definition::{APPLICATION, Definition, DefinitionFiles, POLICY, PolicyFile};

/// A related table and an application that it belongs to.
const APPLICATIONS: &str = r#"
[table]
name = "application"
id = "SK_ID_CURR"
target = "TARGET"
[[group]]
key = "loan"
label = { en = "Loan", fr = "Crédit" }
reason = { en = "Loan.", fr = "Crédit." }
[[field]]
name = "AMT_CREDIT"
kind = "number"
group = "loan"
label = { en = "Amount", fr = "Montant" }
help = { en = "Amount.", fr = "Montant." }
change = "actionable"
"#;

const LOANS: &str = r#"[table]
name = "loans"
label = { en = "loans", fr = "crédits" }
prefix = "LOANS"
client_key = "SK_ID_CURR"
key = "LOAN"
time = "DAY"
time_unit = { en = "day", fr = "jour" }
group = "loan"
source = { en = "Source: loans.", fr = "Source : crédits." }

[[column]]
name = "DAY"
kind = "number"
integer = true
label = { en = "Day", fr = "Jour" }

[[column]]
name = "AMOUNT"
kind = "number"
min = 0.0
label = { en = "Amount", fr = "Montant" }

[[column]]
name = "STATUS"
kind = "category"
label = { en = "Status", fr = "État" }
levels = [{ value = "Active", label = { en = "Active", fr = "En cours" } }, { value = "Closed", label = { en = "Closed", fr = "Clos" } }]

[[derived]]
name = "DOUBLE"
value = "AMOUNT * 2"

[[derived]]
name = "AGAIN"
value = "DOUBLE + 1"

[[status]]
key = "ACTIVE"
where = 'STATUS == "Active"'
label = { en = "active", fr = "en cours" }

[[family]]
name = "AMOUNT"
value = "AMOUNT"
meaning = { en = "Amount of loans", fr = "Montant des crédits" }
unit = { en = "euros", fr = "euros" }
statuses = ["", "ACTIVE"]
aggregates = ["sum", "mean"]

[[family]]
name = "LOANS"
meaning = { en = "Loans", fr = "Crédits" }
unit = { en = "loans", fr = "crédits" }
aggregates = ["count", "any"]
"#;

const MONTHS: &str = r#"[table]
name = "months"
label = { en = "months", fr = "mois" }
prefix = "MONTHS"
parent = "loans"
parent_key = "LOAN"
once_a_time = true
time = "MONTH"
time_unit = { en = "month", fr = "mois" }
group = "loan"
source = { en = "Source: months.", fr = "Source : mois." }

[[column]]
name = "MONTH"
kind = "number"
label = { en = "Month", fr = "Mois" }

[[column]]
name = "DELAY"
kind = "number"
label = { en = "Delay", fr = "Retard" }

[[nested]]
name = "WORST"
value = "DELAY"
aggregate = "max"

[[family]]
name = "DELAY"
value = "DELAY"
meaning = { en = "Delay", fr = "Retard" }
unit = { en = "days", fr = "jours" }
aggregates = ["mean"]
"#;

fn policy(text: &str) -> PolicyFile {
    PolicyFile::parse("policy.toml", text).unwrap()
}

/// The shipped policy without its exclusions, which name fields that the small table lacks.
fn open_policy() -> PolicyFile {
    policy(POLICY.split("[[excluded]]").next().unwrap())
}

fn compile(files: &[(&str, &str)], policy: &PolicyFile) -> Result<Definition, String> {
    let files = DefinitionFiles {
        files: files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
    };
    Definition::compile_with("application.toml", APPLICATIONS, Some(&files), policy).map_err(|error| error.to_string())
}

/// The message for `loans.toml` with one text replaced by another.
fn refusal(from: &str, to: &str) -> String {
    assert!(LOANS.contains(from), "{from}");
    compile(&[("loans.toml", &LOANS.replacen(from, to, 1))], &open_policy()).unwrap_err()
}

/// Line and column of the first place of `text` in `file`.
fn place(file: &str, text: &str) -> String {
    let before = &file[..file.find(text).unwrap()];
    let line = before.matches('\n').count() + 1;
    format!(
        "line {line}, column {}",
        before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1
    )
}

#[test]
fn the_shipped_definitions_make_hundreds_of_features_that_explain_themselves() {
    let definition = Definition::compile_with(
        "application.toml",
        APPLICATION,
        Some(&DefinitionFiles::built_in()),
        &policy(POLICY),
    )
    .unwrap();
    let records = definition.records.as_ref().unwrap();
    let count = records.output_count();
    assert!(count >= 300, "{count}");
    let schema = &definition.schema;
    let fields = &schema.fields[schema.fields.len() - count..];
    for field in fields {
        for text in [
            &field.label,
            &field.help,
            &schema.groups[usize::from(field.group)].label,
        ] {
            assert!(
                !text.en.trim().is_empty() && !text.fr.trim().is_empty(),
                "{}",
                field.name
            );
        }
        assert!(
            field.help.en.contains("Source: ") && field.help.fr.contains("Source : "),
            "{}",
            field.name
        );
    }
    let used: std::collections::HashSet<u16> = fields.iter().map(|field| field.group).collect();
    assert!(used.len() >= 6, "reason groups: {}", used.len());
    assert!(
        definition
            .preprocessing
            .features
            .iter()
            .any(|feature| feature.name == "CREDIT_TO_PREVIOUS")
    );
}

#[test]
fn mistakes_are_told_with_file_line_and_column() {
    let good = compile(&[("months.toml", MONTHS), ("loans.toml", LOANS)], &open_policy()).unwrap();
    let names: Vec<&str> = good.schema.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(
        names[1..],
        [
            "LOANS_AMOUNT_SUM",
            "LOANS_AMOUNT_MEAN",
            "LOANS_ACTIVE_AMOUNT_SUM",
            "LOANS_ACTIVE_AMOUNT_MEAN",
            "LOANS_LOANS_COUNT",
            "LOANS_LOANS_ANY",
            "MONTHS_DELAY_MEAN"
        ]
    );
    for (from, to, at, told) in [
        ("AMOUNT * 2", "AMUONT * 2", "AMOUNT * 2", "did you mean AMOUNT?"),
        (
            "AMOUNT * 2",
            "1 + STATUS / 2",
            "NT * 2",
            "'/' needs a number, and this is a category",
        ),
        (
            "AMOUNT * 2",
            "TARGET * 2",
            "AMOUNT * 2",
            "there is no field or earlier feature called TARGET",
        ),
        ("AMOUNT * 2", "1 + DOUBLE", "NT * 2", "DOUBLE is made of itself"),
        ("AMOUNT * 2", "AGAIN - 1", "AMOUNT * 2", "AGAIN stands after this"),
        (
            "DOUBLE + 1",
            "LOG(DOUBLE)",
            "DOUBLE + 1",
            "there is no function called LOG",
        ),
        (
            "'STATUS == \"Active\"'",
            "'AMOUNT + 1'",
            "'STATUS == ",
            "a condition (true or false) is needed",
        ),
        (
            "'STATUS == \"Active\"'",
            "'STATUS == \"Open\"'",
            "\"Active\"'",
            "\"Open\" is not a level of this category",
        ),
        ("\"mean\"]", "\"share\"]", "\"mean\"]", "a share is of a condition"),
        (
            "value = \"AMOUNT\"\nmeaning",
            "value = \"STATUS\"\nmeaning",
            "\"sum\", \"mean\"",
            "sum of a category has no meaning",
        ),
        (
            "[\"count\", \"any\"]",
            "[\"count\", \"max\"]",
            "\"any\"]",
            "max needs a value",
        ),
        (
            "\"ACTIVE\"]",
            "\"OPEN\"]",
            "\"ACTIVE\"]",
            "there is no status 'OPEN'; there are ACTIVE",
        ),
        (
            "time = \"DAY\"",
            "time = \"DAYS\"",
            "\"DAY\"",
            "there is no column called DAYS",
        ),
        (
            "fr = \"Crédits\" }\nunit",
            "fr = \" \" }\nunit",
            "{ en = \"Loans\"",
            "the meaning of a family is needed in both languages",
        ),
    ] {
        let message = refusal(from, to);
        assert!(
            message.starts_with(&format!("loans.toml, {}: ", place(LOANS, at))),
            "{to}: {message}"
        );
        assert!(message.contains(told), "{to}: {message}");
    }
    for (gone, told) in [
        (
            "meaning = { en = \"Loans\", fr = \"Crédits\" }\n",
            "missing field `meaning`",
        ),
        ("unit = { en = \"loans\", fr = \"crédits\" }\n", "missing field `unit`"),
        ("group = \"loan\"\n", "needs its reason group"),
        (
            "source = { en = \"Source: loans.\", fr = \"Source : crédits.\" }\n",
            "needs its source",
        ),
        ("client_key = \"SK_ID_CURR\"\n", "should tell whose a record is"),
    ] {
        let message = refusal(gone, "");
        assert!(
            message.starts_with("loans.toml, line ") && message.contains(told),
            "{gone}: {message}"
        );
    }
    let message = refusal("[\"count\", \"any\"]", "[\"count\", \"count\"]");
    assert!(
        message.contains("the name LOANS_LOANS_COUNT comes about twice"),
        "{message}"
    );
}

#[test]
fn tables_that_belong_to_each_other_in_a_circle_are_refused() {
    let parent = "parent = \"months\"\nparent_key = \"LOAN\"\nclient_key";
    let loans = LOANS.replacen("client_key", parent, 1);
    let message = compile(&[("months.toml", MONTHS), ("loans.toml", &loans)], &open_policy()).unwrap_err();
    assert!(message.starts_with("months.toml, line 5, column 10: "), "{message}");
    assert!(message.contains("cycle"), "{message}");
    let message = compile(&[("months.toml", MONTHS)], &open_policy()).unwrap_err();
    assert!(message.contains("there is no table called loans"), "{message}");
}

#[test]
fn target_and_protected_fields_do_not_get_in() {
    for name in ["TARGET", "CODE_GENDER"] {
        let columns = LOANS.replacen("name = \"AMOUNT\"", &format!("name = \"{name}\""), 1);
        let application = APPLICATIONS.replace("AMT_CREDIT", "CODE_GENDER");
        let files = DefinitionFiles {
            files: vec![("loans.toml".into(), columns)],
        };
        let why = "why = { en = \"Protected.\", fr = \"Protégé.\" }";
        let text = POLICY.split("[[excluded]]").next().unwrap();
        let strict = policy(&format!("{text}[[excluded]]\nfield = \"CODE_GENDER\"\n{why}\n"));
        let message = Definition::compile_with("application.toml", &application, Some(&files), &strict)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with(&format!("loans.toml, {}: {name} is ", place(LOANS, "\"AMOUNT\""))),
            "{message}"
        );
    }
}

/// A folder with applications, definitions and tables with everything wrong that can be.
fn odd_folder() -> Folder {
    let folder = Folder::empty();
    for name in ["data", "tables"] {
        std::fs::create_dir(folder.path(name)).unwrap();
    }
    folder.write("application.toml", APPLICATIONS);
    folder.write("policy.toml", POLICY.split("[[excluded]]").next().unwrap());
    folder.write("tables/loans.toml", LOANS);
    folder.write("tables/months.toml", MONTHS);
    folder.write(
        "data/application_train.csv",
        "SK_ID_CURR,TARGET,AMT_CREDIT\n1,0,100\n2,1,200\n3,0,300\n",
    );
    folder.write(
        "data/loans.csv",
        "LOAN,SK_ID_CURR,DAY,AMOUNT,STATUS,COLOUR\n\
         10,1,-5,100,Active,red\n\
         11,1,-90,50.5,Closed,red\n\
         11,1,-91,7,\"Closed\",red\n\
         12,2,30,1000000,Active,red\n\
         13,2,,8,Active,red\n\
         x,2,-3,8,Active,red\n\
         14,2,-3,minus,Open,red\n\
         15,9,-3,8,Active,red\n\
         16,2,-3\n",
    );
    folder.write(
        "data/months.csv",
        "LOAN,MONTH,DELAY\n10,-1,4\n10,-1,6\n10,-2,\n99,-1,1000\n14,1,77\n",
    );
    folder
}

const FEATURES: [&str; 10] = [
    "features",
    "--data",
    "data",
    "--features",
    "application.toml",
    "--tables",
    "tables",
    "--policy",
    "policy.toml",
    "--output",
];

#[test]
fn whatever_is_odd_about_a_table_is_counted_and_told() {
    let folder = odd_folder();
    let ended = folder.succeed(&[&FEATURES[..], &["clients.csv"]].concat());
    let told = ended.text();
    for line in [
        "loans.csv: 9 records, 6 of these clients.",
        "  1 belong to other clients",
        "  1 have no number of client, record or parent that can be read",
        "  1 have more or fewer cells than the header",
        "  1 are from after the application; left out.",
        "  1 do not say when they are from; left out.",
        "  1 are there more than once",
        "  1 values of AMOUNT do not fit and are read as missing; the first: 'minus' is not a number",
        "  1 values of STATUS do not fit and are read as missing; the first: 'Open' is not a known level",
        "  Columns that are not known and not read: COLOUR.",
        "months.csv: 5 records, 4 of these clients.",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let table = String::from_utf8(folder.read("clients.csv")).unwrap();
    let expected = "SK_ID_CURR,TARGET,AMT_CREDIT,LOANS_AMOUNT_SUM,LOANS_AMOUNT_MEAN,LOANS_ACTIVE_AMOUNT_SUM,\
                    LOANS_ACTIVE_AMOUNT_MEAN,LOANS_LOANS_COUNT,LOANS_LOANS_ANY,MONTHS_DELAY_MEAN\n\
                    1,0,100.0,157.5,52.5,100.0,100.0,3.0,1,5.0\n\
                    2,1,200.0,,,,,1.0,1,\n\
                    3,0,300.0,,,,,0.0,0,\n";
    assert_eq!(table, expected);

    // A table that is not there is named; its features are missing values, counts included.
    std::fs::remove_file(folder.path("data/loans.csv")).unwrap();
    let ended = folder.succeed(&[&FEATURES[..], &["without.csv"]].concat());
    assert!(
        ended
            .text()
            .contains("loans: not there; its features are missing values."),
        "{}",
        ended.text()
    );
    let table = String::from_utf8(folder.read("without.csv")).unwrap();
    assert!(table.contains("\n1,0,100.0,,,,,,,\n"), "{table}");
}

#[test]
fn a_planted_leak_from_after_the_application_is_caught() {
    let folder = odd_folder();
    folder.succeed(&[&FEATURES[..], &["before.csv"]].concat());
    // A record of who will default, as a careless export might bring it.
    let mut loans = String::from_utf8(folder.read("data/loans.csv")).unwrap();
    loans.push_str("17,1,1,999999,Active,red\n18,3,365,1,Closed,red\n");
    folder.write("data/loans.csv", loans);
    let ended = folder.succeed(&[&FEATURES[..], &["after.csv"]].concat());
    assert!(
        ended.text().contains("  3 are from after the application; left out."),
        "{}",
        ended.text()
    );
    assert_eq!(folder.read("before.csv"), folder.read("after.csv"));
}

#[test]
fn records_give_the_same_bits_whichever_way_they_come() {
    let folder = Folder::empty();
    folder.succeed(&["synth", "--clients", "1500", "--seed", "5", "--output", "data"]);
    folder.succeed(&[
        "train",
        "--data",
        "data",
        "--output",
        "m.candor",
        "--trees",
        "20",
        "--threads",
        "1",
    ]);
    folder.succeed(&["features", "--data", "data", "--output", "clients.parquet"]);
    folder.succeed(&["features", "--data", "data", "--output", "clients.csv"]);
    let score = |input: &str, more: &[&str]| {
        let base = ["score", "--model", "m.candor", "--input", input];
        output(&folder, &[&base[..], more].concat())
    };
    let raw = score("data/application_train.csv", &[]);
    assert!(raw.iter().filter(|&&byte| byte == b'\n').count() == 1501);
    assert_eq!(score("clients.parquet", &[]), raw, "the client table");
    assert_eq!(score("clients.csv", &[]), raw, "the client table as CSV");
    folder.write("nested.jsonl", nested(&folder));
    assert!(
        score("nested.jsonl", &["--input-format", "jsonl"]) == raw,
        "nested JSON lines"
    );
    let explain = |input: &str| output(&folder, &["explain", "--model", "m.candor", "--input", input]);
    assert!(
        explain("nested.jsonl") == explain("data/application_train.csv"),
        "contributions"
    );

    // Training on the client table is training on the tables.
    let train = [
        "train",
        "--data",
        "clients.parquet",
        "--output",
        "t.candor",
        "--trees",
        "20",
        "--threads",
        "1",
    ];
    folder.succeed(&train);
    let base = ["score", "--model", "t.candor", "--input", "clients.parquet"];
    assert!(output(&folder, &base) == raw, "the model of the client table");

    // Without records, the fields are not there, and no one should believe that nothing is known.
    folder.write("alone.csv", folder.read("data/application_train.csv"));
    folder.refuse(
        &["score", "--model", "m.candor", "--input", "alone.csv"],
        &["BUREAU_HISTORY_ANY"],
    );
    assert_eq!(score("alone.csv", &["--records", "data"]), raw);

    // What does not fit a nested record is told with its place.
    let wrong = r#"{"AMT_CREDIT": 1, "bureau": [{"DAYS_CREDIT": -3}, {"DAYS_CREDIT": "soon"}]}"#;
    folder.write("wrong.jsonl", wrong);
    let told = "line 1: bureau[1].DAYS_CREDIT: 'soon' is not a number";
    folder.refuse(&["score", "--model", "m.candor", "--input", "wrong.jsonl"], &[told]);
}

/// What a command writes that ends well and, on standard error, only tells of months whose loan is not among the records,
/// as there are in reality.
fn output(folder: &Folder, arguments: &[&str]) -> Vec<u8> {
    let ended = folder.run(arguments);
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
    let is_note =
        |line: &str| line.contains(" records, ") || line.contains("name a parent that the client does not have");
    assert!(ended.stderr.lines().all(is_note), "{arguments:?}: {}", ended.stderr);
    ended.stdout
}

/// The tables of a folder as JSON lines: children nested in their parents where these are known, and beside them else.
fn nested(folder: &Folder) -> String {
    use serde_json::{Map, Value, json};
    use std::collections::BTreeMap;
    let read = |name: &str| -> Vec<Map<String, Value>> {
        let mut reader = csv::Reader::from_path(folder.path(&format!("data/{name}.csv"))).unwrap();
        let names = reader.headers().unwrap().clone();
        let value = |cell: &str| match cell.parse::<f64>() {
            _ if cell.is_empty() => Value::Null,
            Ok(number) => json!(number),
            Err(_) => json!(cell),
        };
        reader
            .records()
            .map(|row| {
                names
                    .iter()
                    .zip(&row.unwrap())
                    .map(|(name, cell)| (name.to_owned(), value(cell)))
                    .collect()
            })
            .collect()
    };
    let key = |record: &Map<String, Value>, name: &str| record[name].as_f64().unwrap() as i64;
    let mut of_client: BTreeMap<i64, Map<String, Value>> = BTreeMap::new();
    let mut applications = read("application_train");
    for application in &applications {
        let tables = [
            "bureau",
            "previous_application",
            "bureau_balance",
            "POS_CASH_balance",
            "installments_payments",
            "credit_card_balance",
        ];
        let empty = tables.iter().map(|name| ((*name).to_owned(), json!([])));
        of_client.insert(key(application, "SK_ID_CURR"), empty.collect());
    }
    for (parent, number, children) in [
        ("bureau", "SK_ID_BUREAU", &["bureau_balance"][..]),
        (
            "previous_application",
            "SK_ID_PREV",
            &["POS_CASH_balance", "installments_payments", "credit_card_balance"],
        ),
    ] {
        let mut parents = read(parent);
        let place: BTreeMap<i64, usize> = parents
            .iter()
            .enumerate()
            .map(|(at, record)| (key(record, number), at))
            .collect();
        for child in children {
            for record in read(child) {
                match place.get(&key(&record, number)) {
                    // Half of them stand in their parents, half beside.
                    Some(&at) if at % 2 == 0 => {
                        let list = parents[at].entry(*child).or_insert_with(|| json!([]));
                        list.as_array_mut().unwrap().push(record.into());
                    }
                    found => {
                        let client = match found {
                            Some(&at) => key(&parents[at], "SK_ID_CURR"),
                            // A month of a credit that is not there does not say whose it is.
                            None if !record.contains_key("SK_ID_CURR") => continue,
                            None => key(&record, "SK_ID_CURR"),
                        };
                        if let Some(client) = of_client.get_mut(&client) {
                            client[*child].as_array_mut().unwrap().push(record.into());
                        }
                    }
                }
            }
        }
        for record in parents {
            if let Some(client) = of_client.get_mut(&key(&record, "SK_ID_CURR")) {
                client[parent].as_array_mut().unwrap().push(record.into());
            }
        }
    }
    let line = |application: &mut Map<String, Value>| {
        application.extend(of_client.remove(&key(application, "SK_ID_CURR")).unwrap());
        serde_json::to_string(application).unwrap()
    };
    applications.iter_mut().map(line).collect::<Vec<_>>().join("\n")
}
