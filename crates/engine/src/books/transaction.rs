//! Books a balance transaction by all that our books know of the charge behind it.

use super::deposit::standing;
use super::view::Entry;
use super::{Book, BookCx, BookStop, Booked, read, schema, write};
use async_trait::async_trait;
use finance::deposit::Deposit;
use finance::journal::JournalEntry;
use finance::posting::{BalanceTransaction, Known, Posting, PostingRules, post_known};
use finance::{Currency, Money};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `books.transaction.post`
pub struct Post;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    transaction: BalanceTransaction,
    /// The books' date, `YYYY-MM-DD`.
    date: String,
    /// The charge's refunds, for a refund and a dispute: what went back earlier and what is owed.
    #[serde(default)]
    refunds: Vec<Refund>,
}

/// A refund of the charge, as far as the books need it.
#[derive(Deserialize, JsonSchema)]
struct Refund {
    /// `re_…`
    id: String,
    /// In minor units of the customer's currency.
    amount_minor: i64,
    currency: Currency,
    /// Unix seconds.
    created: i64,
    /// `txn_…`
    #[serde(default)]
    transaction: Option<String>,
    /// `txn_…` that brought it back after it failed.
    #[serde(default)]
    failure_transaction: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Output {
    /// The entry, under the transaction's id, and a second one where the currencies differ.
    #[serde(flatten)]
    posting: Posting,
    /// What it takes from the charge's deposit, in minor units of the customer's currency.
    taken_minor: i64,
}

#[async_trait]
impl Book for Post {
    fn id(&self) -> &'static str {
        "books.transaction.post"
    }

    fn title(&self) -> &'static str {
        "Book balance transaction"
    }

    fn doc(&self) -> &'static str {
        "The entry of a balance transaction with its notes. What goes back to a customer is taken \
         first from what a failed refund still owes, then from the charge's deposit, once per \
         transaction and at the rate it was booked at; the difference to the rate of the day is a \
         currency difference."
    }

    fn input_schema(&self) -> Value {
        schema::<Input>()
    }

    fn output_schema(&self) -> Value {
        schema::<Output>()
    }

    fn example(&self) -> Value {
        let transaction = json!({
            "id": "txn_1", "amount": -1000, "fee": 0, "net": -1000, "fee_details": [],
            "currency": "EUR", "reporting_category": "refund", "kind": "refund",
            "created": 1_790_000_000, "available_on": 1_790_000_000, "source": "re_1",
            "charge": "ch_1",
        });
        json!({"transaction": transaction, "date": "2026-11-24", "refunds": []})
    }

    async fn run(&self, cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop> {
        let input: Input = read(self.id(), input)?;
        let t = &input.transaction;
        // One revision of the rules is known so far: the default chart.
        let rules = PostingRules::default();
        let standing = match &t.charge {
            Some(charge) => standing(cx, charge, &t.id).await?,
            None => None,
        };
        let deposit = standing.as_ref().map(|s| s.deposit.clone());
        let disputed_minor = match t.reporting_category.as_str() {
            "dispute_reversal" => Some(disputed(cx, t, &rules).await?),
            _ => None,
        };
        let known = Known {
            taken: standing.as_ref().and_then(|s| s.taken.clone()),
            owed: match &deposit {
                Some(deposit) => owed(cx, &input, deposit, &rules).await?,
                None => None,
            },
            returned_before: returned_before(&input),
            deposit,
            disputed_minor,
        };
        let (mut posting, taken) = post_known(t, &known, &rules, &input.date)
            .map_err(|error| Fault::rejected(error.to_string()))?;
        // What is booked already stands, whatever is known by now.
        let mut references = vec![posting.entry.reference.clone()];
        references.extend(posting.relief.iter().map(|e| e.reference.clone()));
        for stored in cx.books.entries(&references).await? {
            stands(&mut posting.entry, &stored);
            if let Some(relief) = &mut posting.relief {
                stands(relief, &stored);
            }
        }
        let mut booked = Booked::default();
        if let Some((standing, taken)) = standing.zip(taken.as_ref()) {
            booked.deposits.extend(standing.take(&t.id, taken));
        }
        let output = Output {
            posting,
            taken_minor: taken.map_or(0, |t| t.presentment.minor),
        };
        booked.output = write(self.id(), &output)?;
        Ok(booked)
    }
}

fn stands(entry: &mut JournalEntry, stored: &Entry) {
    if stored.entry.reference == entry.reference && stored.entry.kind == entry.kind {
        *entry = stored.entry.clone();
    }
}

impl Refund {
    fn is_of(&self, t: &BalanceTransaction) -> bool {
        self.transaction.as_deref() == Some(t.id.as_str())
    }
}

/// What went back of the charge before this transaction, without what came back again, in minor
/// units of the customer's currency.
fn returned_before(input: &Input) -> i64 {
    let t = &input.transaction;
    let own = input.refunds.iter().find(|r| r.is_of(t));
    let at = own.map_or((t.created, ""), |own| (own.created, own.id.as_str()));
    let earlier = input
        .refunds
        .iter()
        .filter(|r| !r.is_of(t) && (r.created, r.id.as_str()) < at)
        .filter(|r| r.transaction.is_some() && r.failure_transaction.is_none());
    earlier.fold(0, |sum, r| sum.saturating_add(r.amount_minor))
}

/// The sum of the lines of an account in stored entries of a currency, in minor units.
pub(super) fn on_account<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    account: &str,
    currency: Currency,
) -> i64 {
    entries
        .filter(|e| e.entry.currency == currency)
        .flat_map(|e| &e.entry.lines)
        .filter(|line| line.account == account)
        .fold(0, |sum, line| sum.saturating_add(line.amount_minor))
}

/// What failed refunds of the charge still owe the customer: what they brought back, less what
/// later refunds have paid of it.
async fn owed(
    cx: &BookCx<'_>,
    input: &Input,
    deposit: &Deposit,
    rules: &PostingRules,
) -> Result<Option<Deposit>, BookStop> {
    let failed: Vec<&Refund> = input
        .refunds
        .iter()
        .filter(|r| r.failure_transaction.is_some())
        .filter(|r| r.currency == deposit.presentment.currency)
        .collect();
    if failed.is_empty() {
        return Ok(None);
    }
    let others = input
        .refunds
        .iter()
        .filter(|r| !r.is_of(&input.transaction));
    let ids = others.flat_map(|r| [&r.transaction, &r.failure_transaction]);
    let ids: Vec<String> = ids.flatten().cloned().collect();
    let entries = cx.books.entries(&ids).await?;
    let brought: Vec<&&Refund> = failed
        .iter()
        .filter(|r| {
            let id = r.failure_transaction.as_deref();
            entries
                .iter()
                .any(|e| Some(e.entry.reference.as_str()) == id)
        })
        .collect();
    let account = &rules.refunds_payable;
    let currency = deposit.settlement.currency;
    let is_failure = |e: &&Entry| {
        let reference = Some(e.entry.reference.as_str());
        brought
            .iter()
            .any(|r| r.failure_transaction.as_deref() == reference)
    };
    let credited = -on_account(entries.iter().filter(is_failure), account, currency);
    let left = -on_account(entries.iter(), account, currency);
    if credited <= 0 || left <= 0 {
        return Ok(None);
    }
    let whole = brought
        .iter()
        .fold(0_i64, |sum, r| sum.saturating_add(r.amount_minor));
    let pool = Deposit::open(
        deposit.charge.clone(),
        Money::new(whole, deposit.presentment.currency),
        Money::new(credited, currency),
    );
    // What was paid of it was paid in the balance's currency; the customer's is in proportion.
    let paid = pool.apply_settlement(credited - left);
    Ok(Some(pool.less(&paid)))
}

/// What the dispute behind a reversal is a receivable of, without this very reversal.
async fn disputed(
    cx: &BookCx<'_>,
    t: &BalanceTransaction,
    rules: &PostingRules,
) -> Result<i64, BookStop> {
    let mut ids = t.source_transactions.clone();
    ids.retain(|id| *id != t.id);
    let entries = cx.books.entries(&ids).await?;
    let account = &rules.disputes_receivable;
    Ok(on_account(entries.iter(), account, t.currency))
}
