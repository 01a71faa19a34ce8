//! The files that training writes.

use std::path::{Path, PathBuf};

use candor_native::destination;
use candor_portfolio::Data;
use candor_portfolio::table::Format;
use candor_tables::{Cell, Column, ColumnType, TableWriter};
use candor_trainer::training::OutOfFold;

use super::Train;
use crate::error::Error;

impl Train {
    /// The model file: as it is named, or called like the flat table.
    pub(super) fn output_path(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| {
            let name = self.flat.table.as_ref().and_then(|table| table.file_name());
            let name = name.map_or_else(|| "model".into(), |name| name.to_string_lossy());
            let stem = name
                .split('.')
                .next()
                .filter(|stem| !stem.is_empty())
                .unwrap_or("model");
            PathBuf::from(format!("{stem}.candor"))
        })
    }

    /// What would end a long training in a refusal is found before it begins.
    pub(super) fn check_outputs(&self, output: &Path) -> Result<(), Error> {
        let usage = |problem: String| Err(Error::Usage { problem });
        let mut outputs = vec![("--output", output)];
        outputs.extend(self.oof.as_deref().map(|path| ("--oof", path)));
        outputs.extend(
            self.flat
                .save_definition
                .as_deref()
                .map(|path| ("--save-definition", path)),
        );
        for (index, (option, path)) in outputs.iter().enumerate() {
            if *path == Path::new("-") {
                return usage(format!("{option} -: standard output takes the figures; name a file"));
            }
            if let Some((other, _)) = outputs[..index].iter().find(|(_, known)| known == path) {
                return usage(format!("{other} and {option} name the same file; choose two"));
            }
            if *option == "--oof" {
                Format::of(path, None)?;
            }
            destination(path, self.force)?;
        }
        Ok(())
    }
}

pub(super) fn write_out_of_fold(path: &Path, force: bool, data: &Data, oof: &OutOfFold) -> Result<TableWriter, Error> {
    let columns = vec![
        Column::new("id", ColumnType::Text),
        Column::new("fold", ColumnType::Integer),
        Column::new("target", ColumnType::Integer),
        Column::new("probability", ColumnType::Number),
    ];
    let mut writer = TableWriter::create(path, None, force, columns)?;
    for (row, id) in data.ids.iter().enumerate() {
        writer.write(&[
            Cell::Text(id.clone()),
            Cell::Integer(i64::try_from(oof.folds[row]).unwrap_or(i64::MAX)),
            Cell::Integer(i64::from(data.outcomes[row])),
            Cell::Number(oof.probabilities[row]),
        ])?;
    }
    Ok(writer)
}
