//! What is known of conditions without any data.

use mapping::{Facts, Names, Template, Value};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The value of a condition that does not depend on anything.
pub(super) fn constant(template: &Template) -> Option<bool> {
    if !template.references().is_empty() {
        return None;
    }
    let (names, facts) = (Names::new(), Facts::default());
    let scope = mapping::Scope {
        names: &names,
        facts: &facts,
        company: &NO_COMPANY,
    };
    match template.eval_value(&scope) {
        Ok(Value::Bool(holds)) => Some(holds),
        _ => None,
    }
}

/// A formula that names nothing asks the company for nothing.
static NO_COMPANY: LazyLock<model::Company> = LazyLock::new(|| model::Company {
    name: String::new(),
    currency: String::new(),
    books_zone: String::new(),
    collective_customer: String::new(),
    settings: serde_json::Map::new(),
});

/// What a condition asks for, in parts that must all hold. What depends on facts that may change
/// while the run waits is left out.
pub(super) fn parts(condition: &Template) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, formula) in condition.formulas() {
        let source = formula.source();
        if source.contains("xref(") {
            continue;
        }
        let pieces: Vec<&str> = source.split("&&").map(str::trim).collect();
        let is_simple = !source.contains("||") && !source.contains(" ? ");
        if is_simple && pieces.iter().all(|piece| is_balanced(piece)) {
            found.extend(pieces.into_iter().map(str::to_owned));
        } else {
            found.insert(source.trim().to_owned());
        }
    }
    found
}

/// Whether every bracket and quote of a piece is closed in it.
fn is_balanced(piece: &str) -> bool {
    let mut depth = 0_i32;
    for c in piece.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    let quotes = |quote: char| piece.chars().filter(|c| *c == quote).count();
    depth == 0 && quotes('\'').is_multiple_of(2) && quotes('"').is_multiple_of(2)
}
