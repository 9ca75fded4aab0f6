//! Formulas and what they give, with the traps of the language each by name.

use crate::world::world;
use mapping::{Fact, Facts, Formula, Names, Scope, Shape, Stop, Value};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn formulas_give_what_they_say() {
    let world = world();
    let lines = "steps.session.lines";
    let cases = [
        // Copies, names, defaults.
        ("charge.id", json!("ch_1")),
        ("charge['id']", json!("ch_1")),
        ("company.books_zone", json!("Europe/Stockholm")),
        ("company.division", json!("AAA")),
        (
            "charge.metadata.?plan.orValue('') == 'premium'",
            json!(true),
        ),
        ("charge.metadata.?seats.orValue('1')", json!("1")),
        ("charge.?customer", json!(null)),
        ("charge.?nothing.at.all.orValue(7)", json!(7)),
        ("charge.metadata[?'plan'].orValue('')", json!("premium")),
        (
            "charge.?customer.or(charge.?payment_intent).orValue('')",
            json!("pi_1"),
        ),
        ("charge.?customer.hasValue()", json!(false)),
        ("charge.?payment_intent.value()", json!("pi_1")),
        // Presence.
        ("has(charge.customer)", json!(false)),
        ("has(charge.billing_details.name)", json!(true)),
        ("has(charge.billing_details.email)", json!(false)),
        ("has(charge.?shipping.name)", json!(false)),
        // Numbers.
        ("1 + 2 * 3", json!(7)),
        ("7 / 2", json!(3)),
        ("-7 % 3", json!(-1)),
        ("number('0.1') * 3 == number('0.3')", json!(true)),
        ("number('0.1') + number('0.2')", json!("0.3")),
        ("2 * number('12.30')", json!("24.60")),
        ("number('12.30') * 2", json!("24.60")),
        ("1 < number('1.5') && number('1.5') < 2", json!(true)),
        ("3 == number('3.00') && number('3.00') == 3", json!(true)),
        ("steps.order.total", json!("123.45")),
        ("steps.order.total * 100 == charge.amount", json!(true)),
        ("-steps.order.total", json!("-123.45")),
        ("9007199254740993", json!(9_007_199_254_740_993_i64)),
        // Texts.
        ("'a' + 'b' + text(1)", json!("ab1")),
        (
            "charge.billing_details.name.startsWith('Ada') ? 'A' : 'B'",
            json!("A"),
        ),
        ("charge.id.matches('^ch_[0-9]+$')", json!(true)),
        ("'a,b'.split(',')[1]", json!("b")),
        ("'Ärla'.size()", json!(4)),
        // Equality across kinds is false, not an error.
        ("'1' == 1", json!(false)),
        ("[1, number('2.0')] == [number('1.0'), 2]", json!(true)),
        // Lists and macros.
        (
            "steps.session.lines.map(l, l.product)",
            json!(["prod_1", "prod_2"]),
        ),
        (
            "steps.session.lines.filter(l, l.quantity > 1).map(l, l.product)",
            json!(["prod_1"]),
        ),
        (
            "steps.session.lines.map(l, l.quantity > 1, l.product)",
            json!(["prod_1"]),
        ),
        ("steps.session.lines.all(l, l.quantity > 0)", json!(true)),
        (
            "steps.session.lines.exists(l, l.product == 'prod_2')",
            json!(true),
        ),
        (
            "steps.session.lines.exists_one(l, l.quantity == 1)",
            json!(true),
        ),
        (
            "sum(steps.session.lines.map(l, l.amount_total)) == charge.amount",
            json!(true),
        ),
        (
            "sum(flatten(steps.session.lines.map(l, l.taxes.map(t, t.amount))))",
            json!(400),
        ),
        ("'eur' in ['sek', 'eur']", json!(true)),
        ("'plan' in charge.metadata", json!(true)),
        ("[1] + [2, 3]", json!([1, 2, 3])),
        ("[?charge.?customer, ?charge.?id]", json!(["ch_1"])),
        (
            "{'b': 1, 'a': 2, ?'c': charge.?customer}",
            json!({"a": 2, "b": 1}),
        ),
        ("{'b': 1, 'a': 2}.map(k, k)", json!(["a", "b"])),
        // The side that decides does so, whatever the other does.
        ("true || charge.nothing == 1", json!(true)),
        ("charge.nothing == 1 || true", json!(true)),
        ("!(false && charge.nothing == 1)", json!(true)),
        ("[1, 'a'].exists(x, x == 1 || x > 3)", json!(true)),
        // Facts.
        (
            "lookup('items', steps.session.lines[0].product)",
            json!("A100"),
        ),
        ("xref('order', charge.payment_intent)", json!("0000101")),
        ("xref('order', 'pi_9')", json!(null)),
        (
            "date(charge.created, company.books_zone)",
            json!("2026-01-01"),
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(world.value(source), Ok(expected), "{source}");
    }
    assert!(world.value(&format!("{lines}[0].quantity")).is_ok());
}

#[test]
fn what_fails_says_where() {
    let world = world();
    let cases = [
        ("charge.customer", "`charge.customer` is missing"),
        ("charge.shipping.name", "`charge.shipping` is missing"),
        (
            "charge.id.name",
            "`charge.id` is a text, which has no member `name`",
        ),
        (
            "steps.session.lines[9].product",
            "`steps.session.lines[9]` is missing",
        ),
        ("steps.session.lines.map(l, l.sku)", "`l.sku` is missing"),
        ("nobody.id", "there is no `nobody` here"),
        (
            "9223372036854775807 + 1",
            "more digits than a number can hold",
        ),
        (
            "-9223372036854775808 - 1",
            "more digits than a number can hold",
        ),
        (
            "9223372036854775807 * 2",
            "more digits than a number can hold",
        ),
        ("1 / 0", "division by zero"),
        ("steps.order.total / 2", "use div(a, b, scale, mode)"),
        (
            "number('0.00000000000001') * number('0.000000000000001')",
            "more digits",
        ),
        (
            "number('79228162514264337593543950335') + number('0.1')",
            "more digits",
        ),
        ("'a' + 1", "use text(x)"),
        ("1 < 'a'", "does not compare"),
        ("1 && true", "needs true or false"),
        (
            "upper(charge.amount)",
            "upper: `text` must be a text, it is a whole number",
        ),
        (
            "lookup('items', 'prod_9')",
            "the table `items` has no row `prod_9`",
        ),
        (
            "lookup('accounts', 'books').tax",
            "`lookup(…).tax` is missing",
        ),
        ("xref('order', 'pi_9').value()", "is absent"),
        (
            "charge.metadata.filter(k, charge.metadata[k])",
            "needs true or false",
        ),
        ("{'a': 1, 'a': 2}", "twice"),
    ];
    for (source, part) in cases {
        let found = world.value(source).expect_err(source);
        assert!(found.contains(part), "{source}: {found}");
    }
}

#[test]
fn what_is_not_in_the_language_is_refused_with_a_cure() {
    let cases = [
        ("charge.amount * 0.01", "double_literal", "number('0.01')"),
        ("1.5", "double_literal", "number('1.5')"),
        ("charge.customer == null", "null_literal", "has(a.b)"),
        ("1u", "unsupported", "write 1"),
        ("b'abc'", "unsupported", "write a text"),
        ("Money{amount: 1}", "unsupported", "write a map"),
        (
            "charge.?plan == 'x'",
            "optional_unhandled",
            "charge.?plan.orValue",
        ),
        ("upper(charge.?plan)", "optional_unhandled", "orValue"),
        ("xref('order', 'x') == 'y'", "optional_unhandled", "orValue"),
        (
            "uper('a')",
            "unknown_function",
            "did you mean upper(text: text) -> text?",
        ),
        ("double('1')", "unknown_function", "number(value: any)"),
        ("now()", "unknown_function", "no clock"),
        ("optional.of(1)", "unknown_function", "a.?b"),
        ("upper()", "wrong_arguments", "upper(text: text) -> text"),
        ("date(1)", "wrong_arguments", "zone"),
        ("upper(1)", "wrong_type", "upper(text: text) -> text"),
        ("charge.id.matches('(')", "bad_constant", "RE2"),
        (
            "date(charge.created, 'Mars/Olympus')",
            "bad_constant",
            "Europe/Stockholm",
        ),
        ("money(charge.amount, 'euro')", "bad_constant", "ISO 4217"),
        ("has(charge)", "syntax", "has(a.b)"),
        ("a and b", "syntax", "write && for and"),
        ("a = b", "syntax", "compare with =="),
        ("charge.", "syntax", "CEL"),
        ("", "empty", "`=`"),
        (
            "a.map(x, x.map(y, y.map(z, z)))",
            "nested_too_deep",
            "`set` step",
        ),
    ];
    for (source, code, cure) in cases {
        let problems = Formula::compile(source).expect_err(source);
        let found = problems.iter().find(|p| p.code == code);
        let found = found.unwrap_or_else(|| panic!("{source}: {problems:?}"));
        assert!(found.cure.contains(cure), "{source}: {}", found.cure);
        assert!(
            problems
                .iter()
                .all(|p| !p.cure.is_empty() && !p.message.is_empty())
        );
    }
}

#[test]
fn every_problem_is_reported() {
    let problems = Formula::compile("uper('a') + 1.5 + now()").expect_err("three mistakes");
    let codes: Vec<&str> = problems.iter().map(|p| p.code.as_str()).collect();
    assert_eq!(
        codes,
        ["unknown_function", "double_literal", "unknown_function"]
    );
    assert!(
        problems[1].message.ends_with("(character 13)"),
        "{}",
        problems[1].message
    );
}

#[test]
fn facts_are_asked_for_together_and_the_formula_runs_again() {
    let mut world = world();
    world.facts = Facts::default();
    let source = "steps.session.lines.map(l, lookup('items', l.product)) \
                  + [xref('order', charge.id).orValue('')]";
    let formula = Formula::compile(source).expect("it compiles");
    let lookup = |key: &str| Fact::Lookup {
        table: "items".into(),
        key: key.into(),
        at: None,
    };
    let xref = Fact::Xref {
        kind: "order".into(),
        id: "ch_1".into(),
    };
    let needs = BTreeSet::from([lookup("prod_1"), lookup("prod_2"), xref.clone()]);
    assert_eq!(formula.eval(&world.scope()), Err(Stop::Needs(needs)));
    world.facts.insert(lookup("prod_1"), Some(json!("A")));
    world.facts.insert(lookup("prod_2"), None);
    world.facts.insert(xref, None);
    let missing = Stop::MissingRow {
        table: "items".into(),
        key: "prod_2".into(),
        at: None,
    };
    assert_eq!(formula.eval(&world.scope()), Err(missing));
    world.facts.insert(lookup("prod_2"), Some(json!("B")));
    let value = formula.eval(&world.scope()).map(|value| value.to_json());
    assert_eq!(value, Ok(json!(["A", "B", ""])));
}

#[test]
fn a_side_that_lacks_facts_is_asked_before_the_other_fails() {
    let mut world = world();
    world.facts = Facts::default();
    let formula = Formula::compile("charge.nothing == 1 || lookup('flags', 'x')").expect("fine");
    assert!(matches!(formula.eval(&world.scope()), Err(Stop::Needs(_))));
    let fact = Fact::Lookup {
        table: "flags".into(),
        key: "x".into(),
        at: None,
    };
    world.facts.insert(fact, Some(json!(true)));
    assert_eq!(formula.eval(&world.scope()), Ok(Value::Bool(true)));
}

#[test]
fn references_are_listed_as_paths() {
    let cases: [(&str, &[(&str, bool)]); 6] = [
        (
            "charge.billing_details.name",
            &[("charge.billing_details.name", false)],
        ),
        ("has(charge.customer)", &[("charge.customer", true)]),
        (
            "charge.metadata.?plan.orValue('x')",
            &[("charge.metadata.plan", true)],
        ),
        (
            "steps.s.lines.filter(l, l.quantity > 1).map(l, l.amount)",
            &[
                ("steps.s.lines", false),
                ("steps.s.lines[].amount", false),
                ("steps.s.lines[].quantity", false),
            ],
        ),
        (
            "steps.s.lines.map(l, l.taxes.map(t, t.rate + charge.fee))",
            &[
                ("charge.fee", false),
                ("steps.s.lines", false),
                ("steps.s.lines[].taxes", false),
                ("steps.s.lines[].taxes[].rate", false),
            ],
        ),
        (
            "has(charge.customer) ? charge.customer : charge.table[charge.key]",
            &[
                ("charge.customer", false),
                ("charge.key", false),
                ("charge.table[]", false),
            ],
        ),
    ];
    for (source, expected) in cases {
        let formula = Formula::compile(source).expect(source);
        let found: Vec<_> = formula.references();
        let found: Vec<_> = found.iter().map(|p| (p.to_string(), p.optional)).collect();
        let found: Vec<_> = found.iter().map(|(p, o)| (p.as_str(), *o)).collect();
        assert_eq!(found, expected, "{source}");
    }
}

#[test]
fn documents_are_presented_exactly() {
    let plain = |json| Value::from_json(&json, &Shape::plain());
    let value = plain(json!({"a": null, "n": u64::MAX, "f": 0.1, "i": 3, "l": [null, 1]}));
    let value = value.expect("it fits");
    assert!(value.get("a").is_none());
    assert_eq!(
        value.get("n").map(Value::to_json),
        Some(json!("18446744073709551615"))
    );
    assert_eq!(value.get("f").map(Value::to_json), Some(json!("0.1")));
    assert!(matches!(value.get("i"), Some(Value::Int(3))));
    let fault = plain(json!({"rates": [{"r": 0.123_456_789_012_345_68}]})).expect_err("inexact");
    assert!(fault.starts_with("rates[0].r: "), "{fault}");
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    assert!(plain(deep).expect_err("too deep").contains("nested"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let source = "{'z': charge.amount, 'a': steps.session.lines.map(l, {'q': l.quantity, \
                  'p': l.product}), 'm': charge.metadata.map(k, k)}";
    let formula = Formula::compile(source).expect("it compiles");
    let first = formula
        .eval(&world().scope())
        .expect("a value")
        .to_json()
        .to_string();
    for _ in 0..50 {
        let again = Formula::compile(source).expect("it compiles");
        let again = again.eval(&world().scope()).expect("a value");
        assert_eq!(again.to_json().to_string(), first);
    }
}

#[test]
fn inner_names_hide_outer_ones() {
    let company = world().company;
    let outer = Names::from_iter([("a", Value::Int(1)), ("b", Value::Int(2))]);
    let mut inner = Names::within(std::sync::Arc::new(outer));
    inner.set("a", Value::Int(3));
    let facts = Facts::default();
    let scope = Scope {
        names: &inner,
        facts: &facts,
        company: &company,
    };
    let formula = Formula::compile("a * 10 + b").expect("it compiles");
    assert_eq!(formula.eval(&scope), Ok(Value::Int(32)));
    let formula = Formula::compile("[5].map(a, a + b)[0]").expect("it compiles");
    assert_eq!(formula.eval(&scope), Ok(Value::Int(7)));
}
