//! Processes that are killed while they write to a store, and two that write at once: nothing acknowledged is lost.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Folder, join};
use candor_store::registry::{Store, verify};

/// Moments in which processes are killed.
const MOMENTS: u32 = 20;

/// Moments within the time that a process takes, seeded: a generator with a full period, as in Numerical Recipes. The time
/// follows that of the machine, which may have more or less to do than at the beginning.
struct Moments {
    state: u32,
    whole: Duration,
}

impl Moments {
    fn next(&mut self) -> Duration {
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.whole * (self.state >> 16) / (1 << 16)
    }

    fn ended(&mut self, is_finished: bool) {
        self.whole = if is_finished {
            self.whole * 4 / 5
        } else {
            self.whole * 11 / 10
        };
    }
}

/// Starts `candor`, kills it after a while, and returns what it had said by then.
fn killed(folder: &Folder, arguments: &[&str], after: Duration) -> String {
    let mut command = folder.command(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(after);
    child.kill().unwrap(); // SIGKILL
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

fn folder() -> Folder {
    let folder = Folder::empty();
    folder.succeed(&["synth", "--clients", "700", "--seed", "3", "--output", "data"]);
    folder
}

const TRAIN: [&str; 10] = [
    "train",
    "--data",
    "data",
    "--application-only",
    "--trees",
    "5",
    "--threads",
    "1",
    "--store",
    "runs",
];

/// Time that it takes to the end.
fn timed(folder: &Folder, arguments: &[&str]) -> Duration {
    let start = Instant::now();
    folder.succeed(arguments);
    start.elapsed()
}

fn runs(folder: &Folder) -> Vec<String> {
    let store = Store::new(&folder.path("runs"));
    let findings = verify(&store).unwrap();
    assert_eq!(findings.damage, [""; 0]);
    store.read().unwrap().runs().map(str::to_owned).collect()
}

#[test]
fn trainings_that_are_killed_leave_a_whole_store() {
    let folder = folder();
    let whole = timed(&folder, &join(&TRAIN, &["--output", "m.candor", "--seed", "1"]));
    let mut moments = Moments { state: 11, whole };
    let (mut acknowledged, mut unfinished) = (Vec::new(), 0);
    for seed in 2..2 + MOMENTS {
        let seed = seed.to_string();
        let arguments = join(&TRAIN, &["--output", "m.candor", "--force", "--seed", &seed]);
        // Half of the moments in the last part, where the store is written.
        let after = moments.next();
        let after = if seed.ends_with(['0', '2', '4', '6', '8']) {
            after
        } else {
            moments.whole * 4 / 5 + after / 4
        };
        let said = killed(&folder, &arguments, after);
        moments.ended(said.contains("On record: run "));
        match said.split("On record: run ").nth(1) {
            Some(run) => acknowledged.push(run[..10].to_owned()),
            None => unfinished += 1,
        }
        let found = runs(&folder);
        for run in &acknowledged {
            assert!(found.iter().any(|known| known.starts_with(run)), "{run} is lost");
        }
    }
    assert!(unfinished > 0, "none was killed before its end");
    // The next writer cleans up.
    folder.succeed(&join(&TRAIN, &["--output", "m.candor", "--force", "--seed", "99"]));
    let store = Store::new(&folder.path("runs"));
    assert_eq!(verify(&store).unwrap().notes, [""; 0]);
}

#[test]
fn promotions_that_are_killed_leave_a_whole_store() {
    let folder = folder();
    folder.succeed(&join(&TRAIN, &["--output", "a.candor", "--seed", "1"]));
    folder.succeed(&join(&TRAIN, &["--output", "b.candor", "--seed", "2"]));
    let both = runs(&folder);
    let promote = |run: usize| {
        [
            "registry", "promote", &both[run], "--store", "runs", "--force", "--reason", "a test",
        ]
    };
    folder.succeed(&promote(0));
    let whole = timed(&folder, &promote(1));
    let store = Store::new(&folder.path("runs"));
    let champion = || store.read().unwrap().champion().unwrap().to_owned();
    let (mut moments, mut unfinished) = (Moments { state: 5, whole }, 0);
    for _ in 0..MOMENTS {
        let before = champion();
        let next = usize::from(before == both[0]);
        let said = killed(&folder, &promote(next), moments.next());
        moments.ended(said.contains("is the champion"));
        assert_eq!(verify(&store).unwrap().damage, [""; 0]);
        if said.contains("is the champion") {
            assert_eq!(champion(), both[next], "acknowledged");
        } else {
            unfinished += 1;
        }
    }
    assert!(unfinished > 0, "none was killed before its end");
}

#[test]
fn two_trainings_at_once_both_arrive() {
    let folder = folder();
    let start = |seed: &str, output: &str| {
        let arguments = join(&TRAIN, &["--output", output, "--seed", seed]);
        let mut command = folder.command(&arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    // The store is not there yet: both would begin it.
    let names: Vec<String> = (0..4).map(|number| format!("{number}.candor")).collect();
    let started: Vec<_> = names.iter().map(|name| start(&name[..1], name)).collect();
    for child in started {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(runs(&folder).len(), 4);
    assert_eq!(verify(&Store::new(&folder.path("runs"))).unwrap().notes, [""; 0]);
}
