//! The schema file of `candor import`: a definition file (`definition.rs`) laid around the features of a model that
//! another library has trained.
//!
//! A feature of the model is the `[[field]]` or the `[[feature]]` of its name. Both lists must agree: a reason cannot be
//! given for a feature that nobody has described, and an entry that means no feature is misspelt or of another model.

use std::collections::BTreeSet;

use candor_core::artifact::{FieldReference, Model};
use candor_core::preprocessing::expression;
use candor_core::preprocessing::{Feature, Source};
use candor_core::schema::{FieldKind, Level};

use crate::definition::Definition;
use crate::entries::Impute;
use crate::error::Error;
use crate::names::Names;

/// How many names a message lists.
const MOST: usize = 12;
/// The level that stands for all that a model of CatBoost's does not ask for; see core's `import`.
const OTHER: &str = "(other)";

/// Replaces the plain fields of an imported model by those of the definition, and computes its features from them. The
/// features stay in the model's order, since its trees number them.
///
/// # Errors
/// [`Error::Definition`] for an entry that does not fit the model, [`Error::Mismatch`] for features without an entry.
pub fn describe(model: &mut Model, mut definition: Definition) -> Result<(), Error> {
    let names: Vec<String> = model.schema.fields.iter().map(|field| field.name.clone()).collect();
    let entries = entries(&definition, &names)?;
    check_spare(&definition, &entries, &names)?;
    for (plain, &entry) in model.schema.fields.iter().zip(&entries) {
        let feature = &definition.preprocessing.features[entry];
        if let FieldKind::Category { levels, .. } = &plain.kind {
            let name = &feature.name;
            let Source::Field(field) = feature.source else {
                let problem = "the model knows it by its levels; describe it by a [[field]] with kind = \"category\"";
                return Err(definition.problem(name, problem));
            };
            let field = usize::from(field);
            let ordered = in_order_of(levels, &definition.schema.fields[field].kind)
                .map_err(|problem| definition.problem(name, &problem))?;
            definition.schema.fields[field].kind = ordered;
        }
    }
    model.preprocessing.features = features(&definition, &entries)?;
    model.schema = definition.schema;
    let unknown = FieldReference {
        missing_share: 0.0,
        quantiles: Vec::new(),
        shares: Vec::new(),
        importance: 0.0,
    };
    model.reference.fields = vec![unknown; model.schema.fields.len()];
    Ok(())
}

/// Positions of the model's features among the definition's.
fn entries(definition: &Definition, names: &[String]) -> Result<Vec<usize>, Error> {
    let features = &definition.preprocessing.features;
    let found: Vec<Option<usize>> = names
        .iter()
        .map(|name| features.iter().position(|feature| feature.name == *name))
        .collect();
    let absent: Vec<&str> = names
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    if absent.is_empty() {
        return Ok(found.into_iter().flatten().collect());
    }
    let problem = format!(
        "{}: {} of the model's {} features have no entry: {}; add a [[field]] of that name for each, or a [[feature]] that \
         computes it from fields",
        definition.file(),
        absent.len(),
        names.len(),
        listed(&absent),
    );
    Err(Error::Mismatch { problem })
}

/// Refuses features that the model does not have, and fields that nothing reads.
fn check_spare(definition: &Definition, entries: &[usize], names: &[String]) -> Result<(), Error> {
    let fields = definition.schema.fields.len();
    let read: BTreeSet<usize> = entries
        .iter()
        .flat_map(|&entry| definition.preprocessing.fields_behind(entry))
        .collect();
    let used: BTreeSet<usize> = entries.iter().copied().collect();
    // Every field is a feature under its own name, and those stand first.
    let spare: Vec<&str> = (0..definition.preprocessing.features.len())
        .filter(|place| {
            if *place < fields {
                !read.contains(place)
            } else {
                !used.contains(place)
            }
        })
        .map(|place| definition.preprocessing.features[place].name.as_str())
        .collect();
    let Some(first) = spare.first() else { return Ok(()) };
    let problem = format!(
        "the model has no feature of this name, and none reads it: {}; remove what is not meant for this model, or name it as \
         the model does: {}",
        listed(&spare),
        listed(&names.iter().map(String::as_str).collect::<Vec<_>>()),
    );
    Err(definition.problem(first, &problem))
}

/// The kind with its levels in the order in which the model's trees number them.
fn in_order_of(numbered: &[Level], kind: &FieldKind) -> Result<FieldKind, String> {
    let FieldKind::Category { levels, missing_levels } = kind else {
        return Err("the model knows it by its levels; give it kind = \"category\" and list them".to_owned());
    };
    let same = |one: &Level, other: &Level| one.value.trim() == other.value.trim();
    let spare: Vec<&str> = levels
        .iter()
        .filter(|level| !numbered.iter().any(|known| same(known, level)))
        .map(|level| level.value.as_str())
        .collect();
    let described = |known: &Level| levels.iter().find(|level| same(level, known)).cloned();
    // What core adds itself has its texts already.
    let own = |known: &Level| (known.value == OTHER).then(|| known.clone());
    let ordered: Vec<Result<Level, &str>> = numbered
        .iter()
        .map(|known| described(known).or_else(|| own(known)).ok_or(known.value.as_str()))
        .collect();
    let absent: Vec<&str> = ordered
        .iter()
        .filter_map(|level| level.as_ref().err().copied())
        .collect();
    if absent.is_empty() && spare.is_empty() {
        return Ok(FieldKind::Category {
            levels: ordered.into_iter().flatten().collect(),
            missing_levels: missing_levels.clone(),
        });
    }
    let mut problems = Vec::new();
    if !absent.is_empty() {
        problems.push(format!(
            "the model knows levels that are not listed: {}",
            listed(&absent)
        ));
    }
    if !spare.is_empty() {
        problems.push(format!(
            "levels are listed that the model does not know: {}",
            listed(&spare)
        ));
    }
    Err(format!("{}; list the levels of the model", problems.join("; ")))
}

/// The definition's features at these positions, in this order.
fn features(definition: &Definition, entries: &[usize]) -> Result<Vec<Feature>, Error> {
    let defined = &definition.preprocessing.features;
    let mut scope = Names::of_fields(&definition.schema.fields);
    let mut features = Vec::with_capacity(entries.len());
    for (place, &entry) in entries.iter().enumerate() {
        let mut feature = defined[entry].clone();
        if let Source::Expression { text, program } = &mut feature.source {
            // The model's order is not that of the file.
            let later = program
                .features()
                .find(|read| !entries[..place].contains(read))
                .map(|read| &defined[read].name);
            if let Some(later) = later {
                let problem = format!(
                    "it reads {later}, which does not stand before it among the model's features; write out what {later} is"
                );
                return Err(definition.problem(&feature.name, &problem));
            }
            let compiled = expression::compile(text, &scope);
            *program = compiled
                .map_err(|error| definition.problem(&feature.name, &error.message))?
                .0;
        }
        let imputation = definition.imputations.iter().find(|(of, _)| *of == entry);
        match imputation.map(|(_, impute)| impute) {
            None => {}
            Some(Impute::Constant(value)) => feature.imputed = Some(*value),
            Some(Impute::Fitted(_)) => {
                let problem =
                    "nothing is trained here that a median or mean could be of; give impute a number, or none";
                return Err(definition.problem(&feature.name, problem));
            }
        }
        // A field is read as itself, which knows its levels.
        if let Source::Expression { .. } = feature.source {
            scope.add_feature(&feature.name, place);
        }
        features.push(feature);
    }
    Ok(features)
}

fn listed(names: &[&str]) -> String {
    let mut parts: Vec<String> = names.iter().take(MOST).map(|name| format!("'{name}'")).collect();
    if names.len() > MOST {
        parts.push(format!("… ({} in all)", names.len()));
    }
    parts.join(", ")
}
