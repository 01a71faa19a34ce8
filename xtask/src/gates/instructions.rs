//! What the two kernels execute for one row, counted by valgrind: times waver, counts do not.

use super::record::{Kind, Record};
use crate::error::Error;
use crate::process;
use crate::products::{NATIVE_CRATES, cargo};
use crate::report::Log;
use crate::workspace::Workspace;
use std::env;
use std::path::Path;

/// The kernels that the example knows.
const KERNELS: [&str; 2] = ["score", "contributions"];
/// A count is taken after as many turns, and after twice as many.
const TURNS: u64 = 2;

/// Why instructions are not counted on this machine, if they are not: the figures are those of x86-64, and valgrind
/// is at home on Linux.
pub fn skipped() -> Option<&'static str> {
    let here = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    (!here).then_some("skipped: instructions are counted on Linux on x86-64")
}

/// Checks that valgrind is there, where it is needed.
pub fn valgrind() -> Result<(), Error> {
    if skipped().is_some() || process::on_path("valgrind").is_some() {
        return Ok(());
    }
    Err(Error::Missing {
        what: "valgrind".to_owned(),
        why: "it counts the instructions that the kernels execute".to_owned(),
        command: "apt-get install -y valgrind".to_owned(),
    })
}

/// Counts the instructions of both kernels, and notes with which vectors.
pub fn measure(workspace: &Workspace, log: &Log, record: &mut Record) -> Result<(), Error> {
    let mut build = cargo(workspace);
    build
        .args(["build", "--release", "--example", "kernels"])
        .args(NATIVE_CRATES);
    log.run(&mut build)?;
    let program = workspace
        .target
        .join("release")
        .join("examples")
        .join(format!("kernels{}", env::consts::EXE_SUFFIX));
    for kernel in KERNELS {
        let once = count(workspace, log, &program, kernel, TURNS)?;
        let twice = count(workspace, log, &program, kernel, 2 * TURNS)?;
        // The two runs differ in the turns only, so making the trees cancels.
        let rows = (TURNS * once.rows).max(1);
        let figure = twice.executed.saturating_sub(once.executed) / rows;
        record.figures.insert((Kind::Instructions, kernel.to_owned()), figure);
        record.vectors = once.vectors;
    }
    Ok(())
}

/// What one run of the example says, and what valgrind says of it.
struct Count {
    rows: u64,
    vectors: String,
    executed: u64,
}

fn count(workspace: &Workspace, log: &Log, program: &Path, kernel: &str, turns: u64) -> Result<Count, Error> {
    let mut valgrind = process::command("valgrind", &workspace.root);
    valgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([kernel, &turns.to_string()]);
    let before = log.tail(usize::MAX).len();
    log.run(&mut valgrind)?;
    let lines = log.tail(usize::MAX).split_off(before);
    read(&lines).ok_or_else(|| Error::Unread {
        what: format!("what valgrind said of the kernel {kernel}"),
        wanted: "a line `Collected : N`, and one of the kernel's rows and vectors".to_owned(),
    })
}

/// Reads the lines of a run: `8 x86-64-v3`, and `==17== Collected : 123`, whose number is the process's.
fn read(lines: &[String]) -> Option<Count> {
    let executed = lines.iter().find_map(|line| {
        let (_, count) = line.split_once("Collected :")?;
        count.trim().parse().ok()
    })?;
    let (rows, vectors) = lines.iter().find_map(|line| {
        let (rows, vectors) = line.split_once(' ')?;
        Some((rows.parse().ok()?, vectors.to_owned()))
    })?;
    Some(Count {
        rows,
        vectors,
        executed,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn rows_vectors_and_count_are_read_from_a_run() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let run = "$ valgrind --tool=callgrind kernels score 2\n==17== Callgrind\n8 x86-64-v3\n==17== Events    : Ir\n\
                   ==17== Collected : 1234567\n==17== \n";
        let count = read(&lines(run)).map(|count| (count.rows, count.vectors, count.executed));
        assert_eq!(count, Some((8, "x86-64-v3".to_owned(), 1_234_567)));
        assert!(read(&lines("8 x86-64-v3")).is_none());
        assert!(read(&lines("==17== Collected : 5")).is_none());
    }
}
