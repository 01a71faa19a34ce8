//! Keys, signatures and trust on the command line.

use std::process::Stdio;

use crate::support::{Ended, Folder};
use candor_core::Model;

/// Signed by Python's `cryptography`: see make.py beside them.
const PLAIN: &[u8] = include_bytes!("fixtures/signature/plain.model");
const SIGNED: &[u8] = include_bytes!("fixtures/signature/signed.model");
/// The keys of tests 1 and 2 of RFC 8032, section 7.1.
const FIRST: [&str; 2] = [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
];
const SECOND: [&str; 2] = [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
];

/// The two models, the two private keys, and lists of each of the public ones and of a third.
fn folder() -> Folder {
    let folder = Folder::empty();
    folder.write("plain.candor", PLAIN);
    folder.write("signed.candor", SIGNED);
    for (name, [secret, public]) in [("first", FIRST), ("second", SECOND)] {
        private(
            &folder,
            &format!("{name}.key"),
            &format!("candor-private-key-ed25519 {secret}\n"),
            0o600,
        );
        folder.write(
            &format!("{name}.pub"),
            format!("# people we trust\n\n{public} the {name} team\r\n"),
        );
    }
    folder.succeed(&["keygen", "--output", "third.key", "--comment", "a stranger"]);
    folder
}

fn private(folder: &Folder, name: &str, text: &str, mode: u32) {
    folder.write(name, text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = mode;
}

#[test]
fn signatures_are_those_of_another_implementation() {
    let folder = folder();
    for (first, second) in [("first.key", "second.key"), ("second.key", "first.key")] {
        folder.write("model.candor", PLAIN);
        folder.succeed(&["sign", "model.candor", "--key", first]);
        assert!(folder.read("model.candor") != SIGNED, "one of two signatures");
        let text = folder
            .succeed(&["sign", "model.candor", "--key", second])
            .text()
            .to_owned();
        assert_eq!(folder.read("model.candor"), SIGNED, "{first}, {second}");
        assert!(text.contains(&Model::digest_of(PLAIN).unwrap()), "{text}");
        // Once more changes nothing.
        folder.succeed(&["sign", "model.candor", "--key", first]);
        assert_eq!(folder.read("model.candor"), SIGNED);
    }
    folder.succeed(&["sign", "plain.candor", "--key", "first.key", "--output", "one.candor"]);
    assert_eq!(
        folder.read("plain.candor"),
        PLAIN,
        "--output leaves the model as it was"
    );
    folder.refuse(
        &["sign", "plain.candor", "--key", "first.key", "--output", "one.candor"],
        &["one.candor exists already", "--force"],
    );
    folder.succeed(&[
        "sign",
        "plain.candor",
        "--key",
        "first.key",
        "--output",
        "one.candor",
        "--force",
    ]);
    let text = folder.succeed(&["inspect", "signed.candor"]).text().to_owned();
    assert!(text.contains(FIRST[1]) && text.contains(SECOND[1]), "{text}");
}

#[test]
fn verify_says_whether_a_model_is_signed_and_by_whom() {
    let folder = folder();
    let mut wrong = SIGNED.to_vec();
    wrong[SIGNED.len() - 1] ^= 1;
    folder.write("wrong.candor", &wrong);
    for (arguments, code, words) in [
        (&["signed.candor"][..], 0, "whose these keys are was not checked"),
        (
            &["signed.candor", "--trusted-keys", "first.pub"],
            0,
            "trusted: the first team",
        ),
        (
            &["signed.candor", "--trusted-keys", "second.pub"],
            0,
            "not in the list of trusted keys",
        ),
        (
            &["signed.candor", "--trusted-keys", "third.key.pub"],
            1,
            "by no key of the list of trusted keys",
        ),
        (&["plain.candor"], 1, "the model is not signed"),
        (
            &["plain.candor", "--trusted-keys", "first.pub"],
            1,
            "the model is not signed",
        ),
        // The other signature is right and trusted, but somebody has been at the file.
        (
            &["wrong.candor", "--trusted-keys", "second.pub"],
            1,
            "the signature 2 in the file, of key d75a98",
        ),
    ] {
        let ended = folder.run(&[&["verify"], arguments].concat());
        assert_eq!(
            (ended.code, ended.stderr.as_str()),
            (Some(code), ""),
            "{arguments:?}: {}",
            ended.text()
        );
        assert!(
            ended.text().contains(words),
            "{arguments:?}: no '{words}' in\n{}",
            ended.text()
        );
    }
    folder.refuse(&["verify", "none.candor"], &["cannot read none.candor"]);
    let mut newer = PLAIN.to_vec();
    newer[8] = 9;
    newer[12] = 0xff;
    folder.write("newer.candor", newer);
    folder.refuse(&["verify", "newer.candor"], &["format version 9", "use a newer Candor"]);
    folder.refuse(
        &["sign", "wrong.candor", "--key", "second.key"],
        &["wrong.candor: the signature 2 in the file", "do not use this file"],
    );
}

#[test]
fn every_command_that_loads_a_model_asks_for_a_trusted_signature() {
    let folder = folder();
    folder.write("rows.csv", "AMT_CREDIT,EXT_SOURCE,REGION\n1,2,3\n");
    let mut wrong = SIGNED.to_vec();
    wrong[SIGNED.len() - 1] ^= 1;
    folder.write("wrong.candor", &wrong);
    let columns: &[&str] = &["--missing-columns", "ignore", "--extra-columns", "ignore"];
    for (before, after) in [
        (&["score", "--input", "rows.csv", "--model"][..], columns),
        (&["explain", "--input", "rows.csv", "--model"], columns),
        (&["inspect"], &[]),
        (&["sign", "--key", "first.key"], &[]),
        (&["report", "--data", "rows.csv", "--model"], &[]),
        (&["replay", "none.jsonl", "--model"], &[]),
        (&["serve", "--app", "none", "--model"], &[]),
    ] {
        for (model, list, words) in [
            (
                "plain.candor",
                "first.pub",
                &["plain.candor: the model is not signed", "take the signed file"][..],
            ),
            (
                "wrong.candor",
                "first.pub",
                &["wrong.candor: the signature 2", "do not use this file"],
            ),
            (
                "signed.candor",
                "third.key.pub",
                &["signed.candor: the model is signed, but by no key", FIRST[1]],
            ),
            ("signed.candor", "none.pub", &["cannot read none.pub"]),
        ] {
            let arguments = [before, &[model], after].concat();
            folder.refuse(&[&arguments[..], &["--trusted-keys", list]].concat(), words);
            // The same from the environment.
            let output = folder
                .command(&arguments)
                .env("CANDOR_TRUSTED_KEYS", list)
                .stdin(Stdio::null())
                .output();
            let output = output.unwrap();
            let message = String::from_utf8(output.stderr).unwrap();
            assert_eq!(
                (output.status.code(), output.stdout.len()),
                (Some(2), 0),
                "{arguments:?}: {message}"
            );
            assert!(
                words.iter().all(|words| message.contains(words)),
                "{arguments:?}: {message}"
            );
        }
    }
    folder.refuse(
        &[
            "report",
            "--model",
            "signed.candor",
            "--unrestricted",
            "plain.candor",
            "--data",
            "rows.csv",
            "--trusted-keys",
            "first.pub",
        ],
        &["plain.candor: the model is not signed"],
    );
    // A signed model is loaded like any other.
    let scored = |model: &str, trust: &[&str]| -> Ended {
        let arguments = ["score", "--model", model, "--input", "rows.csv"];
        folder.succeed(&[&arguments, columns, trust].concat())
    };
    let plain = scored("plain.candor", &[]);
    for list in ["first.pub", "second.pub"] {
        assert_eq!(scored("signed.candor", &["--trusted-keys", list]).text(), plain.text());
    }
    assert_eq!(scored("signed.candor", &[]).text(), plain.text());
}

#[test]
fn keys_are_made_once_and_read_with_care() {
    let folder = folder();
    let text = folder
        .succeed(&["keygen", "--output", "my.key", "--comment", "me"])
        .text()
        .to_owned();
    let public = String::from_utf8(folder.read("my.key.pub")).unwrap();
    assert!(
        text.contains(public.trim()) && public.trim().ends_with(" me") && public.len() == 64 + 4,
        "{text}\n{public}"
    );
    let secret = String::from_utf8(folder.read("my.key")).unwrap();
    let digits = secret.lines().last().unwrap().rsplit(' ').next().unwrap().to_owned();
    assert!(
        !text.contains(&digits) && !public.contains(&digits),
        "the secret stands in one file"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path("my.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    folder.succeed(&["sign", "plain.candor", "--key", "my.key"]);
    folder.succeed(&["verify", "plain.candor", "--trusted-keys", "my.key.pub"]);
    assert_ne!(secret, String::from_utf8(folder.read("third.key")).unwrap(), "random");

    folder.write("only.key.pub", "");
    for (output, words) in [
        ("my.key", "my.key exists already, and keys are never overwritten"),
        ("only.key", "only.key.pub exists already"),
        ("none/my.key", "cannot write none/my.key.pub"),
    ] {
        folder.refuse(&["keygen", "--output", output], &[words]);
    }
    folder.refuse(
        &["keygen", "--output", "new.key", "--comment", "two\nlines"],
        &["one line of plain text"],
    );

    let line = format!("candor-private-key-ed25519 {}\n", FIRST[0]);
    for (mode, refused) in [
        (0o600, false),
        (0o400, false),
        (0o640, true),
        (0o604, true),
        (0o620, true),
        (0o601, true),
    ] {
        private(&folder, "mode.key", &line, mode);
        let arguments = ["sign", "signed.candor", "--key", "mode.key"];
        if refused && cfg!(unix) {
            let mode = format!("permissions {mode:04o}");
            folder.refuse(
                &arguments,
                &[
                    "mode.key: others can read or change this private key",
                    &mode,
                    "chmod 600",
                ],
            );
        } else {
            folder.succeed(&arguments);
        }
    }
    for text in [
        "",
        "candor-private-key-ed25519",
        "candor-private-key-ed25519 12",
        &line.replace('9', "x"),
        &format!("{}00\n", line.trim_end()),
        FIRST[0],
    ] {
        private(&folder, "no.key", text, 0o600);
        folder.refuse(
            &["sign", "signed.candor", "--key", "no.key"],
            &["no.key: this is no private key of Candor"],
        );
    }
    folder.refuse(
        &["sign", "signed.candor", "--key", "none.key"],
        &["cannot read none.key"],
    );
}

#[test]
fn lists_of_keys_are_read_with_care() {
    let folder = folder();
    let good = FIRST[1];
    let weak = "01".to_owned() + &"0".repeat(62);
    for (text, words) in [
        (String::new(), "list.txt: the list holds no key"),
        ("# nobody\n\n".to_owned(), "list.txt: the list holds no key"),
        (
            format!("{good} ours\nnonsense\n"),
            "list.txt, line 2: a line holds a public key",
        ),
        (format!("{good}0 ours\n"), "list.txt, line 1: a line holds a public key"),
        (
            format!("# one\n{}", "g".repeat(64)),
            "list.txt, line 2: a line holds a public key",
        ),
        (
            format!("{good}\ncandor-private-key-ed25519 {}\n", FIRST[0]),
            "list.txt, line 2: this is a private key",
        ),
        (
            format!("{weak} anything goes\n"),
            "list.txt, line 1: this is no public key of Ed25519, or one that would accept",
        ),
    ] {
        folder.write("list.txt", &text);
        folder.refuse(&["verify", "signed.candor", "--trusted-keys", "list.txt"], &[words]);
    }
    folder.write("list.txt", [0xff, 0xfe, 0x00]);
    folder.refuse(
        &["verify", "signed.candor", "--trusted-keys", "list.txt"],
        &["this is no file of keys"],
    );
    // In capitals, without comment, among others.
    folder.write("list.txt", format!("{} \n{}", SECOND[1], good.to_uppercase()));
    folder.succeed(&["verify", "signed.candor", "--trusted-keys", "list.txt"]);
}
