//! The tokens of a source that may end anywhere.

/// A part of a source, by bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub from: usize,
    pub to: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or a number.
    Word,
    /// A text with both its quotes.
    Closed,
    /// A text or a comment that has not ended.
    Open,
    Sign,
}

/// The tokens of `source`, without blanks and comments.
pub fn tokens(source: &str) -> Vec<Token> {
    let bytes = source.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (kind, to) = match bytes[at] {
            b if b.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'/' if bytes[at..].starts_with(b"//") => {
                match bytes[at..].iter().position(|b| *b == b'\n') {
                    Some(end) => {
                        at += end;
                        continue;
                    }
                    None => (TokenKind::Open, bytes.len()),
                }
            }
            b'\'' | b'"' | b'`' => text(bytes, at),
            b if b.is_ascii_alphanumeric() || b == b'_' => {
                let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
                let long = bytes[at..].iter().take_while(|b| word(b)).count();
                (TokenKind::Word, at + long)
            }
            b'.' | b'[' if bytes.get(at + 1) == Some(&b'?') => (TokenKind::Sign, at + 2),
            _ => {
                let long = source[at..].chars().next().map_or(1, char::len_utf8);
                (TokenKind::Sign, at + long)
            }
        };
        tokens.push(Token { kind, from: at, to });
        at = to;
    }
    tokens
}

/// The text that begins at `at`: one or three quotes, escapes.
fn text(bytes: &[u8], at: usize) -> (TokenKind, usize) {
    let quote = bytes[at];
    let triple = bytes[at..].starts_with(&[quote; 3]);
    let close = if triple { 3 } else { 1 };
    let mut end = at + close;
    while end < bytes.len() {
        if bytes[end..].starts_with(&[quote; 3][..close]) {
            return (TokenKind::Closed, end + close);
        }
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    (TokenKind::Open, bytes.len())
}
