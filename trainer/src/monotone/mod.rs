//! Holding a model to directions: as an input rises and all else stays, the probability of default may only go one way.
//!
//! The policy gives a field a direction. A feature made from the field follows it if the way in which its value goes with
//! the field is known from its expression (`slope`); one that can go both ways, or that two fields pull apart, is left
//! out, since it would undo what the others keep to. The learner is told the direction of each feature; the trees are looked
//! at once they are grown, and mended where they break one (`proof`).

mod proof;
mod slope;

use std::collections::{BTreeMap, BTreeSet};

use candor_core::ensemble::Ensemble;
use candor_core::preprocessing::Preprocessing;
use candor_core::schema::FieldKind;

use crate::error::Error;
use candor_definition::Definition;
use candor_definition::{Held, PolicyFile};
pub(crate) use proof::mend;
use slope::{Slope, slopes};

/// A definition whose features have directions.
#[derive(Debug, Clone)]
pub struct Constrained {
    /// Fields and features, without those that would undo a direction.
    pub definition: Definition,
    /// Features that were left out.
    pub left_out: Vec<String>,
}

/// Gives the features of a definition the directions that the policy asks for.
///
/// # Errors
/// [`Error::Definition`] with the place in the policy file: a name that is neither field nor feature, a category, a
/// feature that is held to one direction and whose fields ask for the other. [`Error::Unsuited`] where there is nothing to
/// hold.
pub fn constrain(definition: &Definition, policy: &PolicyFile) -> Result<Constrained, Error> {
    let (schema, preprocessing) = (&definition.schema, &definition.preprocessing);
    let is_out = |name: &str| {
        let excluded = policy.excluded.iter().any(|excluded| excluded.field == name);
        excluded || definition.left_out.contains(name) || definition.dropped_features.iter().any(|other| other == name)
    };
    let mut wanted = vec![Wanted::Anything; preprocessing.features.len()];
    for held in policy.monotone.iter().filter(|held| held.is_field) {
        let Some(field) = schema.fields.iter().position(|field| field.name == held.name) else {
            if is_out(&held.name) {
                continue;
            }
            return Err(policy
                .problem_of(held, "is not a field of this table; correct or remove it here")
                .into());
        };
        if matches!(schema.fields[field].kind, FieldKind::Category { .. }) {
            return Err(policy
                .problem_of(
                    held,
                    "is a category, and its levels have no order; hold a feature made from it",
                )
                .into());
        }
        for (wanted, slope) in wanted.iter_mut().zip(slopes(schema, preprocessing, field)) {
            *wanted = wanted.and(match slope {
                Slope::Flat => Wanted::Anything,
                Slope::Rising => Wanted::Direction(held.direction),
                Slope::Falling => Wanted::Direction(-held.direction),
                Slope::Unknown => Wanted::Nothing,
            });
        }
    }
    for held in policy.monotone.iter().filter(|held| !held.is_field) {
        let Some(feature) = preprocessing
            .features
            .iter()
            .position(|feature| feature.name == held.name)
        else {
            if is_out(&held.name) {
                continue;
            }
            return Err(policy
                .problem_of(held, "is not a feature of this table; correct or remove it here")
                .into());
        };
        if preprocessing
            .level_count(schema, feature)
            .is_some_and(|levels| levels > 2)
        {
            return Err(policy
                .problem_of(held, "is a category, and its levels have no order")
                .into());
        }
        wanted[feature] = match wanted[feature].and(Wanted::Direction(held.direction)) {
            Wanted::Nothing => {
                let problem = "cannot keep to this direction, since the fields that it is made from ask for the other";
                return Err(policy.problem_of(held, problem).into());
            }
            both => both,
        };
    }
    if wanted.iter().all(|wanted| *wanted == Wanted::Anything) {
        return Err(Error::Unsuited {
            problem:
                "--monotone: the policy holds no input of this table to a direction; add [[monotone]] entries with \
                      field, direction and why to a --policy"
                    .into(),
        });
    }
    let name = |feature: usize| preprocessing.features[feature].name.clone();
    let left_out: BTreeSet<String> = (0..wanted.len())
        .filter(|&feature| wanted[feature] == Wanted::Nothing)
        .map(name)
        .collect();
    let directions: BTreeMap<String, i8> = (0..wanted.len())
        .filter_map(|feature| match wanted[feature] {
            Wanted::Direction(direction) => Some((name(feature), direction)),
            _ => None,
        })
        .collect();
    let mut definition = definition.without(&left_out, policy)?;
    let kept: BTreeSet<String> = names(&definition.preprocessing).into_iter().collect();
    definition.directions = names(&definition.preprocessing)
        .iter()
        .map(|name| directions.get(name).copied().unwrap_or(0))
        .collect();
    // Features that read one that is left out go with it.
    let left_out = names(preprocessing)
        .into_iter()
        .filter(|name| !kept.contains(name))
        .collect();
    Ok(Constrained { definition, left_out })
}

fn names(preprocessing: &Preprocessing) -> Vec<String> {
    preprocessing
        .features
        .iter()
        .map(|feature| feature.name.clone())
        .collect()
}

/// Refuses trees that break a direction.
///
/// # Errors
/// [`Error::Training`] with the tree and the feature.
pub fn check(ensemble: &Ensemble, definition: &Definition) -> Result<(), Error> {
    match proof::breach(ensemble, &definition.directions) {
        None => Ok(()),
        Some(breach) => Err(Error::Training {
            problem: format!(
                "tree {} goes against the direction of {}; report this with the version of Candor",
                breach.tree, definition.preprocessing.features[breach.feature].name
            ),
        }),
    }
}

/// What the fields ask of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Anything,
    Direction(i8),
    /// Two directions at once.
    Nothing,
}

impl Wanted {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Anything, wanted) | (wanted, Self::Anything) => wanted,
            (a, b) if a == b => a,
            _ => Self::Nothing,
        }
    }
}

/// What [`constrain`] takes from a policy entry, in a line for the model card.
pub fn describe(held: &Held) -> String {
    let way = if held.direction > 0 {
        "never lowers"
    } else {
        "never raises"
    };
    format!(
        "{}: a higher value {way} the probability of default. {}",
        held.name, held.why.en
    )
}
