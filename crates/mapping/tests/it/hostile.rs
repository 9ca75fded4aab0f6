//! Sources and inputs that mean harm: an error in good time, never a crash.

use crate::world::world;
use mapping::{Formula, Value};

#[test]
fn deep_and_long_sources_are_refused() {
    let sources = [
        "(".repeat(2000) + "1" + &")".repeat(2000),
        "[".repeat(4000),
        "{'a':".repeat(700) + "1" + &"}".repeat(500),
        "a?".repeat(1300) + "1" + &":1".repeat(700),
        "!".repeat(4000) + "true",
        "-".repeat(4000) + "1",
        "1".to_owned() + &"+1".repeat(2000),
        "true".to_owned() + &"&&true".repeat(600),
        "a".to_owned() + &".b".repeat(2000),
        "a".to_owned() + &"[0]".repeat(1300),
        "f(".repeat(1300) + "1" + &")".repeat(1300),
        "'".repeat(4001),
        "a".repeat(5000),
    ];
    for source in sources {
        let compiled = Formula::compile(&source);
        if let Err(problems) = compiled {
            assert!(!problems.is_empty());
        } else {
            assert!(source.starts_with(['!', '-', 't']), "{}…", &source[..20]);
        }
    }
}

#[test]
fn sources_just_within_the_limit_compile() {
    for n in [10, 48, 95] {
        let nested = [
            "(".repeat(n) + "1" + &")".repeat(n),
            "[".repeat(n) + "1" + &"]".repeat(n),
            "abs(".repeat(n) + "1" + &")".repeat(n),
            "1".to_owned() + &"+1".repeat(n),
            "a".to_owned() + &".b".repeat(n),
            "true?1:".repeat(n) + "1",
            "true".to_owned() + &"&&true".repeat(n * 5),
        ];
        for source in nested {
            let compiled = Formula::compile(&source);
            assert!(compiled.is_ok(), "{n} {source}: {compiled:?}");
        }
    }
}

#[test]
fn nested_lists_run_out_of_steps() {
    let mut world = world();
    let long = Value::list(vec![Value::Int(1); 10_000]);
    world.names.set("long", long);
    let found = world.value("long.map(a, long.map(b, a + b)).size()");
    assert!(found.expect_err("too much").contains("steps"));
    world
        .names
        .set("longer", Value::list(vec![Value::Int(1); 10_001]));
    assert!(
        world
            .value("longer.map(a, a)")
            .expect_err("too long")
            .contains("10001 items")
    );
}

#[test]
fn texts_do_not_grow_without_end() {
    let mut world = world();
    world.names.set("t", Value::text("x".repeat(600_000)));
    assert!(
        world
            .value("t + t")
            .expect_err("too long")
            .contains("longer than")
    );
    assert!(
        world
            .value("t.replace('x', 'yyyy')")
            .expect_err("too long")
            .contains("longer than")
    );
    assert!(
        world
            .value("[t, t].join('')")
            .expect_err("too long")
            .contains("longer than")
    );
}

#[test]
fn large_texts_in_a_loop_run_out_of_steps() {
    let mut world = world();
    world.names.set("t", Value::text("x".repeat(500_000)));
    world
        .names
        .set("n", Value::list(vec![Value::Int(1); 10_000]));
    for source in [
        "n.map(i, t + text(i))",
        "n.map(i, upper(t))",
        "n.all(i, t == t)",
        "n.all(i, t <= t)",
        "n.map(i, n + []).size()",
        "n.all(i, n == n)",
        "n.all(i, n in [n])",
    ] {
        let found = world.value(source).expect_err(source);
        assert!(
            found.contains("steps") || found.contains("items"),
            "{source}: {found}"
        );
    }
}

#[test]
fn mangled_sources_do_not_crash() {
    let seeds = [
        "charge.metadata.?plan.orValue('') == 'premium'",
        "steps.session.lines.filter(l, l.quantity > 1).map(l, {'p': l.product, ?'x': l.?y})",
        "div(charge.amount, 100, 2, 'half_up') > number('1.5') ? [1, ?a.?b] : [-2]",
    ];
    let world = world();
    let alphabet: Vec<char> = "()[]{}?.:,'\"\\=!<>&|+-*/% \n0a_é@`".chars().collect();
    let mut state = 7_usize;
    for seed in seeds {
        for round in 0..400 {
            let mut characters: Vec<char> = seed.chars().collect();
            for _ in 0..=round % 4 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_041);
                let at = (state >> 17) % characters.len();
                let new = alphabet[(state >> 40) % alphabet.len()];
                match (state >> 33) % 3 {
                    0 => characters[at] = new,
                    1 => characters.insert(at, new),
                    _ => {
                        characters.remove(at);
                    }
                }
            }
            let source: String = characters.into_iter().collect();
            if let Ok(formula) = Formula::compile(&source) {
                let first = formula.eval(&world.scope());
                assert_eq!(first, formula.eval(&world.scope()), "{source}");
                assert!(formula.references().len() < 100);
            }
        }
    }
}

#[test]
fn a_list_mapping_whose_items_are_costly_or_empty_ends() {
    let world = world();
    for to in [
        serde_json::json!("=range(3000).map(v, 'a,b,c'.split(',')).size()"),
        serde_json::json!({"each": "=range(9000)", "as": "y", "to": 1}),
        serde_json::json!({"each": "=range(9000)", "as": "y", "to": {}}),
        serde_json::json!({"each": "=range(9000)", "as": "y", "to": null}),
    ] {
        let json = serde_json::json!({"each": "=range(9000)", "as": "x", "to": to});
        let (template, problems) = mapping::Template::compile(&json, "");
        assert_eq!(problems, []);
        let failure = template.eval(&world.scope()).expect_err("too much");
        let message = failure.to_string();
        assert!(
            message.contains("steps") || message.contains("larger"),
            "{message}"
        );
    }
}

#[test]
fn sorting_what_does_not_compare_is_an_error() {
    // The library's sort panics on an order that is none, but only from some length on.
    let source = "sort([1, 2, 3] + range(50) + [10000, true] + range(50))";
    let found = world().value(source).expect_err("no order");
    assert!(found.contains("does not compare"), "{found}");
}

/// What a single call could blow up is refused before it is built.
#[test]
fn a_call_does_not_build_more_than_a_formula_may() {
    let mut world = world();
    let long = |part: &str, times: usize| Value::from(part.repeat(times));
    world.names.set("words", long("a ", 20_000));
    world.names.set("dollars", long("${0}", 100_000));
    world.names.set("letters", long("b", 500_000));
    for (source, part) in [
        ("words(words)", "more than 10000 items"),
        ("split(words, ' ')", "more than 10000 items"),
        ("split(words, '')", "more than 10000 items"),
        ("split_lines(words, 1)", "more than 10000 items"),
        ("extract_all(words, 'a')", "more than 10000 items"),
        ("replace_pattern(letters, '.+', dollars)", "longer than"),
        ("slug(words, letters)", "longer than"),
        ("pad_right('a', 9223372036854775807)", "longer than"),
    ] {
        let failed = world.value(source).expect_err(source);
        assert!(failed.contains(part), "{source}: {failed}");
    }
}
