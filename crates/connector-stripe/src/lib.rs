//! Stripe: webhook verification, triggers, operations.
//!
//! [`CONNECTOR`] is the list entry. Requests are made in [`request`], sent by [`session`] with the
//! version pinned, and answers that are no success are classified in [`fault`]. Objects stay JSON
//! with a hand-written schema ([`object`]); only the balance transaction, the money fact, has a
//! canonical form ([`transaction`]).

pub mod balance;
pub mod envelope;
mod example;
pub mod fault;
pub mod form;
pub mod key;
pub mod metadata;
pub mod object;
pub mod operation;
pub mod poll;
pub mod request;
mod schema;
pub mod session;
pub mod settings;
pub mod signature;
pub mod transaction;
mod trigger;

use connector::{AnyOperation, Connector, Erased};
use object::{Charge, Customer, Dispute, PaymentIntent, Payout, Refund};
use operation::api_get::ApiGet;
use operation::balance_get::BalanceGet;
use operation::balance_transaction_get::BalanceTransactionGet;
use operation::balance_transaction_list::BalanceTransactionList;
use operation::charge_balance_transaction::ChargeBalanceTransaction;
use operation::checkout_session_find::CheckoutSessionFind;
use operation::customer_create::CustomerCreate;
use operation::get::Get;
use operation::making::Create;
use operation::product_create::ProductCreate;
use operation::refund_create::RefundCreate;
use operation::refund_list::RefundList;
use operation::update_metadata::UpdateMetadata;
pub use trigger::TRIGGERS;

/// Everything a flow can do at Stripe.
pub static OPERATIONS: &[&dyn AnyOperation] = &[
    &Erased::<CheckoutSessionFind>::NEW,
    &Erased::<Get<Charge>>::NEW,
    &Erased::<Get<PaymentIntent>>::NEW,
    &Erased::<Get<Refund>>::NEW,
    &Erased::<Get<Dispute>>::NEW,
    &Erased::<Get<Customer>>::NEW,
    &Erased::<Get<Payout>>::NEW,
    &Erased::<ChargeBalanceTransaction>::NEW,
    &Erased::<BalanceTransactionGet>::NEW,
    &Erased::<BalanceTransactionList>::NEW,
    &Erased::<RefundList>::NEW,
    &Erased::<BalanceGet>::NEW,
    &Erased::<UpdateMetadata<PaymentIntent>>::NEW,
    &Erased::<UpdateMetadata<Charge>>::NEW,
    &Erased::<UpdateMetadata<Customer>>::NEW,
    &Erased::<Create<CustomerCreate>>::NEW,
    &Erased::<Create<ProductCreate>>::NEW,
    &Erased::<Create<RefundCreate>>::NEW,
    &Erased::<ApiGet>::NEW,
];

/// The Stripe connector.
pub static CONNECTOR: Connector = Connector {
    id: "stripe",
    title: "Stripe",
    doc: "Payments: signed events, charges, refunds, disputes, payouts, balance transactions, \
          customers and products (docs.stripe.com/api).",
    settings: || schemars::schema_for!(settings::Settings).to_value(),
    credential: settings::credential_schema,
    file: None,
    operations: OPERATIONS,
    triggers: TRIGGERS,
    verify: Some(signature::verify),
    envelope: Some(envelope::read),
    example: settings::example,
    open: session::open,
};
