//! Plans: how steps are numbered and seen, what versions and deployments change, how long it takes.

use crate::app::REGISTRY;
use connector::{Field, Metadata};
use engine::plan::{
    Bound, Compiled, OnError, ScopeKind, Work, check_calls, check_deployment, compile_against,
    compile_document,
};
use model::Problem;
use std::fmt::Write;

const EVERY_BLOCK: &str = include_str!("../blocks/every-block.yaml");

/// Compiles a flow; its problems but those of what is not executed yet.
fn compile(text: &str) -> (Compiled, Vec<Problem>) {
    let mut compiled = compile_document(text, REGISTRY);
    let problems = std::mem::take(&mut compiled.problems);
    let rest = problems
        .into_iter()
        .filter(|p| p.code != "not_executable_yet");
    let rest = rest.collect();
    (compiled, rest)
}

fn codes(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|p| p.code.as_str()).collect()
}

#[test]
fn every_block_is_in_order() {
    let (_, problems) = compile(EVERY_BLOCK);
    assert_eq!(problems, []);
}

#[test]
fn the_ready_made_flows_are_in_order_and_in_their_form() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows");
    for entry in std::fs::read_dir(folder).expect("the flows") {
        let path = entry.expect("an entry").path().join("flow.yaml");
        let text = std::fs::read_to_string(&path).expect("a flow");
        let (compiled, problems) = compile(&text);
        assert_eq!(problems, [], "{}", path.display());
        assert!(compiled.plan.is_some());
        let formatted = model::flow::format(&text, model::flow::OnComment::Refuse);
        assert_eq!(formatted.expect("a flow").text, text, "{}", path.display());
    }
}

/// A flow of `count` steps that read, compute, choose, check and write.
fn long_flow(count: usize) -> String {
    let mut text = String::from(
        "schema: 1\nflow: long\ntrigger: stripe.charge.succeeded\nkey: =charge.id\n\
         order_by: =charge.id\nsteps:\n",
    );
    for n in 0..count / 5 {
        let before = n.saturating_sub(1);
        let seen = if n == 0 {
            "charge.amount".to_owned()
        } else {
            format!("steps.sum{before}.total")
        };
        write!(
            text,
            "  - id: read{n}\n    use: stripe.charge.get\n    with:\n      id: =charge.id\n\
             \x20 - id: sum{n}\n    set:\n      total: =steps.read{n}.amount + {seen}\n      \
             label: =upper(steps.read{n}.currency) + '-' + text({n})\n\
             \x20 - id: way{n}\n    choose:\n      - when: =steps.read{n}.paid\n        set:\n          \
             code: =steps.sum{n}.label\n      - set:\n          code: none\n\
             \x20 - id: check{n}\n    check: =steps.sum{n}.total >= {n}\n    else: skip\n\
             \x20 - id: told{n}\n    when: =has(charge.customer) && steps.way{n}.code != 'x'\n    \
             use: books.exception.open\n    with:\n      kind: note\n      \
             key: =charge.customer + ':{n}'\n      sentence: =steps.way{n}.code\n",
        )
        .expect("a text");
    }
    text
}

#[test]
fn the_time_to_compile_grows_with_the_flow_and_no_faster() {
    let time = |count: usize| {
        let text = long_flow(count);
        // The shortest of several is the least disturbed.
        let times = (0..3).map(|_| {
            let begun = std::time::Instant::now();
            let (compiled, problems) = compile(&text);
            assert_eq!(problems, []);
            assert_eq!(
                compiled.plan.expect("a plan").count,
                i64::try_from(count).expect("few")
            );
            begun.elapsed()
        });
        times.min().expect("some")
    };
    let (small, large) = (time(250), time(1_000));
    eprintln!("250 steps: {small:?}, 1,000 steps: {large:?}");
    // Four times the steps in less than eight times the time; a quadratic check takes sixteen.
    assert!(
        large < small * 8,
        "250 steps: {small:?}, 1,000 steps: {large:?}"
    );
}
