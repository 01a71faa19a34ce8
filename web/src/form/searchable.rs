//! What the search for fields compares: labels and queries as plain text.

use candor_core::{Field, Language};

/// What a field can be found by.
pub fn haystack(field: &Field) -> String {
    let labels = Language::ALL.map(|language| field.label.in_language(language));
    plain(&format!("{} {}", labels.join(" "), field.name))
}

/// Small letters without accents: who types `echeance` finds `Échéance`.
pub fn plain(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'à' | 'â' | 'ä' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' => 'i',
            'ô' | 'ö' => 'o',
            'ù' | 'û' | 'ü' => 'u',
            'ç' => 'c',
            '’' => '\'',
            other => other,
        })
        .collect()
}
