//! Sentences on lines, and values in words.

use serde_json::Value;

/// The longest line.
const WIDTH: usize = 100;

/// A template in words: formulas as they are written, lists and maps by what is in them.
pub(super) fn said(value: &Value) -> String {
    match value {
        Value::String(text) => match text.strip_prefix('=') {
            Some(literal) if literal.starts_with('=') => format!("\"{literal}\""),
            Some(formula) => formula.split_whitespace().collect::<Vec<_>>().join(" "),
            None => format!("\"{text}\""),
        },
        Value::Array(items) if items.is_empty() => "nothing".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(said).collect();
            format!("a list of {}", items.join(" and "))
        }
        Value::Object(map) => match (map.get("each"), map.get("to")) {
            (Some(each), Some(to)) => format!("for each of {}: {}", said(each), said(to)),
            _ => {
                let members = map.iter().map(|(name, v)| format!("{name} = {}", said(v)));
                format!("({})", members.collect::<Vec<_>>().join(", "))
            }
        },
        other => other.to_string(),
    }
}

/// Lines of at most [`WIDTH`] columns.
#[derive(Default)]
pub(super) struct Lines {
    out: String,
}

impl Lines {
    pub fn finish(self) -> String {
        self.out
    }

    pub fn gap(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A sentence; all its lines begin with `indent`.
    pub fn say(&mut self, indent: &str, sentence: &str) {
        self.hang(indent, indent, sentence);
    }

    /// A sentence whose first line begins with `first`, the others with `rest`.
    pub fn hang(&mut self, first: &str, rest: &str, sentence: &str) {
        let mut line = first.to_owned();
        let mut is_empty = true;
        for word in sentence.split_whitespace() {
            let used = line.chars().count() + 1 + word.chars().count();
            if !is_empty && used > WIDTH {
                self.end(&line);
                rest.clone_into(&mut line);
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        self.end(&line);
    }

    fn end(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }
}
