//! Files in and out of a store, and whether they are as they were written.

use std::io::Write;
use std::path::Path;

use candor_native::OutputFile;
use candor_store::registry::{shown, verify};

use super::Place;
use crate::commands::Answer;
use crate::commands::model::{Loaded, Trust};
use crate::error::Error;

impl Place {
    pub(super) fn add(&self, model: &Path, trust: &Trust) -> Result<Answer, Error> {
        let Loaded { scorer, bytes, .. } = trust.load(model)?;
        let run = self.open().add(&bytes, &scorer.model().card)?;
        let line = format!("On record: run {} in {}.", shown(&run), self.store.display());
        self.tell(&[line], &serde_json::json!({ "run": run }))?;
        Ok(Answer::Yes)
    }

    pub(super) fn export(&self, run: &str, output: &Path, force: bool) -> Result<Answer, Error> {
        let store = self.open();
        let ledger = store.read()?;
        let digest = ledger.find(run)?;
        let model = store.run(digest)?.model;
        let bytes = store.objects.get(&model.object)?;
        let mut file = OutputFile::create(output, force)?;
        file.write_all(&bytes).map_err(Error::write(output))?;
        file.finish()?;
        let line = format!(
            "Written: {} (run {}, model {}).",
            output.display(),
            shown(digest),
            shown(&model.digest)
        );
        self.tell(
            &[line],
            &serde_json::json!({ "run": digest, "model": model.digest, "file": output }),
        )?;
        Ok(Answer::Yes)
    }

    pub(super) fn verify(&self) -> Result<Answer, Error> {
        let findings = verify(&self.open())?;
        let mut lines: Vec<String> = findings
            .damage
            .iter()
            .map(|damage| format!("Damaged: {damage}"))
            .collect();
        lines.extend(findings.notes.iter().map(|note| format!("Note: {note}.")));
        lines.push(match findings.damage.len() {
            0 => format!(
                "As it was written: {} lines of the journal, {} objects. Head: {}.",
                findings.lines, findings.objects, findings.head
            ),
            1 => "1 thing is damaged.".into(),
            count => format!("{count} things are damaged."),
        });
        self.tell(&lines, &findings)?;
        Ok(if findings.damage.is_empty() {
            Answer::Yes
        } else {
            Answer::No
        })
    }
}
