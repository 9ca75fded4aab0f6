//! `towpath flow`.

use crate::program::call;
use std::path::{Path, PathBuf};

const WRONG: &str = "\
schema: 1
flow: wrong
title: Wrong
trigger: stripe.charge.succeded
key: =charge.id
steps:
  - id: a
    use: stripe.charge.gett
    with: {}
  - id: b
    set:
      x: =steps.nothing.y
";

/// In order, but not in its form.
const LOOSE: &str = "\
# yaml-language-server: $schema=x.json
schema: 1
flow: loose
trigger: [stripe.charge.succeeded]
order_by: =charge.id
key: \"=charge.id\"
steps:
    # Only these
    - {id: paid, check: =charge.paid, else: skip}
";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    folder
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn a_wrong_flow_is_answered_with_all_its_problems() {
    let folder = folder(&[("wrong.yaml", WRONG)]);
    let called = call(folder.path(), &[], &["flow", "check", "wrong.yaml"]);
    assert_eq!(called.code, Some(1), "{}", called.err);
    for said in [
        "wrong.yaml:4:1: error: trigger: there is no trigger `stripe.charge.succeded`",
        "did you mean `stripe.charge.succeeded`?",
        "wrong.yaml:8:5: error: steps.a.use: there is no operation `stripe.charge.gett`",
        "wrong.yaml:12:7: error: steps.b.set.x: there is no step `nothing`",
    ] {
        assert!(called.out.contains(said), "{}", called.out);
    }
    let args = ["flow", "check", "--json", "wrong.yaml"];
    let called = call(folder.path(), &[], &args);
    assert_eq!(called.code, Some(1));
    let files: serde_json::Value = serde_json::from_str(&called.out).expect("JSON");
    assert_eq!(files[0]["ok"], false);
    let problems = files[0]["problems"].as_array().expect("a list");
    assert!(problems.len() >= 3, "{files}");
    assert_eq!(
        problems[0]["place"],
        serde_json::json!({"line": 4, "column": 1})
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = folder(&[]);
    for command in ["check", "fmt", "explain"] {
        let called = call(folder.path(), &[], &["flow", command, "nothing.yaml"]);
        assert_eq!(called.code, Some(1), "{command}");
        assert!(called.err.contains("nothing.yaml"), "{}", called.err);
    }
    let called = call(folder.path(), &[], &["flow", "check", "."]);
    assert!(
        called.err.contains("holds no `.yaml` file"),
        "{}",
        called.err
    );
}

#[test]
fn flows_are_brought_into_their_form_and_no_comment_is_lost() {
    let folder = folder(&[("loose.yaml", LOOSE)]);
    let read = || std::fs::read_to_string(folder.path().join("loose.yaml")).expect("a text");
    let refused = call(folder.path(), &[], &["flow", "fmt", "loose.yaml"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused
            .out
            .contains("loose.yaml:8:5: error: the comment `# Only these` would be lost"),
        "{}",
        refused.out
    );
    assert_eq!(read(), LOOSE);
    let checked = call(
        folder.path(),
        &[],
        &["flow", "fmt", "--check", "--notes", "loose.yaml"],
    );
    assert_eq!((checked.code, read().as_str()), (Some(1), LOOSE));
    let done = call(
        folder.path(),
        &[],
        &["flow", "fmt", "--notes", "loose.yaml"],
    );
    assert_eq!(done.code, Some(0), "{}", done.out);
    assert!(
        done.out.contains("is a note of the step `paid` now"),
        "{}",
        done.out
    );
    assert_eq!(
        read(),
        "# yaml-language-server: $schema=x.json\nschema: 1\nflow: loose\n\
         trigger: stripe.charge.succeeded\nkey: =charge.id\norder_by: =charge.id\nsteps:\n  \
         - id: paid\n    note: Only these\n    check: =charge.paid\n    else: skip\n"
    );
    let again = call(
        folder.path(),
        &[],
        &["flow", "fmt", "--check", "loose.yaml"],
    );
    assert_eq!((again.code, again.out.as_str()), (Some(0), ""));
}

#[test]
fn samples_are_checked_against_their_flow() {
    let flow = LOOSE.replace("loose", "sampled");
    let sample = "schema: 1\nsample: paid\ntrigger: stripe.charge.captured\nbody: {}\nexpect:\n  \
                  state: done\n  effects:\n    - use: infor.journal.post\n";
    let folder = folder(&[("f/flow.yaml", &flow), ("f/samples/paid.yaml", sample)]);
    let called = call(folder.path(), &[], &["flow", "check", "f"]);
    assert_eq!(called.code, Some(1), "{}", called.out);
    assert!(
        called.out.contains("f/flow.yaml: in order"),
        "{}",
        called.out
    );
    for said in [
        "`sampled` is not started by `stripe.charge.captured`",
        "the flow does not use `infor.journal.post`",
    ] {
        assert!(called.out.contains(said), "{}", called.out);
    }
}

#[test]
fn a_new_flow_is_in_order_and_never_overwrites_one() {
    let folder = folder(&[]);
    for trigger in [
        "stripe.refund.created",
        "infor.invoice.created",
        "manual",
        "call",
    ] {
        let id = trigger.replace(['.', '_'], "-");
        let args = ["flow", "new", id.as_str(), "--trigger", trigger];
        let made = call(folder.path(), &[], &args);
        assert_eq!(made.code, Some(0), "{}", made.err);
        let again = call(folder.path(), &[], &args);
        assert_eq!(again.code, Some(1));
        let (flow, problems) = model::flow::parse(
            &std::fs::read_to_string(folder.path().join(format!("flows/{id}/flow.yaml")))
                .expect("the flow"),
        );
        assert_eq!(problems, []);
        assert_eq!(flow.expect("a flow").id, id);
    }
    let checked = call(folder.path(), &[], &["flow", "fmt", "--check", "flows"]);
    assert_eq!(checked.code, Some(0), "{}", checked.out);
    let wrong = call(
        folder.path(),
        &[],
        &["flow", "new", "x", "--trigger", "stripe.x"],
    );
    assert!(
        wrong.err.contains("there is no trigger `stripe.x`"),
        "{}",
        wrong.err
    );
}

#[test]
fn the_ready_made_flows_and_their_samples_are_in_order_and_in_their_form() {
    let checked = call(&repository(), &[], &["flow", "check", "flows"]);
    assert_eq!(checked.code, Some(0), "{}", checked.out);
    let samples = checked
        .out
        .lines()
        .filter(|line| line.contains("/samples/"));
    assert!(samples.count() >= 4, "{}", checked.out);
    let formatted = call(&repository(), &[], &["flow", "fmt", "--check", "flows"]);
    assert_eq!(formatted.code, Some(0), "{}", formatted.out);
}

#[test]
fn flows_are_explained() {
    let called = call(
        &repository(),
        &[],
        &["flow", "explain", "flows/apply-payment/flow.yaml"],
    );
    assert_eq!(called.code, Some(0), "{}", called.err);
    assert!(
        called.out.contains("When Infor M3 reports invoice.created"),
        "{}",
        called.out
    );
}

#[test]
fn the_published_schema_is_the_generated_one() {
    let called = call(&repository(), &[], &["flow", "schema"]);
    let path = repository().join("docs/flow.schema.json");
    let published = std::fs::read_to_string(path).expect("the schema");
    assert!(
        called.out == published,
        "write it anew: towpath flow schema > docs/flow.schema.json"
    );
    let full = call(&repository(), &[], &["flow", "schema", "--full"]);
    let full: serde_json::Value = serde_json::from_str(&full.out).expect("JSON");
    let operations = full["$defs"]["operation"]["oneOf"]
        .as_array()
        .expect("a list");
    assert!(
        operations
            .iter()
            .any(|o| o["const"] == "infor.sales_order.create")
    );
}
