//! Plans: how steps are numbered and seen, what versions and deployments change.

use crate::app::REGISTRY;
use connector::{Field, Metadata};
use engine::plan::{
    Bound, Compiled, OnError, ScopeKind, Work, check_calls, check_deployment, compile_against,
    compile_document,
};
use model::Problem;

const EVERY_BLOCK: &str = include_str!("../blocks/every-block.yaml");

/// Compiles a flow, and takes its problems out.
fn compile(text: &str) -> (Compiled, Vec<Problem>) {
    let mut compiled = compile_document(text, REGISTRY);
    let problems = std::mem::take(&mut compiled.problems);
    (compiled, problems)
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
fn steps_are_numbered_by_their_order_and_lists_by_theirs() {
    // The plan of a flow whose blocks are not executed yet is not handed out; its parts are the
    // same as those of one that is.
    let (compiled, _) = compile(EVERY_BLOCK);
    let flow = compiled.flow.expect("a flow");
    let ids: Vec<&str> = flow.every_step().iter().map(|s| s.id.as_str()).collect();
    let Some(plan) = compiled.plan else { return };
    let numbered: Vec<(i64, &str)> = (0..).zip(ids.iter().copied()).collect();
    let planned = plan.every_step();
    let planned: Vec<(i64, &str)> = planned.iter().map(|s| (s.ordinal, s.id.as_str())).collect();
    assert_eq!(planned, numbered);
    for (ordinal, id) in numbered {
        assert_eq!(plan.step(ordinal).map(|s| s.id.as_str()), Some(id));
    }
    let kinds: Vec<&ScopeKind> = plan.scopes.iter().map(|s| &s.kind).collect();
    let branch = |name: &str| ScopeKind::Branch(name.into());
    let (left, right) = (branch("left"), branch("right"));
    let expected = [
        &ScopeKind::Flow,
        &ScopeKind::Case(0),
        &ScopeKind::Item,
        &left,
        &right,
        &ScopeKind::OnError,
    ];
    assert_eq!(kinds, expected);
    let told = plan
        .steps
        .iter()
        .find(|s| s.id == "told")
        .expect("the step");
    assert!(matches!(&told.on_error, OnError::Steps(list) if list.scope == 5));
    assert!(matches!(&plan.steps[3].work, Work::Each(each) if each.at_once == 4));
}

const CHARGE: &str = "schema: 1\nflow: a\ntrigger: stripe.charge.succeeded\nkey: =charge.id\n\
                      order_by: =charge.id\nsteps:\n";

#[test]
fn a_step_that_surely_ran_under_the_same_condition_may_be_used() {
    let text = |when: &str| {
        format!(
            "{CHARGE}  - id: a\n    when: =charge.livemode && charge.paid\n    \
             use: stripe.charge.get\n    with:\n      id: =charge.id\n  \
             - id: b\n    when: {when}\n    check: =steps.a.captured\n    else: skip\n"
        )
    };
    let same = compile(&text("=charge.paid && charge.livemode && charge.captured")).1;
    assert_eq!(same, []);
    let other = compile(&text("=charge.paid && charge.captured")).1;
    assert_eq!(codes(&other), ["may_not_have_run"]);
    let either = compile(&text("=charge.livemode && charge.paid || charge.captured")).1;
    assert_eq!(codes(&either), ["may_not_have_run"]);
}

#[test]
fn a_version_that_would_not_meet_earlier_effects_is_warned_of() {
    let text = |key: &str, reference: &str, reason: &str| {
        format!(
            "{CHARGE}  - id: back\n    use: stripe.refund.create\n    with:\n      \
             reference: {reference}\n      charge: =charge.id\n      amount: 100\n      \
             reason: {reason}\n"
        )
        .replace("key: =charge.id", &format!("key: {key}"))
    };
    let (previous, problems) = compile(&text("=charge.id", "=charge.id", "duplicate"));
    let previous = previous.plan.unwrap_or_else(|| panic!("{problems:?}"));
    let against = |text: &str| compile_against(&previous, text, REGISTRY).1;
    assert_eq!(against(&text("=charge.id", "=charge.id", "fraudulent")), []);
    let changed = against(&text("=charge.id + '-2'", "=charge.id + '-2'", "duplicate"));
    assert_eq!(codes(&changed), ["identity_changed", "identity_changed"]);
    let paths: Vec<&str> = changed.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(paths, ["key", "steps.back.with.reference"]);
    assert!(changed.iter().all(|p| !p.is_error() && p.place.is_some()));
    // A renamed step is still the same effect.
    let renamed =
        text("=charge.id", "=charge.created", "duplicate").replace("id: back", "id: money_back");
    let changed = against(&renamed);
    assert_eq!(changed[0].path, "steps.money_back.with.reference");
}

#[test]
fn calls_are_checked_over_the_flows_together() {
    let flow = |id: &str, trigger: &str, inputs: &str, calls: &[(&str, &str)]| {
        let calls = calls
            .iter()
            .enumerate()
            .map(|(n, (flow, with))| format!("  - id: c{n}\n    call: {flow}\n    with: {with}\n"));
        let calls: String = calls.collect();
        let text = format!(
            "schema: 1\nflow: {id}\ntrigger: {trigger}\n{inputs}steps:\n  - id: a\n    set: {{}}\n{calls}"
        );
        let (flow, problems) = model::flow::parse(&text);
        assert_eq!(problems, [], "{text}");
        flow.expect("a flow")
    };
    let inputs = "inputs:\n  day: date\n  more:\n    type: text\n    optional: true\n";
    let leaf = flow("leaf", "call", inputs, &[]);
    let event = flow(
        "event",
        "manual",
        "",
        &[("leaf", "{dya: 1}"), ("laef", "{}"), ("leaf", "{day: x}")],
    );
    let found = check_calls(&[&leaf, &event]);
    assert_eq!(
        codes(&found["event"]),
        ["missing_field", "unknown_field", "unknown_flow"]
    );
    assert!(
        found["event"]
            .iter()
            .any(|p| p.cure == "did you mean `leaf`?")
    );
    assert!(!found.contains_key("leaf"));
    let (a, b) = (
        flow("a", "call", "", &[("b", "{}")]),
        flow("b", "call", "", &[("c", "{}")]),
    );
    let c = flow("c", "call", "", &[("a", "{}")]);
    let found = check_calls(&[&a, &b, &c]);
    assert_eq!(
        found["a"][0].message,
        "the flow calls itself: a → b → c → a"
    );
    let not_called = flow("d", "manual", "", &[("event", "{}")]);
    let found = check_calls(&[&leaf, &event, &not_called]);
    assert_eq!(codes(&found["d"]), ["not_callable"]);
}

#[test]
fn a_deployment_is_checked_against_its_connections() {
    let text = format!(
        "{CHARGE}  - id: order\n    use: infor.sales_order.get\n    with:\n      number: '123456789'\n  \
         - id: total\n    check: =steps.order.total > 0\n    else: skip\n"
    );
    let (compiled, problems) = compile(&text);
    let plan = compiled.plan.unwrap_or_else(|| panic!("{problems:?}"));
    let field = Field {
        name: Some("ORNO".into()),
        max_length: Some(8),
        codes: Vec::new(),
    };
    let fields = [("number".to_owned(), field)].into();
    let metadata = Metadata {
        fields: [("infor.sales_order.get".to_owned(), fields)].into(),
        unsupported: std::collections::BTreeMap::new(),
    };
    let bound = |connector, name, metadata| Bound {
        connector,
        name,
        is_default: true,
        metadata,
    };
    let stripe = || bound("stripe", "stripe", None);
    let problems = check_deployment(&plan, &[stripe(), bound("infor", "m3", Some(&metadata))]);
    assert_eq!(codes(&problems), ["too_long"]);
    assert_eq!(
        problems[0].message,
        "`123456789` has 9 characters, ORNO takes 8 there"
    );
    assert_eq!(codes(&check_deployment(&plan, &[stripe()])), ["unbound"]);
    let two = [
        stripe(),
        bound("infor", "a", None),
        bound("infor", "b", None),
    ];
    let problems = check_deployment(&plan, &two);
    assert_eq!(codes(&problems), ["ambiguous"]);
    let unable = Metadata {
        unsupported: [("infor.sales_order.get".to_owned(), "LN has none".to_owned())].into(),
        ..Metadata::default()
    };
    let problems = check_deployment(&plan, &[stripe(), bound("infor", "ln", Some(&unable))]);
    assert_eq!(codes(&problems), ["unsupported"]);
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
