//! A payment: what a card does when an intent charges it.

use super::{charge, dispute};
use crate::stripe::collection::{int, text};
use crate::stripe::error::ApiError;
use crate::stripe::magic::{Card, Effect};
use crate::stripe::operation::Answer;
use crate::stripe::state::{State, Table};
use serde_json::{Value, json};

/// Charges the intent's payment method.
pub fn attempt(state: &mut State, id: &str, fail_on_action: bool) -> Result<(), ApiError> {
    let intent = state.copy(Table::Intents, id);
    let method = state.copy(Table::PaymentMethods, text(&intent, "payment_method"));
    let Some(card) = state.cards.get(text(&method, "id")).copied() else {
        return Err(no_method());
    };
    match card.effect {
        Effect::Declines(code, reason, message) => {
            let made = charge::make(state, &intent, &method, card, Some((code, reason, message)));
            Err(declined(state, id, made, &method, (code, reason, message)))
        }
        Effect::NeedsAction if fail_on_action => {
            let decline = (
                "authentication_required",
                Some("authentication_required"),
                "Your card was declined. This transaction requires authentication.",
            );
            let made = charge::make(state, &intent, &method, card, Some(decline));
            Err(declined(state, id, made, &method, decline))
        }
        Effect::NeedsAction => {
            state.advance(Table::Intents, id, "payment_intent.requires_action", |i| {
                i["status"] = "requires_action".into();
                i["next_action"] = json!({
                    "type": "use_stripe_sdk",
                    "use_stripe_sdk": {"type": "three_d_secure_redirect"},
                });
            });
            Ok(())
        }
        _ => {
            succeed(state, id, &intent, &method, card);
            Ok(())
        }
    }
}

/// The shopper authenticated: charges an intent that waited for it.
pub fn authenticate(state: &mut State, id: &str) -> Answer {
    let intent = state.need(Table::Intents, id, "intent")?.clone();
    if text(&intent, "status") != "requires_action" {
        return Err(ApiError::state(
            "payment_intent_unexpected_state",
            "Nothing to authenticate.",
        ));
    }
    let method = state.copy(Table::PaymentMethods, text(&intent, "payment_method"));
    let Some(card) = state.cards.get(text(&method, "id")).copied() else {
        return Err(no_method());
    };
    succeed(state, id, &intent, &method, card);
    Ok(state.copy(Table::Intents, id))
}

fn declined(
    state: &mut State,
    id: &str,
    made: Value,
    method: &Value,
    (code, reason, message): (&str, Option<&str>, &str),
) -> ApiError {
    let charge_id = text(&made, "id").to_owned();
    state.create(Table::Charges, made, "charge.failed");
    let mut error = ApiError::card(code, reason, message)
        .with("charge", charge_id.as_str())
        .with("payment_method", method.clone());
    let last = Value::Object(error.body.clone());
    state.advance(Table::Intents, id, "payment_intent.payment_failed", |i| {
        i["status"] = "requires_payment_method".into();
        i["payment_method"] = Value::Null;
        i["next_action"] = Value::Null;
        i["latest_charge"] = charge_id.into();
        i["last_payment_error"] = last;
    });
    error = error.with("payment_intent", state.copy(Table::Intents, id));
    error
}

fn succeed(state: &mut State, id: &str, intent: &Value, method: &Value, card: &'static Card) {
    let made = charge::make(state, intent, method, card, None);
    let charge_id = text(&made, "id").to_owned();
    let manual = text(intent, "capture_method") == "manual";
    state.table_mut(Table::Charges).insert(made);
    if !manual {
        charge::book_in_time(state, &charge_id);
    }
    let shown = state.copy(Table::Charges, &charge_id);
    state.emit("charge.succeeded", &shown, None);
    let amount = int(intent, "amount");
    let (kind, status) = if manual {
        (
            "payment_intent.amount_capturable_updated",
            "requires_capture",
        )
    } else {
        ("payment_intent.succeeded", "succeeded")
    };
    state.advance(Table::Intents, id, kind, |i| {
        i["status"] = status.into();
        i["latest_charge"] = charge_id.as_str().into();
        i["next_action"] = Value::Null;
        i["last_payment_error"] = Value::Null;
        i[if manual {
            "amount_capturable"
        } else {
            "amount_received"
        }] = amount.into();
    });
    if let Effect::Disputed(reason, inquiry) = card.effect
        && !manual
    {
        dispute::open(state, &charge_id, reason, inquiry);
    }
}

/// 400: there is nothing to charge.
pub fn no_method() -> ApiError {
    ApiError::bad_request(
        "You cannot confirm this PaymentIntent because it's missing a payment method. You can \
         either update the PaymentIntent with a payment method and then confirm it again, or \
         confirm it again directly with a payment method or ConfirmationToken.",
    )
    .with("code", "payment_intent_unexpected_state")
}
