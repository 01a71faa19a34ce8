//! Where in a file something stands.

/// Line and column, both from 1, of a byte in a text.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// Where in a TOML string, as written with its quotes, the byte at `offset` of its value stands.
pub(crate) fn offset_as_written(written: &str, offset: usize) -> usize {
    let quote = if written.starts_with('\'') { "'''" } else { "\"\"\"" };
    let (mut at, long) = if written.starts_with(quote) {
        (3, true)
    } else {
        (1, false)
    };
    if long {
        // A line break right behind the quotes is no part of the value.
        at += ["\r\n", "\n"]
            .iter()
            .find(|ending| written[at..].starts_with(**ending))
            .map_or(0, |ending| ending.len());
    }
    if quote.starts_with('\'') {
        return at + offset;
    }
    let mut value = 0;
    loop {
        let rest = &written[at..];
        let Some(first) = rest.chars().next() else { break };
        let (read, stands_for) = if first == '\\' {
            escape(&rest[1..])
        } else {
            (first.len_utf8(), first.len_utf8())
        };
        // What stands for nothing is passed over: the byte comes behind it.
        if value >= offset && stands_for > 0 {
            break;
        }
        at += read;
        value += stands_for;
    }
    at
}

/// Length of a TOML escape, backslash included, and of what it stands for; `rest` is what follows the backslash.
fn escape(rest: &str) -> (usize, usize) {
    let digits = match rest.chars().next() {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(c) if c.is_whitespace() => {
            // A backslash at the end of a line joins it with the next.
            return (1 + rest.len() - rest.trim_start().len(), 0);
        }
        _ => return (2, 1),
    };
    let character = rest
        .get(1..1 + digits)
        .and_then(|hex| u32::from_str_radix(hex, 16).ok())
        .and_then(char::from_u32);
    (2 + digits, character.map_or(1, char::len_utf8))
}
