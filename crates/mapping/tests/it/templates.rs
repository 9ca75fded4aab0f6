//! Templates: literals, formulas, list mappings.

use crate::world::world;
use mapping::{Facts, Stop, Template};
use serde_json::json;

#[test]
fn a_template_is_filled_in() {
    let template = json!({
        "customer": "=company.collective_customer",
        "reference": "=charge.id",
        "vat": "=charge.?vat",
        "note": "==x",
        "fixed": {"priority": 3, "urgent": false, "none": null},
        "total": "=steps.order.total + 1",
        "both": ["=charge.?vat", "=charge.currency"],
        "lines": {
            "each": "=steps.session.lines",
            "as": "line",
            "to": {
                "item": "=lookup_or('items', line.product, line.product)",
                "quantity": "=line.quantity",
                "taxes": {"each": "=line.taxes", "as": "tax", "to": "=tax.amount"},
            },
        },
    });
    let mut world = world();
    world.facts.insert(
        mapping::Fact::Lookup {
            table: "items".into(),
            key: "prod_2".into(),
            at: None,
        },
        None,
    );
    let (template, problems) = Template::compile(&template, "steps.order.with");
    assert_eq!(problems, []);
    let filled = template.eval(&world.scope()).expect("it fills");
    assert_eq!(
        filled,
        json!({
            "customer": "GUEST",
            "reference": "ch_1",
            "note": "=x",
            "fixed": {"priority": 3, "urgent": false},
            "total": "124.45",
            "both": ["eur"],
            "lines": [
                {"item": "A100", "quantity": 2, "taxes": [400]},
                {"item": "prod_2", "quantity": 1, "taxes": []},
            ],
        })
    );
    let references: Vec<String> = template
        .references()
        .iter()
        .map(|p| p.to_string())
        .collect();
    assert!(
        references.contains(&"steps.session.lines".to_owned()),
        "{references:?}"
    );
}

#[test]
fn problems_carry_their_place() {
    let template = json!({
        "a": "=1.5",
        "b": [{"c": "=nope("}],
        "d": {"each": "=xs", "to": "=x"},
        "e": {"each": "=xs", "as": "x", "to": {"f": "=uper(x)"}, "where": 1},
        "g": 1.5,
    });
    let (_, problems) = Template::compile(&template, "steps.s.with");
    let mut places: Vec<_> = problems
        .iter()
        .map(|p| (p.path.as_str(), p.code.as_str()))
        .collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            ("steps.s.with.a", "double_literal"),
            ("steps.s.with.b[0].c", "syntax"),
            ("steps.s.with.d", "list_mapping"),
            ("steps.s.with.e.to.f", "unknown_function"),
            ("steps.s.with.e.where", "unknown_key"),
            ("steps.s.with.g", "inexact_number"),
        ]
    );
}

#[test]
fn all_facts_of_a_template_are_asked_for_at_once() {
    let mut world = world();
    world.facts = Facts::default();
    let template = json!({
        "a": "=lookup('t', 'a')",
        "lines": {
            "each": "=steps.session.lines",
            "as": "line",
            "to": "=lookup('items', line.product)",
        },
        "later": {"each": "=lookup('t', 'list')", "as": "x", "to": "=x"},
    });
    let (template, _) = Template::compile(&template, "");
    let failure = template.eval(&world.scope()).expect_err("facts are needed");
    let Stop::Needs(facts) = failure.stop else {
        panic!("{failure}");
    };
    assert_eq!(facts.len(), 4);
}

#[test]
fn a_failure_names_its_place() {
    let template = json!({"lines": {
        "each": "=steps.session.lines",
        "as": "line",
        "to": {"rate": "=line.taxes[0].amount"},
    }});
    let (template, _) = Template::compile(&template, "");
    let failure = template
        .eval(&world().scope())
        .expect_err("the second has no tax");
    assert_eq!(failure.path, "lines[1].rate");
    assert_eq!(
        failure.to_string(),
        "lines[1].rate: `line.taxes[0]` is missing"
    );
    let (template, _) = Template::compile(&json!({"a": {"each": "=1", "as": "x", "to": 1}}), "");
    let failure = template.eval(&world().scope()).expect_err("no list");
    assert_eq!(failure.path, "a.each");
}

#[test]
fn a_result_that_is_too_large_is_refused() {
    let mut world = world();
    world
        .names
        .set("t", mapping::Value::text("x".repeat(600_000)));
    let (template, _) = Template::compile(&json!(["=t", "=t"]), "");
    let failure = template.eval(&world.scope()).expect_err("too large");
    assert!(failure.to_string().contains("larger than"), "{failure}");
}
