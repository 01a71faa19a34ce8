//! Text that people read, in every language that Candor speaks.

/// Makes the languages from one table: a new one comes with all that is asked of a language, or does not compile.
macro_rules! languages {
    ($($(#[$doc:meta])+ $language:ident { $($fact:ident: $value:literal,)+ })+) => {
        /// A language of the interface.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
        pub enum Language {
            $($(#[$doc])+ $language,)+
        }

        impl Language {
            /// Every language, in the order in which a reader is offered them.
            pub const ALL: [Self; [$(Self::$language),+].len()] = [$(Self::$language),+];

            const fn facts(self) -> Facts {
                match self {
                    $(Self::$language => Facts { $($fact: $value),+ },)+
                }
            }
        }
    };
}

languages! {
    /// English.
    En {
        code: "en",
        own_name: "English",
        decimal_mark: '.',
        group_separator: ',',
        percent_sign: "%",
    }
    /// French.
    Fr {
        code: "fr",
        own_name: "Français",
        decimal_mark: ',',
        group_separator: '\u{202f}',
        percent_sign: "\u{202f}%",
    }
}

/// What differs from language to language, words aside. See the methods of [`Language`] of the same names.
struct Facts {
    code: &'static str,
    own_name: &'static str,
    decimal_mark: char,
    group_separator: char,
    percent_sign: &'static str,
}

/// The same sentence or label in English and French.
///
/// ```
/// use candor_core::{Language, Text};
/// let label = Text::new("Credit amount", "Montant du crédit");
/// assert_eq!(label.in_language(Language::Fr), "Montant du crédit");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Text {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

impl Language {
    /// Its code in ISO 639-1, as `lang` attributes and files have it.
    ///
    /// ```
    /// use candor_core::Language;
    /// assert_eq!(Language::ALL.map(Language::code), ["en", "fr"]);
    /// ```
    pub const fn code(self) -> &'static str {
        self.facts().code
    }

    /// What its speakers call it: `Français`.
    pub const fn own_name(self) -> &'static str {
        self.facts().own_name
    }

    /// What stands between a whole number and its fraction.
    pub const fn decimal_mark(self) -> char {
        self.facts().decimal_mark
    }

    /// What stands before every third digit of a whole number, counted from its end.
    pub const fn group_separator(self) -> char {
        self.facts().group_separator
    }

    /// What is written behind a number of percent, with the space before it where there is one.
    pub const fn percent_sign(self) -> &'static str {
        self.facts().percent_sign
    }

    /// A finite number with `decimals` digits after the point: `12,345.6` in English, `12 345,6` with narrow no-break
    /// spaces in French. What rounds to 0 has no sign.
    ///
    /// ```
    /// use candor_core::Language;
    /// assert_eq!(Language::En.number(-12345.64, 1), "−12,345.6");
    /// assert_eq!(Language::Fr.number(-0.04, 1), "0,0");
    /// ```
    pub fn number(self, value: f64, decimals: usize) -> String {
        let plain = format!("{:.decimals$}", value.abs());
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut text = String::with_capacity(plain.len() + 6);
        if value < 0.0 && plain.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
            text.push('−');
        }
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(self.group_separator());
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(self.decimal_mark());
            text.push_str(fraction);
        }
        text
    }
}

impl Text {
    /// A text from its two versions.
    pub fn new(en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            fr: fr.into(),
        }
    }

    /// The version in `language`.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        }
    }
}

/// Bytes as lower-case hexadecimal digits, two a byte.
///
/// ```
/// assert_eq!(candor_core::hexadecimal(&[0x0f, 0xa0]), "0fa0");
/// ```
pub fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// The `N` bytes of 2 `N` hexadecimal digits; `None` for any other text.
///
/// ```
/// assert_eq!(candor_core::from_hexadecimal("0fA0"), Some([0x0f, 0xa0]));
/// assert_eq!(candor_core::from_hexadecimal::<2>("0fa"), None);
/// ```
pub fn from_hexadecimal<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let mut bytes = [0; N];
    if pairs.len() != N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        for &digit in pair {
            *byte = *byte << 4 | u8::try_from(char::from(digit).to_digit(16)?).ok()?;
        }
    }
    Some(bytes)
}
