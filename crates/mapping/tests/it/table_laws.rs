//! Laws of tables that hold for every input. The generator has a fixed seed: a failure repeats.

use mapping::rules::{RuleTable, Unpicked, ties};
use mapping::table::timeline::{Missing, apply, diff};
use mapping::table::{Point, TableDefinition, day, sheet};
use mapping::value_map;
use model::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value as Json, json};

fn holds<S: Strategy>(cases: u32, strategy: &S, law: impl Fn(S::Value)) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let done = runner.run(strategy, |value| {
        law(value);
        Ok(())
    });
    done.unwrap_or_else(|error| panic!("{error}"));
}

fn definition(json: Json) -> TableDefinition {
    serde_json::from_value(json).expect("a definition")
}

/// Texts with all that is hard in a file.
fn text() -> impl Strategy<Value = String> {
    "[a0,;\"' =\n\ré\u{feff}-]{1,6}"
}

#[test]
fn what_is_written_is_read_back_and_written_the_same() {
    let definition = definition(json!({
        "keys": [{"name": "one"}, {"name": "two"}],
        "columns": [{"name": "a"}, {"name": "b"}],
    }));
    let point = (
        (text(), text()),
        0_u8..6,
        prop::option::of((prop::option::of(text()), prop::option::of(text()))),
    );
    holds(150, &prop::collection::vec(point, 0..12), |given| {
        let mut points: Vec<Point> = Vec::new();
        for ((one, two), day, cells) in given {
            let key = mapping::table::key::text(&[one, two]);
            // A day, or a moment within one.
            let from = Timestamp(i64::from(day) * 43_200_000_000);
            if points.iter().any(|p| p.key == key && p.from == from) {
                continue;
            }
            let value = cells.map(|(a, b)| {
                let cells = [("a", a), ("b", b)].into_iter();
                let cells = cells.filter_map(|(name, cell)| Some((name.to_owned(), json!(cell?))));
                Json::Object(cells.collect::<Map<String, Json>>())
            });
            points.push(Point { key, from, value });
        }
        points.sort_by(|a, b| (&a.key, a.from).cmp(&(&b.key, b.from)));
        for delimiter in [b',', b';'] {
            let file = sheet::write(&definition, &points, delimiter);
            let rows = sheet::read(&definition, &file, sheet::Limits::IMPORT)
                .unwrap_or_else(|p| panic!("{p:?}"));
            assert_eq!(diff(&points, &rows, Missing::Keep).changes, []);
            let again = apply(&[], &diff(&[], &rows, Missing::Keep).changes);
            assert_eq!(sheet::write(&definition, &again, delimiter), file);
        }
    });
}

#[test]
fn rules_without_ties_always_have_one_answer_and_it_is_the_first_that_holds() {
    let definition = definition(json!({
        "kind": "rules",
        "conditions": [{"name": "product"}, {"name": "amount", "type": "decimal"}],
        "columns": [{"name": "account"}],
    }));
    let product = prop::sample::select(vec!["", "a", "b", "a|b", "a*", "ab", "ab*|b"]);
    let amount = prop::sample::select(vec!["", "1", "1|3", "..2", "..<2", "2..", "2..3", "1.5"]);
    let days = prop::sample::select(vec!["", "2026-01-01"]);
    let rule = (product, amount, 0_i64..3, days, any::<bool>());
    let pairs = ["", "a", "ab", "abc", "b", "c"]
        .into_iter()
        .flat_map(|product| ["", "1", "1.5", "2", "3"].map(|amount| (product, amount)));
    let asked: Vec<_> = pairs
        .map(|(product, amount)| {
            let attributes = json!({"product": product, "amount": amount});
            value_map(&attributes).expect("attributes")
        })
        .collect();
    holds(100, &prop::collection::vec(rule, 1..6), |given| {
        let mut points = Vec::new();
        for (n, (product, amount, priority, from, ends)) in given.into_iter().enumerate() {
            let mut value = json!({"priority": priority, "account": n.to_string()});
            for (name, cell) in [("product", product), ("amount", amount)] {
                if !cell.is_empty() {
                    value[name] = json!(cell);
                }
            }
            let at = |text: &str| day::from_text(text).expect("a day");
            let key = format!("r{n}");
            let (from, end) = (at(from), at("2026-07-01"));
            points.push(Point {
                key: key.clone(),
                from,
                value: Some(value),
            });
            if ends {
                points.push(Point {
                    key,
                    from: end,
                    value: None,
                });
            }
        }
        let table = RuleTable::new("t", definition.clone(), &points).expect("rules");
        let tied = !ties(&table, "rows").is_empty();
        // Each rule alone says whether it holds.
        let alone: Vec<((bool, i64, &str), RuleTable)> = points
            .chunk_by(|a, b| a.key == b.key)
            .map(|points| {
                let rule = points[0].value.as_ref().expect("a rule");
                let is_default = rule.get("product").is_none() && rule.get("amount").is_none();
                let priority = rule["priority"].as_i64().expect("a number");
                let one = RuleTable::new("t", definition.clone(), points).expect("a rule");
                ((is_default, priority, points[0].key.as_str()), one)
            })
            .collect();
        for on in ["2025-06-30", "2026-06-30", "2026-07-01"] {
            let on = day::parse(on).expect("a day");
            for attributes in &asked {
                let hold = alone
                    .iter()
                    .filter(|(_, one)| one.pick(attributes, on).is_ok());
                let first = hold.map(|(rank, _)| rank).min();
                match table.pick(attributes, on) {
                    Ok(picked) => assert_eq!(Some(picked.rule.as_str()), first.map(|f| f.2)),
                    Err(Unpicked::None(_)) => assert_eq!(first, None),
                    Err(Unpicked::Tie(sentence)) => assert!(tied, "{sentence}"),
                    Err(Unpicked::Wrong(sentence)) => panic!("{sentence}"),
                }
            }
        }
    });
}
