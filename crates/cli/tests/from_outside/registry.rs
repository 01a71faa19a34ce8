//! `candor registry` and `candor train --store`: what is on record stays, and who may become the champion.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use crate::support::{Ended, Folder, QUICK, join};
use candor_store::registry::entry::Entry;
use candor_store::registry::{Store, verify};
use serde_json::Value;

/// A quick training into the store `runs`.
fn train(folder: &Folder, output: &str, more: &[&str]) -> String {
    let first = [
        "train", "--data", "data", "--output", output, "--store", "runs", "--json",
    ];
    let json = folder.succeed(&join(&join(&first, &QUICK), more));
    parse(&json)["run"].as_str().unwrap().to_owned()
}

fn parse(ended: &Ended) -> Value {
    serde_json::from_str(ended.text()).unwrap_or_else(|error| panic!("{error}: {}", ended.text()))
}

/// Runs `candor registry ACTION… --store runs`.
fn registry(folder: &Folder, arguments: &[&str]) -> Ended {
    let ended = folder.run(&[&["registry"], arguments, &["--store", "runs"]].concat());
    assert_eq!(ended.stderr, "", "{arguments:?}");
    ended
}

fn champion(folder: &Folder) -> Option<String> {
    let runs = parse(&registry(folder, &["list", "--json"]));
    let is_champion = |run: &&Value| run["champion"] == "present";
    runs.as_array()
        .unwrap()
        .iter()
        .find(is_champion)
        .map(|run| run["run"].as_str().unwrap().to_owned())
}

/// The keys of the clients that a run has learned from, and those of its test part, read without the library.
fn clients_of(folder: &Folder, run: &str) -> (HashSet<String>, Vec<String>) {
    let shown = parse(&registry(folder, &["show", run, "--json"]));
    let object = |name: &str| folder.read(&format!("runs/objects/{}", shown["clients"][name].as_str().unwrap()));
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let learned = object("learned").chunks(16).map(hex).collect();
    let mut text = String::new();
    flate2::read::GzDecoder::new(object("test").as_slice())
        .read_to_string(&mut text)
        .unwrap();
    let tested = text.lines().skip(1).map(|line| line[..32].to_owned()).collect();
    (learned, tested)
}

#[test]
fn a_run_goes_from_training_to_champion_and_back() {
    let folder = Folder::with_tables();
    folder.refuse(
        &["registry", "list", "--store", "runs"],
        &["runs: there is no store here; candor train --store begins one"],
    );
    let first = train(&folder, "first.candor", &[]);
    // Before there is a champion, nobody is kept out.
    let early = train(&folder, "early.candor", &["--seed", "9"]);
    assert_eq!(champion(&folder), None);
    let ended = registry(&folder, &["promote", &first[..7]]);
    assert_eq!(ended.code, Some(0), "{}", ended.text());
    assert_eq!(champion(&folder).as_ref(), Some(&first));
    assert!(
        registry(&folder, &["promote", &first[..7]])
            .text()
            .contains("is the champion already")
    );

    let text = folder
        .succeed(&join(
            &join(
                &["train", "--data", "data", "--output", "second.candor", "--seed", "8"],
                &QUICK,
            ),
            &["--store", "runs"],
        ))
        .text()
        .to_owned();
    assert!(
        text.contains("Kept out of learning: 400 test clients of the champion"),
        "{text}"
    );
    let second = text.split("On record: run ").nth(1).unwrap()[..10].to_owned();
    let (of_champion, of_second) = (clients_of(&folder, &first), clients_of(&folder, &second));
    assert!(of_champion.1.iter().all(|key| !of_second.0.contains(key)));
    assert_eq!(of_champion.1, of_second.1, "the same test part");
    assert_eq!(of_second.0.len() + of_second.1.len(), 2000);
    let shown = parse(&registry(&folder, &["show", &second, "--json"]));
    let objects = parse(&registry(&folder, &["show", &first, "--json"]));
    assert_eq!(shown["clients"]["test"], objects["clients"]["test"], "stored once");

    // By chance only: refused, with the figures, and nothing has changed.
    let before = folder.contents();
    for action in ["compare", "promote"] {
        let ended = registry(&folder, &[action, &second]);
        assert_eq!(ended.code, Some(1), "{}", ended.text());
        for part in [
            "test clients         400",
            "cost per client",
            "difference",
            "Against the challenger: ",
        ] {
            assert!(ended.text().contains(part), "no '{part}' in\n{}", ended.text());
        }
    }
    assert_eq!(folder.contents(), before);
    assert_eq!(champion(&folder).as_ref(), Some(&first));

    // The cost is that of the model's own decisions on these clients.
    let verdict = parse(&registry(&folder, &["compare", &second, "--json"]))["verdict"].clone();
    let own = &shown["card"]["parts"][2]["metrics"]["cost"]["value"];
    assert!((verdict["challenger"].as_f64().unwrap() - own.as_f64().unwrap()).abs() < 1e-12);
    let difference = verdict["challenger"].as_f64().unwrap() - verdict["champion"].as_f64().unwrap();
    assert!((verdict["difference"]["value"].as_f64().unwrap() - difference).abs() < 1e-12);

    // One that has seen the champion's test clients is refused with their number.
    let seen = {
        let learned = clients_of(&folder, &early).0;
        of_champion.1.iter().filter(|key| learned.contains(*key)).count()
    };
    assert!(seen > 250, "{seen}");
    let ended = registry(&folder, &["promote", &early]);
    assert_eq!(ended.code, Some(1));
    let wanted = format!("the challenger has learned from {seen} of the champion's 400 test clients");
    assert!(ended.text().contains(&wanted), "{}", ended.text());

    // One that nobody knows is refused, too.
    folder.succeed(&["registry", "add", "early.candor", "--store", "runs"]);
    let runs = parse(&registry(&folder, &["list", "--json"]));
    let added = runs[3]["run"].as_str().unwrap();
    let ended = registry(&folder, &["promote", added]);
    assert!(
        ended.code == Some(1) && ended.text().contains("is not known"),
        "{}",
        ended.text()
    );

    // Force needs a reason, and both go on record.
    assert_eq!(
        folder
            .run(&["registry", "promote", &second, "--store", "runs", "--force"])
            .code,
        Some(2)
    );
    folder.refuse(
        &[
            "registry", "promote", &second, "--store", "runs", "--force", "--reason", " ",
        ],
        &["--reason is empty"],
    );
    let ended = registry(&folder, &["promote", &second, "--force", "--reason", "agreed on 3 May"]);
    assert_eq!(ended.code, Some(0), "{}", ended.text());
    assert!(champion(&folder).unwrap().starts_with(&second));
    let text = registry(&folder, &["show", &second]).text().to_owned();
    assert!(
        text.contains("promoted by force, although ") && text.contains("\"agreed on 3 May\""),
        "{text}"
    );

    let ended = registry(&folder, &["rollback", "--reason", "complaints"]);
    assert_eq!(ended.code, Some(0));
    assert_eq!(champion(&folder).as_ref(), Some(&first));
    folder.refuse(
        &["registry", "rollback", "--store", "runs"],
        &["no champion before the present one"],
    );
    folder.succeed(&["registry", "export", "--store", "runs", "--output", "out.candor"]);
    assert_eq!(folder.read("out.candor"), folder.read("first.candor"));
    let ended = registry(&folder, &["verify"]);
    assert!(
        ended.code == Some(0) && ended.text().starts_with("As it was written: "),
        "{}",
        ended.text()
    );
}

#[test]
fn a_better_challenger_is_promoted() {
    let folder = Folder::empty();
    folder.succeed(&["synth", "--clients", "6000", "--seed", "5", "--output", "data"]);
    // The champion may not read what says most; the challenger may, and its test clients have it in its own record.
    let mut policy = candor_definition::POLICY.to_owned();
    for field in [
        "EXT_SOURCE_1",
        "EXT_SOURCE_2",
        "EXT_SOURCE_3",
        "DAYS_EMPLOYED",
        "DAYS_LAST_PHONE_CHANGE",
    ] {
        policy.push_str(&format!(
            "\n[[excluded]]\nfield = \"{field}\"\nwhy = {{ en = \"a test\", fr = \"un essai\" }}\n"
        ));
    }
    folder.write("narrow.toml", policy);
    let weak = train(&folder, "weak.candor", &["--policy", "narrow.toml"]);
    assert_eq!(registry(&folder, &["promote", &weak]).code, Some(0));
    let strong = train(&folder, "strong.candor", &[]);
    let ended = registry(&folder, &["promote", &strong]);
    assert_eq!(ended.code, Some(0), "{}", ended.text());
    assert!(ended.text().contains("The challenger is better."), "{}", ended.text());
    assert_eq!(champion(&folder), Some(strong));

    // The other way round nobody would be promoted, and a champion's clients that are not in the data are missed.
    let ended = registry(&folder, &["compare", &weak]);
    assert!(
        ended.code == Some(1) && ended.text().contains("is not lower"),
        "{}",
        ended.text()
    );
}

#[test]
fn runs_are_named_by_the_beginning_of_their_digest() {
    let folder = Folder::with_tables();
    let first = train(&folder, "m.candor", &[]);
    assert_eq!(
        train(&folder, "m.candor", &["--force"]),
        first,
        "the same training is the same run"
    );
    let store = Store::new(&folder.path("runs"));
    let mut run = store.run(&first).unwrap();
    let mut digests = vec![first];
    for name in 0..16 {
        run.card.name = name.to_string();
        digests.push(
            store
                .write()
                .unwrap()
                .record(&run, "2026-01-01T00:00:00Z".into())
                .unwrap(),
        );
    }
    digests.sort();
    let twins = digests.windows(2).find(|pair| pair[0][..1] == pair[1][..1]).unwrap();
    let shared = &twins[0][..1];
    let message = folder.refuse(
        &["registry", "show", shared, "--store", "runs"],
        &["could be", "write more"],
    );
    assert!(
        message.contains(&twins[0][..10]) && message.contains(&twins[1][..10]),
        "{message}"
    );
    folder.refuse(
        &["registry", "show", "xyz", "--store", "runs"],
        &["no run begins with 'xyz'"],
    );
    folder.refuse(
        &["registry", "show", "champion", "--store", "runs"],
        &["no champion yet"],
    );
    assert_eq!(
        parse(&registry(&folder, &["list", "--json"])).as_array().unwrap().len(),
        17
    );
    assert!(registry(&folder, &["list"]).text().lines().count() >= 18);
}

#[test]
fn without_ids_clients_are_told_apart_by_their_content() {
    let folder = Folder::with_tables();
    let table = folder.table();
    let definition = ["--table", "rows.csv", "--target", "TARGET"];
    folder.write("rows.csv", table.clone().without(&["SK_ID_CURR"]).to_csv());
    let run = |output: &str, more: &[&str]| {
        let arguments = join(&["train", "--output", output, "--store", "runs", "--json"], &definition);
        let json = folder.succeed(&join(&join(&arguments, &["--trees", "20", "--threads", "1"]), more));
        parse(&json)["run"].as_str().unwrap().to_owned()
    };
    let first = run("a.candor", &[]);
    assert_eq!(registry(&folder, &["promote", &first]).code, Some(0));
    // Other rows before them: positions mean nothing.
    let mut turned = table.without(&["SK_ID_CURR"]);
    turned.rows.rotate_left(700);
    folder.write("rows.csv", turned.to_csv());
    let second = run("b.candor", &["--seed", "8"]);
    let compared = parse(&registry(&folder, &["compare", &second, "--json"]));
    assert_eq!(compared["seen"], 0, "{compared}");
    let (learned, tested) = (clients_of(&folder, &second).0, clients_of(&folder, &first).1);
    assert!(tested.iter().all(|key| !learned.contains(key)));
    // Other fields are another content: nobody can tell.
    let other = run("c.candor", &["--seed", "8", "--drop", "AMT_CREDIT"]);
    let ended = registry(&folder, &["compare", &other]);
    assert!(
        ended.code == Some(1) && ended.text().contains("is not known: it tells clients apart by"),
        "{}",
        ended.text()
    );
}

#[test]
fn every_flipped_bit_is_found_with_its_place() {
    let folder = Folder::with_tables();
    let run = train(&folder, "m.candor", &[]);
    registry(&folder, &["promote", &run]);
    let store = Store::new(&folder.path("runs"));
    let mut files = vec![store.journal()];
    files.extend(
        std::fs::read_dir(folder.path("runs/objects"))
            .unwrap()
            .map(|entry| entry.unwrap().path()),
    );
    assert_eq!(files.len(), 5, "journal, run, model, test part, clients");
    for file in files {
        let whole = std::fs::read(&file).unwrap();
        for place in (0..whole.len())
            .step_by((whole.len() / 40).max(1))
            .chain([whole.len() - 1])
        {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << (place % 8);
            std::fs::write(&file, bytes).unwrap();
            let damage = verify(&store).unwrap().damage;
            assert!(
                damage.iter().any(|damage| damage.contains(&file.display().to_string())),
                "byte {place} of {}: {damage:?}",
                file.display()
            );
        }
        std::fs::write(&file, whole).unwrap();
    }
    assert_eq!(verify(&store).unwrap().damage, [""; 0]);

    // One that is not there.
    let shown = parse(&registry(&folder, &["show", &run, "--json"]));
    let model = format!("runs/objects/{}", shown["model"]["object"].as_str().unwrap());
    std::fs::remove_file(folder.path(&model)).unwrap();
    let ended = registry(&folder, &["verify"]);
    assert!(
        ended.code == Some(1) && ended.text().contains(&model),
        "{}",
        ended.text()
    );
}

#[test]
fn a_clock_that_goes_back_is_told_and_breaks_nothing() {
    let folder = Folder::with_model();
    folder.succeed(&["registry", "add", "model.candor", "--store", "runs"]);
    let store = Store::new(&folder.path("runs"));
    let run = store.read().unwrap().runs().next().unwrap().to_owned();
    for (at, before) in [
        ("2031-01-01T00:00:00Z", None),
        ("2030-06-01T00:00:00Z", Some(run.clone())),
    ] {
        let entry = Entry::Promotion {
            at: at.into(),
            run: run.clone(),
            before,
            verdict: None,
            forced: None,
        };
        store.write().unwrap().append(entry).unwrap();
    }
    let note = "the clock went back before line 4";
    for action in [&["list"][..], &["verify"], &["show", &run]] {
        let ended = registry(&folder, action);
        assert!(ended.code == Some(0) && ended.text().contains(note), "{}", ended.text());
    }
    assert_eq!(champion(&folder), Some(run));
}

#[test]
#[cfg(unix)]
fn a_store_is_private_and_a_place_that_takes_no_files_is_one_error() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with_model();
    folder.succeed(&["registry", "add", "model.candor", "--store", "runs"]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path("runs")), 0o700);
    for path in folder
        .contents()
        .into_keys()
        .filter(|path| path.starts_with(folder.path("runs")))
    {
        assert!([0o600, 0o700].contains(&mode(&path)), "{}", path.display());
    }

    // A file where a folder should be, someone else's folder, a disk that takes no more.
    folder.write("file", "");
    let train = join(&["train", "--data", "data", "--output", "new.candor"], &QUICK);
    folder.refuse(&join(&train, &["--store", "file/runs"]), &["cannot write file/runs"]);
    folder.refuse(
        &join(&train, &["--store", "data"]),
        &["data: this folder holds other files"],
    );
    let before = folder.contents();
    let shell = "trap '' XFSZ; ulimit -f 8; exec \"$0\" registry add model.candor --store \"$1\"";
    for store in ["runs", "other"] {
        std::fs::copy(folder.path("model.candor"), folder.path("same.candor")).unwrap();
        let mut full = std::process::Command::new("sh");
        full.args(["-c", shell, env!("CARGO_BIN_EXE_candor"), store])
            .current_dir(folder.path(""));
        let changed = folder.path("runs/objects");
        if store == "runs" {
            // Nothing would have to be written if the object were there.
            for entry in std::fs::read_dir(&changed).unwrap() {
                std::fs::remove_file(entry.unwrap().path()).unwrap();
            }
        }
        let output = full.output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(
            message.starts_with("error: cannot write ") && message.lines().count() == 1,
            "{message}"
        );
        assert_eq!(
            std::fs::read_dir(folder.path(store).join("objects")).map_or(0, Iterator::count),
            0
        );
    }
    assert!(before.contains_key(&folder.path("model.candor")));
}
