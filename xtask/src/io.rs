//! What does I/O, as sources name it.

use crate::paths::{Path, Source};

/// What a crate without I/O does not name.
const IO_PATHS: [&str; 11] = [
    "std::env",
    "std::fs",
    "std::io::stderr",
    "std::io::stdin",
    "std::io::stdout",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];
/// What it does not call.
const IO_MACROS: [&str; 5] = ["dbg", "eprint", "eprintln", "print", "println"];

/// Where a source file names what does I/O.
pub fn named(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for path in &source.paths {
        // `use std::time` names no clock, but makes `time::Instant` one.
        let first = path.segments.first();
        let used = |other: &&Path| path.name.is_none() && other.name.is_some() && other.name.as_ref() == first;
        let whole = match source.paths.iter().find(used) {
            Some(other) => [&other.segments, &path.segments[1..]].concat().join("::"),
            None => path.segments.join("::"),
        };
        let below = |path: &str, above: &str| path.strip_prefix(above).is_some_and(|rest| rest.starts_with("::"));
        let all_of = whole.strip_suffix("::*");
        let is_io = |io: &str| whole == io || below(&whole, io) || all_of.is_some_and(|module| below(io, module));
        if IO_PATHS.iter().any(|io| is_io(io)) {
            found.push((path.line, whole));
        }
    }
    let macros = source
        .macros
        .iter()
        .filter(|(name, _)| IO_MACROS.contains(&name.as_str()));
    found.extend(macros.map(|(name, line)| (*line, format!("{name}!"))));
    found
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::paths;

    #[test]
    fn io_is_found_in_code_and_nowhere_else() {
        let found = |text: &str| {
            let found = named(&paths::read(text)).into_iter();
            found.map(|(line, what)| format!("{line} {what}")).collect::<Vec<_>>()
        };
        assert_eq!(
            found("use std::{fmt,\n fs::File, time::{Duration, Instant}};\nfn f() { std::env::var(g); println!() }"),
            [
                "2 std::fs::File",
                "2 std::time::Instant",
                "3 std::env::var",
                "3 println!"
            ]
        );
        assert_eq!(
            found("use std::time::{self as clock};\nuse std::io::*;\nfn f() { clock::Instant::now(); }"),
            ["2 std::io::*", "3 std::time::Instant::now"]
        );
        assert_eq!(
            found("use std::{io::{self, prelude::*}, time};\nfn f() -> io::Result<()> {}"),
            [""; 0]
        );
        assert_eq!(
            found("// std::fs\nuse std::io::Read; use std::time::Duration; const A: &str = \"std::fs println!()\";"),
            [""; 0]
        );
        assert_eq!(
            found("#[cfg(test)]\nmod tests { use std::fs; fn f() { println!(); } }"),
            [""; 0]
        );
    }
}
