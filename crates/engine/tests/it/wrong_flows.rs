//! Every wrong flow of `tests/wrong_flows` gives exactly the problems that stand at its end.
//!
//! `UPDATE=1 cargo test -p engine --test it wrong_flows` writes them anew; read the difference.

use crate::app::REGISTRY;
use model::{Problem, Severity};
use std::fmt::Write;
use std::path::Path;

/// Above the problems, as comments.
const HEADING: &str = "# Problems:";

#[test]
fn wrong_flows_give_their_problems() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong_flows");
    let update = std::env::var_os("UPDATE").is_some();
    let mut count = 0;
    let mut differing = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let body = text
            .split_once(HEADING)
            .map_or(text.as_str(), |(body, _)| body);
        let problems = engine::compile(body, REGISTRY).1;
        assert!(
            !problems.is_empty(),
            "{}: nothing is wrong with it",
            path.display()
        );
        for problem in &problems {
            assert!(!problem.cure.is_empty(), "{}: {problem}", path.display());
        }
        let expected = format!("{}\n{HEADING}\n{}", body.trim_end(), told(&problems));
        count += 1;
        if expected != text {
            if update {
                std::fs::write(&path, &expected).expect("written");
            } else {
                differing.push(format!("{}:\n{}", path.display(), told(&problems)));
            }
        }
    }
    assert!(
        differing.is_empty(),
        "UPDATE=1 writes these:\n{}",
        differing.join("\n")
    );
    assert!(count >= 80, "{count} wrong flows");
}

/// The problems, a line each.
fn told(problems: &[Problem]) -> String {
    let mut lines = String::new();
    for problem in problems {
        let place = problem
            .place
            .map_or_else(|| "-".to_owned(), |p| p.to_string());
        let kind = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Problem {
            path,
            code,
            message,
            cure,
            ..
        } = problem;
        let path = if path.is_empty() { "-" } else { path };
        writeln!(lines, "# {place} {kind} {path} [{code}] {message}; {cure}").expect("a text");
    }
    lines
}
