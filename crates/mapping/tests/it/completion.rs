//! What editors offer at the cursor, which `|` marks.

use mapping::{Completion, CompletionKind, Schemas, complete};
use serde_json::json;

fn schemas() -> Schemas {
    let mut schemas = Schemas::new();
    schemas.set(
        "charge",
        json!({"type": "object", "required": ["id", "amount", "details", "lines"], "properties": {
            "id": {"type": "string", "description": "ch_… or py_…"},
            "amount": {"type": "integer"},
            "customer": {"type": ["string", "null"], "maxLength": 30},
            "details": {"type": "object", "properties": {
                "name": {"type": "string"}, "country": {"type": "string", "maxLength": 2}}},
            "lines": {"type": "array", "items": {"type": "object", "required": ["sku", "taxes"],
                "properties": {"sku": {"type": "string"}, "taxes": {"type": "array", "items": {
                    "type": "object", "properties": {"rate": {"type": "integer"}}}}}}},
        }}),
    );
    schemas.set(
        "company",
        json!({"type": "object", "properties": {"name": {"type": "string"}}}),
    );
    schemas.set_lookup(
        "items",
        json!({"type": "object", "properties": {"gl": {"type": "string"}}}),
    );
    schemas.set_lookup("terms", json!({"type": "string"}));
    schemas
}

fn at(marked: &str) -> Vec<Completion> {
    let offset = marked.find('|').expect("a cursor");
    complete(&marked.replacen('|', "", 1), offset, &schemas())
}

/// The texts that are offered, functions left out.
fn offered(marked: &str) -> Vec<String> {
    let found = at(marked).into_iter();
    let found =
        found.filter(|one| !matches!(one.kind, CompletionKind::Function | CompletionKind::Macro));
    found.map(|one| one.text).collect()
}

#[test]
fn names_and_members_are_offered_with_their_types() {
    for (marked, expected) in [
        ("|", vec!["charge", "company"]),
        ("ch|", vec!["charge"]),
        ("1 + c|", vec!["charge", "company"]),
        (
            "charge.|",
            vec!["amount", "customer", "details", "id", "lines"],
        ),
        ("charge.a|", vec!["amount"]),
        ("charge.?cu|", vec!["customer"]),
        ("charge.details.|", vec!["country", "name"]),
        ("charge.details.|name", vec!["country", "name"]),
        ("upper(charge.details.c|)", vec!["country"]),
        ("charge.lines[0].|", vec!["sku", "taxes"]),
        ("first(charge.lines).|", vec!["sku", "taxes"]),
        ("charge.lines.map(l, l.|)", vec!["sku", "taxes"]),
        (
            "charge.lines.filter(l, l.sku == 'a').map(x, x.t|",
            vec!["taxes"],
        ),
        ("charge.lines.map(l, l.taxes.map(t, t.|", vec!["rate"]),
        ("charge.lines.map(l, |", vec!["charge", "company", "l"]),
        (
            "has(charge.customer) ? charge.|",
            vec!["amount", "customer", "details", "id", "lines"],
        ),
        ("lookup('items', charge.id).|", vec!["gl"]),
        ("lookup('|", vec!["items", "terms"]),
        ("lookup('it|', 'x')", vec!["items"]),
        ("{'a': charge.d|", vec!["details"]),
        ("(charge.details).c|", vec!["country"]),
        ("'charge.|", vec![]),
        ("// charge.|", vec![]),
        ("1.|", vec![]),
        ("nobody.|", vec![]),
        ("charge.id.|", vec![]),
    ] {
        assert_eq!(offered(marked), expected, "{marked}");
    }
}

#[test]
fn a_completion_says_what_it_is_and_what_it_replaces() {
    let found = at("upper(charge.cu|");
    assert_eq!(found[0].text, "customer");
    assert_eq!(found[0].from, "upper(charge.".len());
    assert_eq!(
        found[0].detail,
        "a text of at most 30 characters that may be absent"
    );
    assert_eq!(at("charge.i|")[0].doc, "ch_… or py_…");
    let found = at("trunc|");
    assert_eq!(found[0].kind, CompletionKind::Function);
    assert_eq!(found[0].text, "truncate(");
    assert_eq!(found[0].detail, "truncate(text: text, most: int) -> text");
}

#[test]
fn after_a_dot_only_what_takes_such_a_value_is_offered() {
    let texts = |marked: &str| {
        at(marked)
            .into_iter()
            .map(|one| one.text)
            .collect::<Vec<_>>()
    };
    let of_text = texts("charge.id.|");
    assert!(of_text.contains(&"startsWith(".to_owned()) && !of_text.contains(&"sum(".to_owned()));
    let of_list = texts("charge.lines.|");
    assert!(of_list.contains(&"map".to_owned()) && !of_list.contains(&"upper(".to_owned()));
}

#[test]
fn a_cursor_anywhere_does_no_harm() {
    let source = "charge.lines.map(l, 'é' + l.sku).join(\"😀\")[?0].orValue('''x''') // é";
    for offset in 0..=source.len() + 3 {
        for one in complete(source, offset, &schemas()) {
            assert!(one.from <= offset);
        }
    }
}
