//! A training that goes on record.

use std::path::Path;

use candor_core::artifact::ModelCard;
use candor_definition::Definition;
use candor_portfolio::Data;
use candor_store::registry::Recording;
use serde::Serialize;

use super::Train;
use crate::commands::print_json;
use crate::error::Error;

impl Train {
    /// The record that is asked for, if one is.
    pub(super) fn recording(
        &self,
        table: &Path,
        data: &Data,
        definition: &Definition,
    ) -> Result<Option<Recording>, Error> {
        let Some(store) = &self.store else {
            return Ok(None);
        };
        // Where the table has no such column, ids are the numbers of rows, which tell nobody apart.
        let columns = candor_tables::header(table, None, self.columns.notation)?;
        let are_numbers = || data.ids.iter().enumerate().all(|(row, id)| *id == row.to_string());
        let has_ids = match &definition.schema.id {
            Some(id) => columns.contains(id) || columns.is_empty() && !are_numbers(),
            None => false,
        };
        Ok(Some(Recording::begin(store, data, &definition.schema, has_ids)?))
    }
}

/// Prints the model card as JSON, with the run where there is one.
pub(super) fn print_card(card: &ModelCard, run: Option<&str>) -> Result<(), Error> {
    #[derive(Serialize)]
    struct Figures<'a> {
        #[serde(flatten)]
        card: &'a ModelCard,
        #[serde(skip_serializing_if = "Option::is_none")]
        run: Option<&'a str>,
    }
    print_json(&Figures { card, run })
}
