//! Laws that hold for every input. The generator has a fixed seed: a failure repeats.

use finance::deposit::{Deposit, application_entry};
use finance::posting::{
    BalanceTransaction, Context, FeeDetail, Known, Lost, PostingError, PostingRules, Share,
    dispute_lost, post, post_known, spread,
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
                source_amount: None,
                source_transactions: Vec::new(),
            }
        })
}

fn context() -> impl Strategy<Value = Context> {
    let share = (-1_000_i64..10_000, 0..3_u8).prop_map(|(amount_minor, group)| Share {
        account: if group == 1 { "2310" } else { "2300" }.into(),
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
        let posting = match post(&transaction, &context, &rules, DATE) {
            Ok(posting) => posting,
            Err(PostingError::Share { account, .. }) => {
                assert_eq!(transaction.reporting_category, "charge");
                assert_ne!(account, "2300");
                return;
            }
            // All else that can be wrong with such input is that nothing moves.
            Err(_) => {
                assert_eq!((transaction.amount, transaction.net), (0, 0), "{context:?}");
                return;
            }
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

/// What happens to a charge that was sold in one currency and settled in another.
#[derive(Clone, Debug)]
enum Act {
    /// So many minor units of the customer's currency are invoiced.
    Invoice(i64),
    /// So many go back, at a rate in thousandths of the charge's, from the charge's own balance or
    /// from one in a third currency.
    Refund { minor: i64, rate: i64, other: bool },
    /// The latest refund fails, at a rate.
    Fail { rate: i64 },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let rate = 600_i64..1_600;
    let act = prop_oneof![
        (1_i64..60_000).prop_map(Act::Invoice),
        (1_i64..60_000, rate.clone(), prop::bool::weighted(0.2))
            .prop_map(|(minor, rate, other)| Act::Refund { minor, rate, other }),
        rate.prop_map(|rate| Act::Fail { rate }),
    ];
    prop::collection::vec(act, 0..12)
}

/// A refund, or its failure, of `paid` that moves `amount` of a balance.
fn refund(category: &str, amount: i64, paid: Money, currency: Currency) -> BalanceTransaction {
    BalanceTransaction {
        id: "txn_r".into(),
        amount,
        fee: 0,
        net: amount,
        fee_details: Vec::new(),
        currency,
        reporting_category: category.into(),
        kind: category.into(),
        created: 0,
        available_on: 0,
        source: Some("re_1".into()),
        charge: Some("ch_1".into()),
        payment_intent: None,
        exchange_rate: None,
        description: None,
        balance_type: None,
        source_amount: Some(paid),
        source_transactions: Vec::new(),
    }
}

/// A charge, and what the books make of it.
struct World {
    charge: Money,
    deposit: Deposit,
    owed: Option<Deposit>,
    /// What went back and did not fail, and the latest of it that can fail.
    returned: i64,
    latest: Option<i64>,
    books: std::collections::BTreeMap<(String, String), i64>,
    /// The cash that moved, by currency.
    cash: std::collections::BTreeMap<String, i64>,
    memos: i64,
    invoiced: i64,
}

impl World {
    fn new(paid: i64, settled: i64) -> Self {
        let (charge, settled) = (
            Money::new(paid, Currency::USD),
            Money::new(settled, Currency::EUR),
        );
        let mut world = Self {
            charge,
            deposit: Deposit::open("ch_1", charge, settled),
            owed: None,
            returned: 0,
            latest: None,
            books: std::collections::BTreeMap::new(),
            cash: std::collections::BTreeMap::new(),
            memos: 0,
            invoiced: 0,
        };
        let sale = refund("charge", settled.minor, charge, Currency::EUR);
        world.book(&sale, &Known::default());
        world
    }

    fn book(&mut self, t: &BalanceTransaction, known: &Known) {
        let rules = PostingRules::default();
        let (posting, taken) = post_known(t, known, &rules, DATE).unwrap();
        let again = post_known(t, known, &rules, DATE).unwrap();
        assert_eq!((&again.0, &again.1), (&posting, &taken), "the same again");
        for entry in std::iter::once(&posting.entry).chain(&posting.relief) {
            entry.assert_balanced();
            for (account, minor) in entry.per_account() {
                let key = (entry.currency.to_string(), account.to_owned());
                *self.books.entry(key).or_default() += minor;
            }
        }
        *self.cash.entry(t.currency.to_string()).or_default() += t.net;
        for note in &posting.notes {
            assert_eq!(note.kind, "credit_memo_needed");
            assert_eq!(note.currency, self.charge.currency);
            self.memos += note.amount_minor;
        }
        if let Some(taken) = taken {
            // Booked again after it was taken, it is booked the same.
            let after = Known {
                deposit: known.deposit.as_ref().map(|d| d.less(&taken)),
                taken: Some(taken.clone()),
                ..known.clone()
            };
            assert_eq!(post_known(t, &after, &rules, DATE).unwrap().0, posting);
            self.deposit = self.deposit.less(&taken);
        }
    }

    fn known(&self) -> Known {
        Known {
            deposit: Some(self.deposit.clone()),
            taken: None,
            owed: self.owed.clone(),
            returned_before: self.returned,
            disputed_minor: None,
        }
    }

    /// At so many thousandths of the charge's own rate, never nothing.
    fn cash_of(&self, minor: i64, rate: i64) -> i64 {
        let settled = i128::from(self.deposit.settlement.minor);
        let cash = i128::from(minor) * settled * i128::from(rate)
            / (1_000 * i128::from(self.charge.minor));
        i64::try_from(cash).unwrap().max(1)
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Invoice(minor) => {
                let part = self.deposit.apply(*minor);
                self.invoiced += part.presentment.minor;
                *self.books.entry(("EUR".into(), "2300".into())).or_default() +=
                    part.settlement.minor;
                self.deposit = self.deposit.less(&part);
            }
            Act::Refund { minor, rate, other } => {
                // Stripe refuses to refund more than is left of the charge.
                let minor = (*minor).min(self.charge.minor - self.returned);
                if minor == 0 {
                    return;
                }
                let currency = if *other { Currency::GBP } else { Currency::EUR };
                let cash = -self.cash_of(minor, *rate);
                let paid = Money::new(minor, self.charge.currency);
                self.book(&refund("refund", cash, paid, currency), &self.known());
                if let Some(owed) = &mut self.owed {
                    let part = owed.apply(minor);
                    *owed = owed.less(&part);
                }
                self.returned += minor;
                self.latest = (!*other).then_some(minor);
            }
            Act::Fail { rate } => {
                // One at a time, so that what is owed is one pool.
                let free = self.owed.as_ref().is_none_or(|o| o.presentment_left == 0);
                let Some(minor) = self.latest.take().filter(|_| free) else {
                    return;
                };
                let cash = self.cash_of(minor, *rate);
                let paid = Money::new(minor, self.charge.currency);
                self.book(
                    &refund("refund_failure", cash, paid, Currency::EUR),
                    &Known::default(),
                );
                let owed = Deposit::open("ch_1", paid, Money::new(cash, Currency::EUR));
                self.owed = Some(owed);
                self.returned -= minor;
            }
        }
    }
}

#[test]
fn refunds_at_any_rate_relieve_the_deposit_at_its_own() {
    let sold = (1_i64..200_000, 1_i64..200_000);
    holds(&(sold, acts()), |((paid, settled), acts)| {
        let mut world = World::new(paid, settled);
        for act in &acts {
            world.act(act);
        }
        let of = |world: &World, account: &str| {
            let key = ("EUR".to_owned(), account.to_owned());
            world.books.get(&key).copied().unwrap_or(0)
        };
        assert_eq!(
            of(&world, "2300"),
            -world.deposit.settlement_left,
            "{acts:?}"
        );
        let owed = world.owed.as_ref().map_or(0, |o| o.settlement_left);
        assert_eq!(of(&world, "2350"), -owed, "{acts:?}");
        for (currency, cash) in &world.cash {
            let key = (currency.clone(), "1010".to_owned());
            assert_eq!(
                world.books.get(&key),
                Some(cash),
                "every cent of the balance is booked"
            );
        }
        // Asked for is no more than invoices have consumed, whatever the rates were; fractions of
        // the balance's minor unit ask for nothing.
        assert!(world.memos <= world.invoiced, "{acts:?}");
        if world.invoiced == 0 {
            assert_eq!(world.memos, 0, "nothing was invoiced: {acts:?}");
        }
        // The last invoice closes it exactly.
        world.act(&Act::Invoice(i64::MAX));
        assert_eq!(of(&world, "2300"), 0, "{acts:?}");
        assert_eq!(
            (
                world.deposit.presentment_left,
                world.deposit.settlement_left
            ),
            (0, 0)
        );
    });
}

#[test]
fn refunds_after_the_invoice_take_back_what_was_booked_to_the_cent() {
    let refunds = prop::collection::vec((1_i64..50_000, 600_i64..1_600), 1..8);
    holds(&(refunds, 1_i64..500_000), |(refunds, settled)| {
        let paid = refunds.iter().map(|(minor, _)| minor).sum();
        let mut world = World::new(paid, settled);
        world.act(&Act::Invoice(paid));
        for (minor, rate) in refunds {
            world.act(&Act::Refund {
                minor,
                rate,
                other: false,
            });
        }
        let taken_back = world.books.get(&("EUR".to_owned(), "4900".to_owned()));
        assert_eq!(taken_back.copied().unwrap_or(0), settled);
    });
}

#[test]
fn a_lost_dispute_leaves_nothing_of_its_receivable() {
    let rules = PostingRules::default();
    let sold = (1_i64..1_000_000, 1_i64..1_000_000, 0_i64..1_000_000);
    let disputed = (1_i64..1_000_000, 1_i64..1_000_000, any::<bool>());
    holds(
        &(sold, disputed),
        |((paid, settled, invoiced), (open, minor, other))| {
            let deposit = Deposit::open(
                "ch_1",
                Money::new(paid, Currency::USD),
                Money::new(settled, Currency::EUR),
            );
            let deposit = deposit.less(&deposit.apply(invoiced));
            let taken = deposit.apply(minor);
            let currency = if other { Currency::GBP } else { Currency::EUR };
            let lost = Lost {
                dispute: "dp_1",
                open: Money::new(open, currency),
                presentment_minor: minor,
                taken: Some(&taken),
            };
            let posting = dispute_lost(&lost, &rules, DATE).unwrap();
            let mut books = std::collections::BTreeMap::new();
            for entry in std::iter::once(&posting.entry).chain(&posting.relief) {
                entry.assert_balanced();
                for (account, minor) in entry.per_account() {
                    let key = (entry.currency.to_string(), account.to_owned());
                    *books.entry(key).or_insert(0) += minor;
                }
            }
            let on = |currency: Currency, account: &str| {
                let key = (currency.to_string(), account.to_owned());
                books.get(&key).copied().unwrap_or(0)
            };
            assert_eq!(on(currency, "1200"), -open);
            assert_eq!(on(Currency::EUR, "2300"), taken.settlement.minor);
            assert!(on(currency, "6150") >= 0, "a loss is no gain");
            let held = taken.presentment.minor;
            assert_eq!(posting.notes.len(), usize::from(held > 0));
            if held == minor {
                assert_eq!(on(currency, "6150"), 0, "all of it was prepaid");
            }
        },
    );
}
