//! Worked examples: each file in `cases/` holds stories of transactions, invoices and payouts, with
//! the entries that they must become and the balances that must be left.

use crate::story::{Expected, Step, Story, Transaction};
use finance::deposit::{Deposit, application_entry};
use finance::journal::JournalEntry;
use finance::payout::{Member, prove};
use finance::posting::{
    BalanceTransaction, Context, FeeDetail, Note, PostingRules, dispute_lost, post,
};
use finance::{Currency, Money};
use std::collections::BTreeMap;
use std::path::Path;

const DATE: &str = "2026-11-24";

#[derive(Default)]
struct Played {
    deposits: BTreeMap<String, Deposit>,
    balances: BTreeMap<String, i64>,
    /// Net by transaction.
    nets: BTreeMap<String, i64>,
}

#[test]
fn every_story_is_booked_as_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    files.sort();
    assert!(
        files.len() >= 6,
        "only {} stories in {}",
        files.len(),
        folder.display()
    );
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let stories: Vec<Story> =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        for story in &stories {
            play(&format!("{name}: {}", story.title), story);
        }
    }
}

fn play(title: &str, story: &Story) {
    let mut played = Played::default();
    for step in &story.steps {
        match step {
            Step::Transaction(t) => transaction(title, story, t, &mut played),
            Step::Invoice(invoice) => {
                let deposit = played.deposits.get_mut(&invoice.charge).expect("a deposit");
                let part = deposit.apply(invoice.open);
                *deposit = deposit.less(&part);
                assert_eq!(
                    part.closes, invoice.closes,
                    "{title}: {}",
                    invoice.reference
                );
                let entry =
                    application_entry(&invoice.reference, DATE, &part, invoice.book, &story.rules)
                        .unwrap();
                played.book(title, &entry, &[], &invoice.entry);
            }
            Step::Lost(lost) => {
                let left = lost
                    .charge
                    .as_ref()
                    .map(|c| played.deposits[c].settlement_left);
                let open = Money::new(lost.amount, story.currency);
                let posting = dispute_lost(&lost.dispute, open, left, &story.rules, DATE).unwrap();
                played.book(title, &posting.entry, &posting.notes, &lost.entry);
                played.reduce(lost.charge.as_ref(), &posting.entry, &story.rules);
            }
            Step::Payout(payout) => {
                let member = |txn: &String| Member {
                    txn: txn.clone(),
                    net_minor: played.nets.get(txn).copied().unwrap_or_default(),
                    booked: played.nets.contains_key(txn),
                };
                let members: Vec<Member> = payout.members.iter().map(member).collect();
                let amount = Money::new(payout.amount, story.currency);
                let proof = prove(&payout.id, amount, &members, Some(&payout.own));
                let sentences: Vec<&str> = proof
                    .discrepancies
                    .iter()
                    .map(|d| d.sentence.as_str())
                    .collect();
                assert_eq!(sentences, payout.discrepancies, "{title}: {}", payout.id);
            }
        }
    }
    played.balances.retain(|_, minor| *minor != 0);
    assert_eq!(played.balances, story.balances, "{title}: what is left");
}

fn transaction(title: &str, story: &Story, t: &Transaction, played: &mut Played) {
    let canonical = canonical(t, story.currency);
    let deposit = t.charge.as_ref().and_then(|c| played.deposits.get(c));
    let context = Context {
        deposit_left_minor: deposit.map(|d| d.settlement_left),
        shares: t.shares.clone(),
        original_minor: t.original,
        refund_owed_minor: t.owed,
    };
    let posting = match post(&canonical, &context, &story.rules, DATE) {
        Ok(posting) => posting,
        Err(error) => {
            assert_eq!(Some(error.to_string()), t.refused, "{title}: {}", t.id);
            return;
        }
    };
    assert_eq!(t.refused, None, "{title}: {} was booked", t.id);
    played.nets.insert(t.id.clone(), canonical.net);
    let expected = t.entry.as_ref().expect("an entry is expected");
    played.book(title, &posting.entry, &posting.notes, expected);
    match &t.charge {
        Some(charge) if t.category == "charge" => {
            let settled = Money::new(t.amount, story.currency);
            let deposit = Deposit::open(charge, t.paid.unwrap_or(settled), settled);
            played.deposits.insert(charge.clone(), deposit);
        }
        charge => played.reduce(charge.as_ref(), &posting.entry, &story.rules),
    }
}

fn canonical(t: &Transaction, currency: Currency) -> BalanceTransaction {
    let fee: i64 = t.fees.values().sum();
    let detail = |(kind, amount): (&String, &i64)| FeeDetail {
        amount: *amount,
        currency,
        kind: kind.clone(),
        description: None,
    };
    BalanceTransaction {
        id: t.id.clone(),
        amount: t.amount,
        fee,
        net: t.amount - fee,
        fee_details: t.fees.iter().map(detail).collect(),
        currency,
        reporting_category: t.category.clone(),
        kind: t.kind.clone().unwrap_or_else(|| t.category.clone()),
        created: 1_790_000_000,
        available_on: 1_790_000_000,
        source: t.source.clone(),
        charge: t.charge.clone(),
        payment_intent: None,
        exchange_rate: None,
        description: None,
        balance_type: t.balance_type.clone(),
    }
}

impl Played {
    fn book(&mut self, title: &str, entry: &JournalEntry, notes: &[Note], expected: &Expected) {
        entry.assert_balanced();
        let mut lines = BTreeMap::new();
        for line in &entry.lines {
            let key = match &line.dimension {
                Some(dimension) => format!("{}/{dimension}", line.account),
                None => line.account.clone(),
            };
            let twice = lines.insert(key, line.amount_minor);
            assert_eq!(
                twice, None,
                "{title}: {}: an account twice",
                entry.reference
            );
            *self.balances.entry(line.account.clone()).or_default() += line.amount_minor;
        }
        let at = &entry.reference;
        assert_eq!(
            (&entry.kind, &lines),
            (&expected.kind, &expected.lines),
            "{title}: {at}"
        );
        let sentences: Vec<&String> = notes.iter().map(|n| &n.sentence).collect();
        assert_eq!(
            sentences,
            expected.notes.iter().collect::<Vec<_>>(),
            "{title}: {at}"
        );
    }

    /// The deposit loses what the entry debits it with.
    fn reduce(&mut self, charge: Option<&String>, entry: &JournalEntry, rules: &PostingRules) {
        let Some(deposit) = charge.and_then(|c| self.deposits.get_mut(c)) else {
            return;
        };
        let debit = entry
            .per_account()
            .get(rules.deposits.as_str())
            .copied()
            .unwrap_or(0);
        let part = deposit.apply_settlement(debit);
        assert_eq!(part.settlement.minor, debit.max(0));
        *deposit = deposit.less(&part);
    }
}
