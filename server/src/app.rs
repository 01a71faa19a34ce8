//! The built app in memory: each file as it is and compressed, with its type and its tag.

use crate::error::ServeError;
use axum::body::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The page of the app, and what every unknown page falls back to.
pub const INDEX: &str = "index.html";

/// The files of a built app by their paths below its folder, `/` between the parts.
#[derive(Debug)]
pub struct App {
    files: BTreeMap<String, Asset>,
    policy: String,
}

/// One file.
#[derive(Debug)]
pub struct Asset {
    /// As it is on the disk.
    pub plain: Bytes,
    /// Compressed, where that makes it smaller by a tenth or more.
    pub gzip: Option<Bytes>,
    /// Its MIME type.
    pub kind: &'static str,
    /// A strong tag: another content has another one.
    pub tag: String,
    /// Whether the name holds a hash of the content, so that it never means anything else.
    pub immutable: bool,
}

impl App {
    /// Reads all files of a built app. Symbolic links are not followed, so nothing outside the folder is served.
    pub fn read(folder: &Path) -> Result<Self, ServeError> {
        let mut files = BTreeMap::new();
        collect(folder, "", &mut files)?;
        let Some(index) = files.get(INDEX) else {
            return Err(ServeError::NoIndex {
                path: folder.to_path_buf(),
            });
        };
        let policy = crate::policy::content_security_policy(&String::from_utf8_lossy(&index.plain));
        Ok(Self { files, policy })
    }

    /// The file of that path, if the app has it.
    pub fn file(&self, path: &str) -> Option<&Asset> {
        self.files.get(path)
    }

    /// What the pages of this app may do, for the `Content-Security-Policy` header.
    pub fn policy(&self) -> &str {
        &self.policy
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Asset>) -> Result<(), ServeError> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| ServeError::App { path, source }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        let path = entry.path();
        // A name that is not UTF-8 cannot be asked for by any link of the app.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let kind = entry.file_type().map_err(failed(&path))?;
        if kind.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            let bytes = fs::read(&path).map_err(failed(&path))?;
            files.insert(format!("{prefix}{name}"), Asset::new(&name, bytes));
        }
    }
    Ok(())
}

impl Asset {
    fn new(name: &str, plain: Vec<u8>) -> Self {
        let (kind, compressible) = mime(name);
        let digest = Sha256::digest(&plain);
        let tag = digest
            .iter()
            .take(16)
            .fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}"))
            + "\"";
        let gzip = if compressible { compress(&plain) } else { None };
        Self {
            plain: plain.into(),
            gzip,
            kind,
            tag,
            immutable: has_hash(name),
        }
    }
}

fn compress(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < plain.len() - plain.len() / 10).then(|| packed.into())
}

/// The MIME type by the extension, and whether such files are worth compressing.
fn mime(name: &str) -> (&'static str, bool) {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        "css" => ("text/css; charset=utf-8", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "svg" => ("image/svg+xml", true),
        "txt" | "md" => ("text/plain; charset=utf-8", true),
        "csv" => ("text/csv; charset=utf-8", true),
        "ico" => ("image/x-icon", true),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "woff2" => ("font/woff2", false),
        "pdf" => ("application/pdf", false),
        _ => ("application/octet-stream", false),
    }
}

/// Whether a name looks like those that Trunk gives, with the hash of the content in hexadecimal digits after a hyphen:
/// `app-123456789abcdef0.js`, `app-123456789abcdef0_bg.wasm`.
///
/// Trunk writes 64 bits without leading zeros, so up to 16 digits; one file in a million has fewer than 12, and the
/// browser merely asks for it again.
fn has_hash(name: &str) -> bool {
    let hash = |part: &str| {
        let hexadecimal = part
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        (12..=16).contains(&part.len()) && hexadecimal && part.bytes().any(|byte| byte.is_ascii_digit())
    };
    name.split('-')
        .skip(1)
        .any(|part| hash(part.split(['.', '_']).next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::has_hash;

    #[test]
    fn only_names_with_a_content_hash_are_immutable() {
        for name in [
            "candor-web-1f2e3d4c5b6a7988.js",
            "candor-web-1f2e3d4c5b6a7988_bg.wasm",
            "style-bcfc45c21bd82bb.css",
        ] {
            assert!(has_hash(name), "{name}");
        }
        for name in [
            "index.html",
            "sw.js",
            "sample-clients.json",
            "a-1234.js",
            "1f2e3d4c5b6a7988.js",
            "x-1f2e3d4c5b6a798g.js",
            "a-defacedfacade.js",
        ] {
            assert!(!has_hash(name), "{name}");
        }
    }
}
