//! Worked examples: each file in `cases/` holds stories of transactions, invoices and payouts, with
//! the entries that they must become and the balances that must be left.

use crate::story::{Expected, Step, Story, Transaction};
use finance::deposit::{Application, Deposit, application_entry};
use finance::journal::JournalEntry;
use finance::payout::{Member, prove};
use finance::posting::{
    BalanceTransaction, Context, FeeDetail, Known, Lost, Note, Posting, PostingError, PostingRules,
    dispute_lost, post, post_known,
};
use finance::{Currency, Money};
use std::collections::BTreeMap;
use std::path::Path;

const DATE: &str = "2026-11-24";

#[derive(Default)]
struct Played {
    deposits: BTreeMap<String, Deposit>,
    /// What failed refunds still owe, by charge.
    owed: BTreeMap<String, Deposit>,
    /// What went back, in the customer's currency, by charge.
    returned: BTreeMap<String, i64>,
    /// What each dispute is a receivable of.
    disputed: BTreeMap<String, i64>,
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
                let presentment_minor = lost.paid.unwrap_or(lost.amount);
                let deposit = lost.charge.as_ref().map(|c| &played.deposits[c]);
                let taken = deposit.map(|d| d.apply(presentment_minor));
                let lost_now = Lost {
                    dispute: &lost.dispute,
                    open: Money::new(lost.amount, lost.currency.unwrap_or(story.currency)),
                    presentment_minor,
                    taken: taken.as_ref(),
                };
                let posting = dispute_lost(&lost_now, &story.rules, DATE).unwrap();
                played.book(title, &posting.entry, &posting.notes, &lost.entry);
                played.relieve(title, &posting, lost.relief.as_ref());
                if let Some((charge, taken)) = lost.charge.as_ref().zip(taken) {
                    let less = played.deposits[charge].less(&taken);
                    played.deposits.insert(charge.clone(), less);
                }
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
    let canonical = canonical(t, t.currency.unwrap_or(story.currency));
    let (posting, taken) = match booked(t, &canonical, &story.rules, played) {
        Ok(booked) => booked,
        Err(error) => {
            assert_eq!(Some(error.to_string()), t.refused, "{title}: {}", t.id);
            return;
        }
    };
    assert_eq!(t.refused, None, "{title}: {} was booked", t.id);
    played.nets.insert(t.id.clone(), canonical.net);
    let expected = t.entry.as_ref().expect("an entry is expected");
    played.book(title, &posting.entry, &posting.notes, expected);
    played.relieve(title, &posting, t.relief.as_ref());
    let receivable = posting
        .entry
        .per_account()
        .get("1200")
        .copied()
        .unwrap_or(0);
    *played
        .disputed
        .entry(t.source.clone().unwrap_or_default())
        .or_default() += receivable;
    let Some(charge) = &t.charge else { return };
    let paid = t
        .paid
        .unwrap_or(Money::new(t.amount.abs(), canonical.currency));
    let gross = Money::new(t.amount.abs(), canonical.currency);
    match t.category.as_str() {
        "charge" => {
            let deposit = Deposit::open(charge, paid, gross);
            played.deposits.insert(charge.clone(), deposit);
        }
        "refund" => {
            *played.returned.entry(charge.clone()).or_default() += paid.minor;
            if let Some(owed) = played.owed.get_mut(charge) {
                let part = owed.apply(paid.minor);
                *owed = owed.less(&part);
            }
        }
        "refund_failure" => {
            *played.returned.entry(charge.clone()).or_default() -= paid.minor;
            played
                .owed
                .insert(charge.clone(), Deposit::open(charge, paid, gross));
        }
        _ => {}
    }
    if let Some(taken) = taken {
        let less = played.deposits[charge].less(&taken);
        assert!(
            less.presentment_left >= 0 && less.settlement_left >= 0,
            "{title}"
        );
        played.deposits.insert(charge.clone(), less);
    }
}

/// A story that gives a rate or shares of its own is booked by them, any other by what is known.
fn booked(
    t: &Transaction,
    canonical: &BalanceTransaction,
    rules: &PostingRules,
    played: &Played,
) -> Result<(Posting, Option<Application>), PostingError> {
    let of = |c: &String| played.deposits.get(c);
    let deposit = t.charge.as_ref().and_then(of).cloned();
    if t.original.is_some() || !t.shares.is_empty() {
        let context = Context {
            deposit_left_minor: deposit.map(|d| d.settlement_left),
            shares: t.shares.clone(),
            original_minor: t.original,
            refund_owed_minor: 0,
        };
        return Ok((post(canonical, &context, rules, DATE)?, None));
    }
    let charge = t.charge.clone().unwrap_or_default();
    let known = Known {
        deposit,
        taken: None,
        owed: played.owed.get(&charge).cloned(),
        returned_before: played.returned.get(&charge).copied().unwrap_or(0),
        disputed_minor: t
            .source
            .as_ref()
            .and_then(|s| played.disputed.get(s))
            .copied(),
    };
    post_known(canonical, &known, rules, DATE)
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
        source_amount: t.paid,
        source_transactions: Vec::new(),
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

    /// Books the second entry, where the currencies differ.
    fn relieve(&mut self, title: &str, posting: &Posting, expected: Option<&Expected>) {
        match (&posting.relief, expected) {
            (Some(entry), Some(expected)) => {
                assert!(entry.reference.ends_with(":book"), "{title}");
                self.book(title, entry, &[], expected);
            }
            (None, None) => {}
            (found, _) => panic!("{title}: the second entry is {found:?}"),
        }
    }
}
