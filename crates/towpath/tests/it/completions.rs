//! Completions, help, and what is printed in general.

use crate::program::{call, towpath};
use std::process::Stdio;

#[test]
fn every_shell_gets_a_script() {
    let folder = tempfile::tempdir().expect("a folder");
    for shell in ["bash", "zsh", "fish"] {
        let called = call(folder.path(), &[], &["completions", shell]);
        assert_eq!(called.code, Some(0), "{}", called.err);
        assert!(called.out.contains("sandbox"), "{shell}");
    }
}

#[test]
fn help_says_what_and_shows_examples() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in [
        &["--help"][..],
        &["serve", "--help"],
        &["sandbox", "--help"],
        &["flow", "check", "--help"],
        &["flow", "draft", "--help"],
        &["flow", "deploy", "--help"],
        &["flow", "promote", "--help"],
        &["flow", "rollback", "--help"],
        &["env", "--help"],
        &["connection", "--help"],
        &["runs", "--help"],
        &["doctor", "--help"],
        &["config", "show", "--help"],
    ] {
        let called = call(folder.path(), &[], command);
        assert_eq!(called.code, Some(0));
        assert!(
            called.out.contains("Examples:"),
            "{command:?}\n{}",
            called.out
        );
    }
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let folder = tempfile::tempdir().expect("a folder");
    for args in [&["config", "default"][..], &["flow", "functions"]] {
        let mut command = towpath(folder.path(), &[], args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), told.as_ref()), (Some(0), ""));
    }
}
