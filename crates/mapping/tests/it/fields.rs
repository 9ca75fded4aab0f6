//! What fits into a field and what does not: before a run, and in it.

use crate::world::world;
use mapping::coercion::Rule;
use mapping::{Coercions, Formula, FunctionTable, Schemas, Stop, Template, Value};
use mapping::{check_against, schema_of, type_of};
use model::Problem;
use serde_json::{Value as Json, json};

/// An order of an ERP, with the kinds of limits that its fields have.
fn order() -> Json {
    json!({
        "type": "object",
        "required": ["customer", "currency", "lines"],
        "additionalProperties": false,
        "properties": {
            "customer": {"type": "string", "maxLength": 10, "minLength": 1},
            "name": {"type": ["string", "null"], "maxLength": 36},
            "currency": {"type": "string", "format": "currency", "maxLength": 3},
            "date": {"type": "string", "format": "date"},
            "day": {"type": "string", "format": "date-basic"},
            "reference": {"type": "string", "pattern": "^ST[0-9A-Z]+$"},
            "priority": {"type": "integer", "minimum": 1, "maximum": 9},
            "urgent": {"type": "boolean"},
            "total": {"type": "string", "format": "decimal", "scale": 2, "precision": 15},
            "rate": {"type": "string", "format": "decimal"},
            "terms": {"oneOf": [
                {"type": "string", "const": "N30", "description": "thirty days"},
                {"type": "string", "const": "N00", "description": "at once"},
            ]},
            "status": {"type": "string", "enum": ["open", "held"]},
            "address": {"anyOf": [{"$ref": "#/$defs/Address"}, {"type": "null"}]},
            "lines": {"type": "array", "minItems": 1, "maxItems": 3,
                      "items": {"$ref": "#/$defs/Line"}},
            "notes": {"type": "object", "additionalProperties": {"type": "string"}},
            "either": {"type": ["string", "integer"]},
        },
        "$defs": {
            "Address": {
                "type": "object", "required": ["lines"], "additionalProperties": false,
                "properties": {
                    "lines": {"type": "array", "maxItems": 4,
                              "items": {"type": "string", "maxLength": 36}},
                    "country": {"type": "string", "maxLength": 2},
                },
            },
            "Line": {
                "type": "object", "required": ["item", "quantity"],
                "additionalProperties": false,
                "properties": {
                    "item": {"type": "string", "maxLength": 15},
                    "quantity": {"type": "string", "format": "decimal"},
                    "text": {"type": ["string", "null"], "maxLength": 30},
                },
            },
        },
    })
}

fn schemas() -> Schemas {
    let mut schemas = Schemas::new();
    schemas.set(
        "charge",
        json!({
            "type": "object",
            "required": ["id", "amount", "currency", "created", "paid", "method", "when", "zip",
                         "shortname", "lines"],
            "properties": {
                "id": {"type": "string"},
                "amount": {"type": "integer"},
                "total": {"type": "string", "format": "decimal"},
                "currency": {"type": "string", "pattern": "^[a-z]{3}$"},
                "created": {"type": "integer"},
                "paid": {"type": "boolean"},
                "customer": {"type": ["string", "null"]},
                "method": {"type": "string", "enum": ["card", "open", "held"]},
                "state": {"type": "string", "enum": ["open", "held"]},
                "when": {"type": "string", "format": "date"},
                "zip": {"type": "string"},
                "shortname": {"type": "string", "maxLength": 9},
                "lines": {"type": "array", "items": {
                    "type": "object", "required": ["sku", "count"],
                    "properties": {
                        "sku": {"type": "string", "maxLength": 15},
                        "count": {"type": "integer"},
                        "label": {"type": "string"},
                    },
                }},
            },
        }),
    );
    schemas.set_lookup("items", json!({"type": "string", "maxLength": 15}));
    schemas.set_lookup(
        "terms",
        json!({"type": "object", "required": ["code"], "properties": {
            "code": {"type": "string", "enum": ["N30", "N00"]}}}),
    );
    schemas
}

fn problems_of(template: &Json, coercions: Coercions) -> Vec<Problem> {
    let table = FunctionTable::standard();
    let (template, problems) = Template::compile_for(template, "with", table, &order(), coercions);
    assert_eq!(problems, [], "{template:?}");
    check_against(&template, "with", &schemas(), &order()).problems
}

/// The problems of one field of an order that is right apart from it: `code` or `code?` for a
/// warning, and the cure.
fn field(name: &str, value: &Json) -> Vec<(String, String)> {
    let mut template = json!({
        "customer": "C1", "currency": "EUR", "lines": [{"item": "A", "quantity": 1}],
    });
    template[name] = value.clone();
    let found = problems_of(&template, Coercions::all());
    let at = format!("with.{name}");
    found
        .into_iter()
        .map(|p| {
            assert!(p.path.starts_with(&at), "{p}");
            assert!(!p.cure.is_empty(), "{p}");
            let warning = if p.is_error() { "" } else { "?" };
            (format!("{}{warning}", p.code), p.cure)
        })
        .collect()
}

#[test]
fn what_fits_has_no_problem() {
    for (name, value) in [
        ("customer", json!("C000000001")),
        ("customer", json!("=charge.shortname")),
        ("customer", json!("=truncate(charge.id, 10)")),
        ("customer", json!("=charge.id.substring(3, 13)")),
        ("customer", json!("='C' + charge.shortname")),
        ("customer", json!("=text(charge.lines.size() > 3)")),
        ("customer", json!("=has(charge.customer) ? 'A' : 'GUEST'")),
        ("customer", json!("=charge.?state.orValue('none')")),
        ("customer", json!("=split_lines(charge.id, 10)[0]")),
        (
            "customer",
            json!("=charge.id.size() <= 10 ? charge.id : truncate(charge.id, 10)"),
        ),
        (
            "customer",
            json!("=!(size(charge.id) > 10 || charge.paid) ? charge.id : 'x'"),
        ),
        (
            "name",
            json!("=first([?charge.?customer].filter(c, c.size() <= 36))"),
        ),
        ("name", json!("=charge.?state")),
        ("name", json!(null)),
        ("currency", json!("=upper(charge.currency)")),
        ("currency", json!("sek")),
        ("date", json!("=date(charge.created, 'UTC')")),
        ("date", json!("2026-02-28")),
        ("date", json!("=charge.zip")),
        ("day", json!("=date(charge.created, 'UTC')")),
        ("day", json!("=charge.when")),
        ("day", json!("20260228")),
        ("day", json!("2026-02-28")),
        ("reference", json!("ST01AB")),
        ("priority", json!(3)),
        ("priority", json!("=charge.amount")),
        ("priority", json!("5")),
        ("urgent", json!("=charge.paid && charge.amount > 5")),
        ("total", json!("=money(charge.amount, 'EUR')")),
        ("total", json!("=charge.amount")),
        ("total", json!("12.50")),
        (
            "total",
            json!("=round(charge.?total.orValue(0), 2, 'half_up')"),
        ),
        ("rate", json!("=charge.?total.orValue(1)")),
        ("terms", json!("N30")),
        ("terms", json!("=lookup('terms', charge.id).code")),
        ("terms", json!("=charge.paid ? 'N00' : 'N30'")),
        ("status", json!("=charge.?state")),
        (
            "address",
            json!({"lines": ["A", "=truncate(charge.id, 36)"], "country": "SE"}),
        ),
        ("address", json!("=address({})")),
        (
            "address",
            json!(
                "={'lines': ['x'], ?'country': charge.?state}.lines == [] ? {'lines': []} : {'lines': ['a']}"
            ),
        ),
        (
            "lines",
            json!({"each": "=charge.lines", "as": "l", "to": {
            "item": "=lookup('items', l.sku)", "quantity": "=l.count"}}),
        ),
        (
            "lines",
            json!("=charge.lines.map(l, {'item': l.sku, 'quantity': l.count})"),
        ),
        ("notes", json!({"anything": "x", "more": "=charge.id"})),
        ("either", json!("=charge.id")),
        ("either", json!("=charge.amount")),
        ("either", json!("007")),
    ] {
        assert_eq!(field(name, &value), [], "{name}: {value}");
    }
}

#[test]
fn what_does_not_fit_says_so_with_a_cure() {
    let thirty = "x".repeat(31);
    for (name, value, expected) in [
        ("customer", json!("C0000000012"), "too_long: shorten it"),
        ("customer", json!(""), "too_short: write a text"),
        ("customer", json!("=''"), "too_short"),
        (
            "customer",
            json!("=charge.id"),
            "may_be_too_long?: cut it on purpose: truncate(charge.id, 10)",
        ),
        (
            "customer",
            json!("=upper(charge.shortname)"),
            "may_be_too_long?",
        ),
        (
            "customer",
            json!("=charge.shortname + charge.shortname"),
            "may_be_too_long?",
        ),
        (
            "customer",
            json!("=charge.paid ? 'A' : 'ABCDEFGHIJKLM'"),
            "too_long",
        ),
        (
            "customer",
            json!("=charge.?customer"),
            "maybe_missing: say what to use instead: charge.?customer.orValue(…)",
        ),
        ("customer", json!(null), "missing_field"),
        (
            "customer",
            json!("=charge.paid"),
            "type_mismatch: say the words: charge.paid ? 'Y' : 'N'",
        ),
        (
            "customer",
            json!("=charge.lines"),
            "type_mismatch: make one text of it: join(charge.lines, ', ')",
        ),
        ("customer", json!(["a"]), "type_mismatch"),
        ("customer", json!("=charge.amount"), "may_be_too_long?"),
        ("currency", json!("EURO"), "too_long"),
        (
            "currency",
            json!("EU1"),
            "bad_currency: use the code of ISO 4217",
        ),
        (
            "date",
            json!("=charge.created"),
            "type_mismatch: make a date of unix seconds: date(charge.created, company.books_zone)",
        ),
        (
            "date",
            json!("31.12.2026"),
            "bad_date: write it as YYYY-MM-DD",
        ),
        ("date", json!("2026-02-30"), "bad_date"),
        ("date", json!("=charge.shortname"), "bad_date"),
        ("day", json!("2026-2-3"), "bad_date"),
        ("reference", json!("XT01"), "pattern_mismatch"),
        (
            "priority",
            json!("007"),
            "type_mismatch: if it is a number, say so: int(…)",
        ),
        ("priority", json!("1,5"), "type_mismatch"),
        (
            "priority",
            json!("=charge.?total.orValue(1)"),
            "type_mismatch: say how it is rounded: int(round(",
        ),
        (
            "priority",
            json!(12),
            "out_of_range: write a number from 1 to 9",
        ),
        (
            "priority",
            json!("=charge.paid"),
            "type_mismatch: say the numbers: charge.paid ? 1 : 0",
        ),
        ("priority", json!("=charge.when"), "type_mismatch"),
        (
            "urgent",
            json!("=charge.id"),
            "type_mismatch: compare it: charge.id == 'true'",
        ),
        ("urgent", json!(1), "type_mismatch"),
        ("total", json!("1.234"), "too_many_decimals"),
        (
            "total",
            json!("=money(charge.amount, 'KWD')"),
            "may_have_more_decimals?: say how it is rounded: round(money(charge.amount, 'KWD'), 2, 'half_up')",
        ),
        (
            "total",
            json!("=charge.?total.orValue(0)"),
            "may_have_more_decimals?",
        ),
        ("terms", json!("N31"), "not_listed: did you mean `N30`?"),
        (
            "terms",
            json!("=charge.id"),
            "may_not_be_listed?: map it: lookup(",
        ),
        ("status", json!("=charge.method"), "not_listed?"),
        (
            "status",
            json!("=lookup('terms', charge.id).code"),
            "not_listed",
        ),
        (
            "address",
            json!({"country": "SE"}),
            "missing_field: add `lines:`",
        ),
        (
            "address",
            json!({"lines": [], "contry": "SE"}),
            "unknown_field: did you mean `country`?",
        ),
        (
            "address",
            json!({"lines": ["a", "b", "c", "d", "e"]}),
            "too_many_items",
        ),
        (
            "address",
            json!({"lines": [thirty + "1234567"]}),
            "too_long",
        ),
        (
            "address",
            json!("={'lines': ['a'], 'contry': 'SE'}"),
            "unknown_field: did you mean `country`?",
        ),
        (
            "address",
            json!("={'country': 'SE'}"),
            "missing_field: build the map with `lines`",
        ),
        ("lines", json!([]), "too_few_items"),
        (
            "lines",
            json!({"each": "=charge.lines", "as": "l", "to": {"item": "=l.sku"}}),
            "missing_field: add `quantity:`",
        ),
        (
            "lines",
            json!({"each": "=charge.lines", "as": "l", "to": {
            "item": "=l.sku", "quantity": "=l.count", "text": "=l.?label"}}),
            "may_be_too_long?",
        ),
        (
            "lines",
            json!({"each": "=charge.lines", "as": "l", "to": {
            "item": "=l.sku", "quantity": "=l.count", "txt": "a"}}),
            "unknown_field: did you mean `text`?",
        ),
        ("lines", json!("=charge.lines"), "missing_field"),
        (
            "lines",
            json!("=charge.lines.map(l, l.sku)"),
            "type_mismatch: make a map of it",
        ),
        (
            "lines",
            json!("=charge.lines.map(l, {'item': l.sku, 'quantity': l.paid})"),
            "unknown_path",
        ),
        ("notes", json!({"a": "=charge.lines"}), "type_mismatch"),
        ("either", json!("=charge.paid"), "type_mismatch"),
    ] {
        let found = field(name, &value);
        let shown: Vec<String> = found
            .iter()
            .map(|(c, cure)| format!("{c}: {cure}"))
            .collect();
        assert!(
            shown
                .first()
                .is_some_and(|first| first.starts_with(expected)),
            "{name}: {value}: {shown:#?}"
        );
    }
}

#[test]
fn required_and_unknown_fields_are_named_all_at_once() {
    let found = problems_of(
        &json!({"curency": "EUR", "lines": "=charge.lines"}),
        Coercions::all(),
    );
    let found: Vec<String> = found
        .iter()
        .map(|p| format!("{} {}", p.path, p.code))
        .collect();
    assert_eq!(
        found,
        [
            "with.currency missing_field",
            "with.customer missing_field",
            "with.curency unknown_field",
            "with.lines missing_field",
            "with.lines missing_field",
            "with.lines unknown_field",
            "with.lines unknown_field",
            "with.lines unknown_field",
        ]
    );
}

#[test]
fn lookup_tables_are_known() {
    let check = |source: &str| {
        let formula = Formula::compile(source).expect(source);
        let found = mapping::check(&formula, "x", &schemas());
        found
            .iter()
            .map(|p| format!("{}: {}", p.code, p.cure))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        check("lookup('item', charge.id)"),
        ["unknown_table: did you mean `items`?"]
    );
    assert_eq!(
        check("lookup('terms', 'x').cod"),
        ["unknown_path: did you mean `code`?"]
    );
    assert_eq!(check("lookup('terms', 'x').code + 1").len(), 1);
    assert_eq!(
        check("charge.method == 'crd'"),
        ["never_equal: did you mean 'card'? It is one of: card, open, held"]
    );
}

#[test]
fn types_are_shown() {
    for (source, expected) in [
        ("charge.id", "a text"),
        ("charge.shortname", "a text of at most 9 characters"),
        ("charge.?customer", "a text that may be absent"),
        ("charge.amount + 1", "a whole number"),
        ("charge.?total.orValue(0) * 2", "a number"),
        ("date(charge.created, 'UTC')", "a date (YYYY-MM-DD)"),
        ("upper(charge.currency)", "a text of at most 3 characters"),
        ("charge.lines.map(l, l.sku)", "a list"),
        ("charge.lines[0]", "a map"),
        ("charge.paid && true", "true or false"),
        ("charge.paid ? 1 : 'x'", "a value"),
        ("lookup('items', 'x')", "a text of at most 15 characters"),
        ("sum(charge.lines.map(l, l.count))", "a whole number"),
    ] {
        let formula = Formula::compile(source).expect(source);
        assert_eq!(
            type_of(&formula, &schemas()).to_string(),
            expected,
            "{source}"
        );
    }
    let formula = Formula::compile("charge.lines.map(l, {'a': l.sku, ?'b': l.?label})");
    let shown = type_of(&formula.expect("it compiles"), &schemas());
    let item = &shown.schema["items"];
    assert_eq!(item["required"], json!(["a"]));
    assert_eq!(
        item["properties"]["a"],
        json!({"type": "string", "maxLength": 15})
    );
}

#[test]
fn what_a_template_gives_is_known_later() {
    let template = json!({"n": "=charge.amount", "lines": {"each": "=charge.lines", "as": "l",
        "to": {"item": "=l.sku"}}, "maybe": "=charge.?customer"});
    let (broken, _) = Template::compile(&json!({"n": "=1.5"}), "");
    assert_eq!(schema_of(&broken, &schemas()), json!(true));
    let (template, _) = Template::compile(&template, "");
    let schema = schema_of(&template, &schemas());
    assert_eq!(schema["required"], json!(["lines", "n"]));
    let item = &schema["properties"]["lines"]["items"]["properties"]["item"];
    assert_eq!(*item, json!({"type": "string", "maxLength": 15}));
}

/// The result of one field, or the code and message of what it stops with.
fn filled(target: &Json, value: &Json, coercions: Coercions) -> Result<Json, String> {
    let mut world = world();
    let shape = mapping::Shape::plain();
    world
        .names
        .set("value", Value::from_json(value, &shape).expect("it fits"));
    let template = json!({"f": "=value"});
    let target = json!({"type": "object", "properties": {"f": target}});
    let table = FunctionTable::standard();
    let (template, problems) = Template::compile_for(&template, "", table, &target, coercions);
    assert_eq!(problems, []);
    match template.eval(&world.scope()) {
        Ok(value) => Ok(value["f"].clone()),
        Err(failure) => {
            assert!(matches!(failure.stop, Stop::Mismatch { .. }), "{failure}");
            Err(failure.to_string())
        }
    }
}

#[test]
fn values_are_converted_by_the_list_and_by_nothing_else() {
    let text = json!({"type": "string"});
    let int = json!({"type": "integer"});
    let decimal = json!({"type": "string", "format": "decimal"});
    let basic = json!({"type": "string", "format": "date-basic"});
    let date = json!({"type": "string", "format": "date"});
    let list = json!({"type": "array", "items": {"type": "object",
        "properties": {"n": {"type": "integer"}}}});
    for (target, value, expected) in [
        (&text, json!("007"), Ok(json!("007"))),
        (&text, json!(12), Ok(json!("12"))),
        (
            &text,
            json!(true),
            Err("f: true or false stands where a text is due; say the words"),
        ),
        (
            &text,
            json!({"a": 1}),
            Err("f: a map stands where a text is due; name a member of it"),
        ),
        (&int, json!("42"), Ok(json!(42))),
        (&int, json!("-42"), Ok(json!(-42))),
        (
            &int,
            json!("007"),
            Err("f: `007` would lose its leading zeros as a number"),
        ),
        (
            &int,
            json!("+46701234567"),
            Err("f: `+46701234567` is no plain number"),
        ),
        (&int, json!("4.0"), Err("f: `4.0` is not whole")),
        (
            &int,
            json!(true),
            Err("f: true or false stands where a whole number is due"),
        ),
        (&decimal, json!("12.30"), Ok(json!("12.30"))),
        (&decimal, json!(12), Ok(json!("12"))),
        (
            &decimal,
            json!("1.234,56"),
            Err("f: `1.234,56` is no plain number"),
        ),
        (&basic, json!("2026-02-28"), Ok(json!("20260228"))),
        (&basic, json!("20260228"), Ok(json!("20260228"))),
        (
            &basic,
            json!("28/02/2026"),
            Err("f: `28/02/2026` is no date"),
        ),
        (&date, json!("2026-02-28"), Ok(json!("2026-02-28"))),
        (
            &date,
            json!("2026-02-30"),
            Err("f: `2026-02-30` is no date"),
        ),
        (
            &date,
            json!(1_767_225_599),
            Err("f: a whole number stands where a text is due"),
        ),
        (
            &list,
            json!([{"n": "1"}, {"n": 2, "o": "x"}]),
            Ok(json!([{"n": 1}, {"n": 2, "o": "x"}])),
        ),
        (
            &list,
            json!([{"n": 1}, {"n": "x"}]),
            Err("f[1].n: `x` is no plain number"),
        ),
        (
            &list,
            json!("x"),
            Err("f: a text stands where a list is due; make a list of it"),
        ),
        (
            &json!({"type": ["string", "integer"]}),
            json!("12"),
            Ok(json!("12")),
        ),
        (
            &json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}),
            json!("12"),
            Ok(json!(12)),
        ),
        (&json!({}), json!("12"), Ok(json!("12"))),
    ] {
        let found = filled(target, &value, Coercions::all());
        match (&found, &expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{target} {value}"),
            (Err(found), Err(start)) => assert!(found.starts_with(start), "{found}"),
            _ => panic!("{target} {value}: {found:?}, not {expected:?}"),
        }
    }
}

#[test]
fn each_conversion_is_switched_off_by_name() {
    let cases = [
        (Rule::TextToNumber, json!({"type": "integer"}), json!("42")),
        (Rule::NumberToText, json!({"type": "string"}), json!(42)),
        (
            Rule::DateToBasic,
            json!({"type": "string", "format": "date-basic"}),
            json!("2026-01-31"),
        ),
        (
            Rule::IntegerToDecimal,
            json!({"type": "string", "format": "decimal"}),
            json!(42),
        ),
    ];
    for (rule, target, value) in cases {
        for other in Rule::ALL {
            let found = filled(&target, &value, Coercions::all().without(other));
            assert_eq!(
                found.is_ok(),
                other != rule,
                "{rule} without {other}: {found:?}"
            );
        }
        assert!(filled(&target, &value, Coercions::none()).is_err());
    }
    let off = problems_of(
        &json!({"customer": "=charge.amount", "currency": "EUR",
            "lines": [{"item": "A", "quantity": 1}]}),
        Coercions::none(),
    );
    let off: Vec<String> = off.iter().map(ToString::to_string).collect();
    assert_eq!(
        off,
        [
            "error: with.customer: a whole number stands where a text is due (the conversion \
         `number_to_text` is switched off) [type_mismatch]\n  cure: make a text of it: \
         text(charge.amount)",
            "error: with.lines[0].quantity: a whole number stands where a decimal is due (the \
         conversion `integer_to_decimal` is switched off) [type_mismatch]\n  cure: make a decimal \
         of it: round(…, 0, 'down')",
        ]
    );
}

#[test]
fn a_step_says_which_conversions_it_makes() {
    let template = json!({
        "customer": "=truncate(charge.id, 10)", "currency": "EUR", "day": "=charge.when",
        "name": "=xref('a', 'b')",
        "lines": {"each": "=charge.lines", "as": "l", "to": {
            "item": "=l.count", "quantity": "=l.count"}},
    });
    let table = FunctionTable::standard();
    let coercions = Coercions::all();
    let (template, _) = Template::compile_for(&template, "with", table, &order(), coercions);
    let found = check_against(&template, "with", &schemas(), &order()).coercions;
    let found: Vec<String> = found
        .iter()
        .map(|c| {
            format!(
                "{}: {} → {}{}",
                c.path,
                c.from,
                c.to,
                if c.certain { "" } else { "?" }
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "with.day: a date as YYYY-MM-DD → a date as YYYYMMDD",
            "with.name: a number → a text?",
            "with.lines.to.item: a number → a text",
            "with.lines.to.quantity: a whole number → a decimal",
        ]
    );
}

#[test]
fn a_flow_says_which_conversions_are_on() {
    assert_eq!(Coercions::read(&json!("off"), "p"), Ok(Coercions::none()));
    let only = Coercions::read(&json!(["number_to_text"]), "p");
    assert_eq!(only, Ok(Coercions::none().with(Rule::NumberToText)));
    let wrong = Coercions::read(&json!(["number_to_txt"]), "p").expect_err("unknown");
    assert_eq!(wrong[0].path, "p[0]");
    assert!(Coercions::read(&json!(3), "p").is_err());
}

#[test]
fn a_schema_that_comes_back_is_compared_wherever_it_stands() {
    let tree = |kind: &str| {
        json!({
            "type": "object", "required": ["left", "right"],
            "properties": {"left": {"$ref": "#/$defs/Node"}, "right": {"$ref": "#/$defs/Node"}},
            "$defs": {"Node": {"type": "object", "required": ["value"], "properties": {
                "value": {"type": kind}, "child": {"$ref": "#/$defs/Node"}}}},
        })
    };
    let mut schemas = Schemas::new();
    schemas.set("tree", tree("boolean"));
    let (template, _) = Template::compile(&json!("=tree"), "x");
    let found = check_against(&template, "x", &schemas, &tree("integer")).problems;
    let found: Vec<&str> = found.iter().map(|p| p.message.as_str()).collect();
    assert!(
        found.iter().any(|m| m.starts_with("in `left.value`"))
            && found.iter().any(|m| m.starts_with("in `right.value`")),
        "{found:#?}"
    );
    assert_eq!(
        check_against(&template, "x", &schemas, &tree("boolean")).problems,
        []
    );
}
