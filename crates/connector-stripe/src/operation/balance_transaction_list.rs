//! `stripe.balance_transaction.list`: the members of a payout.

use super::answer;
use crate::poll::{self, PAGE};
use crate::request;
use crate::transaction::{self, BalanceTransaction};
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Which payout.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The payout's id, `po_…`; it must be an automatic one.
    pub payout: String,
}

/// The members of a payout.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// What the payout pays out, newest first, without the payout's own balance transaction.
    pub members: Vec<BalanceTransaction>,
    /// The sum of the members' nets, in minor units: must be the payout's amount.
    pub net_minor: i64,
    /// The payout's own balance transaction, where Stripe lists it with the members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<BalanceTransaction>,
}

/// What was listed so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    output: Output,
    after: Option<String>,
}

pub struct BalanceTransactionList;

const TRANSACTIONS: &str = "/v1/balance_transactions";

impl Operation for BalanceTransactionList {
    const ID: &'static str = "stripe.balance_transaction.list";
    const TITLE: &'static str = "List the members of a payout";
    const DOC: &'static str = "Lists all balance transactions of an automatic payout with their \
        sources (docs.stripe.com/api/balance_transactions/list). Before the payout's \
        reconciliation_status is `completed` the list may be short.";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"payout": "po_1Pgc79B7WZ01zgkW"})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        if input.payout.is_empty() {
            return Err(Fault::rejected("the id is empty").with_field("payout"));
        }
        if let Some(body) = answer(&last)? {
            let (page, more) = poll::page(body.clone())?;
            for txn in &page {
                progress.take(input, txn)?;
            }
            if !more || page.is_empty() {
                return Ok(Next::Done(std::mem::take(&mut progress.output)));
            }
        }
        let params = json!({
            "payout": input.payout,
            "limit": PAGE,
            "starting_after": progress.after,
            "expand": ["data.source"],
        });
        Ok(Next::Call(request::get(
            TRANSACTIONS,
            TRANSACTIONS.into(),
            params,
        )))
    }
}

impl Progress {
    fn take(&mut self, input: &Input, txn: &Value) -> Result<(), Fault> {
        self.after = Some(request::text(txn, "id")?.to_owned());
        let member = transaction::checked(txn, None)?;
        // A payout that failed and whose money came back is a member of a later one: only this
        // payout's own withdrawal is left out.
        let own = txn.get("type").and_then(Value::as_str) == Some("payout")
            && txn.get("source").and_then(request::id_of) == Some(&input.payout);
        if own {
            self.output.own = Some(member);
            return Ok(());
        }
        let sum = self.output.net_minor.checked_add(member.net);
        self.output.net_minor = sum.ok_or_else(|| Fault::rejected("the sum is too large"))?;
        self.output.members.push(member);
        Ok(())
    }
}
