//! What the page may do, as headers: nothing that would let an applicant's data leave it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Headers of every answer, beside the content security policy.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// The policy for a page: scripts, styles, data and workers from this server only, no others, no inline ones except those
/// that the page had when it was built (Trunk starts the app with one), known by their hashes.
pub fn content_security_policy(page: &str) -> String {
    let hashes: String = inline_scripts(page)
        .iter()
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes()))))
        .collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

/// Puts the headers on an answer.
pub fn protect(headers: &mut HeaderMap, policy: &str) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // The policy is built from fixed words and base64, which are all allowed in a header.
    if let Ok(value) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
}

/// The texts of the page's scripts without `src`, as a browser sees them: line ends are `\n`, comments are no markup.
fn inline_scripts(page: &str) -> Vec<String> {
    let page = page.replace("\r\n", "\n").replace('\r', "\n");
    let mut scripts = Vec::new();
    let mut rest = page.as_str();
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some(attributes) = tag(rest, "script") else {
            rest = &rest[1..];
            continue;
        };
        let Some(end) = end_of_tag(attributes) else { break };
        let (attributes, text) = (&attributes[..end], &attributes[end + 1..]);
        let close = text.to_ascii_lowercase().find("</script").unwrap_or(text.len());
        if !attributes
            .split_whitespace()
            .any(|word| word == "src" || word.starts_with("src="))
        {
            scripts.push(text[..close].to_owned());
        }
        rest = &text[close..];
    }
    scripts
}

/// What follows the name, if the text begins with the opening tag of that name.
fn tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (head, rest) = text.strip_prefix('<')?.split_at_checked(name.len())?;
    let ends = rest.starts_with(|next: char| next == '>' || next == '/' || next.is_ascii_whitespace());
    (head.eq_ignore_ascii_case(name) && ends).then_some(rest)
}

/// Where the `>` of a tag is, outside quotation marks.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, letter)| {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, '>') => return Some(at),
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_found_as_a_browser_finds_them() {
        let page = "<!doctype html><!-- <script>no</script> --><SCRIPT type='module' data-a='>'>\r\nlet a = '<b>';\n</Script>\
                    <script src=\"x.js\"></script><scripture>no</scripture><script>b</script>";
        assert_eq!(inline_scripts(page), ["\nlet a = '<b>';\n", "b"]);
        assert!(inline_scripts("<script").is_empty());
        assert!(inline_scripts("<script>open").len() == 1);
    }

    #[test]
    fn the_hash_is_the_one_that_browsers_compute() {
        // The example of the Content Security Policy specification, section 6.7.2.
        let policy = content_security_policy("<script>alert('Hello, world.');</script>");
        assert!(
            policy.contains("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline"));
    }
}
