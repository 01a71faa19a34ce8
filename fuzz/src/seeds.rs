//! Seeds made anew for each run, so that a changed file format does not leave them behind.

use std::path::PathBuf;
use std::{env, fs};

use candor_core::Model;
use candor_core::artifact::Signature;

use crate::small_model;

/// The folder that `cargo xtask fuzz` wants the seeds in.
const FOLDER: &str = "CANDOR_FUZZ_SEEDS";

/// Writes seeds for the model file: with parity cases, and without any and with few trees, so that a change in a tree is
/// not just a parity case that fails; whole files signed, too. `cut` is what a target leaves out of a file's start.
pub fn models(cut: usize) {
    let mut short = small_model::without_parity();
    short.ensemble.trees.truncate(2);
    let mut shorter = short.clone();
    shorter.ensemble.trees.truncate(1);
    shorter.schema.unused_columns.clear();
    shorter.card.notes.clear();
    shorter.card.parts.clear();
    let models = [small_model::model(), small_model::without_parity(), short, shorter];
    write(models.iter().enumerate().map(|(index, model)| {
        let mut bytes = model.to_bytes().expect("the model is sound");
        if cut == 0 && index % 2 == 1 {
            let signature = |number| Signature {
                key: [number; 32],
                bytes: [number; 64],
            };
            bytes = Model::with_signatures(&bytes, &[1, 2].map(signature)).expect("the form is right");
        }
        (format!("model-{index}"), bytes[cut..].to_vec())
    }));
}

/// Writes seeds, where the environment says where to.
pub fn write(seeds: impl Iterator<Item = (String, Vec<u8>)>) {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    for (name, bytes) in seeds {
        fs::write(folder.join(name), bytes).expect("the seeds can be written");
    }
}
