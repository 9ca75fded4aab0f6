//! The ready-made flows in sentences, as they stand in `tests/explained`.
//!
//! `UPDATE=1 cargo test -p engine --test it explain` writes them anew; read the difference.

use crate::app::REGISTRY;
use std::path::Path;

#[test]
fn the_ready_made_flows_are_explained() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let update = std::env::var_os("UPDATE").is_some();
    for id in [
        "apply-payment",
        "book-transactions",
        "order-to-cash",
        "payout-reconciliation",
    ] {
        let path = here.join(format!("../../flows/{id}/flow.yaml"));
        check(
            here,
            id,
            &std::fs::read_to_string(path).expect("the flow"),
            update,
        );
    }
    // Every block, where the ready-made flows have only some.
    let path = here.join("tests/blocks/every-block.yaml");
    let text = std::fs::read_to_string(path).expect("the flow");
    check(here, "every-block", &text, update);
}

fn check(here: &Path, id: &str, text: &str, update: bool) {
    let (flow, problems) = model::flow::parse(text);
    assert_eq!(problems, [], "{id}");
    let plan = engine::compile(text, REGISTRY).0;
    let conversions = plan.map(|plan| plan.conversions).unwrap_or_default();
    let told = engine::explain(&flow.expect("a flow"), &conversions, REGISTRY);
    assert!(
        told.lines().all(|line| line.chars().count() <= 100),
        "{told}"
    );
    let path = here.join(format!("tests/explained/{id}.txt"));
    if update {
        std::fs::write(&path, &told).expect("written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(told, expected, "{id}");
}
