//! Whether a log is as it was written.

use std::io::{BufRead, Seek, SeekFrom};
use std::path::Path;

use super::damage;
use super::entry::{Entry, instant};
use super::head::Head;
use crate::chain;
use crate::error::Error;

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// Where the log ends, or where the first line stands that is not as it was written.
    pub head: Head,
    /// What is not as it was written, if anything, and where.
    pub problem: Option<String>,
    /// What is worth knowing and no damage.
    pub notes: Vec<String>,
}

/// The head that is kept beside a log.
pub struct Beside<'a> {
    /// The name of its file.
    pub file: &'a Path,
    /// Reads it: `None` where there is none, [`Error::Table`] where it is not what was written.
    pub read: &'a dyn Fn() -> Result<Option<Head>, Error>,
}

/// Follows the log called `file` from its first line to its last, and compares its end with the head beside it and, where
/// one is given, with the digest that was the head when somebody wrote it down.
///
/// # Errors
/// [`Error::Read`].
pub fn audit(
    file: &Path,
    log: &mut (impl BufRead + Seek),
    head: &Beside<'_>,
    anchor: Option<&str>,
) -> Result<Audit, Error> {
    let mut audit = Audit::default();
    let (mut anchored, mut beside, mut time) = (None, None, None);
    let mut beside_met = false;
    let end = chain::follow(file, log, &mut |line| {
        if line.number == 1 {
            beside = Some((head.read)()); // now that nobody can change it
        }
        let here = Head {
            lines: line.number,
            check: line.check.to_owned(),
        };
        beside_met |= matches!(&beside, Some(Ok(Some(beside))) if *beside == here);
        if anchor == Some(line.check) {
            anchored = Some(line.number);
        }
        match serde_json::from_str::<Entry>(line.object) {
            Ok(entry) if entry.sequence == line.number && entry.before == audit.head.check => {
                let now = instant(&entry.time).ok();
                if now < time {
                    audit.notes.push(format!(
                        "line {}: its time {} is before that of the line before",
                        line.number, entry.time
                    ));
                }
                time = now;
            }
            Ok(_) => {
                let problem = format!(
                    "line {}: its fields sequence and before are not those of its place",
                    line.number
                );
                audit.problem.get_or_insert(problem);
            }
            Err(error) => {
                audit
                    .problem
                    .get_or_insert(format!("line {}: this is no decision ({error})", line.number));
            }
        }
        audit.head = here;
        Ok(())
    });
    let beside = beside.unwrap_or_else(|| (head.read)());
    match end {
        Ok(end) if !end.unfinished.is_empty() => audit.notes.push(format!(
            "{} bytes of an unfinished line at the end, of a run that was killed: nobody was given an answer for it",
            end.unfinished.len()
        )),
        Ok(_) => {}
        Err(Error::Row { line, .. }) => {
            let lines = lines_from(file, log, line)?;
            audit
                .problem
                .get_or_insert(format!("line {line}: {}", damage::describe(&lines, &audit.head.check)));
            return Ok(audit);
        }
        Err(error) => return Err(error),
    }
    let problem = against_the_head(&mut audit, head.file, beside, beside_met, anchor.is_some())?;
    let lost = || {
        let there = audit.head.lines;
        format!(
            "the digest given with --head is that of none of its {there} lines: its end was cut off, or all was written anew"
        )
    };
    let problem = problem.or_else(|| (anchor.is_some() && anchored.is_none()).then(lost));
    if let Some(line) = anchored {
        let more = audit.head.lines - line;
        audit.notes.push(format!(
            "the digest given with --head is that of line {line}; {more} follow it"
        ));
    }
    audit.problem = audit.problem.or(problem);
    Ok(audit)
}

/// Compares the end of a log that is whole so far with the head beside it.
fn against_the_head(
    audit: &mut Audit,
    path: &Path,
    beside: Result<Option<Head>, Error>,
    met: bool,
    anchored: bool,
) -> Result<Option<String>, Error> {
    let there = audit.head.lines;
    Ok(match beside {
        Err(Error::Table { file, problem }) => Some(format!("{}: {problem}", file.display())),
        Err(error) => return Err(error),
        Ok(Some(head)) if head.lines > there => Some(format!(
            "it has {there} lines, and {} says that there were {}: its end was cut off after line {there}",
            path.display(),
            head.lines
        )),
        Ok(Some(head)) if !met && head.lines > 0 => Some(format!(
            "line {}: its digest is not the one in {} (field check): one of the two was replaced",
            head.lines,
            path.display()
        )),
        Ok(Some(head)) => {
            if head.lines < there {
                let behind = there - head.lines;
                audit.notes.push(format!(
                    "{} is {behind} lines behind: a run was killed before it could write it, or lines were put in at the end",
                    path.display()
                ));
            }
            None
        }
        Ok(None) if there == 0 || anchored => None,
        Ok(None) => Some(format!(
            "{} is not there, so that nobody can tell whether its end was cut off; give the digest that you wrote down with \
             --head",
            path.display()
        )),
    })
}

/// The line with this number and the one behind it, as they are.
fn lines_from(file: &Path, log: &mut (impl BufRead + Seek), number: u64) -> Result<Vec<Vec<u8>>, Error> {
    log.seek(SeekFrom::Start(0)).map_err(Error::read(file))?;
    let mut lines = Vec::new();
    for index in 1..=number.saturating_add(1) {
        let mut line = Vec::new();
        log.read_until(b'\n', &mut line).map_err(Error::read(file))?;
        if index >= number && !line.is_empty() {
            lines.push(line);
        }
    }
    Ok(lines)
}
