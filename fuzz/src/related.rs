//! A model that reads related records, of every aggregate.

#[path = "../../core/tests/support/related.rs"]
mod tables;

use candor_core::Model;
use candor_core::ensemble::{Child, Missing, Node, Test, Tree};
use candor_core::preprocessing::{Feature, Source};
use candor_core::records::{Aggregate, Records, Selection};

use crate::small_model;

/// The small model with two related tables; a tree of one test asks for each of the fields that are made of records.
pub fn model() -> Model {
    let mut model = small_model::without_parity();
    let records = records();
    for output in 0..records.output_count() {
        let field = tables::number(&format!("RECORDS_{output}"));
        let position = model.schema.fields.len();
        model.preprocessing.features.push(Feature {
            name: field.name.clone(),
            source: Source::Field(u16::try_from(position).expect("there are few")),
            ..model.preprocessing.features[0].clone()
        });
        model
            .ensemble
            .trees
            .push(tree(model.preprocessing.features.len() - 1, output));
        model.schema.fields.push(field);
        let mut reference = model.reference.fields[0].clone();
        (reference.missing_share, reference.quantiles, reference.shares) = (1.0, vec![], vec![]);
        model.reference.fields.push(reference);
        model.reference.importance.push(0.0);
    }
    model.background = None;
    model.records = Some(records);
    model
}

/// Leaves that no sum of others makes up for.
fn tree(feature: usize, output: usize) -> Tree {
    let missing = [Missing::Left, Missing::Right][output / 2 % 2];
    let leaf = 0.01 * (output as f64 + 0.7).sqrt();
    Tree {
        nodes: vec![Node {
            feature: u16::try_from(feature).expect("there are few"),
            test: Test::AtMost([0.0, 1.0, -2.5, 50.0][output % 4], missing),
            left: Child::Leaf(0),
            right: Child::Leaf(1),
        }],
        leaves: vec![-leaf, leaf],
        covers: vec![3.0, 2.0],
        category_words: vec![],
    }
}

/// Loans and months, with every aggregate of every column, of all records, of the latest and of some.
fn records() -> Records {
    let mut records = tables::records();
    let mut output = u16::try_from(records.output_count()).expect("there are few");
    for table in &mut records.tables {
        let columns = table.fields.len() + usize::from(table.nested) + table.derived.len();
        let columns = u16::try_from(columns).expect("there are few");
        let condition = (!table.derived.is_empty()).then(|| columns - 1);
        for value in 0..columns {
            for (condition, latest) in [(None, 0), (None, 3), (condition, 0), (condition, 1)] {
                let results = Aggregate::ALL.map(|aggregate| (aggregate, output));
                let mut selection = tables::selection(Some(value), &results);
                for result in &mut selection.results {
                    result.output = output;
                    output += 1;
                }
                table.selections.push(Selection {
                    condition,
                    latest,
                    ..selection
                });
            }
        }
    }
    records
}
