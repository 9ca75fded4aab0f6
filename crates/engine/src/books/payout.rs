//! Payouts: that they are explained to the last member, and that the bank has them.

use super::{Book, BookCx, BookStop, Booked, read, schema, write};
use async_trait::async_trait;
use finance::payout::{BankLine, BankMatch, Member, match_bank_near, prove};
use finance::posting::BalanceTransaction;
use finance::{Currency, Money};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::ExceptionRecord;

/// `books.payout.prove`
pub struct Prove;
/// `books.payout.match_bank`
pub struct MatchBank;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProveInput {
    /// `po_…`
    payout: String,
    /// In minor units.
    amount_minor: i64,
    currency: Currency,
    /// The payout's own balance transaction, which is not one of its members.
    #[serde(default)]
    own: Option<String>,
    members: Vec<BalanceTransaction>,
}

#[derive(Serialize, JsonSchema)]
struct ProveOutput {
    /// The members' nets sum to the payout and all are booked.
    proven: bool,
    members: usize,
    sum_minor: i64,
    /// What is not explained, in minor units.
    difference_minor: i64,
}

#[async_trait]
impl Book for Prove {
    fn id(&self) -> &'static str {
        "books.payout.prove"
    }

    fn title(&self) -> &'static str {
        "Prove payout"
    }

    fn doc(&self) -> &'static str {
        "Waits until every member of an automatic payout is booked and asserts that their nets sum \
         to it. A difference becomes an exception that names it."
    }

    fn input_schema(&self) -> Value {
        schema::<ProveInput>()
    }

    fn output_schema(&self) -> Value {
        schema::<ProveOutput>()
    }

    fn example(&self) -> Value {
        json!({"payout": "po_1", "amount_minor": 0, "currency": "EUR", "members": []})
    }

    async fn run(&self, cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop> {
        let input: ProveInput = read(self.id(), input)?;
        let ids: Vec<String> = input.members.iter().map(|m| m.id.clone()).collect();
        let entries = cx.books.entries(&ids).await?;
        let booked: BTreeSet<&str> = entries
            .iter()
            .filter(|e| e.is_booked)
            .map(|e| e.entry.reference.as_str())
            .collect();
        let own = input.own.as_deref();
        let missing = ids
            .iter()
            .find(|id| !booked.contains(id.as_str()) && Some(id.as_str()) != own);
        if let Some(missing) = missing {
            return Err(BookStop::Await {
                kind: "entry".into(),
                id: missing.clone(),
            });
        }
        let members: Vec<Member> = input
            .members
            .iter()
            .map(|m| Member {
                txn: m.id.clone(),
                net_minor: m.net,
                booked: true,
            })
            .collect();
        let payout = Money::new(input.amount_minor, input.currency);
        let proof = prove(&input.payout, payout, &members, own);
        let output = ProveOutput {
            proven: proof.holds(),
            members: members
                .iter()
                .filter(|m| Some(m.txn.as_str()) != own)
                .count(),
            sum_minor: proof.sum_minor,
            difference_minor: proof.expected_minor - proof.sum_minor,
        };
        let exceptions = proof.discrepancies.into_iter().map(|d| ExceptionRecord {
            kind: d.kind,
            key: d.key,
            sentence: d.sentence,
            amount_minor: Some(d.amount_minor),
            currency: Some(input.currency.to_string()),
        });
        Ok(Booked {
            exceptions: exceptions.collect(),
            output: write(self.id(), &output)?,
            ..Booked::default()
        })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MatchInput {
    /// `po_…`
    payout: String,
    /// In minor units.
    amount_minor: i64,
    currency: Currency,
    /// When it should arrive, `YYYY-MM-DD`: a line without its reference must be dated near.
    arrival: String,
    /// How it stands by now: one that failed is not looked for.
    status: String,
    /// The bank's trace of the payout, once there is one.
    #[serde(default)]
    trace: Option<String>,
    /// What the ERP has of the bank.
    lines: Vec<BankLine>,
}

#[derive(Serialize, JsonSchema)]
struct MatchOutput {
    matched: bool,
    /// The ERP's number of the bank line.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
}

#[async_trait]
impl Book for MatchBank {
    fn id(&self) -> &'static str {
        "books.payout.match_bank"
    }

    fn title(&self) -> &'static str {
        "Match payout with bank"
    }

    fn doc(&self) -> &'static str {
        "Finds a payout among the bank lines that the ERP has, by its reference in the text, else \
         by its amount. Not there yet is tried again; another amount, or several that fit, becomes \
         an exception."
    }

    fn input_schema(&self) -> Value {
        schema::<MatchInput>()
    }

    fn output_schema(&self) -> Value {
        schema::<MatchOutput>()
    }

    fn example(&self) -> Value {
        json!({"payout": "po_1", "amount_minor": 0, "currency": "EUR", "arrival": "2026-11-24",
               "status": "paid", "lines": []})
    }

    async fn run(&self, _cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop> {
        let input: MatchInput = read(self.id(), input)?;
        let payout = Money::new(input.amount_minor, input.currency);
        let references = [
            input.payout.as_str(),
            input.trace.as_deref().unwrap_or_default(),
        ];
        let mut booked = Booked::default();
        if matches!(input.status.as_str(), "failed" | "canceled") {
            let output = MatchOutput {
                matched: false,
                line: None,
            };
            booked.output = write(self.id(), &output)?;
            return Ok(booked);
        }
        let exception = |sentence: String, amount: Option<i64>| ExceptionRecord {
            kind: "bank_difference".into(),
            key: input.payout.clone(),
            sentence,
            amount_minor: amount,
            currency: Some(input.currency.to_string()),
        };
        let arrival = input
            .arrival
            .parse()
            .map_err(|_| Fault::rejected(format!("arrival: `{}` is no date", input.arrival)))?;
        let line = match match_bank_near(&references, payout, arrival, &input.lines) {
            BankMatch::NotYet => {
                let message = format!("the bank has no line for {} ({payout}) yet", input.payout);
                return Err(Fault::transient(message).into());
            }
            BankMatch::Found(line) => Some(line.id.clone()),
            BankMatch::Different(line) => {
                let sentence = format!(
                    "the bank line {} of {} has {} {} (minor units), the payout is {payout}",
                    line.id, input.payout, line.amount_minor, line.currency
                );
                let off = line.amount_minor.checked_sub(payout.minor);
                booked.exceptions.push(exception(sentence, off));
                None
            }
            BankMatch::Several(lines) => {
                let ids: Vec<&str> = lines.iter().map(|l| l.id.as_str()).collect();
                let sentence = format!(
                    "several bank lines fit {}: {}",
                    input.payout,
                    ids.join(", ")
                );
                booked.exceptions.push(exception(sentence, None));
                None
            }
        };
        if let Some(line) = &line {
            booked.link("bank_line", &input.payout, line);
        }
        let output = MatchOutput {
            matched: line.is_some(),
            line,
        };
        booked.output = write(self.id(), &output)?;
        Ok(booked)
    }
}
