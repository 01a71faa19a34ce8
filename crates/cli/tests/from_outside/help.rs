//! What `candor --help` and `candor COMMAND --help` teach.

use crate::support::{Folder, join};

#[test]
fn help_teaches_every_command_and_every_flag() {
    let folder = Folder::empty();
    let general = folder.succeed(&["--help"]).text().to_owned();
    for (command, wanted) in [
        (
            "synth",
            &[
                "--clients",
                "--seed",
                "--output",
                "--format",
                "--full",
                "--compress",
                "--drift",
                "no real person",
            ][..],
        ),
        (
            "features",
            &[
                "--data",
                "--applications",
                "--describe",
                "--language",
                "counted",
                "Examples:",
            ],
        ),
        (
            "train",
            &[
                "--application-only",
                "--tables",
                "--data",
                "--table",
                "--target",
                "--bad",
                "--keep",
                "--save-definition",
                "--output",
                "--cv",
                "--oof",
                "--policy",
                "--features",
                "--set",
                "60/20/20",
                "Examples:",
            ],
        ),
        (
            "tune",
            &[
                "--objective",
                "--journal",
                "--trials",
                "Parzen",
                "never stopped",
                "candor train --data data --parameters tuned.toml",
                "Examples:",
            ],
        ),
        (
            "import",
            &[
                "--from",
                "--schema",
                "[[field]]",
                "--output",
                "--name",
                "--force",
                "lightgbm",
                "onnx",
                "Examples:",
            ],
        ),
        (
            "report",
            &[
                "--model",
                "--data",
                "--group",
                "--month",
                "--oof",
                "--unrestricted",
                "--language",
                "--from",
                "exit code 2",
                "Examples:",
            ],
        ),
        (
            "drift",
            &[
                "--current",
                "--reference",
                "--output",
                "--decide",
                "--missing-columns",
                "Evidently 0.7",
                "Examples:",
                "1 drift",
            ],
        ),
        ("inspect", &["--json", "--features", "undamaged"]),
        (
            "score",
            &[
                "--bad-rows",
                "--input-format",
                "--missing-columns",
                "--records",
                "--trusted-keys",
                "--log",
                "--time",
                "--log-inputs",
                "personal data",
                "probability",
                "Examples:",
            ],
        ),
        ("explain", &["--space", "--groups", "1e-12", "Examples:"]),
        ("serve", &["--app", "--port", "--address", "--trusted-keys"]),
        (
            "keygen",
            &["--output", "--comment", "0600", "ever overwritten", "Examples:"],
        ),
        (
            "sign",
            &[
                "--key",
                "--output",
                "--trusted-keys",
                "replaced as a whole",
                "Examples:",
            ],
        ),
        (
            "verify",
            &[
                "--trusted-keys",
                "CANDOR_TRUSTED_KEYS",
                "header, document or signatures",
                "Exit code:",
                "Examples:",
            ],
        ),
        (
            "replay",
            &[
                "--model",
                "--input",
                "--records",
                "--log-inputs",
                "Exit code:",
                "Examples:",
            ],
        ),
        (
            "audit",
            &["--head", "FILE.head", "its end was cut off", "Exit code:", "Examples:"],
        ),
        (
            "registry",
            &[
                "list",
                "compare",
                "rollback",
                "verify",
                "personal data",
                "99 %",
                "Examples:",
            ],
        ),
        ("registry promote", &["--store", "--force", "--reason", "Exit code 1"]),
        (
            "mlflow push",
            &[
                "--url",
                "--experiment",
                "--alias",
                "MLFLOW_TRACKING_TOKEN",
                "done again",
                "Examples:",
            ],
        ),
    ] {
        let words: Vec<&str> = command.split(' ').collect();
        assert!(
            general.contains(&format!("  {}", words[0])),
            "no {command} in\n{general}"
        );
        let help = folder.succeed(&join(&words, &["--help"])).text().to_owned();
        for part in wanted {
            assert!(help.contains(part), "{command}: no '{part}' in\n{help}");
        }
        // Every flag says what it is for.
        let lines: Vec<&str> = help.lines().collect();
        for (place, line) in lines.iter().enumerate() {
            let flag = line.trim_start();
            if flag.starts_with("--") || flag.starts_with("-h") {
                let described = line.trim_start().contains("  ")
                    || lines.get(place + 1).is_some_and(|next| next.starts_with("          "));
                assert!(described, "{command}: nothing said of {flag}\n{help}");
            }
        }
        assert!(
            lines.iter().all(|line| !line.contains('[') || !line.contains("`]")),
            "no rustdoc links\n{help}"
        );
        let short = folder.succeed(&join(&words, &["-h"])).text().to_owned();
        assert!(short.lines().count() <= lines.len(), "-h is the short one");
    }
    for part in [
        "A first model, from nothing:",
        "Exit code: 0 done, 1 the answer is no, 2 could not run.",
    ] {
        assert!(general.contains(part), "no '{part}' in\n{general}");
    }
    assert!(folder.succeed(&["--version"]).text().starts_with("candor "));
}

#[test]
fn wrong_arguments_end_with_2_and_name_what_is_wrong() {
    let folder = Folder::empty();
    for (arguments, wanted) in [
        (&[][..], "Usage: candor"),
        (&["trian"], "'train'"),
        (&["train", "--output", "m.candor"], "--data"),
        (
            &["train", "--data", "d", "--output", "m", "--cv", "1"],
            "1 is not in 2..=100",
        ),
        (&["train", "--data", "d", "--output", "m", "--oof", "o.csv"], "--cv"),
        (
            &["train", "--data", "d", "--output", "m", "--threads", "0"],
            "0 is not in 1..=1024",
        ),
        (
            &["train", "--data", "d", "--output", "m", "--trees", "0"],
            "0 is not in",
        ),
        (&["score", "--model", "m", "--input", "x", "--format", "xls"], "csv.gz"),
        (
            &["explain", "--model", "m", "--input", "x", "--space", "odds"],
            "log-odds, points",
        ),
    ] {
        let ended = folder.run(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(wanted), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.text(), "");
    }
    assert!(folder.contents().is_empty());
}
