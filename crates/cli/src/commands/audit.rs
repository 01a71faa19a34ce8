//! `candor audit`.

use std::path::PathBuf;

use candor_store::decision_log::audit;
use clap::Args;

use super::{Answer, print};
use crate::error::Error;

/// Prove that a log of decisions is as it was written.
///
/// Follows the chain of digests from the first line to the last: a line that was altered, taken out, put in or moved is
/// found, and named with its number and, where one byte was altered, the byte and its field.
///
/// A chain cannot see that its end was cut off. So the number of lines and the last digest, the head, stand in FILE.head,
/// and are printed here: write the digest down elsewhere (in a ticket, a mail, another system) from time to time, and give it
/// back with --head. It then also proves that nobody has written the whole log and its head anew.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0 as it was written, 1 not, 2 could not run.

Examples:
  candor audit decisions.jsonl
  candor audit decisions.jsonl --head 9f2c…   (a digest that an earlier audit printed, 64 digits)")]
pub(super) struct AuditCommand {
    /// The log, as candor score --log writes it.
    #[arg(value_name = "FILE")]
    log: PathBuf,
    /// A digest that was the head of this log once: a line of it must have it.
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    head: Option<String>,
}

/// 64 hexadecimal digits.
fn digest(text: &str) -> Result<String, String> {
    let lower = text.trim().to_ascii_lowercase();
    match lower.len() == 64 && lower.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(lower),
        false => Err("a digest has 64 hexadecimal digits; copy the one that candor audit printed".into()),
    }
}

impl AuditCommand {
    pub(super) fn run(self) -> Result<Answer, Error> {
        let found = audit(&self.log, self.head.as_deref())?;
        let name = self.log.display();
        let (answer, mut lines) = match &found.problem {
            Some(problem) => (Answer::No, vec![format!("{name}: not as it was written: {problem}")]),
            None => (
                Answer::Yes,
                vec![
                    format!("{name}: as it was written, {} decisions", found.head.lines),
                    format!("  head  {}", found.head.check),
                ],
            ),
        };
        lines.extend(found.notes.iter().map(|note| format!("  note  {note}")));
        print(&lines.join("\n"))?;
        Ok(answer)
    }
}
