//! Refuses to build with a family of features that does not say what it is: meaning and unit in both languages, reason
//! group and source, its own or its table's. Everything else about the files is checked when they are compiled.

use std::fs;
use std::path::Path;

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=features");
    let entries = fs::read_dir("features").map_err(|error| format!("features: {error}"))?;
    for entry in entries {
        let path = entry.map_err(|error| format!("features: {error}"))?.path();
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        check(&path, &text)?;
    }
    Ok(())
}

/// Checks the families of one file.
fn check(path: &Path, text: &str) -> Result<(), String> {
    let mut table = Vec::new();
    let mut open: Option<(usize, Vec<&str>)> = None;
    let mut in_table = false;
    for (number, line) in (1..).zip(text.lines()).chain([(0, "[end]")]) {
        if line.starts_with('[') {
            if let Some((start, family)) = open.take() {
                whole(&family, &table)
                    .map_err(|what| format!("{}, line {start}: a family needs {what}", path.display()))?;
            }
            in_table = line.trim() == "[table]";
            open = (line.trim() == "[[family]]").then(|| (number, Vec::new()));
        } else if let Some((_, family)) = &mut open {
            family.push(line);
        } else if in_table {
            table.push(line);
        }
    }
    Ok(())
}

/// What a family lacks.
fn whole(family: &[&str], table: &[&str]) -> Result<(), &'static str> {
    let says = |lines: &[&str], key: &str| {
        let value = |line: &&str| {
            line.strip_prefix(key)?
                .trim_start()
                .strip_prefix('=')
                .map(str::to_owned)
        };
        lines.iter().find_map(value)
    };
    let both = |text: String| text.contains("en = \"") && text.contains("fr = \"") && !text.contains("\"\"");
    if !says(family, "meaning").is_some_and(both) {
        return Err("its meaning in both languages");
    }
    if !says(family, "unit").is_some_and(both) {
        return Err("its unit in both languages");
    }
    if says(family, "group").or_else(|| says(table, "group")).is_none() {
        return Err("its reason group, or its table does");
    }
    if !says(family, "source")
        .or_else(|| says(table, "source"))
        .is_some_and(both)
    {
        return Err("its source in both languages, or its table does");
    }
    Ok(())
}
