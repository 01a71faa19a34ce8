//! The definition files of related tables: those built in, or those of a folder.

use std::path::Path;

use candor_portfolio::Error as ReadError;

use crate::error::Error;

/// Names and texts of definition files, in the order in which their features stand.
#[derive(Debug, Clone)]
pub struct DefinitionFiles {
    /// Name, for errors, and text.
    pub files: Vec<(String, String)>,
}

/// The Home Credit tables, and what they say together.
const BUILT_IN: [(&str, &str); 7] = [
    ("bureau.toml", include_str!("../../features/bureau.toml")),
    (
        "bureau_balance.toml",
        include_str!("../../features/bureau_balance.toml"),
    ),
    (
        "previous_application.toml",
        include_str!("../../features/previous_application.toml"),
    ),
    (
        "POS_CASH_balance.toml",
        include_str!("../../features/POS_CASH_balance.toml"),
    ),
    (
        "installments_payments.toml",
        include_str!("../../features/installments_payments.toml"),
    ),
    (
        "credit_card_balance.toml",
        include_str!("../../features/credit_card_balance.toml"),
    ),
    ("combined.toml", include_str!("../../features/combined.toml")),
];

impl DefinitionFiles {
    /// Those of the Home Credit tables.
    pub fn built_in() -> Self {
        let file = |(name, text): &(&str, &str)| (format!("features/{name} (built in)"), (*text).to_owned());
        Self {
            files: BUILT_IN.iter().map(file).collect(),
        }
    }

    /// The names of the tables that the files are about: a file is called like its table.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.files
            .iter()
            .filter_map(|(name, _)| name.rsplit(['/', '\\']).next()?.split('.').next())
    }

    /// All `.toml` files of a folder, by name.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Mismatch`] when there is none.
    pub fn of_folder(folder: &Path) -> Result<Self, Error> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(ReadError::read(folder))? {
            let path = entry.map_err(ReadError::read(folder))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        if paths.is_empty() {
            let problem = format!(
                "{} holds no .toml file that describes a related table",
                folder.display()
            );
            return Err(Error::Mismatch { problem });
        }
        let read = |path: &std::path::PathBuf| {
            let text = std::fs::read_to_string(path).map_err(ReadError::read(path))?;
            Ok((path.display().to_string(), text))
        };
        Ok(Self {
            files: paths.iter().map(read).collect::<Result<_, Error>>()?,
        })
    }
}
