//! What is known to be wrong before a formula runs.

use mapping::{Formula, Schemas, Template, check, check_template};
use serde_json::json;

fn schemas() -> Schemas {
    let mut schemas = Schemas::new();
    schemas.set(
        "charge",
        json!({
            "type": "object",
            "required": ["id", "amount", "currency", "metadata", "billing_details", "refunds"],
            "properties": {
                "id": {"type": "string"},
                "amount": {"type": "integer"},
                "currency": {"type": "string"},
                "customer": {"type": ["string", "null"]},
                "total": {"type": "string", "format": "decimal"},
                "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
                "billing_details": {"$ref": "#/$defs/Details"},
                "shipping": {"anyOf": [{"$ref": "#/$defs/Details"}, {"type": "null"}]},
                "refunds": {"type": "array", "items": {"$ref": "#/$defs/Refund"}},
                "anything": {},
            },
            "$defs": {
                "Details": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {"name": {"type": "string"}, "phone": {"type": "string"}},
                },
                "Refund": {
                    "type": "object",
                    "required": ["amount"],
                    "properties": {"amount": {"type": "integer"}, "reason": {"type": "string"}},
                },
            },
        }),
    );
    schemas.set("company", json!(true));
    schemas
}

fn codes(source: &str) -> Vec<String> {
    let formula = Formula::compile(source).unwrap_or_else(|p| panic!("{source}: {p:?}"));
    let problems = check(&formula, "x", &schemas());
    assert!(
        problems.iter().all(|p| p.path == "x" && !p.cure.is_empty()),
        "{problems:?}"
    );
    problems.into_iter().map(|p| p.code).collect()
}

#[test]
fn amounts_of_two_currencies_are_not_added() {
    let told = |source: &str| {
        let formula = Formula::compile(source).expect("a formula");
        let problems = check(&formula, "x", &schemas());
        let told = problems.iter().map(|p| (p.code.clone(), p.is_error()));
        told.collect::<Vec<_>>()
    };
    let two = |is_error| vec![("two_currencies".to_owned(), is_error)];
    let sure = "money(charge.amount, 'EUR') + money(charge.amount, 'usd')";
    assert_eq!(told(sure), two(true));
    let nested = "money(1, 'EUR') - (money(2, 'EUR') + money(3, 'JPY'))";
    assert_eq!(told(nested), two(true));
    let perhaps = "money(1, charge.currency) + money(2, 'EUR')";
    assert_eq!(told(perhaps), two(false));
    let one = "money(1, charge.currency) - money(2, charge.currency)";
    assert_eq!(told(one), []);
    assert_eq!(told("money(1, 'EUR') * 2 + money(2, 'eur')"), []);
}

#[test]
fn sound_formulas_have_no_problem() {
    for source in [
        "charge.id",
        "charge.billing_details.name",
        "charge.?customer",
        "charge.?customer.orValue('')",
        "charge.?shipping.name.orValue('')",
        "has(charge.customer) ? charge.customer : 'GUEST'",
        "has(charge.customer) && charge.customer == 'cus_1'",
        "!has(charge.customer) || charge.customer == 'cus_1'",
        "has(charge.shipping) && has(charge.shipping.phone) ? charge.shipping.phone : ''",
        "is_null(charge.?customer) ? '' : charge.customer",
        "charge.metadata.?plan.orValue('') == 'x'",
        "charge.refunds.map(r, r.amount)",
        "charge.refunds.filter(r, has(r.reason)).map(r, r.amount)",
        "charge.refunds.map(r, has(r.reason), r.reason)",
        "sum(charge.refunds.map(r, r.amount)) > 5",
        "charge.?anything.goes.here.orValue(1)",
        "company.whatever.it_is",
        "charge.amount * 2 + 1",
        "charge.?total.orValue(0) + 1",
        "'id' in charge",
    ] {
        assert_eq!(codes(source), Vec::<String>::new(), "{source}");
    }
}

#[test]
fn unsound_formulas_have_the_problem_that_they_should() {
    for (source, code) in [
        ("chargge.id", "unknown_name"),
        ("charge.ammount", "unknown_path"),
        ("charge.billing_details.nam", "unknown_path"),
        ("charge.refunds.map(r, r.amout)", "unknown_path"),
        ("charge.refunds[0].amout", "unknown_path"),
        ("has(charge.costumer)", "unknown_path"),
        ("charge.id.name", "unknown_path"),
        ("charge.customer", "maybe_missing"),
        ("charge.shipping.name", "maybe_missing"),
        ("charge.metadata.plan", "maybe_missing"),
        (
            "has(charge.customer) || charge.customer == ''",
            "maybe_missing",
        ),
        (
            "has(charge.customer) ? 1 : charge.customer.size()",
            "maybe_missing",
        ),
        ("charge.refunds.map(r, r.reason)", "maybe_missing"),
        ("upper(charge.amount)", "wrong_type"),
        ("charge.id + charge.amount", "wrong_type"),
        ("charge.id > 5", "wrong_type"),
        ("charge.id == 5", "wrong_type"),
        ("charge.id.map(x, x)", "wrong_type"),
        (
            "(has(charge.total) ? charge.total : 0) + charge.id",
            "wrong_type",
        ),
    ] {
        let found = codes(source);
        let expected = source.contains("? charge.total : 0");
        assert!(
            found == [code] || (expected && found.is_empty()),
            "{source}: {found:?}"
        );
    }
}

#[test]
fn a_cure_names_what_was_meant() {
    let cure = |source: &str| {
        let formula = Formula::compile(source).expect(source);
        check(&formula, "x", &schemas()).remove(0).cure
    };
    assert_eq!(cure("chargge.id"), "did you mean `charge`?");
    assert_eq!(cure("charge.ammount"), "did you mean `amount`?");
    assert_eq!(
        cure("charge.customer"),
        "ask has(charge.customer) first, or write charge.?customer.orValue(…)"
    );
}

#[test]
fn a_condition_that_holds_is_known() {
    let mut schemas = schemas();
    let formula = Formula::compile("charge.customer").expect("it compiles");
    assert_eq!(check(&formula, "x", &schemas).len(), 1);
    schemas.assume(&Formula::compile("has(charge.customer) && true").expect("it compiles"));
    assert_eq!(check(&formula, "x", &schemas), []);
}

#[test]
fn templates_are_checked_with_their_variables() {
    let template = json!({
        "ok": {"each": "=charge.refunds", "as": "r", "to": {"a": "=r.amount"}},
        "bad": {"each": "=charge.refunds", "as": "r", "to": {"a": "=r.amout", "b": "=r.reason"}},
        "none": {"each": "=charge.amount", "as": "r", "to": 1},
    });
    let (template, problems) = Template::compile(&template, "with");
    assert_eq!(problems, []);
    let problems = check_template(&template, "with", &schemas());
    let found: Vec<_> = problems
        .iter()
        .map(|p| (p.path.as_str(), p.code.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("with.bad.to.a", "unknown_path"),
            ("with.bad.to.b", "maybe_missing"),
            ("with.none.each", "wrong_type"),
        ]
    );
}

#[test]
fn every_example_function_is_in_the_table() {
    let table = mapping::FunctionTable::standard();
    assert_eq!(table.iter().count(), mapping::FUNCTIONS.len());
}
