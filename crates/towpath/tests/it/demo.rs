//! The demo is the main job from end to end: it fails if the books do not tie.

use std::process::{Command, Output};

fn demo(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath"));
    command.args(["demo", "--once"]).args(args);
    command.output().expect("the binary runs")
}

fn assert_ties(output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    assert!(text.contains("Every cent is explained."), "{text}");
    assert!(text.contains("No dead letters."), "{text}");
}

#[test]
fn the_demo_ties_on_sqlite() {
    assert_ties(&demo(&[]));
}

#[test]
fn the_demo_ties_on_postgresql() {
    if store::testing::is_left_out() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (store, guard) = runtime.block_on(store::testing::postgres());
    runtime.block_on(store.close());
    let store::testing::Guard::Postgres(url) = &guard else {
        unreachable!("it is PostgreSQL")
    };
    assert_ties(&demo(&["--postgres", url]));
}
