//! Completions and help.

use crate::program::call;

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
