//! `candor import`.

use std::io::Write;
use std::path::{Path, PathBuf};

use candor_core::artifact::Model;
use candor_core::import::{self, Format, Origin};
use candor_core::{Scorer, hexadecimal};
use candor_definition::{Definition, PolicyFile};
use candor_native::{OutputFile, destination};
use clap::{Args, ValueEnum};
use sha2::{Digest, Sha256};

use super::{print, print_json};
use crate::error::Error;

/// Bring in a model that another library has trained.
///
/// Every value reaches the leaves that it reaches there, or the model is refused with the reason. Its features become
/// fields under their own names, or those of a schema file, and its raw score becomes the log-odds as it is. Costs, scale
/// and threshold (at break-even) are those of `candor train`. What a reader should know stands in the model card: see
/// `candor inspect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor import model.txt --from lightgbm --output model.candor    (Booster.save_model)
  candor import model.ubj --from xgboost --output model.candor     (the same, .json or .ubj)
  candor import model.json --from catboost --output model.candor   (save_model, format=\"json\")
  candor import model.onnx --from onnx --output model.candor       (skl2onnx, onnxmltools)
  candor import model.txt --from lightgbm --schema schema.toml --output model.candor
  candor score --model model.candor --input rows.csv               (empty is missing)

A schema file says what the features mean; the file of `candor train --features` has the same format.
Here the model's features are CREDIT, SCHOOL and RATIO:

  [table]
  name = \"loans\"
  id = \"LOAN\"                    # optional: the column that identifies a client

  [[group]]                      # a reason
  key = \"loan\"
  label = { en = \"The loan\", fr = \"Le crédit\" }
  reason = { en = \"The loan is large.\", fr = \"Le crédit est élevé.\" }

  [[field]]                      # a feature of the model, as it stands
  name = \"CREDIT\"
  kind = \"number\"                # or \"flag\", which may say its words for no and yes
  group = \"loan\"
  label = { en = \"Amount\", fr = \"Montant\" }
  help = { en = \"Amount asked for.\", fr = \"Montant demandé.\" }
  unit = { en = \"euros\", fr = \"euros\" }
  min = 0.0                      # optional, as are unit, max, decimals, integer,
  max = 1e6                      # scale and sentinels
  change = \"actionable\"          # or \"fixed\"

  [[field]]
  name = \"SCHOOL\"
  kind = \"category\"              # levels as the model names them, or, where it knows
  levels = [                     # numbers only (LightGBM), in the order of 0, 1, 2 …
    { value = \"none\", label = { en = \"None\", fr = \"Aucune\" } },
    { value = \"degree\", label = { en = \"Degree\", fr = \"Diplôme\" } },
  ]
  group = \"loan\"
  label = { en = \"School\", fr = \"Études\" }
  help = { en = \"Highest degree.\", fr = \"Diplôme le plus élevé.\" }
  change = \"fixed\"

  [[field]]                      # read by the feature RATIO
  name = \"INCOME\"
  kind = \"number\"
  group = \"loan\"
  label = { en = \"Income\", fr = \"Revenu\" }
  help = { en = \"Income of a year.\", fr = \"Revenu annuel.\" }
  change = \"fixed\"

  [[feature]]                    # a feature of the model, computed from fields
  name = \"RATIO\"
  value = \"CREDIT / INCOME\"
  group = \"loan\"
  label = { en = \"Amount to income\", fr = \"Montant sur revenu\" }

Every feature of the model needs an entry, and every entry a feature; what is left over is listed.")]
pub(super) struct Import {
    /// The other library's model file.
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// The library that wrote it.
    #[arg(long, value_name = "LIBRARY")]
    from: Library,
    /// Names, labels, units, ranges, levels and reason groups of the model's features; see the end of this help.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Model file to write.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Name of the model; the file's name unless said otherwise.
    #[arg(long)]
    name: Option<String>,
    /// Print the model card as JSON.
    #[arg(long)]
    json: bool,
    /// Replace the output file if it is there.
    #[arg(long)]
    force: bool,
}

/// Where models come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Library {
    /// LightGBM's text.
    Lightgbm,
    /// XGBoost's JSON or UBJSON.
    Xgboost,
    /// CatBoost's JSON.
    Catboost,
    /// A tree ensemble of scikit-learn and others as ONNX.
    Onnx,
}

impl Library {
    fn format(self) -> Format {
        match self {
            Self::Lightgbm => Format::LightGbm,
            Self::Xgboost => Format::XgBoost,
            Self::Catboost => Format::CatBoost,
            Self::Onnx => Format::Onnx,
        }
    }
}

impl Import {
    pub(super) fn run(self) -> Result<(), Error> {
        if self.output == Path::new("-") {
            let problem = "--output -: standard output takes the model card; name a file for the model".into();
            return Err(Error::Usage { problem });
        }
        destination(&self.output, self.force)?;
        let bytes = std::fs::read(&self.model).map_err(Error::read(&self.model))?;
        let format = self.from.format();
        let refused = |source| Error::Import {
            path: self.model.clone(),
            library: format.library(),
            source,
        };
        let imported = import::from_bytes(&bytes, format).map_err(refused)?;
        let warning = imported.output.note();
        let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let file_name = self.model.file_name().unwrap_or_default().to_string_lossy();
        let origin = Origin {
            name: self
                .name
                .clone()
                .or_else(|| stem(&self.output))
                .unwrap_or_else(|| "model".into()),
            format,
            file: file_name.into_owned(),
            sha256: hexadecimal(&Sha256::digest(&bytes)),
        };
        let mut policy = PolicyFile::parse("policy.toml (built in)", candor_definition::POLICY)?;
        // What the built-in policy keeps out are fields of another table.
        policy.excluded.clear();
        let threshold = policy.costs.break_even();
        let mut model = imported
            .into_model(origin, policy.with_threshold(threshold))
            .map_err(refused)?;
        if let Some(schema) = &self.schema {
            let text = std::fs::read_to_string(schema).map_err(Error::read(schema))?;
            let definition = Definition::compile(&schema.display().to_string(), &text, &policy)?;
            candor_definition::describe(&mut model, definition)?;
        }
        let (model, bytes) = self.with_parity(model)?;
        let mut file = OutputFile::create(&self.output, self.force)?;
        file.write_all(&bytes).map_err(Error::write(&self.output))?;
        file.finish()?;
        if let Some(warning) = warning {
            eprintln!("warning: {}: {warning}", self.model.display());
        }
        if self.json {
            return print_json(&model.card);
        }
        let mut lines = vec![format!(
            "Model: {} features, {} trees, {} leaves.",
            model.preprocessing.features.len(),
            model.ensemble.trees.len(),
            model.ensemble.leaf_count()
        )];
        lines.extend(model.card.notes.iter().map(|note| format!("Note: {note}")));
        lines.push(format!(
            "Written: {} ({} KB).",
            self.output.display(),
            bytes.len().div_ceil(1000)
        ));
        print(&lines.join("\n"))
    }

    /// The model with what it must score where nothing is known, and its file's bytes, which have been loaded once.
    fn with_parity(&self, mut model: Model) -> Result<(Model, Vec<u8>), Error> {
        let unsound = |source| Error::Model {
            path: self.model.clone(),
            source,
        };
        let nothing_known = vec![String::new(); model.schema.fields.len()];
        let scorer = Scorer::from_model(model.clone()).map_err(unsound)?;
        model.parity = vec![scorer.parity_case(nothing_known).map_err(unsound)?];
        let bytes = model.to_bytes().map_err(unsound)?;
        Ok((model, bytes))
    }
}
