//! The table of functions as a page for people: Markdown, made from the entries alone.

use super::{Function, FunctionTable, SECTIONS};
use std::collections::BTreeSet;

/// The page of a table: its functions by section, those that callers brought at the end.
pub fn markdown(table: &FunctionTable) -> String {
    let mut page = String::from("# Functions\n");
    let mut written = BTreeSet::new();
    for section in SECTIONS {
        let known = section
            .functions
            .iter()
            .filter_map(|function| table.get(function.name));
        let functions: Vec<&Function> = known.map(|entry| &entry.function).collect();
        written.extend(functions.iter().map(|function| function.name));
        write_section(&mut page, section.title, &functions);
    }
    let others = table
        .iter()
        .filter(|function| !written.contains(function.name));
    write_section(&mut page, "More", &others.collect::<Vec<_>>());
    page
}

/// The functions whose name or text has the word, for a person who looks one up.
pub fn search<'a>(table: &'a FunctionTable, word: &str) -> Vec<&'a Function> {
    let word = word.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&word);
    let found = table
        .iter()
        .filter(|f| has(f.name) || has(f.signature) || has(f.doc));
    found.collect()
}

/// One function: its signature, what it gives, its examples.
pub fn entry(function: &Function) -> String {
    let mut text = format!("### `{}`\n\n{}\n\n", function.signature, function.doc);
    for (source, expected) in function.examples {
        let source = code(source);
        let line = match expected.strip_prefix('!') {
            Some(part) => format!("- {source} fails: … {part} …\n"),
            None => format!("- {source} → {}\n", code(expected)),
        };
        text.push_str(&line);
    }
    text
}

fn write_section(page: &mut String, title: &str, functions: &[&Function]) {
    if functions.is_empty() {
        return;
    }
    page.push_str(&format!("\n## {title}\n"));
    for function in functions {
        page.push('\n');
        page.push_str(&entry(function));
    }
}

/// A text as code, in as many quotes as it takes.
fn code(text: &str) -> String {
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}
