//! `towpath flow check`.

use crate::program::call;

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

#[test]
fn a_wrong_flow_is_answered_with_all_its_problems() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("wrong.yaml"), WRONG).expect("written");
    let called = call(folder.path(), &[], &["flow", "check", "wrong.yaml"]);
    assert_eq!(called.code, Some(1), "{}", called.err);
    assert!(
        called
            .out
            .contains("did you mean `stripe.charge.succeeded`?"),
        "{}",
        called.out
    );
    assert!(called.out.contains("unknown_operation"), "{}", called.out);
    let called = call(
        folder.path(),
        &[],
        &["flow", "check", "--json", "wrong.yaml"],
    );
    assert_eq!(called.code, Some(1));
    let files: serde_json::Value = serde_json::from_str(&called.out).expect("JSON");
    assert_eq!(files[0]["ok"], false);
    assert!(
        files[0]["problems"]
            .as_array()
            .is_some_and(|p| p.len() >= 2),
        "{files}"
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let called = call(folder.path(), &[], &["flow", "check", "nothing.yaml"]);
    assert_eq!(called.code, Some(1));
    assert!(called.err.contains("nothing.yaml"), "{}", called.err);
}
