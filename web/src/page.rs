//! What the whole page shares: the language, the model, and what there is to say about files.

use std::sync::Arc;

use candor_core::{Language, LoadError, Scorer};
use leptos::prelude::*;

use crate::language;
use crate::text::{Dictionary, dictionary, page_title};

/// A model that has passed its checks, and where it came from.
#[derive(Debug)]
pub struct LoadedModel {
    /// Scores and explains.
    pub scorer: Scorer,
    /// SHA-256 of the file, in hexadecimal.
    pub digest: String,
    /// Name of the file.
    pub file: String,
}

impl LoadedModel {
    /// The name that the model's maker gave it.
    pub fn name(&self) -> &str {
        &self.scorer.model().card.name
    }
}

/// Something to tell about a file.
#[derive(Debug, Clone)]
pub struct Notice {
    /// The file's name.
    pub file: String,
    /// What happened to it.
    pub outcome: Outcome,
}

/// What happened to a file.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Its model is in use.
    Loaded,
    /// It is not a sound model.
    Refused(LoadError),
    /// The browser could not read it; in the browser's words.
    Unreadable(String),
}

/// The page's state. Copies share it.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Language of all words.
    pub language: RwSignal<Language>,
    /// The model in use.
    pub model: RwSignal<Option<Arc<LoadedModel>>>,
    /// Whether the first look for a model goes on.
    pub loading: RwSignal<bool>,
    /// What there is to say about the last file.
    pub notice: RwSignal<Option<Notice>>,
    /// Whether the model card is open.
    pub card_open: RwSignal<bool>,
}

impl Page {
    /// A page without a model, in the language of its reader.
    pub fn new() -> Self {
        let page = Self {
            language: RwSignal::new(language::preferred()),
            model: RwSignal::new(None),
            loading: RwSignal::new(true),
            notice: RwSignal::new(None),
            card_open: RwSignal::new(false),
        };
        Effect::new(move |_| {
            let language = page.language.get();
            let title = page
                .model
                .with(|model| model.as_ref().map(|model| page_title(model.name(), language)))
                .unwrap_or_else(|| dictionary(language).title.to_owned());
            language::tell_browser(language, &title);
        });
        page
    }

    /// The words of the page's language; whoever asks inside a reactive scope follows a change of language.
    pub fn words(&self) -> &'static Dictionary {
        dictionary(self.language.get())
    }

    /// Takes a model file that has been read: its model replaces the one in use, or a message says what is wrong and the
    /// model in use stays. `quiet` is for the model that the page looks for itself.
    pub fn take_file(&self, file: String, bytes: &[u8], quiet: bool) {
        let outcome = match Scorer::from_bytes(bytes) {
            Ok(scorer) => {
                let digest = candor_core::Model::digest_of(bytes).unwrap_or_default();
                self.model.set(Some(Arc::new(LoadedModel {
                    scorer,
                    digest,
                    file: file.clone(),
                })));
                self.card_open.set(false);
                Outcome::Loaded
            }
            Err(error) => Outcome::Refused(error),
        };
        let silent = quiet && matches!(outcome, Outcome::Loaded);
        self.notice.set((!silent).then_some(Notice { file, outcome }));
    }

    /// Says that the browser could not read a file.
    pub fn could_not_read(&self, file: String, detail: String) {
        self.notice.set(Some(Notice {
            file,
            outcome: Outcome::Unreadable(detail),
        }));
    }
}
