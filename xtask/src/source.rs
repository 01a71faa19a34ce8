//! Rust source as a reader of its code sees it: without comments, texts and tests.

/// The code of a source file, with a blank for each byte of comments, of texts, and of what stands only under `#[cfg(test)]`.
/// Lines stay where they were.
pub fn code(text: &str) -> String {
    let mut code = without_texts(text.as_bytes());
    blank_tests(&mut code);
    // Only whole characters are blanked, byte for byte, so nothing is lost here.
    String::from_utf8_lossy(&code).into_owned()
}

/// Blanks comments and what stands between quotes.
fn without_texts(text: &[u8]) -> Vec<u8> {
    let mut code = text.to_vec();
    let mut at = 0;
    while at < text.len() {
        let end = match text[at] {
            b'/' if text[at..].starts_with(b"//") => find(text, at, |rest| rest[0] == b'\n'),
            b'/' if text[at..].starts_with(b"/*") => end_of_comment(text, at),
            b'"' => end_of_text(text, at),
            b'\'' => end_of_character(text, at),
            byte if is_word(byte) => {
                let end = find(text, at, |rest| !is_word(rest[0]));
                match end_of_raw_text(text, at, end) {
                    Some(end) => end,
                    None => {
                        at = end;
                        continue;
                    }
                }
            }
            _ => {
                at += 1;
                continue;
            }
        };
        blank(&mut code[at..end]);
        at = end;
    }
    code
}

/// Blanks each item under `#[cfg(test)]`, to the end of its block or to its semicolon.
fn blank_tests(code: &mut [u8]) {
    const MARK: &[u8] = b"#[cfg(test)]";
    let mut at = 0;
    while at < code.len() {
        if !code[at..].starts_with(MARK) {
            at += 1;
            continue;
        }
        let mut end = at + MARK.len();
        let mut depth = 0_i32;
        while end < code.len() {
            match code[end] {
                b'{' | b'(' | b'[' => depth += 1,
                b'}' | b')' | b']' => depth -= 1,
                _ => {}
            }
            let last = code[end];
            // Below zero: the item was the last one of what surrounds it, whose bracket stays.
            if depth < 0 {
                break;
            }
            end += 1;
            if depth == 0 && (last == b'}' || last == b';') {
                break;
            }
        }
        blank(&mut code[at..end]);
        at = end;
    }
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

/// Whether a byte belongs to a word; those of characters beyond ASCII do, so that none of them is torn.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The first place from `at` on where `ends` holds of the rest, or the end.
fn find(text: &[u8], at: usize, ends: impl Fn(&[u8]) -> bool) -> usize {
    (at..text.len()).find(|&at| ends(&text[at..])).unwrap_or(text.len())
}

fn end_of_comment(text: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while at < text.len() {
        if text[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

fn end_of_text(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// A quote begins a character (`'x'`, `'\n'`) or is the sign of a lifetime, which ends with itself.
fn end_of_character(text: &[u8], start: usize) -> usize {
    if text.get(start + 1) == Some(&b'\\') {
        // What is escaped may be a quote itself.
        return (find(text, start + 3, |rest| rest[0] == b'\'') + 1).min(text.len());
    }
    // The length of the character in UTF-8, by its first byte.
    let length = match text.get(start + 1) {
        Some(0xC0..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..) => 4,
        _ => 1,
    };
    match text.get(start + 1 + length) {
        Some(b'\'') => start + length + 2,
        _ => start + 1,
    }
}

/// The end of a text that begins with the word from `at` to `end`, if it is a raw one: `r"…"`, `br#"…"#`.
fn end_of_raw_text(text: &[u8], at: usize, end: usize) -> Option<usize> {
    if !matches!(&text[at..end], b"r" | b"br" | b"cr") {
        return None;
    }
    let quote = find(text, end, |rest| rest[0] != b'#');
    if text.get(quote) != Some(&b'"') {
        return None;
    }
    let mut closing = vec![b'"'];
    closing.extend(&text[end..quote]);
    let close = find(text, quote + 1, |rest| rest.starts_with(&closing));
    Some((close + closing.len()).min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn comments_texts_and_tests_are_blank() {
        for (text, left) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"a "b \" c" d"#, "a          d"),
            (r##"a r#"b " c"# d"##, "a            d"),
            (r#"a b"\"" '"' 'é' '\'' d"#, "a b                   d"),
            ("fn f<'a>(b: &'a str) {}", "fn f< a>(b: & a str) {}"),
            ("a; #[cfg(test)] use b::{c, d}; e;", "a;                           ; e;"),
            (
                "a; #[cfg(test)] mod tests { fn f() {} } e",
                "a;                                      e",
            ),
            (
                "a; #[cfg(test)] fn f(b: [u8; 3]) { c; } e",
                "a;                                      e",
            ),
            (
                "struct A { b: u8, #[cfg(test)] c: u8 } d",
                "struct A { b: u8,                    } d",
            ),
        ] {
            assert_eq!(code(text), left, "{text}");
        }
    }
}
