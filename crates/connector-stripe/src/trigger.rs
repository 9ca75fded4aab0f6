//! What can start a flow: Stripe's event types, and the walk through the balance transactions.
//!
//! `Once` means: Stripe makes one such event for one subject, so the subject's id may be a flow's
//! key. It is inferred from the life of the objects [unverified for every payment method]; where it
//! can be doubted it says `Many`, which only forbids that key.

use crate::example;
use crate::object::{
    Charge, CheckoutSession, Customer, Dispute, Kind, PaymentIntent, Payout, Price, Product, Refund,
};
use crate::transaction;
use connector::{Fires, Source, Trigger};
use serde_json::Value;
use std::time::Duration;

/// The money of most objects.
const AMOUNT: Option<(&str, &str)> = Some(("/amount", "/currency"));

/// An event of Stripe's whose object is a `K`.
const fn on<K: Kind>(
    id: &'static str,
    title: &'static str,
    fires: Fires,
    money_at: Option<(&'static str, &'static str)>,
    doc: &'static str,
) -> Trigger {
    Trigger {
        id,
        title,
        doc,
        source: Source::Webhook,
        fires,
        subject: K::NAME,
        subject_at: "/data/object",
        money_at,
        schema: K::schema,
        examples: example::events::<K>,
    }
}

fn balance_transaction() -> Value {
    schemars::schema_for!(transaction::BalanceTransaction).to_value()
}

use Fires::{Many, Once};

/// Every trigger of the connector.
pub static TRIGGERS: &[Trigger] = &[
    on::<Charge>(
        "stripe.charge.succeeded",
        "A charge succeeded",
        Once,
        AMOUNT,
        "Paid, or authorised if it is captured later. The balance transaction may come later.",
    ),
    on::<Charge>(
        "stripe.charge.updated",
        "A charge changed",
        Many,
        AMOUNT,
        "Its description, metadata, or its balance transaction, which came later.",
    ),
    on::<Charge>(
        "stripe.charge.captured",
        "A charge was captured",
        Once,
        AMOUNT,
        "What was only authorised is taken now.",
    ),
    on::<Charge>(
        "stripe.charge.failed",
        "A charge failed",
        Once,
        AMOUNT,
        "Declined; no money moved.",
    ),
    on::<Charge>(
        "stripe.charge.refunded",
        "A charge was refunded",
        Many,
        AMOUNT,
        "Wholly or in part; once for every refund.",
    ),
    on::<Refund>(
        "stripe.refund.created",
        "A refund was made",
        Once,
        AMOUNT,
        "It may still be pending.",
    ),
    on::<Refund>(
        "stripe.refund.updated",
        "A refund changed",
        Many,
        AMOUNT,
        "Its state, its metadata or the bank's reference.",
    ),
    on::<Refund>(
        "stripe.refund.failed",
        "A refund failed",
        Once,
        AMOUNT,
        "The money is back in the balance and still owed to the customer.",
    ),
    on::<Dispute>(
        "stripe.charge.dispute.created",
        "A dispute was opened",
        Once,
        AMOUNT,
        "A chargeback, or an inquiry (status warning_…) where no money moves.",
    ),
    on::<Dispute>(
        "stripe.charge.dispute.updated",
        "A dispute changed",
        Many,
        AMOUNT,
        "Mostly evidence that was handed in.",
    ),
    on::<Dispute>(
        "stripe.charge.dispute.funds_withdrawn",
        "Disputed money was taken",
        Many,
        AMOUNT,
        "The amount and the fee left the balance.",
    ),
    on::<Dispute>(
        "stripe.charge.dispute.funds_reinstated",
        "Disputed money came back",
        Many,
        AMOUNT,
        "Wholly or in part.",
    ),
    on::<Dispute>(
        "stripe.charge.dispute.closed",
        "A dispute was closed",
        Many,
        AMOUNT,
        "Won, lost or withdrawn: see its status.",
    ),
    on::<PaymentIntent>(
        "stripe.payment_intent.succeeded",
        "A payment succeeded",
        Once,
        AMOUNT,
        "The customer has paid.",
    ),
    on::<PaymentIntent>(
        "stripe.payment_intent.payment_failed",
        "A payment failed",
        Many,
        AMOUNT,
        "One try failed; the next may succeed.",
    ),
    on::<CheckoutSession>(
        "stripe.checkout.session.completed",
        "A checkout was completed",
        Once,
        Some(("/amount_total", "/currency")),
        "The customer is through; with some methods the money comes later (payment_status).",
    ),
    on::<Payout>(
        "stripe.payout.created",
        "A payout was made",
        Once,
        AMOUNT,
        "Money leaves the balance for the bank.",
    ),
    on::<Payout>(
        "stripe.payout.updated",
        "A payout changed",
        Many,
        AMOUNT,
        "Its state, or the bank's number of it.",
    ),
    on::<Payout>(
        "stripe.payout.paid",
        "A payout was paid",
        Once,
        AMOUNT,
        "It should be at the bank; it may still fail within five business days.",
    ),
    on::<Payout>(
        "stripe.payout.failed",
        "A payout failed",
        Once,
        AMOUNT,
        "The money is back in the balance.",
    ),
    on::<Payout>(
        "stripe.payout.canceled",
        "A payout was cancelled",
        Once,
        AMOUNT,
        "The money is back in the balance.",
    ),
    on::<Payout>(
        "stripe.payout.reconciliation_completed",
        "A payout's members are known",
        Once,
        AMOUNT,
        "Automatic payouts only: its balance transactions can be listed now.",
    ),
    on::<Customer>(
        "stripe.customer.created",
        "A customer was made",
        Once,
        None,
        "By a checkout, the dashboard or the API.",
    ),
    on::<Customer>(
        "stripe.customer.updated",
        "A customer changed",
        Many,
        None,
        "Any of its fields.",
    ),
    on::<Customer>(
        "stripe.customer.deleted",
        "A customer was deleted",
        Once,
        None,
        "For good; its charges stay.",
    ),
    on::<Product>(
        "stripe.product.created",
        "A product was made",
        Once,
        None,
        "In the dashboard or by the API.",
    ),
    on::<Product>(
        "stripe.product.updated",
        "A product changed",
        Many,
        None,
        "Any of its fields.",
    ),
    on::<Product>(
        "stripe.product.deleted",
        "A product was deleted",
        Once,
        None,
        "For good.",
    ),
    on::<Price>(
        "stripe.price.created",
        "A price was made",
        Once,
        None,
        "A product may have several.",
    ),
    on::<Price>(
        "stripe.price.updated",
        "A price changed",
        Many,
        None,
        "Its name, its metadata, or it was switched off: amounts never change.",
    ),
    Trigger {
        id: "stripe.balance_transaction.created",
        title: "Stripe's balance moved",
        doc: "Every balance transaction, with its source, from the list that is the ledger of \
              record (docs.stripe.com/api/balance_transactions/list). Unlike events each exists \
              exactly once.",
        source: Source::Poll {
            every: Duration::from_secs(300),
        },
        fires: Once,
        subject: "balance_transaction",
        subject_at: "/balance_transaction",
        money_at: AMOUNT,
        schema: balance_transaction,
        examples: example::balance_transactions,
    },
];
