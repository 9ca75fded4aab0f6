//! The binary is killed again and again under load, and nothing is lost or doubled.
//!
//! The sandboxes live in the test, so that they survive and can be asked what really happened. The
//! binary is killed with SIGKILL at moments that a seed chooses; one delivery in twenty is repeated.

use crate::sandbox::{Sandboxes, Towpath, kept};
use model::RunState;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::time::Duration;
use store::{Page, RunFilter, Store};

/// On each database; fifty and more in all.
const KILLS: u32 = 26;

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_on_sqlite() {
    let (store, guard) = store::testing::sqlite().await;
    store.close().await;
    killed_under_load(&guard.settings()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_on_postgresql() {
    if store::testing::is_left_out() {
        return;
    }
    let (store, guard) = store::testing::postgres().await;
    store.close().await;
    killed_under_load(&guard.settings()).await;
}

async fn killed_under_load(settings: &store::Settings) {
    let mut random = StdRng::seed_from_u64(7);
    let sandboxes = Sandboxes::start().await;
    let mut towpath = Towpath::start(&sandboxes, settings).await;
    towpath.fill_lookups().await;
    let mut sold = 0_usize;
    for _ in 0..KILLS {
        for _ in 0..4 {
            sandboxes.sell(sold);
            sold += 1;
        }
        sandboxes.repeat_an_event().await;
        sandboxes.pass(30).await;
        towpath
            .live_for(Duration::from_millis(random.random_range(20..600)))
            .await;
        towpath.kill();
        towpath = Towpath::start(&sandboxes, settings).await;
    }
    towpath.receive("charge.succeeded", sold).await;
    towpath.finish(&sandboxes).await;
    let acknowledged = sandboxes.acknowledged();
    towpath.kill();

    let store = Store::open(settings.clone())
        .await
        .expect("the store opens");
    let environment = store.environments().await.expect("environments")[0].id;
    for event in kept(&store, &acknowledged).await {
        for run in store.runs_of_event(event).await.expect("runs") {
            let run = store.run(run).await.expect("a run");
            let ended = matches!(
                run.state,
                RunState::Done | RunState::Covered | RunState::Dead | RunState::Skipped
            );
            assert!(
                ended,
                "{event}: {} is {}: {:?}",
                run.id,
                run.state.as_str(),
                run.fault
            );
        }
    }
    let dead = RunFilter {
        state: Some(RunState::Dead),
        ..RunFilter::default()
    };
    let dead = store
        .runs(environment, dead, Page::first(200))
        .await
        .expect("runs");
    let mut asked = 0;
    for run in &dead {
        let letter = store.dead_letter(run.id).await.expect("a letter").letter;
        assert!(
            letter.question.is_some(),
            "{}: dead without a question: {letter:?}",
            run.id
        );
        asked += 1;
    }
    for ((kind, reference), count) in sandboxes.infor.postings_per_reference() {
        assert_eq!(count, 1, "Infor has {count} of {kind} {reference}");
    }
    let orders = sandboxes
        .infor
        .orders()
        .values()
        .filter(|o| !o.history)
        .count();
    assert!(orders <= sold, "{orders} orders of {sold} sales");
    assert!(
        orders + asked >= sold,
        "{orders} orders and {asked} questions of {sold} sales"
    );
    eprintln!(
        "{KILLS} kills, {sold} sales, {} events acknowledged, {orders} orders, {asked} for a person",
        acknowledged.len()
    );
    store.close().await;
}
