//! A million runs: the first page of every list comes at once. It takes minutes to fill the stores,
//! so it is asked for by name: `cargo test -p store --test it -- --ignored million --nocapture`.

use crate::given::ENVIRONMENT;
use model::RunState;
use model::ids::{ConnectionId, FlowId};
use std::time::{Duration, Instant};
use store::testing::Guard;
use store::{EventFilter, EventState, Page, RunFilter, STRETCHES, Store, testing};

const LIMIT: Duration = Duration::from_millis(300);

/// The states of runs by what is left of their number; of a thousand, one waits, one is ready and
/// one is tried again, and 30 each did nothing, are covered, or were given up.
const STATE: &str =
    "CASE WHEN n % 1000 = 1 THEN 2 WHEN n % 1000 = 2 THEN 0 WHEN n % 1000 = 3 THEN 3
  WHEN n = 77 THEN 9 WHEN n % 1000 BETWEEN 100 AND 129 THEN 8 WHEN n % 1000 BETWEEN 200 AND 229
  THEN 7 WHEN n % 1000 BETWEEN 300 AND 329 THEN 6 ELSE 5 END";

async fn fill(guard: &Guard) {
    let (numbers, long, bytes) = match guard {
        Guard::Sqlite(_) => (
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
             WHERE n < 1000000)",
            "printf('%020d', n)",
            "zeroblob(32)",
        ),
        Guard::Postgres(_) => (
            "WITH numbers(n) AS (SELECT CAST(g AS BIGINT) FROM generate_series(1, 1000000) AS g)",
            "lpad(CAST(n AS TEXT), 20, '0')",
            "decode(repeat('00', 32), 'hex')",
        ),
    };
    let live = format!(
        "CASE WHEN {STATE} IN (0, 3) THEN 1 WHEN {STATE} = 2 THEN 2 WHEN {STATE} = 7 THEN -1
         ELSE 0 END"
    );
    let flow = "CASE WHEN n % 50000 = 9 THEN 99 ELSE n % 10 END";
    for (table, columns, values) in [
        (
            "event",
            "id, environment, connection, peer, dedupe_key, kind, occurred_at, received_at, secret,
             body_len, body_sha256, deliveries",
            format!(
                "n, 1, 3, 'peer', 'evt_' || {long}, CASE WHEN n = 5 THEN 'rare' ELSE 'usual' END,
                 n, n, 0, 4, {bytes}, 1"
            ),
        ),
        (
            "run",
            "id, environment, flow, deployment, event, peer, key, lane, shard, live, state, rev,
             cursor, attempt, due_at, created_at",
            format!(
                "n, 1, {flow}, 1, CASE WHEN n % 100000 = 50 THEN 1 ELSE n END, 'peer',
                 'ch_' || {long}, n, n % 64, {live}, {STATE}, 1, 1, 0, n, n"
            ),
        ),
        (
            "run_key",
            "environment, flow, peer, key, run",
            format!("1, {flow}, 'peer', 'ch_' || {long}, n"),
        ),
        (
            "dead_letter",
            "run, environment, flow, fingerprint, class, step, message, since, resolution",
            format!(
                "n, 1, {flow}, 'F', 'rejected', 'order', 'no', n,
                 CASE WHEN n % 10000 = 300 THEN NULL ELSE 'replayed' END"
            ),
        ),
    ] {
        let filter = match table {
            "dead_letter" => format!("WHERE {STATE} = 6"),
            "run_key" => format!("WHERE {STATE} NOT IN (7, 8)"),
            _ => String::new(),
        };
        let text = format!(
            "INSERT INTO {table}({columns}) {numbers} SELECT {values} FROM numbers {filter}"
        );
        guard.execute(&text).await;
    }
    if matches!(guard, Guard::Postgres(_)) {
        guard.execute("ANALYZE").await;
    }
}

/// The quickest of three, as a page is that is opened again.
pub async fn quickest<T>(what: &str, ask: impl AsyncFn() -> (T, usize)) -> T {
    let mut best: Option<(Duration, T, usize)> = None;
    for _ in 0..3 {
        let begun = Instant::now();
        let (answer, rows) = ask().await;
        let took = begun.elapsed();
        if best.as_ref().is_none_or(|(quickest, ..)| took < *quickest) {
            best = Some((took, answer, rows));
        }
    }
    let (took, answer, rows) = best.expect("it was asked");
    eprintln!("{:>8} µs  {rows:>3} rows  {what}", took.as_micros());
    assert!(took < LIMIT, "{what} took {took:?}");
    answer
}

async fn runs(
    name: &str,
    store: &Store,
    what: &str,
    filter: RunFilter,
    after: Option<i64>,
) -> usize {
    let page = Page { after, limit: 101 };
    quickest(&format!("{name} runs {what}"), async || {
        let slice = store.run_slice(ENVIRONMENT, filter.clone(), page, STRETCHES);
        let rows = slice.await.unwrap().rows.len();
        (rows, rows)
    })
    .await
}

async fn events(name: &str, store: &Store, what: &str, filter: EventFilter) -> usize {
    quickest(&format!("{name} events {what}"), async || {
        let page = Page::first(101);
        let slice = store.inbox(ENVIRONMENT, filter.clone(), page, STRETCHES);
        let rows = slice.await.unwrap().rows.len();
        (rows, rows)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes minutes to fill the stores"]
async fn a_page_of_a_million_comes_at_once() {
    for (name, store, guard) in testing::stores().await {
        fill(&guard).await;
        let all = RunFilter::default;
        let state = |state| RunFilter {
            state: Some(state),
            ..all()
        };
        assert_eq!(runs(name, &store, "newest", all(), None).await, 101);
        assert_eq!(
            runs(name, &store, "half-way down", all(), Some(500_000)).await,
            101
        );
        for waiting in [RunState::Waiting, RunState::Ready, RunState::Retry] {
            assert_eq!(
                runs(name, &store, waiting.as_str(), state(waiting), None).await,
                101
            );
        }
        for ended in [
            RunState::Dead,
            RunState::Done,
            RunState::Covered,
            RunState::Skipped,
        ] {
            assert_eq!(
                runs(name, &store, ended.as_str(), state(ended), None).await,
                101
            );
        }
        // The only one is the 77th: a first page goes down some way and says where it goes on.
        assert_eq!(
            runs(name, &store, "cancelled", state(RunState::Cancelled), None).await,
            0
        );
        let flow = |flow| RunFilter {
            flow: Some(FlowId(flow)),
            ..all()
        };
        assert_eq!(runs(name, &store, "of a flow", flow(3), None).await, 101);
        assert_eq!(
            runs(name, &store, "of a rare flow", flow(99), None).await,
            20
        );
        let search = |text: &str| RunFilter {
            search: Some(text.into()),
            ..all()
        };
        let key = "ch_00000000000000123456";
        assert_eq!(runs(name, &store, "by key", search(key), None).await, 1);
        assert_eq!(
            runs(
                name,
                &store,
                "by the beginning of all keys",
                search("ch_"),
                None
            )
            .await,
            101
        );

        let any = EventFilter::default;
        let standing = |standing| EventFilter {
            standing: Some(standing),
            ..any()
        };
        assert_eq!(events(name, &store, "newest", any()).await, 101);
        for one in [
            EventState::Done,
            EventState::Waiting,
            EventState::Stored,
            EventState::Failed,
        ] {
            assert!(events(name, &store, one.as_str(), standing(one)).await > 90);
        }
        assert!(events(name, &store, "ignored", standing(EventState::Ignored)).await > 0);
        let of = EventFilter {
            connection: Some(ConnectionId(3)),
            kind: Some("usual".into()),
            ..any()
        };
        assert_eq!(events(name, &store, "of a type", of).await, 101);
        let rare = EventFilter {
            kind: Some("rare".into()),
            ..any()
        };
        events(name, &store, "of a rare type", rare).await;
        let by = |text: &str| EventFilter {
            search: Some(text.into()),
            ..any()
        };
        assert_eq!(events(name, &store, "by a run's key", by(key)).await, 1);
        assert_eq!(
            events(name, &store, "by id", by("evt_00000000000000123456")).await,
            1
        );
        quickest(&format!("{name} search by key"), async || {
            let found = store.search(ENVIRONMENT, key, 20).await.unwrap();
            ((), found.runs.len())
        })
        .await;
        quickest(&format!("{name} statistics of a flow"), async || {
            let deployment = model::ids::DeploymentId(1);
            let found = store.flow_statistics(ENVIRONMENT, FlowId(3), deployment, 500);
            ((), found.await.unwrap().runs)
        })
        .await;
    }
}
