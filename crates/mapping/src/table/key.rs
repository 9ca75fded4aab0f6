//! A row's key as one text: the part itself, or several parts as a JSON list of texts.
//!
//! `["prod_1","team"]` cannot be mistaken for other parts, whatever is in them, and is readable in
//! a dead letter.

/// The longest key, in bytes.
pub const BYTES_MAX: usize = 1_000;

/// The text of a key.
pub fn text(parts: &[String]) -> String {
    match parts {
        [one] => one.clone(),
        parts => serde_json::to_string(parts).unwrap_or_default(),
    }
}

/// The parts of a key with `count` of them; nothing if it has another number of parts.
pub fn parts(text: &str, count: usize) -> Option<Vec<String>> {
    if count == 1 {
        return Some(vec![text.to_owned()]);
    }
    let parts: Vec<String> = serde_json::from_str(text).ok()?;
    (parts.len() == count).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_whatever_its_parts_hold() {
        for parts_in in [
            vec!["a"],
            vec!["[\"a\"]"],
            vec!["a", "b,\"c"],
            vec!["", "|"],
        ] {
            let given: Vec<String> = parts_in.into_iter().map(Into::into).collect();
            let read = parts(&text(&given), given.len());
            assert_eq!(read.as_ref(), Some(&given));
        }
        assert_eq!(parts("a", 2), None);
    }
}
