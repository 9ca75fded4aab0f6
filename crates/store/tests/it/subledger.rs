//! Entries, deposits, exceptions.

use crate::given::{ENVIRONMENT, advance, apply, at, done, effect_id, entry, started};
use finance::journal::JournalEntry;
use model::RunState;
use store::{
    Advance, Advanced, DepositRecord, DepositWrite, EntryWrite, Error, ExceptionRecord, Marked,
    Page, ResolveException, StartedRun, Voucher, testing,
};

fn insert(entry: JournalEntry) -> EntryWrite {
    let sent_reference = format!("ST{}", entry.reference);
    EntryWrite::Insert {
        entry,
        effect: effect_id("txn"),
        sent_reference,
    }
}

fn books(run: &StartedRun, rev: i64, entries: Vec<EntryWrite>) -> Advance {
    let mut item = advance(run, RunState::Running);
    (item.rev, item.entries) = (rev, entries);
    item
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_booked_once_and_goes_on_to_posted() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let one = entry("txn_1", 1999);
        done(
            &store,
            &fence,
            books(
                &run,
                0,
                vec![insert(one.clone()), insert(entry("txn_2", 5))],
            ),
        )
        .await;
        // The same again is nothing; other lines under the same reference are a defect.
        done(&store, &fence, books(&run, 1, vec![insert(one.clone())])).await;
        let other = apply(
            &store,
            &fence,
            books(&run, 2, vec![insert(entry("txn_1", 2000))]),
        )
        .await;
        assert!(matches!(other, Advanced::Refused(_)), "{name}: {other:?}");

        let stored = store.entries(ENVIRONMENT, &["txn_1".into()]).await.unwrap();
        assert_eq!(stored.len(), 1, "{name}");
        assert_eq!(
            (&stored[0].entry, stored[0].state.as_str()),
            (&one, "sent"),
            "{name}"
        );
        let staged = EntryWrite::State {
            reference: "txn_1".into(),
            kind: "J4".into(),
            state: "staged".into(),
            voucher: None,
        };
        done(&store, &fence, books(&run, 2, vec![staged.clone()])).await;
        let unposted = store
            .entries_unposted(ENVIRONMENT, Page::first(10))
            .await
            .unwrap();
        assert_eq!(unposted.len(), 2, "{name}");
        assert_eq!(unposted[0].state, "staged", "{name}");

        let voucher = |reference: &str, debit_minor| Voucher {
            sent_reference: reference.into(),
            voucher: "V7".into(),
            debit_minor,
            currency: "EUR".into(),
        };
        let vouchers = vec![
            voucher("STtxn_1", 1999),
            voucher("STtxn_2", 6),
            voucher("nobody's", 1),
        ];
        let marked = store
            .mark_posted(ENVIRONMENT, vouchers.clone(), at(9))
            .await
            .unwrap();
        assert_eq!(marked[0], Marked::Posted(stored[0].id), "{name}");
        assert!(
            matches!(marked[1], Marked::Differs { debit_minor: 5, .. }),
            "{name}"
        );
        assert_eq!(marked[2], Marked::Unknown, "{name}");
        let again = store
            .mark_posted(ENVIRONMENT, vouchers, at(9))
            .await
            .unwrap();
        assert_eq!(again[0], Marked::Already(stored[0].id), "{name}");
        // Never backwards.
        done(&store, &fence, books(&run, 3, vec![staged])).await;
        let stored = store.entries(ENVIRONMENT, &["txn_1".into()]).await.unwrap();
        assert_eq!(stored[0].state, "posted", "{name}");
        assert_eq!(stored[0].voucher.as_deref(), Some("V7"), "{name}");

        let totals = store.entry_totals(ENVIRONMENT).await.unwrap();
        let of = |account: &str, state: &str| {
            let found = totals
                .iter()
                .find(|t| t.account == account && t.state == state);
            found.map(|t| t.amount_minor)
        };
        assert_eq!(
            (of("1010", "posted"), of("2300", "posted")),
            (Some(1999), Some(-1999))
        );
        assert_eq!(
            (of("1010", "sent"), of("1010", "staged")),
            (Some(5), None),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_does_not_balance_is_neither_written_nor_read() {
    for (name, store, guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let mut crooked = entry("txn_1", 100);
        crooked.lines[0].amount_minor = 101;
        let refused = apply(&store, &fence, books(&run, 0, vec![insert(crooked)])).await;
        assert!(
            matches!(refused, Advanced::Refused(_)),
            "{name}: {refused:?}"
        );

        done(
            &store,
            &fence,
            books(&run, 0, vec![insert(entry("txn_1", 100))]),
        )
        .await;
        guard
            .execute("UPDATE entry_line SET amount_minor = 101 WHERE place = 0")
            .await;
        let read = store.entries(ENVIRONMENT, &["txn_1".into()]).await;
        assert!(
            matches!(read, Err(Error::Corrupt { table: "entry", .. })),
            "{name}: {read:?}"
        );
        let found = store.verify().await.unwrap();
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        // In balance, but not what was booked.
        guard
            .execute("UPDATE entry_line SET amount_minor = -101 WHERE place = 1")
            .await;
        let read = store.entries(ENVIRONMENT, &["txn_1".into()]).await;
        assert!(
            matches!(read, Err(Error::Corrupt { .. })),
            "{name}: {read:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_entry_leaves_a_trail_and_a_posted_one_stays() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        done(
            &store,
            &fence,
            books(&run, 0, vec![insert(entry("txn_1", 100))]),
        )
        .await;
        let withdraw = || {
            vec![EntryWrite::Withdraw {
                reference: "txn_1".into(),
                kind: "J4".into(),
            }]
        };
        done(&store, &fence, books(&run, 1, withdraw())).await;
        done(&store, &fence, books(&run, 2, withdraw())).await;
        assert!(
            store
                .entries(ENVIRONMENT, &["txn_1".into()])
                .await
                .unwrap()
                .is_empty(),
            "{name}"
        );
        let trail = store.audit_trail(Page::first(10)).await.unwrap();
        assert_eq!(trail.len(), 1, "{name}");
        assert!(
            trail[0].detail.contains("1010 100, 2300 -100"),
            "{name}: {}",
            trail[0].detail
        );

        done(
            &store,
            &fence,
            books(&run, 3, vec![insert(entry("txn_1", 100))]),
        )
        .await;
        let posted = EntryWrite::State {
            reference: "txn_1".into(),
            kind: "J4".into(),
            state: "posted".into(),
            voucher: Some("V1".into()),
        };
        done(&store, &fence, books(&run, 4, vec![posted])).await;
        let refused = apply(&store, &fence, books(&run, 5, withdraw())).await;
        assert!(
            matches!(refused, Advanced::Refused(_)),
            "{name}: {refused:?}"
        );
    }
}

fn deposit(charge: &str, minor: i64) -> DepositRecord {
    DepositRecord {
        environment: ENVIRONMENT,
        charge: charge.into(),
        payment_intent: Some("pi_1".into()),
        presentment_currency: "USD".into(),
        presentment_minor: minor,
        presentment_left: minor,
        settlement_currency: "EUR".into(),
        settlement_minor: minor - 10,
        settlement_left: minor - 10,
        opened_at: at(1),
    }
}

fn take(use_key: &str, before: i64, presentment: i64, settlement: i64) -> DepositWrite {
    DepositWrite::Take {
        use_key: use_key.into(),
        charge: "ch_1".into(),
        presentment_left_before: before,
        presentment_minor: presentment,
        settlement_minor: settlement,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_is_taken_in_parts_each_once() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let item = |rev, deposits| {
            let mut item = advance(&run, RunState::Running);
            (item.rev, item.deposits) = (rev, deposits);
            item
        };
        let open = || DepositWrite::Open(deposit("ch_1", 100));
        done(&store, &fence, item(0, vec![open()])).await;
        done(
            &store,
            &fence,
            item(1, vec![open(), take("ch_1:inv_1:2024", 100, 60, 54)]),
        )
        .await;
        // The same part again is nothing.
        done(
            &store,
            &fence,
            item(2, vec![take("ch_1:inv_1:2024", 100, 60, 54)]),
        )
        .await;
        let left = store.deposits(ENVIRONMENT, &["ch_1".into()]).await.unwrap();
        assert_eq!(
            (left[0].presentment_left, left[0].settlement_left),
            (40, 36),
            "{name}"
        );

        let stale = apply(&store, &fence, item(3, vec![take("b", 100, 40, 36)])).await;
        assert_eq!(stale, Advanced::DepositStale("ch_1".into()), "{name}");
        let too_much = apply(&store, &fence, item(3, vec![take("b", 40, 41, 36)])).await;
        assert!(
            matches!(too_much, Advanced::Refused(_)),
            "{name}: {too_much:?}"
        );
        let since = |store: &store::Store| {
            let store = store.clone();
            async move {
                store
                    .deposits_open_since(ENVIRONMENT, at(5), None, 10)
                    .await
                    .unwrap()
            }
        };
        assert_eq!(since(&store).await.len(), 1, "{name}");
        // Two parts of one item see each other.
        let both = vec![take("b", 40, 30, 27), take("c", 10, 10, 9)];
        done(&store, &fence, item(3, both)).await;
        assert!(since(&store).await.is_empty(), "{name}");
        let by_intent = store
            .deposits_by_intent(ENVIRONMENT, &["pi_1".into()])
            .await
            .unwrap();
        assert_eq!(
            (by_intent[0].presentment_left, by_intent[0].settlement_left),
            (0, 0)
        );
        let other = DepositWrite::Open(deposit("ch_1", 101));
        let other = apply(&store, &fence, item(4, vec![other])).await;
        assert!(matches!(other, Advanced::Refused(_)), "{name}: {other:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exception_is_open_once_per_thing() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let exception = |sentence: &str| ExceptionRecord {
            kind: "payout_difference".into(),
            key: "po_1".into(),
            sentence: sentence.into(),
            amount_minor: Some(-3),
            currency: Some("EUR".into()),
        };
        let mut item = advance(&run, RunState::Running);
        item.exceptions = vec![exception("3 cents are missing")];
        done(&store, &fence, item).await;
        store
            .open_exceptions(ENVIRONMENT, vec![exception("still")], at(3))
            .await
            .unwrap();
        let open = store
            .exceptions(ENVIRONMENT, store::ExceptionFilter::OPEN, Page::first(10))
            .await
            .unwrap();
        assert_eq!(open.len(), 1, "{name}");
        assert_eq!(open[0].exception, exception("still"), "{name}");
        let resolve = ResolveException {
            environment: ENVIRONMENT,
            kind: "payout_difference".into(),
            key: "po_1".into(),
            who: "ada".into(),
            reason: "bank fee".into(),
            at: at(4),
        };
        store.resolve_exception(resolve.clone()).await.unwrap();
        store.resolve_exception(resolve).await.unwrap();
        assert_eq!(store.counts().await.unwrap().open_exceptions, 0, "{name}");
        store
            .open_exceptions(ENVIRONMENT, vec![exception("again")], at(5))
            .await
            .unwrap();
        let all = store
            .exceptions(
                ENVIRONMENT,
                store::ExceptionFilter::default(),
                Page::first(10),
            )
            .await
            .unwrap();
        assert_eq!(all.len(), 2, "{name}");
        assert_eq!(
            store.audit_trail(Page::first(10)).await.unwrap().len(),
            1,
            "{name}"
        );
    }
}
