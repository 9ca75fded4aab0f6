//! A credential that is refused stops its connection, not the inbox; what waits goes on by itself.

use crate::sandbox::{Sandboxes, Towpath};
use sim::faults::{Action, Fault, Match};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_the_connection_was_paused_is_worked_when_it_opens() {
    let (store, guard) = store::testing::sqlite().await;
    store.close().await;
    let sandboxes = Sandboxes::start().await;
    let mut towpath = Towpath::start(&sandboxes, &guard.settings()).await;
    towpath.fill_lookups().await;
    let refused = Action::Status {
        status: 401,
        code: None,
        message: Some("Invalid API Key provided".into()),
        headers: std::collections::BTreeMap::new(),
    };
    let matcher = Match {
        path: Some("/v1/*".into()),
        ..Match::default()
    };
    sandboxes.stripe.faults().plant(Fault {
        matcher,
        times: None,
        action: refused,
    });
    sandboxes.sell(0);
    sandboxes.stripe.settled().await;
    towpath.live_for(Duration::from_secs(2)).await;
    for n in 1..6 {
        sandboxes.sell(n);
    }
    sandboxes.stripe.settled().await;
    assert!(
        !sandboxes.acknowledged().is_empty(),
        "deliveries are taken all the same"
    );
    assert_eq!(
        sandboxes
            .infor
            .orders()
            .values()
            .filter(|o| !o.history)
            .count(),
        0
    );
    sandboxes.stripe.faults().clear();
    towpath.finish(&sandboxes).await;
    assert_eq!(
        sandboxes
            .infor
            .orders()
            .values()
            .filter(|o| !o.history)
            .count(),
        6
    );
    for ((kind, reference), count) in sandboxes.infor.postings_per_reference() {
        assert_eq!(count, 1, "Infor has {count} of {kind} {reference}");
    }
}
