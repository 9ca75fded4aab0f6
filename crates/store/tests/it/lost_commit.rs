//! PostgreSQL commits, and the answer never comes: the batch is repeated and nothing doubles.
//!
//! Between the store and the server stands a proxy of ours that passes everything on, hears when
//! COMMIT is sent, and cuts the line instead of passing on what the server answers.

use crate::given::{ENVIRONMENT, advance, at, entry, event, started};
use model::RunState;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{
    Advanced, DepositRecord, DepositWrite, EntryWrite, ExceptionRecord, Page, Settings, Store,
    testing,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A simple query is `Q`, its length, and its text with a zero byte behind it
/// (postgresql.org/docs/current/protocol-message-formats.html).
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

/// Cuts the line after so many COMMITs have reached the server.
#[derive(Clone, Default)]
struct Proxy {
    cuts: Arc<AtomicU32>,
    cut: Arc<AtomicU32>,
}

impl Proxy {
    /// Listens before `server`; answers with the port.
    async fn start(&self, server: String) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = self.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(proxy.clone().pass(client, server));
            }
        });
        port
    }

    /// Passes on until one side ends, or the answer of a COMMIT is to be lost.
    async fn pass(self, client: TcpStream, server: TcpStream) {
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let (mut asked, mut answered) = ([0; 16_384], [0; 16_384]);
        let mut is_lost = false;
        loop {
            tokio::select! {
                read = from_client.read(&mut asked) => {
                    let Some(bytes) = some(&asked, read) else { return };
                    // The server answers all that was asked before a commit is sent.
                    let commits = bytes.windows(COMMIT.len()).any(|w| w == COMMIT);
                    is_lost |= commits && self.takes_one();
                    if to_server.write_all(bytes).await.is_err() {
                        return;
                    }
                }
                read = from_server.read(&mut answered) => {
                    let Some(bytes) = some(&answered, read) else { return };
                    if is_lost {
                        // It is committed, and nobody is told.
                        self.cut.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    if to_client.write_all(bytes).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn takes_one(&self) -> bool {
        let less = |n: u32| n.checked_sub(1);
        self.cuts
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
            .is_ok()
    }
}

fn some(buffer: &[u8], read: std::io::Result<usize>) -> Option<&[u8]> {
    read.ok().filter(|n| *n > 0).map(|n| &buffer[..n])
}

/// The store behind a proxy.
async fn behind_a_proxy() -> Option<(Store, Proxy, testing::Guard)> {
    if testing::is_left_out() {
        return None;
    }
    let (store, guard) = testing::postgres().await;
    store.close().await;
    let testing::Guard::Postgres(url) = &guard else {
        unreachable!("it is PostgreSQL")
    };
    let (before, database) = url.rsplit_once('/').unwrap();
    let (before, server) = before.rsplit_once('@').unwrap();
    let proxy = Proxy::default();
    let port = proxy.start(server.to_owned()).await;
    let url = format!("{before}@127.0.0.1:{port}/{database}");
    let store = Store::open(Settings::postgres(url)).await.unwrap();
    Some((store, proxy, guard))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_commit_was_not_answered_is_stored_once() {
    let Some((store, proxy, _guard)) = behind_a_proxy().await else {
        return;
    };
    // Once, and twice in a row.
    for (n, cuts) in [(1, 1), (2, 2)] {
        proxy.cuts.store(cuts, Ordering::SeqCst);
        let answers = store
            .ingest(vec![event(&format!("evt_{n}"), &format!("ch_{n}"))])
            .await;
        assert!(answers.unwrap()[0].is_ok());
        let counts = store.counts().await.unwrap();
        assert_eq!((counts.events, counts.runs_in(RunState::Ready)), (n, n));
    }
    assert_eq!(proxy.cut.load(Ordering::SeqCst), 3, "the line was cut");
    assert!(store.verify().await.unwrap().is_empty());
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advance_whose_commit_was_not_answered_books_once() {
    let Some((store, proxy, _guard)) = behind_a_proxy().await else {
        return;
    };
    let fence = store.lease("a").await.unwrap();
    let run = started(&store, "evt_1", "ch_1").await;
    let mut item = advance(&run, RunState::Running);
    item.entries = vec![EntryWrite::Insert {
        entry: entry("txn_1", 1_999),
        effect: crate::given::effect_id("txn"),
        sent_reference: "STtxn_1".into(),
    }];
    item.deposits = vec![DepositWrite::Open(DepositRecord {
        environment: ENVIRONMENT,
        charge: "ch_1".into(),
        payment_intent: None,
        presentment_currency: "EUR".into(),
        presentment_minor: 1_999,
        presentment_left: 1_999,
        settlement_currency: "EUR".into(),
        settlement_minor: 1_999,
        settlement_left: 1_999,
        opened_at: at(1),
    })];
    item.exceptions = vec![ExceptionRecord {
        kind: "suspense".into(),
        key: "txn_1".into(),
        sentence: "look at it".into(),
        amount_minor: None,
        currency: None,
    }];
    proxy.cuts.store(1, Ordering::SeqCst);
    let answer = store
        .advance(fence.clone(), vec![item])
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(proxy.cut.load(Ordering::SeqCst), 1, "the line was cut");
    // The repeated item meets what it wrote itself: either answer says that it stands.
    assert!(
        matches!(answer, Advanced::Done { .. } | Advanced::Stale),
        "{answer:?}"
    );
    let stored = store.run(run.id).await.unwrap();
    assert_eq!((stored.rev, stored.state), (1, RunState::Running));
    let entries = store.entries(ENVIRONMENT, &["txn_1".into()]).await.unwrap();
    assert_eq!(entries.len(), 1);
    let deposits = store.deposits(ENVIRONMENT, &["ch_1".into()]).await.unwrap();
    assert_eq!(deposits[0].presentment_left, 1_999);
    let exceptions = store
        .exceptions(ENVIRONMENT, store::ExceptionFilter::OPEN, Page::first(9))
        .await
        .unwrap();
    assert_eq!(exceptions.len(), 1);
    // And the next one takes its part once, although its answer is lost twice.
    let take = |rev| {
        let mut item = advance(&run, RunState::Running);
        item.rev = rev;
        item.deposits = vec![DepositWrite::Take {
            use_key: "ch_1:800001:2026".into(),
            charge: "ch_1".into(),
            presentment_left_before: 1_999,
            presentment_minor: 1_000,
            settlement_minor: 1_000,
        }];
        item
    };
    proxy.cuts.store(2, Ordering::SeqCst);
    let answer = store
        .advance(fence, vec![take(1)])
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert!(
        matches!(answer, Advanced::Done { .. } | Advanced::Stale),
        "{answer:?}"
    );
    assert_eq!(proxy.cut.load(Ordering::SeqCst), 3);
    let deposits = store.deposits(ENVIRONMENT, &["ch_1".into()]).await.unwrap();
    assert_eq!(deposits[0].presentment_left, 999);
    assert!(store.verify().await.unwrap().is_empty());
    store.close().await;
}
