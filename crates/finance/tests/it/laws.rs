//! Laws that hold for every input. The generator has a fixed seed: a failure repeats.

use finance::deposit::{Deposit, application_entry};
use finance::posting::{
    BalanceTransaction, Context, FeeDetail, PostingRules, Share, dispute_lost, post, spread,
};
use finance::{Currency, Money};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const DATE: &str = "2026-11-24";
const CATEGORIES: [&str; 24] = [
    "charge",
    "charge_failure",
    "connect_collection_transfer",
    "connect_reserved_funds",
    "dispute",
    "dispute_reversal",
    "fee",
    "issuing_transaction",
    "network_cost",
    "other_adjustment",
    "partial_capture_reversal",
    "payout",
    "payout_reversal",
    "platform_earning",
    "platform_earning_refund",
    "refund",
    "refund_failure",
    "risk_reserved_funds",
    "tax",
    "topup",
    "topup_reversal",
    "transfer",
    "transfer_reversal",
    "",
];
const FEES: [&str; 6] = [
    "stripe_fee",
    "application_fee",
    "payment_method_passthrough_fee",
    "tax",
    "withheld_tax",
    "moon_fee",
];

fn holds<S: Strategy>(strategy: &S, law: impl Fn(S::Value)) {
    let config = Config {
        cases: 2_000,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(strategy, |value| {
        law(value);
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

fn transaction() -> impl Strategy<Value = BalanceTransaction> {
    let amount = -2_000_000_i64..2_000_000;
    let fee = (0..FEES.len(), -5_000_i64..5_000);
    let balance = prop_oneof![
        Just(None),
        Just(Some("payments")),
        Just(Some("risk_reserved"))
    ];
    (
        0..CATEGORIES.len(),
        amount,
        prop::collection::vec(fee, 0..4),
        balance,
    )
        .prop_map(|(category, amount, fees, balance)| {
            let fee = fees.iter().map(|(_, amount)| amount).sum();
            let detail = |(kind, amount): (usize, i64)| FeeDetail {
                amount,
                currency: Currency::EUR,
                kind: FEES[kind].into(),
                description: None,
            };
            BalanceTransaction {
                id: "txn_1".into(),
                amount,
                fee,
                net: amount - fee,
                fee_details: fees.into_iter().map(detail).collect(),
                currency: Currency::EUR,
                reporting_category: CATEGORIES[category].into(),
                kind: CATEGORIES[category].into(),
                created: 0,
                available_on: 0,
                source: None,
                charge: None,
                payment_intent: None,
                exchange_rate: None,
                description: None,
                balance_type: balance.map(str::to_owned),
            }
        })
}

fn context() -> impl Strategy<Value = Context> {
    let share = (-1_000_i64..10_000, 0..3_u8).prop_map(|(amount_minor, group)| Share {
        account: format!("230{group}"),
        dimension: (group == 2).then(|| "TOOLS".into()),
        amount_minor,
    });
    let minor = -1_000_i64..2_000_000;
    let maybe = prop::option::of(minor.clone());
    (
        maybe.clone(),
        prop::collection::vec(share, 0..4),
        maybe,
        minor,
    )
        .prop_map(
            |(deposit_left_minor, shares, original_minor, refund_owed_minor)| Context {
                deposit_left_minor,
                shares,
                original_minor,
                refund_owed_minor,
            },
        )
}

#[test]
fn every_entry_balances_and_moves_stripes_balance_by_the_net() {
    let rules = PostingRules::default();
    holds(&(transaction(), context()), |(transaction, context)| {
        let Ok(posting) = post(&transaction, &context, &rules, DATE) else {
            // All that can be wrong with such input is that nothing moves.
            assert_eq!((transaction.amount, transaction.net), (0, 0), "{context:?}");
            return;
        };
        posting.entry.assert_balanced();
        assert_eq!(posting.entry.reference, transaction.id);
        let per_account = posting.entry.per_account();
        let stripe: i64 = ["1010", "1015"]
            .iter()
            .filter_map(|a| per_account.get(a))
            .sum();
        if posting.entry.kind != "J21" {
            assert_eq!(stripe, transaction.net);
        }
        // Suspense is never silent.
        let noted = posting.notes.iter().any(|n| n.kind == "suspense");
        assert!(noted || !per_account.contains_key("9990"));
        let again = post(&transaction, &context, &rules, DATE).unwrap();
        assert_eq!(again, posting);
    });
}

#[test]
fn parts_sum_to_the_total_and_are_in_proportion() {
    let weights = prop::collection::vec(0_i64..1_000_000_000, 1..20);
    holds(&(any::<i32>(), weights), |(total, weights)| {
        let total = i64::from(total);
        let parts = spread(total, &weights);
        let whole: i64 = weights.iter().sum();
        if whole == 0 {
            assert!(parts.is_empty());
            return;
        }
        assert_eq!(parts.iter().sum::<i64>(), total);
        for (part, weight) in parts.iter().zip(&weights) {
            let off =
                i128::from(*part) * i128::from(whole) - i128::from(total) * i128::from(*weight);
            assert!(
                off.abs() <= i128::from(whole),
                "{part} of {total} for {weight} of {whole}"
            );
        }
        if parts.len() > 1 {
            let mirrored: Vec<i64> = spread(-total, &weights).iter().map(|p| -p).collect();
            assert_eq!(mirrored, parts);
        }
    });
}

#[test]
fn a_deposit_is_never_negative_and_closes_exactly() {
    let rules = PostingRules::default();
    let amounts = (1_i64..1_000_000, 1_i64..1_000_000);
    let uses = prop::collection::vec((any::<bool>(), -10_i64..400_000), 0..12);
    holds(&(amounts, uses), |((paid, settled), uses)| {
        let (paid, settled) = (
            Money::new(paid, Currency::USD),
            Money::new(settled, Currency::EUR),
        );
        let mut deposit = Deposit::open("ch_1", paid, settled);
        let mut taken = (0, 0);
        let last = [(false, i64::MAX)];
        for (by_settlement, minor) in uses.iter().chain(&last) {
            let part = if *by_settlement {
                deposit.apply_settlement(*minor)
            } else {
                deposit.apply(*minor)
            };
            assert!(part.presentment.minor >= 0 && part.settlement.minor >= 0);
            if part.settlement.minor > 0 {
                let entry = application_entry("x", DATE, &part, None, &rules).unwrap();
                assert_eq!(entry.debit_minor(), part.settlement.minor);
            }
            deposit = deposit.less(&part);
            taken.0 += part.presentment.minor;
            taken.1 += part.settlement.minor;
            assert!(deposit.presentment_left >= 0 && deposit.settlement_left >= 0);
            assert_eq!(
                part.closes,
                deposit.presentment_left == 0 && deposit.settlement_left == 0
            );
        }
        assert_eq!(taken, (paid.minor, settled.minor), "it closes exactly");
    });
}

#[test]
fn a_charge_is_booked_at_the_sum_of_its_refunds() {
    let refunds = prop::collection::vec(1_i64..50_000, 1..8);
    holds(&(refunds, 1_i64..1_000_000), |(refunds, settled)| {
        let paid = Money::new(refunds.iter().sum(), Currency::USD);
        let deposit = Deposit::open("ch_1", paid, Money::new(settled, Currency::EUR));
        let mut before = 0;
        let mut booked = 0;
        for refund in refunds {
            booked += deposit.booked_at(refund, before);
            before += refund;
        }
        assert_eq!(booked, settled);
    });
}

#[test]
fn a_lost_dispute_leaves_nothing_of_its_receivable() {
    let rules = PostingRules::default();
    let left = prop::option::of(-5_i64..1_000_000);
    holds(&(1_i64..1_000_000, left), |(open, left)| {
        let open = Money::new(open, Currency::EUR);
        let posting = dispute_lost("dp_1", open, left, &rules, DATE).unwrap();
        let per_account = posting.entry.per_account();
        assert_eq!(per_account["1200"], -open.minor);
        let from_deposit = per_account.get("2300").copied().unwrap_or(0);
        assert!(from_deposit <= left.unwrap_or(0).max(0));
        assert_eq!(posting.notes.len(), usize::from(from_deposit > 0));
    });
}
