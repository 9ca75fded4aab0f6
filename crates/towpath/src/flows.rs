//! The ready-made flows, built in.

/// A flow that comes with the program.
pub struct ReadyFlow {
    pub id: &'static str,
    pub text: &'static str,
}

macro_rules! ready {
    ($($id:literal),* $(,)?) => {
        &[$(ReadyFlow {
            id: $id,
            text: include_str!(concat!("../../../flows/", $id, "/flow.yaml")),
        }),*]
    };
}

/// All of them, by id.
pub const READY: &[ReadyFlow] = ready![
    "apply-payment",
    "book-transactions",
    "close-dispute",
    "order-to-cash",
    "payment-failed",
    "payout-reconciliation",
    "refund",
];

/// The ready-made flow `id`.
pub fn ready(id: &str) -> Option<&'static ReadyFlow> {
    READY.iter().find(|f| f.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
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
                found.push(name);
            }
        }
        found.sort();
        let listed: Vec<&str> = READY.iter().map(|f| f.id).collect();
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
