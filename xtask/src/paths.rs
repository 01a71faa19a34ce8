//! The paths in a source file: what its `use` lines name, and what its code names by `a::b`.
//!
//! This is no parser of Rust, which would be compiled before anything else can happen. It reads words and `::`, and knows
//! `use` trees and modules; that is enough to say which file names what, and of what it cannot follow it says nothing.

use crate::source::{code, is_word};
use std::collections::HashSet;

/// What a source file says about modules and names.
#[derive(Debug, Default)]
pub struct Source {
    /// Every path, tests aside, in the order of the text.
    pub paths: Vec<Path>,
    /// The modules that have files of their own (`mod name;`), below the file's module.
    pub modules: Vec<Vec<String>>,
    /// The names of functions, types, traits and constants that it defines.
    pub items: HashSet<String>,
    /// Every macro that is called, with its line.
    pub macros: Vec<(String, usize)>,
}

/// A path as it stands in the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// `crate`, `report`, `Log`; all names of a module are a last `*`.
    pub segments: Vec<String>,
    /// In a `use` line, the name that it brings into scope.
    pub name: Option<String>,
    /// The modules inside of the file (`mod name { … }`) that it stands in.
    pub inside: Vec<String>,
    /// Its line, from 1.
    pub line: usize,
}

/// Words after which the name of an item stands.
const ITEMS: [&str; 9] = [
    "fn",
    "struct",
    "enum",
    "union",
    "trait",
    "type",
    "const",
    "static",
    "macro_rules",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// `::`
    Into,
    Sign(char),
    End,
}

/// Reads the text of a source file.
pub fn read(text: &str) -> Source {
    let code = code(text);
    let mut reader = Reader {
        tokens: tokens(&code),
        at: 0,
        inside: Vec::new(),
        source: Source::default(),
    };
    reader.file();
    reader.source
}

struct Reader<'a> {
    tokens: Vec<(Token<'a>, usize)>,
    at: usize,
    /// The modules that are open, and how many braces were open before each.
    inside: Vec<(&'a str, usize)>,
    source: Source,
}

impl<'a> Reader<'a> {
    fn file(&mut self) {
        let mut braces = 0_usize;
        while self.at < self.tokens.len() {
            match (self.ahead(0), self.ahead(1), self.ahead(2)) {
                (Token::Sign('{'), ..) => braces += 1,
                (Token::Sign('}'), ..) => {
                    braces = braces.saturating_sub(1);
                    self.inside.pop_if(|(_, before)| *before == braces);
                }
                (Token::Word("mod"), Token::Word(name), Token::Sign('{')) => {
                    self.inside.push((name, braces));
                    self.at += 1;
                }
                (Token::Word("mod"), Token::Word(name), Token::Sign(';')) => {
                    let mut module = self.modules();
                    module.push(name.to_owned());
                    self.source.modules.push(module);
                }
                // `use<'a>` in a bound names what a type captures.
                (Token::Word("use"), Token::Word(_) | Token::Into | Token::Sign('{'), _) => {
                    self.at += 1;
                    self.tree(&[]);
                }
                (Token::Word(word), Token::Into, _) => {
                    self.path(word);
                    continue;
                }
                (Token::Word("macro_rules"), Token::Sign('!'), Token::Word(name)) => {
                    self.source.items.insert(name.to_owned());
                }
                (Token::Word(name), Token::Sign('!'), _) => {
                    let line = self.line();
                    self.source.macros.push((name.to_owned(), line));
                }
                (Token::Word(word), Token::Word(name), _) if ITEMS.contains(&word) => {
                    self.source.items.insert(name.to_owned());
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// A path in the code, from its first word on.
    fn path(&mut self, first: &str) {
        let line = self.line();
        let mut segments = vec![first.to_owned()];
        self.at += 1;
        while let (Token::Into, Token::Word(word)) = (self.ahead(0), self.ahead(1)) {
            segments.push(word.to_owned());
            self.at += 2;
        }
        self.push(segments, None, line);
    }

    /// One branch of a `use` tree; stops at what ends it.
    fn tree(&mut self, prefix: &[String]) {
        let mut segments = prefix.to_vec();
        let mut renamed = None;
        let line = self.line();
        loop {
            match self.ahead(0) {
                Token::Word("as") => {
                    if let Token::Word(name) = self.ahead(1) {
                        renamed = Some(name.to_owned());
                    }
                    self.at += 1;
                }
                Token::Word(word) => segments.push(word.to_owned()),
                Token::Sign('*') => segments.push("*".to_owned()),
                Token::Into => {}
                Token::Sign('{') => {
                    self.at += 1;
                    while !matches!(self.ahead(0), Token::Sign('}' | ';') | Token::End) {
                        self.tree(&segments);
                        if self.ahead(0) == Token::Sign(',') {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                _ => break,
            }
            self.at += 1;
        }
        // `a::{self}` is `a`.
        if segments.len() > 1 {
            segments.pop_if(|last| last == "self");
        }
        let name = renamed.or_else(|| segments.last().cloned());
        self.push(segments, name, line);
    }

    fn push(&mut self, segments: Vec<String>, name: Option<String>, line: usize) {
        let inside = self.modules();
        self.source.paths.push(Path {
            segments,
            name,
            inside,
            line,
        });
    }

    fn modules(&self) -> Vec<String> {
        self.inside.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn ahead(&self, by: usize) -> Token<'a> {
        self.tokens.get(self.at + by).map_or(Token::End, |(token, _)| *token)
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |(_, line)| *line)
    }
}

fn tokens(code: &str) -> Vec<(Token<'_>, usize)> {
    let mut tokens = Vec::new();
    for (number, mut rest) in code.lines().enumerate() {
        while let Some(sign) = rest.chars().next() {
            let word = rest.bytes().take_while(|byte| is_word(*byte)).count();
            let (token, length) = match sign {
                _ if word > 0 => (Token::Word(&rest[..word]), word),
                ':' if rest.starts_with("::") => (Token::Into, 2),
                _ => (Token::Sign(sign), sign.len_utf8()),
            };
            if !sign.is_whitespace() {
                tokens.push((token, number + 1));
            }
            rest = &rest[length..];
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::read;

    fn paths(text: &str) -> Vec<String> {
        let shown = |path: super::Path| {
            let inside: String = path.inside.iter().map(|module| format!("{module}/")).collect();
            let name = path.name.map(|name| format!(" as {name}")).unwrap_or_default();
            format!("{} {inside}{}{name}", path.line, path.segments.join("::"))
        };
        read(text).paths.into_iter().map(shown).collect()
    }

    #[test]
    fn use_trees_are_spread_out() {
        let text = "use a::{b, c::{d as e,\n  self}, f::*};\npub(super) use g;";
        assert_eq!(
            paths(text),
            [
                "1 a::b as b",
                "1 a::c::d as e",
                "2 a::c as c",
                "2 a::f::* as *",
                "3 g as g"
            ]
        );
    }

    #[test]
    fn paths_in_code_are_read_with_their_modules() {
        let text =
            "fn f() -> crate::a::B {\n super::c(d::E::<F>::g()) }\nmod h { fn i() { super::j(); } }\nfn k() { l::m() }";
        assert_eq!(
            paths(text),
            ["1 crate::a::B", "2 super::c", "2 d::E", "3 h/super::j", "4 l::m"]
        );
    }

    #[test]
    fn modules_items_and_macros_are_told() {
        let source = read("mod a; pub mod b { mod c; } pub const fn d() { e!(); }\n#[cfg(test)]\nmod f;");
        assert_eq!(source.modules, [vec!["a"], vec!["b", "c"]]);
        assert!(source.items.contains("d"));
        assert_eq!(source.macros, [("e".to_owned(), 1)]);
    }
}
