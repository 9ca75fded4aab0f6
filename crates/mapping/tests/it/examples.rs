//! Every example in the table of functions is run.

use crate::world::world;
use mapping::FUNCTIONS;
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
