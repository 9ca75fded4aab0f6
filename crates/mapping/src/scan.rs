//! How deep a source will nest, seen before the parser reads it.
//!
//! A tree is as deep as its brackets, the links of its chains (`a.b.c`, `a + b + c`) and its `? :`,
//! and everything that walks it recurses. This counts the same without recursing. It knows texts,
//! quoted names and comments, so that nothing can be hidden in them.

/// One open bracket.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Links since the last separator.
    chain: usize,
    /// Choices, which nest to the right until the bracket or the item ends.
    choices: usize,
}

/// An upper bound of the depth of the tree that `source` is read into.
pub fn depth(source: &str) -> usize {
    let mut rest = source.as_bytes();
    let mut levels = vec![Level::default()];
    let (mut outer, mut deepest) = (0, 0);
    let mut before = b' ';
    while let [byte, tail @ ..] = rest {
        if matches!(byte, b'\'' | b'"' | b'`') {
            let raw = *byte == b'`' || matches!(before, b'r' | b'R');
            rest = after_text(rest, raw);
            before = b'\'';
            continue;
        }
        if rest.starts_with(b"//") {
            let end = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            rest = &rest[end..];
            continue;
        }
        let inside = levels.len() > 1;
        match (byte, levels.last_mut()) {
            (b'(' | b'[' | b'{', Some(level)) => {
                level.chain += 1;
                outer += level.chain + level.choices;
                levels.push(Level::default());
            }
            (b')' | b']' | b'}', _) if inside => {
                levels.pop();
                outer -= levels.last().map_or(0, |level| level.chain + level.choices);
            }
            (b',', Some(level)) => *level = Level::default(),
            (b'&' | b'|' | b':', Some(level)) => level.chain = 0,
            // `.?`, `[?` and `{?` are no choice.
            (b'?', Some(level)) if !matches!(before, b'.' | b'[' | b'{' | b',') => {
                level.choices += 1;
                level.chain = 0;
            }
            // The second byte of `==`, `<=` and their like belongs to the first.
            (b'=', _) if matches!(before, b'=' | b'<' | b'>' | b'!') => {}
            (b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=', Some(level)) => {
                level.chain += 1;
            }
            _ => {}
        }
        let here = levels.last().map_or(0, |level| level.chain + level.choices);
        deepest = deepest.max(outer + here);
        if !byte.is_ascii_whitespace() {
            before = *byte;
        }
        rest = tail;
    }
    deepest
}

/// What follows the text that `rest` begins with: one or three quotes, escapes unless `raw`.
fn after_text(rest: &[u8], raw: bool) -> &[u8] {
    let quote = rest[0];
    let triple = [quote; 3];
    let close: &[u8] = if rest.starts_with(&triple) {
        &triple
    } else {
        &triple[..1]
    };
    let mut at = close.len();
    while at < rest.len() {
        if rest[at..].starts_with(close) {
            return &rest[at + close.len()..];
        }
        at += if rest[at] == b'\\' && !raw { 2 } else { 1 };
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn texts_and_comments_hide_nothing() {
        let nested = "(((((1)))))";
        let plain = depth(nested);
        assert_eq!(plain, 5);
        for before in [
            "'\\''+",
            "r'\\'+",
            "'''a' '''+",
            "// '\n",
            "\"'\"+",
            "'//'+",
            "''+",
        ] {
            assert!(depth(&format!("{before}{nested}")) >= plain, "{before}");
        }
    }

    #[test]
    fn lists_of_short_things_are_shallow() {
        assert!(depth(&"a.b,".repeat(500)) < 3);
        assert!(depth(&"a.b == 'x' && ".repeat(200)) < 5);
        assert!(depth(&"upper(a.?b.orValue('')),".repeat(100)) < 8);
        assert_eq!(depth(&"a?b:".repeat(100)), 100);
        assert_eq!(depth(&"1+".repeat(100)), 100);
    }
}
