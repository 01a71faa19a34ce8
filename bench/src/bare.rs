//! A whole model around bare trees: number fields f0, f1 … without feature steps, and the raw score as log-odds.
//!
//! The JavaScript engine takes whole models only, so this is how it gets the trees that everyone is measured on.

use candor_core::artifact::{DataFingerprint, FieldReference, Model, ModelCard, Parameters, Reference};
use candor_core::decision::{Calibration, Costs, Policy, Scaling};
use candor_core::ensemble::Ensemble;
use candor_core::preprocessing::{Feature, Preprocessing, Source};
use candor_core::schema::{Change, Group, NumberKind};
use candor_core::{Field, FieldKind, LoadError, Schema, Scorer, Text};

/// The model file of these trees over `width` features.
pub fn model_file(ensemble: Ensemble, width: u16) -> Result<Vec<u8>, LoadError> {
    let mut model = model(ensemble, width);
    let scorer = Scorer::from_model(model.clone())?;
    // What a trained model brings too, because each is explained while it loads.
    model.parity = (0..8)
        .map(|case| scorer.parity_case((0..width).map(|field| value(case, field)).collect()))
        .collect::<Result<_, _>>()?;
    model.to_bytes()
}

/// Any values will do: some missing, the others of both signs.
fn value(case: u16, field: u16) -> String {
    match (u32::from(case) * 7919 + u32::from(field) * 104_729) % 10 {
        0 | 1 => String::new(),
        step => (f64::from(step) * 0.37 - 1.5).to_string(),
    }
}

fn model(ensemble: Ensemble, width: u16) -> Model {
    let name = |index: u16| format!("f{index}");
    let field = |index: u16| Field {
        name: name(index),
        kind: FieldKind::Number(NumberKind::default()),
        group: 0,
        label: text(&name(index)),
        help: text("made up"),
        unit: None,
        change: Change::Fixed,
        primary: false,
    };
    let feature = |index: u16| Feature {
        name: name(index),
        label: text(&name(index)),
        unit: None,
        group: 0,
        source: Source::Field(index),
        imputed: None,
    };
    let group = Group {
        key: "all".into(),
        label: text("all"),
        reason: text("made up"),
    };
    let fields = (0..width).map(|_| FieldReference {
        missing_share: 0.2,
        quantiles: Vec::new(),
        shares: Vec::new(),
        importance: 1.0,
    });
    Model {
        schema: Schema {
            table: "bench".into(),
            id: None,
            target: None,
            groups: vec![group],
            fields: (0..width).map(field).collect(),
            unused_columns: Vec::new(),
        },
        preprocessing: Preprocessing {
            features: (0..width).map(feature).collect(),
        },
        ensemble,
        calibration: Calibration {
            slope: 1.0,
            intercept: 0.0,
        },
        policy: Policy {
            costs: Costs {
                false_negative: 10.0,
                false_positive: 1.0,
            },
            threshold: 1.0 / 11.0,
            risk_bounds: [0.05, 0.1, 0.2],
            scaling: Scaling::default(),
            most_reasons: 4,
            excluded: Vec::new(),
        },
        reference: Reference {
            fields: fields.collect(),
            score_quantiles: Vec::new(),
            importance: vec![1.0; usize::from(width)],
        },
        card: card(),
        background: None,
        records: None,
        population: None,
        parity: Vec::new(),
    }
}

/// A card for a model that nobody decides by.
fn card() -> ModelCard {
    ModelCard {
        name: "bench".into(),
        candor_version: env!("CARGO_PKG_VERSION").into(),
        algorithm: "LightGBM".into(),
        parameters: Parameters::default(),
        data: DataFingerprint {
            file: "made up".into(),
            rows: 0,
            sha256: String::new(),
        },
        parts: Vec::new(),
        dropped_features: Vec::new(),
        notes: vec!["Made up to measure time; do not decide by it.".into()],
    }
}

fn text(text: &str) -> Text {
    Text::new(text, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candor::Loaded;
    use crate::grow;
    use candor_core::ensemble::Compiled;
    use candor_core::import::lightgbm;

    #[test]
    fn the_model_scores_as_the_bare_trees_do() {
        let ensemble = lightgbm::from_text(&grow::text(20, 8, 5)).unwrap().ensemble;
        let path = std::env::temp_dir().join(format!("candor-bare-{}.candor", std::process::id()));
        std::fs::write(&path, model_file(ensemble.clone(), 5).unwrap()).unwrap();
        let loaded = Loaded::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        for row in [
            [0.3, -1.2, f64::NAN, 2.0, 0.0],
            [f64::NAN; 5],
            [-0.7, 0.1, 0.2, -3.0, 9.0],
        ] {
            let (score, explanation) = loaded.answer(&row).unwrap();
            assert_eq!(score.log_odds, Compiled::new(&ensemble).raw_score(&row));
            assert_eq!(explanation.contributions.len(), 5);
        }
    }
}
