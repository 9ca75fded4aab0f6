//! The balance and its transactions.

use crate::stripe::error::ApiError;
use crate::stripe::list;
use crate::stripe::operation::{self, Answer, Call, Operation};
use crate::stripe::param::{Kind, opt};
use crate::stripe::state::{State, Table};
use serde_json::Value;

const URL: &str = "/v1/balance_transactions";

pub const OPERATIONS: &[Operation] = &[
    operation::get("/v1/balance", balance),
    operation::list(
        URL,
        &[
            opt("payout", Kind::Text),
            opt("source", Kind::Text),
            opt("type", Kind::Text),
            opt("currency", Kind::Currency),
            opt("created", Kind::Range),
        ],
        transactions,
    ),
    operation::get("/v1/balance_transactions/{}", transaction),
    operation::get("/v1/balance/history/{}", transaction),
];

fn balance(state: &mut State, _: &Call) -> Answer {
    Ok(state.balance())
}

fn transaction(state: &mut State, call: &Call) -> Answer {
    let found = state.ledger.transactions.get(call.id()).cloned();
    found.ok_or_else(|| ApiError::no_such("balance transaction", call.id(), "id"))
}

fn transactions(state: &mut State, call: &Call) -> Answer {
    let p = &call.params;
    let mut within = None;
    if let Some(id) = p.text("payout") {
        let payout = state.need_param(Table::Payouts, id, "payout")?;
        if payout.get("automatic") != Some(&Value::Bool(true)) {
            return Err(ApiError::parameter(
                "payout",
                "",
                "Balance transaction history can only be filtered on automatic transfers, not \
                 manual.",
            ));
        }
        let mut members = state.ledger.members(id).to_vec();
        if state.settings.payout_lists_itself
            && let Some(own) = payout.get("balance_transaction").and_then(Value::as_str)
            && let Some(at) = state.ledger.transactions.position(own)
        {
            members.push(at);
        }
        within = Some(members);
    }
    let equal = ["source", "type", "currency"];
    let all = &state.ledger.transactions;
    list::page(
        all,
        within.as_deref(),
        p,
        URL,
        "balance transaction",
        &equal,
    )
}
