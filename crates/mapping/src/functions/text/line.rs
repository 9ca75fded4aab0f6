//! Texts taken apart into lists.

use crate::fact::Stop;
use crate::functions::list::collect;
use crate::functions::{Function, int, length, text};
use crate::value::Value;

pub const SPLIT: Function = Function {
    name: "split",
    signature: "split(text: text, separator: text) -> list",
    doc: "The parts of the text between the separators.",
    examples: &[("'a,b,,c'.split(',')", r#"["a","b","","c"]"#)],
    run: |a, _| {
        let whole = text(a, 0);
        match text(a, 1) {
            "" => collect("split", whole.chars().map(|c| c.to_string().into())),
            separator => collect("split", whole.split(separator).map(Value::from)),
        }
    },
};

pub const SPLIT_LINES: Function = Function {
    name: "split_lines",
    signature: "split_lines(text: text, width: int, most?: int) -> list",
    doc: "The text in lines of at most `width` characters, broken at blanks where possible. \
          More lines than `most` are an error: nothing is cut.",
    examples: &[
        (
            "split_lines('Unter den Linden 77', 10)",
            r#"["Unter den","Linden 77"]"#,
        ),
        (
            "split_lines('Donaudampfschiff', 5)",
            r#"["Donau","dampf","schif","f"]"#,
        ),
        ("split_lines('', 5)", "[]"),
        ("split_lines('one two three', 5, 2)", "!3 lines"),
    ],
    run: |a, _| {
        let width = length("split_lines", a, 1)?;
        if width == 0 {
            return Err(Stop::failed(
                "split_lines: a line of 0 characters holds nothing",
            ));
        }
        let lines = lines_of(text(a, 0), width);
        if let Some(most) = int(a, 2)
            && i64::try_from(lines.len()).is_ok_and(|n| n > most)
        {
            return Err(Stop::failed(format!(
                "split_lines: the text takes {} lines of {width} characters, at most {most} fit",
                lines.len()
            )));
        }
        collect("split_lines", lines.into_iter().map(Value::from))
    },
};

/// Breaks at blanks and at line ends; a word that is longer than a line is broken inside.
pub fn lines_of(whole: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in whole.lines() {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_whitespace() {
            let long = word.chars().count();
            if used > 0 && used + 1 + long <= width {
                line.push(' ');
                line.push_str(word);
                used += 1 + long;
                continue;
            }
            if used > 0 {
                lines.push(std::mem::take(&mut line));
            }
            let characters: Vec<char> = word.chars().collect();
            let mut pieces = characters
                .chunks(width)
                .map(|piece| piece.iter().collect::<String>());
            let last = pieces.next_back().unwrap_or_default();
            lines.extend(pieces);
            used = last.chars().count();
            line = last;
        }
        if used > 0 {
            lines.push(line);
        }
    }
    lines
}
