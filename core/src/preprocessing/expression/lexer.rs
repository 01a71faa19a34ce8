//! Splits an expression into tokens.

use super::ExpressionError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Symbol(&'static str),
    End,
}

const SYMBOLS: [&str; 14] = ["==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", ",", "="];

/// Tokens with the byte offset at which each starts; the last one is always [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, ExpressionError> {
    let mut tokens = Vec::new();
    let mut offset = 0;
    while let Some(first) = text[offset..].chars().next() {
        let rest = &text[offset..];
        let (token, length) = if first.is_whitespace() {
            offset += first.len_utf8();
            continue;
        } else if first.is_ascii_digit() || first == '.' {
            number(rest, offset)?
        } else if first.is_alphabetic() || first == '_' {
            let length = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            (Token::Name(rest[..length].to_owned()), length)
        } else if first == '"' {
            match rest[1..].find('"') {
                Some(end) => (Token::Text(rest[1..=end].to_owned()), end + 2),
                None => return Err(error(offset, "this text never ends; close it with \"")),
            }
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Token::Symbol(symbol), symbol.len())
        } else {
            return Err(error(offset, &format!("'{first}' has no meaning here")));
        };
        tokens.push((token, offset));
        offset += length;
    }
    tokens.push((Token::End, text.len()));
    Ok(tokens)
}

fn number(rest: &str, offset: usize) -> Result<(Token, usize), ExpressionError> {
    let mut length = 0;
    let mut previous = ' ';
    for character in rest.chars() {
        let exponent_sign = matches!(character, '+' | '-') && matches!(previous, 'e' | 'E');
        if !(character.is_ascii_alphanumeric() || character == '.' || exponent_sign) {
            break;
        }
        length += character.len_utf8();
        previous = character;
    }
    match rest[..length].parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((Token::Number(value), length)),
        _ => Err(error(offset, &format!("'{}' is not a number", &rest[..length]))),
    }
}

pub(super) fn error(offset: usize, message: &str) -> ExpressionError {
    ExpressionError {
        offset,
        message: message.to_owned(),
    }
}
