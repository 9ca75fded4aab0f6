//! Tables of rules: which rule wins, why, and which rules cannot stand beside each other.

use mapping::rules::{Condition, RuleTable, Unpicked, ties};
use mapping::table::day;
use mapping::table::{Column, Point, TableDefinition};
use mapping::value_map;
use model::Timestamp;
use serde_json::{Value as Json, json};

fn definition() -> TableDefinition {
    let definition: TableDefinition = serde_json::from_value(json!({
        "kind": "rules",
        "conditions": [
            {"name": "product"},
            {"name": "plan", "type": "code", "codes": ["solo", "team", "pro"]},
            {"name": "amount", "type": "decimal"},
            {"name": "from_day", "type": "date"},
            {"name": "trial", "type": "bool"},
        ],
        "columns": [
            {"name": "account", "required": true, "max_length": 10},
            {"name": "share", "type": "decimal"},
            {"name": "months", "type": "number"},
        ],
    }))
    .expect("a definition");
    assert_eq!(definition.check(), []);
    definition
}

fn at(text: &str) -> Timestamp {
    day::from_text(text).expect("a day")
}

/// A rule that is valid always.
fn rule(name: &str, value: Json) -> Point {
    dated(name, "", value)
}

fn dated(name: &str, from: &str, value: Json) -> Point {
    Point {
        key: name.into(),
        from: at(from),
        value: Some(value),
    }
}

fn table(points: &[Point]) -> RuleTable {
    let mut points = points.to_vec();
    points.sort_by(|a, b| (&a.key, a.from).cmp(&(&b.key, b.from)));
    RuleTable::new("gl", definition(), &points).expect("rules")
}

/// What the rules say of these attributes; those that are not named are absent.
fn picked(table: &RuleTable, given: &Json, on: &str) -> Result<(String, Json), Unpicked> {
    let mut all = json!({"product": null, "plan": null, "amount": null, "from_day": null,
        "trial": null});
    for (name, value) in given.as_object().expect("a map") {
        all[name] = value.clone();
    }
    let attributes = value_map(&all).expect("attributes");
    let picked = table.pick(&attributes, day::parse(on).expect("a day"))?;
    Ok((picked.rule, picked.value.to_json()))
}

#[test]
fn the_first_by_priority_wins_and_the_default_comes_last() {
    let table = table(&[
        rule("default", json!({"account": "3999"})),
        rule(
            "mugs",
            json!({"product": "prod_mug", "priority": 5, "account": "3000"}),
        ),
        rule(
            "team mugs",
            json!({"product": "prod_mug", "plan": "team", "account": "3010"}),
        ),
        rule(
            "any prod",
            json!({"product": "prod_*", "priority": 9, "account": "3500"}),
        ),
        rule(
            "large",
            json!({"amount": "1000..", "priority": 1, "account": "3100"}),
        ),
        rule(
            "trial",
            json!({"trial": "true", "priority": 2, "account": "3900", "months": 0}),
        ),
        rule(
            "or",
            json!({"product": "a|b\\|c|d\\*", "priority": 3, "account": "3200"}),
        ),
    ]);
    for (given, rule) in [
        (json!({"product": "prod_mug"}), "mugs"),
        (json!({"product": "prod_mug", "plan": "team"}), "team mugs"),
        (json!({"product": "prod_cup"}), "any prod"),
        (json!({"product": "prod_mug", "amount": 1000}), "large"),
        (json!({"product": "prod_mug", "amount": "999.99"}), "mugs"),
        (json!({"product": "prod_cup", "trial": true}), "trial"),
        (json!({"product": "b|c"}), "or"),
        (json!({"product": "d*"}), "or"),
        (json!({"product": "dx"}), "default"),
        (json!({}), "default"),
    ] {
        let (won, _) = picked(&table, &given, "2026-01-01").expect("a rule");
        assert_eq!(won, rule, "{given}");
    }
    assert_eq!(ties(&table, "rows"), []);
}

#[test]
fn what_a_rule_gives_has_the_types_of_its_columns() {
    let given = json!({"account": "003000", "share": "0.50", "months": 12});
    let table = table(&[rule("all", given.clone())]);
    let (_, value) = picked(&table, &json!({}), "2026-01-01").expect("the default");
    assert_eq!(value, given);
}

#[test]
fn a_rule_holds_from_its_first_to_its_last_day() {
    let table = table(&[
        dated("old", "", json!({"product": "x", "account": "1"})),
        dated("old", "2026-01-01", json!({"product": "x", "account": "2"})),
        Point {
            key: "old".into(),
            from: at("2026-07-01"),
            value: None,
        },
        dated("new", "2026-07-01", json!({"product": "x", "account": "3"})),
    ]);
    for (on, account) in [
        ("2025-12-31", "1"),
        ("2026-01-01", "2"),
        ("2026-06-30", "2"),
        ("2026-07-01", "3"),
    ] {
        let (_, value) = picked(&table, &json!({"product": "x"}), on).expect("a rule");
        assert_eq!(value["account"], account, "{on}");
    }
    assert_eq!(ties(&table, "rows"), [], "they follow each other");
}

#[test]
fn nothing_says_what_was_closest_and_why_not() {
    let table = table(&[
        rule(
            "team mugs",
            json!({"product": "prod_mug", "plan": "team", "account": "3010"}),
        ),
        dated(
            "cups",
            "2027-01-01",
            json!({"product": "prod_cup", "account": "3020"}),
        ),
    ]);
    let none = |given: Json| match picked(&table, &given, "2026-11-24") {
        Err(Unpicked::None(sentence)) => sentence,
        other => panic!("{other:?}"),
    };
    let sentence = none(json!({"product": "prod_mug", "plan": "pro"}));
    assert!(
        sentence.contains("no rule for amount absent")
            && sentence.contains("plan `pro`, product `prod_mug`")
            && sentence.contains(
                "on 2026-11-24, and no default; the closest is `team mugs`: \
                plan is `pro`, it asks for `team`"
            ),
        "{sentence}"
    );
    let sentence = none(json!({"product": "prod_cup"}));
    assert!(
        sentence.contains("`cups`: it is valid from 2027-01-01 on"),
        "{sentence}"
    );
}

#[test]
fn an_explanation_names_the_winner_and_the_nearest_others() {
    let table = table(&[
        rule(
            "mugs",
            json!({"product": "prod_mug", "priority": 5, "account": "3000"}),
        ),
        rule(
            "team mugs",
            json!({"product": "prod_mug", "plan": "team|pro", "account": "3010"}),
        ),
        rule("default", json!({"account": "3999"})),
        rule(
            "far",
            json!({"product": "x", "plan": "solo", "trial": "false", "account": "1"}),
        ),
    ]);
    let all = json!({"product": "prod_mug", "plan": "solo", "amount": null, "from_day": null,
        "trial": true});
    let attributes = value_map(&all).expect("attributes");
    let told = table.explain(&attributes, day::parse("2026-01-01").expect("a day"));
    assert_eq!(told.picked.expect("a rule").rule, "mugs");
    assert_eq!(told.why, ["product is `prod_mug`, as `prod_mug` asks"]);
    let near: Vec<_> = told
        .near
        .iter()
        .map(|n| (n.rule.as_str(), n.reasons.join("; ")))
        .collect();
    assert_eq!(
        near[0],
        ("default", "it is the default and comes last".into())
    );
    assert_eq!(
        near[1],
        ("team mugs", "plan is `solo`, it asks for `team|pro`".into())
    );
}

#[test]
fn attributes_that_the_table_does_not_know_or_lacks_are_named() {
    let table = table(&[rule("default", json!({"account": "1"}))]);
    let on = day::parse("2026-01-01").expect("a day");
    let mut all = json!({"product": null, "plan": null, "amount": null, "from_day": null});
    let wrong = |all: &Json| match table.pick(&value_map(all).expect("a map"), on) {
        Err(Unpicked::Wrong(sentence)) => sentence,
        other => panic!("{other:?}"),
    };
    assert!(wrong(&all).contains("asks for `trial`, which is not given"));
    all["trials"] = json!(true);
    assert!(wrong(&all).contains("did you mean `trial`?"));
    all = json!({"product": null, "plan": null, "amount": "much", "from_day": null,
        "trial": null});
    assert!(wrong(&all).contains("`much` is no decimal number"));
}

#[test]
fn two_rules_that_may_both_win_are_a_problem() {
    for (a, b, tie) in [
        (json!({"product": "x"}), json!({"plan": "team"}), true),
        (
            json!({"product": "x"}),
            json!({"product": "y", "plan": "team"}),
            false,
        ),
        (json!({"product": "x|y"}), json!({"product": "y|z"}), true),
        (
            json!({"product": "prod_*"}),
            json!({"product": "prod_mug"}),
            true,
        ),
        (
            json!({"product": "prod_*"}),
            json!({"product": "pro*"}),
            true,
        ),
        (json!({"product": "a*"}), json!({"product": "b*"}), false),
        (
            json!({"product": "x"}),
            json!({"plan": "team", "priority": 1}),
            false,
        ),
        (json!({"amount": "..10"}), json!({"amount": "10.."}), true),
        (json!({"amount": "..<10"}), json!({"amount": "10.."}), false),
        (json!({"amount": "10.00"}), json!({"amount": "10"}), true),
        (json!({"amount": "1..5"}), json!({"amount": "6|4"}), true),
        (
            json!({"from_day": "2026-01-01..2026-06-30"}),
            json!({"from_day": "2026-07-01.."}),
            false,
        ),
        (json!({"trial": "true"}), json!({"trial": "false"}), false),
        (json!({}), json!({}), true),
    ] {
        let table = table(&[rule("a", a.clone()), rule("b", b.clone())]);
        let found = ties(&table, "rows");
        assert_eq!(found.len(), usize::from(tie), "{a} {b}: {found:?}");
        for problem in found {
            assert!(problem.message.contains("`a` and `b`"), "{problem}");
        }
    }
    // Not at the same time.
    let table = table(&[
        rule("a", json!({"product": "x"})),
        Point {
            key: "a".into(),
            from: at("2026-01-01"),
            value: None,
        },
        dated("b", "2026-01-01", json!({"product": "x"})),
    ]);
    assert_eq!(ties(&table, "rows"), []);
}

#[test]
fn ten_thousand_rules_are_compared_and_asked_in_no_time() {
    let points: Vec<Point> = (0..10_000)
        .map(|n| {
            let (product, plan) = (format!("prod_{n}"), ["solo", "team"][n % 2]);
            rule(
                &format!("r{n}"),
                json!({"product": product, "plan": plan, "account": "1"}),
            )
        })
        .collect();
    let table = table(&points);
    assert_eq!(ties(&table, "rows"), []);
    let (won, _) = picked(
        &table,
        &json!({"product": "prod_77", "plan": "team"}),
        "2026-01-01",
    )
    .expect("a rule");
    assert_eq!(won, "r77");
}

#[test]
fn conditions_that_mean_nothing_are_refused_with_a_cure() {
    let definition = definition();
    for (column, cell, message) in [
        (0, "a*b", "`*` stands in the middle"),
        (0, "a\\b", "`\\` stands before neither"),
        (0, "a||b", "an alternative is empty"),
        (1, "taem", "`taem` is none of the codes"),
        (2, "20..10", "the range `20..10` is empty"),
        (2, "10..<10", "is empty"),
        (2, "..", "no end at all"),
        (2, "1,5", "no decimal number"),
        (3, "2026-1-1", "is no day"),
        (4, "yes", "neither true nor false"),
    ] {
        let column: &Column = &definition.conditions[column];
        let (said, cure) = Condition::parse(column, cell).expect_err(cell);
        assert!(said.contains(message), "{cell}: {said}");
        assert!(!cure.is_empty(), "{cell}");
    }
}
