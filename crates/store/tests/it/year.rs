//! A year of money: what the home page asks for comes at once. It takes a while to fill the stores,
//! so it is asked for by name: `cargo test -p store --test it -- --ignored year --nocapture`.

use crate::given::ENVIRONMENT;
use crate::million::quickest;
use model::Timestamp;
use model::ids::{DeploymentId, FlowId};
use store::testing::Guard;
use store::{Bounds, CauseFilter, testing};

/// Runs, entries of three lines, deposits, exceptions; one of 61 was given up, of which one of
/// eight is open. Times rise with the numbers. The last 300 entries and 400 deposits are open.
async fn fill(guard: &Guard) {
    let (numbers, bytes) = match guard {
        Guard::Sqlite(_) => (
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
             WHERE n < 200000)",
            "zeroblob(32)",
        ),
        Guard::Postgres(_) => (
            "WITH numbers(n) AS (SELECT CAST(g AS BIGINT) FROM generate_series(1, 200000) AS g)",
            "decode(repeat('00', 32), 'hex')",
        ),
    };
    let currency =
        "CASE n % 4 WHEN 0 THEN 'USD' WHEN 1 THEN 'EUR' WHEN 2 THEN 'GBP' ELSE 'JPY' END";
    for (table, columns, values, rest) in [
        (
            "run",
            "id, environment, flow, deployment, event, peer, key, lane, shard, live, state, rev,
             cursor, attempt, due_at, created_at, ended_at",
            "n, 1, n % 7, n % 7, n, 'peer', 'ch_' || n, n, n % 64, 0,
                 CASE WHEN n % 61 = 0 THEN 6 ELSE 5 END, 1, 1, 0, n, n, n + n % 1000"
                .into(),
            "",
        ),
        (
            "entry",
            "id, environment, reference, kind, date, currency, text, rule_revision, digest,
             effect_peer, effect_kind, effect_reference, effect_generation, run, state,
             sent_reference, created_at, updated_at, debit_minor",
            format!(
                "n, 1, 'txn_' || n, 'J4', '2026-01-01', {currency}, '', 1, {bytes}, 'erp',
                 'journal', 'txn_' || n, 0, n, CASE WHEN n > 199700 THEN 1 ELSE 2 END, 'S' || n,
                 n, n, 1000"
            ),
            "",
        ),
        (
            "entry_line",
            "entry, place, account, amount_minor, text",
            "n, p, CASE p WHEN 0 THEN '1010' WHEN 1 THEN '6000' ELSE '2300' END,
             CASE p WHEN 0 THEN 970 WHEN 1 THEN 30 ELSE -1000 END, ''"
                .into(),
            ", (SELECT 0 AS p UNION ALL SELECT 1 UNION ALL SELECT 2) AS places",
        ),
        (
            "deposit",
            "environment, charge, presentment_currency, presentment_minor, presentment_left,
             settlement_currency, settlement_minor, settlement_left, opened_at",
            format!(
                "1, 'ch_' || n, {currency}, 1000, CASE WHEN n > 199600 THEN 1000 ELSE 0 END,
                 {currency}, 1000, CASE WHEN n > 199600 THEN 1000 ELSE 0 END, n"
            ),
            "",
        ),
        (
            "dead_letter",
            "run, environment, flow, fingerprint, class, step, message, amount_minor, currency,
             since, resolution",
            format!(
                "n, 1, n % 7, 'CAUSE' || (n % 41), 'rejected', 'order', 'no', 1000, {currency}, n,
                 CASE WHEN n % 488 = 0 THEN NULL ELSE 'replayed' END"
            ),
            " WHERE n % 61 = 0",
        ),
    ] {
        let text =
            format!("INSERT INTO {table}({columns}) {numbers} SELECT {values} FROM numbers{rest}");
        guard.execute(&text).await;
    }
    if matches!(guard, Guard::Postgres(_)) {
        guard.execute("ANALYZE").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes a while to fill the stores"]
async fn home_comes_at_once_after_a_year() {
    for (name, store, guard) in testing::stores().await {
        fill(&guard).await;
        let bounds = Bounds {
            usual: Timestamp(199_000),
            deposits: Timestamp(0),
            fresh: Timestamp(199_000),
            week: Timestamp(190_000),
        };
        let what = format!("{name} the standing");
        let standing = quickest(&what, async || {
            let standing = store.standing(ENVIRONMENT, bounds).await.unwrap();
            let parts = standing.posted.len();
            (standing, parts)
        })
        .await;
        let posted: i64 = standing.posted.iter().map(|part| part.amount_minor).sum();
        assert_eq!((standing.posted.len(), posted), (4, 199_700_000));
        let causes = quickest(&format!("{name} causes"), async || {
            let found = store.dead_letter_causes(ENVIRONMENT, CauseFilter::default(), 201);
            let found = found.await.unwrap().len();
            (found, found)
        })
        .await;
        assert!(causes > 40);
        let flows: Vec<_> = (0..7).map(|n| (FlowId(n), DeploymentId(n))).collect();
        let runs = quickest(&format!("{name} flows"), async || {
            let found = store.run_statistics(ENVIRONMENT, flows.clone(), 200).await;
            let found = found.unwrap();
            (found[0].runs, found.len())
        })
        .await;
        assert_eq!(runs, 200);
    }
}
