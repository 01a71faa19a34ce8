//! The sizes of models and engines, for the table.

use crate::lineup::{Contender, Place};
use crate::options::Options;
use crate::seat::Seat;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Sizes of files: as they are, with gzip and with Brotli.
pub struct Sizes {
    sizes: BTreeMap<PathBuf, [u64; 3]>,
    models: PathBuf,
    packages: PathBuf,
    npm: PathBuf,
}

impl Sizes {
    /// Asks Node for the sizes of all files that those at the table stand on.
    pub fn find(options: &Options, seats: &[Seat]) -> Self {
        let mut found = Self {
            sizes: BTreeMap::new(),
            models: options.models.clone(),
            packages: options.packages.clone(),
            npm: options.npm.clone(),
        };
        let mut files: Vec<PathBuf> = Vec::new();
        for seat in seats {
            files.push(options.models.join(seat.contender.model));
            files.extend(found.engine_files(&seat.contender));
        }
        files.sort();
        files.dedup();
        files.retain(|file| file.is_file());
        let mut node = Command::new(&options.node);
        let output = node.arg(options.scripts.join("sizes.mjs")).args(&files).output();
        let sizes = output
            .ok()
            .and_then(|output| serde_json::from_slice::<Value>(&output.stdout).ok());
        for file in files {
            let three = sizes
                .as_ref()
                .and_then(|sizes| sizes[&*file.to_string_lossy()].as_array());
            let three: Option<Vec<u64>> = three.and_then(|three| three.iter().map(Value::as_u64).collect());
            if let Some([raw, gzip, brotli]) = three.as_deref() {
                found.sizes.insert(file, [*raw, *gzip, *brotli]);
            }
        }
        found
    }

    /// A contender's model: raw, gzip, Brotli.
    pub fn model(&self, contender: &Contender) -> Option<[u64; 3]> {
        self.sizes.get(&self.models.join(contender.model)).copied()
    }

    /// What a page downloads to have the engine: WebAssembly and JavaScript, with gzip.
    pub fn engine(&self, contender: &Contender) -> Option<[u64; 2]> {
        let files = self.engine_files(contender);
        let gzip = |file: &PathBuf| self.sizes.get(file).map(|[_, gzip, _]| *gzip);
        let (wasm, scripts) = files.split_first()?;
        Some([gzip(wasm)?, scripts.iter().map(gzip).sum::<Option<u64>>()?])
    }

    /// The WebAssembly file, then the scripts.
    fn engine_files(&self, contender: &Contender) -> Vec<PathBuf> {
        let within = |folder: &Path, names: &[&str]| names.iter().map(|name| folder.join(name)).collect();
        match contender.library {
            _ if contender.place == Place::Native => Vec::new(),
            "onnxruntime-web" => within(
                &self.packages.join("onnxruntime-web/dist"),
                &[
                    "ort-wasm-simd-threaded.wasm",
                    "ort-wasm-simd-threaded.mjs",
                    "ort.wasm.min.mjs",
                ],
            ),
            "ydf-inference" => within(
                &self.packages,
                &[
                    "ydf-inference/dist/inference.wasm",
                    "ydf-inference/dist/inference.js",
                    "jszip/dist/jszip.min.js",
                ],
            ),
            _ => within(&self.npm.join("dist"), &["wasm/candor_embed_simd_bg.wasm", "index.js"]),
        }
    }
}
