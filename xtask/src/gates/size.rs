//! What each shipped file weighs, compressed as a server would send it.

use super::record::{Kind, Record};
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Stdio;

/// Measures every file in the folders of what ships: the page and the npm package.
pub fn measure(workspace: &Workspace, record: &mut Record) -> Result<(), Error> {
    for (name, folder) in [("app", workspace.app()), ("npm", workspace.npm())] {
        if !folder.is_dir() {
            return Err(Error::Absent {
                path: folder,
                why: format!("its files are measured; build it with: cargo xtask test --only {name}"),
            });
        }
        list(name, &folder, record)?;
    }
    Ok(())
}

fn list(name: &str, folder: &Path, record: &mut Record) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{name}/{}", without_hash(&file));
        if path.is_dir() {
            list(&name, &path, record)?;
        } else if is_loaded(&file) {
            // Files that differ only in the hash count together.
            *record.figures.entry((Kind::Size, name)).or_default() += compressed(&path)?;
        }
    }
    Ok(())
}

/// Whether a host loads the file; what is there for people and compilers may grow.
fn is_loaded(file: &str) -> bool {
    let is_paper = ["LICENSE", "README"].iter().any(|name| file.starts_with(name));
    !is_paper && file != "package.json" && !file.ends_with(".d.ts")
}

/// A file's name without the hash of its contents that Trunk puts there: `main-0f3c5b9a12d4e6f7.css` is `main.css`.
fn without_hash(file: &str) -> String {
    /// Sixteen hexadecimal digits, of which the leading zeros are left out.
    const FEWEST: usize = 10;
    let mut parts = file.split('-');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        let ends = matches!(part.as_bytes().get(digits), None | Some(b'.' | b'_'));
        if (FEWEST..=16).contains(&digits) && ends {
            name.push_str(&part[digits..]);
        } else {
            name.push('-');
            name.push_str(part);
        }
    }
    name
}

/// The length of a file after `gzip -9`, without a name or a time in it.
fn compressed(path: &Path) -> Result<u64, Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut gzip = process::command("gzip", folder);
    gzip.args(["-9", "--no-name", "--stdout"]).arg(path);
    let mut child = gzip.stdout(Stdio::piped()).spawn().map_err(process::start(&gzip))?;
    let length = match child.stdout.take() {
        Some(mut output) => io::copy(&mut output, &mut io::sink()).map_err(Error::io("compress", path))?,
        None => 0,
    };
    let status = child.wait().map_err(Error::io("compress", path))?;
    if status.success() {
        Ok(length)
    } else {
        Err(Error::Failed {
            command: format!("gzip {}", path.display()),
            status: status.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_left_out_of_names_and_words_are_not() {
        let cases = [
            ("candor-web-6a1f0c22bd34e871_bg.wasm", "candor-web_bg.wasm"),
            ("candor-web-6a1f0c22bd34e871.js", "candor-web.js"),
            ("main-a1f0c22bd34e871.css", "main.css"),
            ("boot.js", "boot.js"),
            ("added-feed.js", "added-feed.js"),
            ("a-6a1f0c22bd34e871x.js", "a-6a1f0c22bd34e871x.js"),
        ];
        for (file, name) in cases {
            assert_eq!(without_hash(file), name);
        }
    }

    #[test]
    fn only_what_a_host_loads_counts() {
        for file in [
            "index.html",
            "index.js",
            "candor_embed_bg.wasm",
            "icon.svg",
            "manifest.json",
        ] {
            assert!(is_loaded(file), "{file}");
        }
        for file in ["index.d.ts", "LICENSE-MIT", "README.md", "package.json"] {
            assert!(!is_loaded(file), "{file}");
        }
    }

    #[test]
    fn a_file_is_compressed_alike_wherever_it_lies() -> Result<(), Box<dyn std::error::Error>> {
        let folder = std::env::temp_dir().join(format!("candor-gates-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let (one, other) = (folder.join("a"), folder.join("another-name"));
        fs::write(&one, "score ".repeat(1000))?;
        fs::write(&other, "score ".repeat(1000))?;
        let length = compressed(&one)?;
        assert!((20..200).contains(&length), "{length}");
        assert_eq!(length, compressed(&other)?);
        assert!(compressed(&folder.join("none")).is_err());
        fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
