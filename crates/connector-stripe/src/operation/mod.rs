//! What flows can do at Stripe: one file per operation.

pub mod api_get;
pub mod balance_get;
pub mod balance_transaction_get;
pub mod balance_transaction_list;
pub mod charge_balance_transaction;
pub mod checkout_session_find;
pub mod customer_create;
pub mod get;
pub mod making;
pub mod product_create;
pub mod refund_create;
pub mod refund_list;
pub mod update_metadata;

use crate::request;
use connector::Last;
use model::Fault;
use serde_json::Value;

/// The body of the last answer, nothing if the recipe begins or goes on, the refusal as the error.
fn answer<'a>(last: &Last<'a>) -> Result<Option<&'a Value>, Fault> {
    match last {
        Last::Nothing => Ok(None),
        Last::Reply(reply) => request::body(reply).map(Some),
        Last::Refused(fault) => Err(Fault::clone(fault)),
    }
}
