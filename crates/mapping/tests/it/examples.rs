//! Every example in the table of functions is run.

use crate::world::world;
use mapping::{FUNCTIONS, Formula, Function, FunctionTable, Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::collections::BTreeSet;

#[test]
fn examples_hold() {
    let world = world();
    let mut wrong = Vec::new();
    for function in FUNCTIONS {
        assert!(!function.doc.is_empty(), "{} has no doc", function.name);
        assert!(
            !function.examples.is_empty(),
            "{} has no example",
            function.name
        );
        for (source, expected) in function.examples {
            let found = world.value(source);
            let holds = match (expected.strip_prefix('!'), &found) {
                (Some(part), Err(message)) => message.contains(part),
                (None, Ok(value)) => {
                    *value == serde_json::from_str::<Json>(expected).expect("examples are JSON")
                }
                _ => false,
            };
            if !holds {
                wrong.push(format!("{source} gave {found:?}, not {expected}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn signatures_name_their_function_and_no_name_is_taken_twice() {
    let mut names = BTreeSet::new();
    for function in FUNCTIONS {
        assert!(
            function
                .signature
                .starts_with(&format!("{}(", function.name))
        );
        assert!(
            names.insert(function.name),
            "{} is there twice",
            function.name
        );
    }
}

#[test]
fn a_caller_brings_functions_of_its_own() {
    const VAT: Function = Function {
        name: "vat",
        signature: "vat(net: number, country?: text) -> number",
        doc: "The tax on a net amount.",
        examples: &[("vat(100)", "\"25.00\"")],
        run: |a, scope| {
            let rate = if scope.company.currency == "SEK" {
                25
            } else {
                0
            };
            let net = a[0].as_decimal().unwrap_or_default();
            Ok(Value::from(net * Decimal::new(rate, 2)))
        },
    };
    let table = FunctionTable::standard().clone().with(&[VAT]);
    let formula = Formula::compile_with("upper('x') + text(vat(100))", &table).expect("known");
    let value = formula.eval(&world().scope()).map(|value| value.to_json());
    assert_eq!(value, Ok(Json::from("X25.00")));
    let problems = Formula::compile_with("vat('100')", &table).expect_err("no number");
    assert_eq!(problems[0].code, "wrong_type");
    assert!(
        Formula::compile("vat(100)").is_err(),
        "the language's own table is unchanged"
    );
}
