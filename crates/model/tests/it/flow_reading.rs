//! Reading a flow: what is understood, and what is told.

use model::flow::{
    Body, Coerce, Else, InputKind, OnError, Schedule, Start, StepKind, parse, read, write,
};
use model::{Place, Problem};
use std::time::Duration;

/// Every block and every key.
const WHOLE: &str = "\
schema: 1
flow: whole
title: Everything
note: |
  Every block
  and every key.
trigger:
  - stripe.charge.succeeded
  - event: infor.invoice.created
    connection: sweden
    every: 5m
  - every: 1h
  - cron: 0 2 * * 1-5
    zone: Europe/Stockholm
  - manual
  - api
  - call
inputs:
  day: date
  kind:
    type: text
    title: Which kind
    optional: true
    default: full
    one_of:
      - full
      - 'NO'
    max_length: 4
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: read
    title: Read it
    note: For the lines
    when: =charge.livemode
    use: stripe.checkout_session.find
    connection: eu
    coerce: 'off'
    retry: 72h
    timeout: 30s
    with:
      payment_intent: =charge.payment_intent
    on_error:
      - id: seen
        set:
          why: =error.message
  - id: some
    use: stripe.charge.get
    coerce:
      - number_to_text
    on_error: continue
  - id: way
    choose:
      - note: Why so
        when: =charge.paid
        steps:
          - id: inner
            set: {}
        output: =steps.inner
      - set:
          x: []
  - id: each_line
    each: =steps.read.lines
    as: line
    at_once: 4
    steps:
      - id: mapped
        set:
          item: =line.product
    output: =steps.mapped.item
  - id: both
    parallel:
      mail:
        - id: m
          check: =charge.paid
          else: skip
      erp:
        - id: e
          check: =charge.paid
          else: reject it is not paid
  - id: parent
    wait:
      until: =xref('order', charge.payment_intent)
      at_most: 30d
  - id: ok
    approve:
      by: approver
      show: =steps.way
      at_most: 7d
  - id: sub
    call: post-journal
    with:
      lines: =steps.each_line
output:
  done: true
";

#[test]
fn every_block_is_read_and_written() {
    let (flow, problems) = parse(WHOLE);
    assert_eq!(problems, []);
    let flow = flow.expect("a flow");
    assert_eq!(write(&flow), WHOLE);
    assert_eq!(flow.starts.len(), 7);
    let cron = Schedule::Cron {
        pattern: "0 2 * * 1-5".into(),
        zone: "Europe/Stockholm".into(),
    };
    assert_eq!(flow.starts[3], Start::Schedule(cron));
    assert_eq!(flow.inputs[1].kind, InputKind::Text);
    let ids: Vec<&str> = flow.every_step().iter().map(|s| s.id.as_str()).collect();
    let expected = [
        "read",
        "seen",
        "some",
        "way",
        "inner",
        "each_line",
        "mapped",
        "both",
        "m",
        "e",
        "parent",
        "ok",
        "sub",
    ];
    assert_eq!(ids, expected);
    let read = &flow.steps[0];
    assert_eq!(read.retry, Some(Duration::from_secs(72 * 3600)));
    assert!(matches!(&read.on_error, OnError::Steps(steps) if steps.len() == 1));
    assert!(matches!(&read.kind, StepKind::Use(call) if call.coerce == Coerce::Off));
    let StepKind::Choose { cases } = &flow.steps[2].kind else {
        panic!("a choose");
    };
    assert!(matches!(&cases[0].body, Body::Steps(body) if body.output.is_some()));
    let StepKind::Parallel { branches } = &flow.steps[4].kind else {
        panic!("a parallel");
    };
    let StepKind::Check(check) = &branches[1].steps[0].kind else {
        panic!("a check");
    };
    assert_eq!(check.otherwise, Else::Reject("it is not paid".into()));
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_text() {
    let (_, problems) = parse(
        "schema: 2\nflow: Demo\nsteps:\n- id: a\n- id: a\n  use: x\n  set: {}\n- id: b\n  \
         check: =true\n- id: c\n  use: x\n  retry: soon\n  colour: red\n",
    );
    let told: Vec<(u32, &str)> = problems
        .iter()
        .map(|p| (p.place.map_or(0, |p| p.line), p.code.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (1, "missing"),
            (1, "unknown_schema"),
            (2, "bad_id"),
            (4, "step_kind"),
            (5, "step_kind"),
            (5, "duplicate_id"),
            (8, "missing"),
            (12, "bad_span"),
            (13, "unknown_key"),
        ]
    );
    assert!(problems.iter().all(|p| !p.cure.is_empty()));
}

#[test]
fn paths_are_found_in_the_text() {
    let read = read(WHOLE);
    let place = |path: &str| {
        let place = read.places.find(path).expect("a place");
        let line = WHOLE.lines().nth(place.line as usize - 1).expect("a line");
        line.trim().to_owned()
    };
    assert_eq!(place("steps.mapped.set.item"), "item: =line.product");
    assert_eq!(place("steps.seen"), "- id: seen");
    assert_eq!(place("steps.way.choose[1].set"), "- set:");
    assert_eq!(place("steps.e.else"), "else: reject it is not paid");
    assert_eq!(place("trigger[1].every"), "every: 5m");
    // What is not there is where it would be.
    assert_eq!(place("steps.sub.with.nothing"), "with:");
    assert_eq!(place("inputs.day"), "day: date");
    let mut problems = [Problem::error("order_by", "x", "y", "z")];
    read.places.add_to(&mut problems);
    let line = WHOLE
        .lines()
        .position(|l| l.starts_with("order_by"))
        .expect("it")
        + 1;
    let line = u32::try_from(line).expect("few lines");
    assert_eq!(problems[0].place, Some(Place { line, column: 1 }));
}

#[test]
fn what_is_too_large_is_refused() {
    let codes = |text: &str| -> Vec<String> { parse(text).1.into_iter().map(|p| p.code).collect() };
    let head = "schema: 1\nflow: a\ntrigger: manual\nsteps:\n";
    let step = |n: usize| format!("  - id: s{n}\n    set: {{}}\n");
    let many: String = (0..2_001).map(step).collect();
    assert_eq!(codes(&format!("{head}{many}")), ["too_many"]);
    let long = "x".repeat((1 << 20) + 1);
    assert_eq!(codes(&long), ["document_too_long"]);
    let title = format!("title: {}\n{head}{}", "x".repeat(201), step(1));
    assert_eq!(codes(&title), ["too_long"]);
    let wrong: String = (0..1_500).map(|n| format!("  - id: s{n}\n")).collect();
    let told = codes(&format!("{head}{wrong}"));
    assert_eq!(
        (told.len(), told[999].as_str()),
        (1_000, "too_many_problems")
    );
}

#[test]
fn a_long_formula_is_broken_and_a_ternary_is_quoted() {
    let text = "\
schema: 1
flow: a
trigger: manual
steps:
  - id: s
    set:
      short: '=a ? 1 : 2'
      apostrophes: \"=a ? 'x' : 'y'\"
      long: >-
        =one.of.the.longest.formulas && another.one.that.is.long && one.more &&
        and.the.very.last.one && done
";
    let (flow, problems) = parse(text);
    assert_eq!(problems, []);
    assert_eq!(write(&flow.expect("a flow")), text);
}

#[test]
fn a_deep_document_fits_a_small_stack() {
    let mut steps = String::new();
    for n in 0..30 {
        let indent = "    ".repeat(n);
        steps += &format!(
            "{indent}  - id: s{n}\n{indent}    each: =a\n{indent}    as: b\n{indent}    steps:\n"
        );
    }
    let text = format!("schema: 1\nflow: a\ntrigger: manual\nsteps:\n{steps}");
    let lists = format!("schema: 1\nflow: {}", "[".repeat(60) + &"]".repeat(60));
    for text in [text, lists] {
        let worked = std::thread::Builder::new()
            .stack_size(512 * 1024)
            .spawn(move || parse(&text).1.len())
            .expect("a thread");
        assert!(worked.join().expect("no overflow") > 0);
    }
}
