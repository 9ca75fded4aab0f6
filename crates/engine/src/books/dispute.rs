//! Closes a dispute in the books: what did not come back is lost.

use super::deposit::standing;
use super::transaction::on_account;
use super::view::Entry;
use super::{Book, BookCx, BookStop, Booked, read, schema, write};
use async_trait::async_trait;
use finance::deposit::Application;
use finance::journal::JournalEntry;
use finance::posting::{Lost, Note, PostingRules, dispute_lost, part_of};
use finance::{Currency, Money};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `books.dispute.close`
pub struct Close;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// `dp_…` or `du_…`
    dispute: String,
    /// `ch_…`
    charge: String,
    /// What was disputed, in minor units of the customer's currency.
    amount_minor: i64,
    currency: Currency,
    /// Every balance transaction of the dispute; all must be booked.
    transactions: Vec<String>,
    /// The books' date, `YYYY-MM-DD`.
    date: String,
}

#[derive(Serialize, JsonSchema)]
struct Output {
    /// What is lost, in minor units of the balance's currency: nothing if all of it came back, or
    /// if none of it was ever taken.
    lost_minor: i64,
    /// J14, under `<dispute>:lost`; absent if nothing is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<JournalEntry>,
    /// The second entry, under `<dispute>:lost:book`, where the currencies differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    relief: Option<JournalEntry>,
    notes: Vec<Note>,
}

#[async_trait]
impl Book for Close {
    fn id(&self) -> &'static str {
        "books.dispute.close"
    }

    fn title(&self) -> &'static str {
        "Close dispute"
    }

    fn doc(&self) -> &'static str {
        "Waits until every balance transaction of a dispute is booked, and gives the entry of what \
         did not come back: out of the charge's deposit as far as no invoice has consumed it, once \
         per dispute, else a chargeback loss."
    }

    fn input_schema(&self) -> Value {
        schema::<Input>()
    }

    fn output_schema(&self) -> Value {
        schema::<Output>()
    }

    fn example(&self) -> Value {
        json!({"dispute": "dp_1", "charge": "ch_1", "amount_minor": 10000, "currency": "usd",
               "transactions": ["txn_1"], "date": "2026-11-24"})
    }

    async fn run(&self, cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop> {
        let input: Input = read(self.id(), input)?;
        let rules = PostingRules::default();
        let entries = cx.books.entries(&input.transactions).await?;
        let is_booked = |id: &&String| {
            let stands = |e: &Entry| e.is_booked && e.entry.reference == **id;
            entries.iter().any(stands)
        };
        if let Some(missing) = input.transactions.iter().find(|id| !is_booked(id)) {
            return Err(BookStop::Await {
                kind: "entry".into(),
                id: missing.clone(),
            });
        }
        let Some(currency) = entries.first().map(|e| e.entry.currency) else {
            // An inquiry, or one that was prevented: no money moved.
            return nothing(self.id());
        };
        if let Some(other) = entries.iter().find(|e| e.entry.currency != currency) {
            let message = format!(
                "{} moved {currency} and {}: a person must book what is lost",
                input.dispute, other.entry.currency
            );
            return Err(Fault::rejected(message).into());
        }
        let account = &rules.disputes_receivable;
        let open = on_account(entries.iter(), account, currency);
        if open <= 0 {
            return nothing(self.id());
        }
        let entered = entries.iter().flat_map(|e| &e.entry.lines);
        let entered = entered.filter(|l| l.account == *account && l.amount_minor > 0);
        let entered = entered.fold(0_i64, |sum, l| sum.saturating_add(l.amount_minor));
        // What did not come back, in the customer's currency.
        let presentment_minor = part_of(input.amount_minor, open, entered);
        let use_key = format!("{}:lost", input.dispute);
        let standing = standing(cx, &input.charge, &use_key).await?;
        let standing = standing.filter(|s| s.deposit.presentment.currency == input.currency);
        let taken: Option<Application> = standing.as_ref().map(|s| {
            let before = s.taken.clone();
            before.unwrap_or_else(|| s.deposit.apply(presentment_minor))
        });
        let lost = Lost {
            dispute: &input.dispute,
            open: Money::new(open, currency),
            presentment_minor,
            taken: taken.as_ref(),
        };
        let posting = dispute_lost(&lost, &rules, &input.date)
            .map_err(|error| Fault::rejected(error.to_string()))?;
        let output = Output {
            lost_minor: open,
            entry: Some(posting.entry),
            relief: posting.relief,
            notes: posting.notes,
        };
        let mut booked = Booked {
            output: write(self.id(), &output)?,
            ..Booked::default()
        };
        if let Some((standing, taken)) = standing.zip(taken) {
            booked.deposits.extend(standing.take(&use_key, &taken));
        }
        Ok(booked)
    }
}

/// Nothing is lost.
fn nothing(id: &str) -> Result<Booked, BookStop> {
    let output = Output {
        lost_minor: 0,
        entry: None,
        relief: None,
        notes: Vec::new(),
    };
    Ok(Booked {
        output: write(id, &output)?,
        ..Booked::default()
    })
}
