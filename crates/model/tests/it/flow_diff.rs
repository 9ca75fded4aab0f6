//! What differs between two versions of a flow, and laws of that.

use crate::generate::flow;
use model::flow::diff::{Change, ChangeKind, diff, diff_samples};
use model::flow::{Flow, Step, parse, parse_sample, write};
use proptest::prelude::*;
use std::path::Path;

/// Each file in `diffs/` is two versions and what is said of them. A line is `kind path: sentence`.
#[test]
fn every_pair_of_versions_is_told_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/diffs");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "only {} pairs", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a text");
        let part = |name: &str| {
            let behind = text
                .split_once(&format!("=== {name}\n"))
                .expect("the part")
                .1;
            behind.split("=== ").next().unwrap_or_default().to_owned()
        };
        let (from, to) = (part("from"), part("to"));
        let changes = if from.contains("\nsample: ") {
            let read = |text: &str| parse_sample(text).0.expect("a sample");
            diff_samples(&read(&from), &read(&to))
        } else {
            diff(&read(&from), &read(&to))
        };
        let told: String = changes.iter().map(line).collect();
        if told != part("changes") {
            wrong.push(format!("{}\n{told}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn line(change: &Change) -> String {
    format!(
        "{} {}: {}\n",
        change.kind.as_str(),
        change.path,
        change.sentence
    )
}

fn read(text: &str) -> Flow {
    let (flow, problems) = parse(text);
    assert_eq!(problems, [], "{text}");
    flow.expect("a flow")
}

#[test]
fn a_change_holds_both_values_whole() {
    let long = "x".repeat(200);
    let text = |terms: &str| {
        format!(
            "schema: 1\nflow: a\ntrigger: manual\nsteps:\n  - id: b\n    set:\n      terms: {terms}\n"
        )
    };
    let changes = diff(&read(&text(&long)), &read(&text("N30")));
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].step.as_deref(), Some("b"));
    assert_eq!(changes[0].before, Some(long.into()));
    assert_eq!(changes[0].after, Some("N30".into()));
    assert!(changes[0].sentence.chars().count() < 100);
    let whole = diff(
        &read(&text("N30")),
        &read(
            "schema: 1\nflow: a\ntrigger: manual\nsteps:\n  - id: c\n    check: =true\n    else: skip\n",
        ),
    );
    let (added, removed) = (&whole[1], &whole[0]);
    assert_eq!(removed.before, Some("id: b\nset:\n  terms: N30\n".into()));
    assert_eq!(
        added.after,
        Some("id: c\ncheck: =true\nelse: skip\n".into())
    );
}

/// Changes the n-th step, whatever list it is in.
fn change_step(steps: &mut [Step], n: &mut usize, change: &mut dyn FnMut(&mut Step)) {
    for step in steps {
        if *n == 0 {
            change(step);
        }
        *n = n.wrapping_sub(1);
        for list in step.nested_mut() {
            change_step(list, n, change);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_flow_does_not_differ_from_itself(flow in flow()) {
        let read = parse(&write(&flow)).0.expect("a flow");
        prop_assert_eq!(diff(&flow, &read), []);
    }

    #[test]
    fn a_renamed_step_is_one_change(flow in flow(), at in 0_usize..20) {
        let mut other = flow.clone();
        let mut at = at % flow.every_step().len();
        change_step(&mut other.steps, &mut at, &mut |step| step.id = "renamed".into());
        let changes = diff(&flow, &other);
        prop_assert_eq!(changes.len(), 1, "{:?}", changes);
        prop_assert_eq!(changes[0].kind, ChangeKind::Renamed);
    }

    #[test]
    fn a_moved_step_is_one_change(mut flow in flow(), last in flow()) {
        let last = Step { id: "last".into(), ..last.steps[0].clone() };
        let last = Step { kind: model::flow::StepKind::Set { values: serde_json::json!({}) },
            on_error: model::flow::OnError::Stop, ..last };
        flow.steps.push(last);
        let mut other = flow.clone();
        other.steps.rotate_right(1);
        let changes = diff(&flow, &other);
        prop_assert_eq!(changes.len(), 1, "{:?}", changes);
        prop_assert_eq!(changes[0].kind, ChangeKind::Moved);
    }

    #[test]
    fn nothing_of_a_step_or_of_the_flow_escapes(flow in flow(), donor in flow(), at in 0_usize..20, part in 0_u8..12) {
        let mut other = flow.clone();
        let from = donor.steps[0].clone();
        let mut at = at % flow.every_step().len();
        change_step(&mut other.steps, &mut at, &mut |step| match part {
            0 => step.title.clone_from(&from.title),
            1 => step.note.clone_from(&from.note),
            2 => step.when.clone_from(&from.when),
            3 => step.kind.clone_from(&from.kind),
            4 => step.retry = from.retry,
            5 => step.timeout = from.timeout,
            6 => step.on_error.clone_from(&from.on_error),
            _ => {}
        });
        match part {
            7 => other.starts.clone_from(&donor.starts),
            8 => other.inputs.clone_from(&donor.inputs),
            9 => other.key.clone_from(&donor.key),
            10 => other.output.clone_from(&donor.output),
            11 => other.steps.clone_from(&donor.steps),
            _ => {}
        }
        let changes = diff(&flow, &other);
        prop_assert_eq!(changes.is_empty(), other == flow, "{:?}", changes);
        for change in changes {
            prop_assert!(!change.sentence.is_empty() && !change.path.is_empty());
        }
    }
}
