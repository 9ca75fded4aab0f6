//! Every example in the table of functions is run.

use crate::world::world;
use mapping::functions::{SECTIONS, reference};
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
    let listed = SECTIONS.iter().map(|section| section.functions.len());
    assert_eq!(listed.sum::<usize>(), FUNCTIONS.len());
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

#[test]
fn the_page_names_every_function_and_example() {
    let page = reference::markdown(FunctionTable::standard());
    for function in FUNCTIONS {
        let entry = reference::entry(function);
        assert!(
            page.contains(&entry),
            "{} is not on the page",
            function.name
        );
        for (source, _) in function.examples {
            assert!(entry.contains(source), "{}: {source}", function.name);
        }
    }
    for section in SECTIONS {
        assert!(page.contains(&format!("\n## {}\n", section.title)));
    }
    assert_eq!(page.matches("\n### `").count(), FUNCTIONS.len());
    assert!(!page.contains("## More"), "every function has a section");
}

#[test]
fn a_function_that_a_caller_brings_is_on_the_page_too() {
    const VAT: Function = Function {
        name: "vat",
        signature: "vat(net: number) -> number",
        doc: "The tax on a net amount.",
        examples: &[("vat(100)", "25")],
        run: |_, _| Ok(Value::Int(25)),
    };
    let table = FunctionTable::standard().clone().with(&[VAT]);
    assert!(
        reference::markdown(&table).ends_with(&format!("## More\n\n{}", reference::entry(&VAT)))
    );
    let found = reference::search(&table, "Vat");
    assert!(found.iter().any(|function| function.name == "vat"));
}

#[test]
fn functions_have_examples_of_success_and_fallible_ones_of_failure() {
    let examples = FUNCTIONS.iter().flat_map(|function| function.examples);
    let (wrong, right): (Vec<&(&str, &str)>, Vec<_>) =
        examples.partition(|(_, expected)| expected.starts_with('!'));
    println!(
        "{} functions, {} examples, {} of them errors",
        FUNCTIONS.len(),
        wrong.len() + right.len(),
        wrong.len()
    );
    for function in FUNCTIONS {
        let good = function
            .examples
            .iter()
            .any(|(_, expected)| !expected.starts_with('!'));
        assert!(good, "{} has only errors", function.name);
    }
}

#[test]
fn a_constant_that_can_never_work_is_refused_before_anything_runs() {
    for (source, cure) in [
        ("country('Atlantis')", "SE"),
        ("postal_code(charge.id, 'Narnia')", "SE"),
        ("minor(1, 'EUX')", "EUR"),
        ("minor(charge.id, 'eur', 'nearest')", "half_up"),
        ("add_days('tomorrow', 1)", "2026-01-31"),
        ("format_date(charge.id, 'yyyy')", "YYYYMMDD"),
        ("parse_date(charge.id, 'dd/mm')", "YYYYMMDD"),
        ("parse_number(charge.id, 'klingon')", "en-US"),
        ("sort_by([], 'a', 'down')", "falling"),
        ("sum_by([], 'a..b')", "points"),
        ("extract(charge.id, '[')", "RE2"),
        ("address_for('sap', {})", "m3"),
        ("moment(charge.id, 'Mars/Olympus')", "Europe/Stockholm"),
        ("fiscal_period(charge.id, 1, 'april')", "starts"),
    ] {
        let problems = Formula::compile(source).expect_err(source);
        assert_eq!(problems[0].code, "bad_constant", "{source}");
        assert!(
            problems[0].cure.contains(cure),
            "{source}: {}",
            problems[0].cure
        );
    }
}
