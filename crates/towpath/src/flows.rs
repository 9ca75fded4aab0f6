//! The ready-made flows, built in with their samples.

use server::guide::ReadyFlow;

macro_rules! ready {
    ($($id:literal: [$($sample:literal),* $(,)?]),* $(,)?) => {
        &[$(ReadyFlow {
            id: $id,
            text: include_str!(concat!("../../../flows/", $id, "/flow.yaml")),
            samples: &[$(
                include_str!(concat!("../../../flows/", $id, "/samples/", $sample, ".yaml"))
            ),*],
        }),*]
    };
}

/// All of them; the one to begin with is first.
pub const READY: &[ReadyFlow] = ready![
    "order-to-cash": [
        "authorised-only",
        "guest",
        "known-customer",
        "other-total",
        "unknown-product",
        "unpaid",
    ],
    "apply-payment": [
        "charge-not-known-yet",
        "credit-note",
        "invoice-without-order",
        "paid-in-full",
        "somebody-elses",
    ],
    "refund": [
        "after-the-invoice",
        "before-the-invoice",
        "delivered-not-invoiced",
        "failed",
        "no-order-yet",
        "pending",
    ],
    "payout-reconciliation": ["failed-days-later", "in-the-bank", "manual-payout"],
    "book-transactions": [
        "charge",
        "moves-nothing",
        "refund",
        "refund-at-another-rate",
        "unknown-kind",
    ],
    "payment-failed": ["customer-is-told", "order-is-held", "paid-meanwhile"],
    "close-dispute": ["inquiry", "lost-before-the-invoice", "won"],
];

/// The ready-made flow `id`.
pub fn ready(id: &str) -> Option<&'static ReadyFlow> {
    READY.iter().find(|f| f.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_folder_with_a_flow_is_in_the_list() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows");
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).expect("the flows are there") {
            let path = entry.expect("a folder").path();
            if path.join("flow.yaml").exists() {
                let name = path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                let mut samples = BTreeSet::new();
                for sample in std::fs::read_dir(path.join("samples")).expect("it has samples") {
                    let path = sample.expect("a sample").path();
                    samples.insert(std::fs::read_to_string(path).expect("a text"));
                }
                let listed = ready(&name).map(|flow| flow.samples).unwrap_or_default();
                let listed: BTreeSet<String> = listed.iter().map(|s| (*s).to_owned()).collect();
                assert_eq!(listed, samples, "{name}");
                found.push(name);
            }
        }
        found.sort();
        let mut listed: Vec<&str> = READY.iter().map(|f| f.id).collect();
        listed.sort_unstable();
        assert_eq!(listed, found);
    }

    #[test]
    fn every_flow_can_be_deployed() {
        for flow in READY {
            let (plan, problems) = engine::compile(flow.text, crate::connectors::REGISTRY);
            assert!(
                plan.is_some_and(|p| p.flow.id == flow.id),
                "{}: {problems:?}",
                flow.id
            );
        }
    }
}
