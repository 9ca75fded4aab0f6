//! `/_sandbox/`: what an administrator may do that Stripe's API cannot ask for. JSON both ways.
//!
//! | call | effect |
//! |---|---|
//! | `GET`, `POST clock {advance_s}` or `{to}` | the time; moves it |
//! | `POST`, `DELETE faults` | plants a fault ([`crate::faults`]); removes all |
//! | `GET journal?since=n` | every request after number n |
//! | `POST limits {per_operation, global}` | requests per second, else 429 |
//! | `GET`, `POST keys {secret?, rights?}` | lists keys; adds one |
//! | `POST keys/{id}/revoke`, `POST keys/{id}/expire_in {seconds}` | ends a key |
//! | `POST webhooks/{we}/mode`, `POST webhooks/deliver-now`, `GET deliveries` | how deliveries go |
//! | `POST events/{id}/resend {endpoint?}` | the same event again |
//! | `POST purchases`, `POST checkout/{cs}/pay` | a shopper |
//! | `POST payment_intents/{id}/authenticate` | the shopper passes the bank's check |
//! | `POST charges/{id}/dispute {reason, inquiry}` | the cardholder disputes |
//! | `POST disputes/{id}/outcome {status, return_fee}` | `won` or `lost` |
//! | `POST refunds/{id}/fail`, `POST payouts/{id}/fail {code}`, `POST payout-run` | the bank |
//! | `POST fees`, `POST fx {pair, rate, from_s}`, `POST settings` | money switches |
//! | `GET state`, `POST reset {seed}` | counts and balances; a fresh start |

use super::api::{checkout, dispute, payment, payout, refund};
use super::error::ApiError;
use super::fee::Rate;
use super::limit::Allowed;
use super::outbox::Mode;
use super::purchase::{self, Purchase};
use super::schedule::DAY;
use super::shared::Shared;
use super::state::{State, Table};
use crate::faults::Fault;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Answers an administrator's request for `path` (without `/_sandbox/`).
pub fn serve(
    shared: &Shared,
    method: &str,
    path: &str,
    query: Option<&str>,
    body: &[u8],
) -> Response {
    let result = dispatch(shared, method, path, query, body);
    shared.wake.notify_one();
    let (status, body) = match result {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => (
            StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST),
            json!({ "error": error.body }),
        ),
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert("content-type", HeaderValue::from_static("application/json"));
    response
}

/// Reads a JSON body; an empty one is `{}`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|e| ApiError::bad_request(format!("Invalid body: {e}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    advance_s: Option<i64>,
    to: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewKey {
    secret: Option<String>,
    rights: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seconds {
    seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resend {
    endpoint: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcome {
    status: String,
    #[serde(default)]
    return_fee: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDispute {
    reason: Option<String>,
    #[serde(default)]
    inquiry: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    code: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    currency: Option<String>,
    #[serde(default)]
    arrive_s: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeeChange {
    currency: Option<String>,
    bps: Option<i64>,
    fixed: Option<i64>,
    tax_bps: Option<i64>,
    dispute: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// Unix seconds from which the rate holds; always if absent.
    #[serde(default)]
    from_s: i64,
    /// `gbp/usd`: presentment, settlement.
    pair: String,
    rate: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsChange {
    pending_s: Option<i64>,
    arrival_s: Option<i64>,
    refund_s: Option<i64>,
    async_capture_s: Option<i64>,
    daily_payouts: Option<bool>,
    debit_negative: Option<bool>,
    payout_lists_itself: Option<bool>,
    bank_account: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pay {
    payment_method: Option<String>,
    #[serde(default)]
    customer_details: Value,
    #[serde(default)]
    shipping_details: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    seed: Option<u64>,
}

fn dispatch(
    shared: &Shared,
    method: &str,
    path: &str,
    query: Option<&str>,
    body: &[u8],
) -> Result<Value, ApiError> {
    let parts: Vec<&str> = path.split('/').collect();
    match (method, parts.as_slice()) {
        ("GET", ["clock"]) => Ok(json!({"now": shared.clock.now_s()})),
        ("POST", ["clock"]) => clock(shared, &read(body)?),
        ("POST", ["faults"]) => {
            shared.faults.plant(read::<Fault>(body)?);
            Ok(json!({}))
        }
        ("DELETE", ["faults"]) => {
            shared.faults.clear();
            Ok(json!({}))
        }
        ("GET", ["journal"]) => {
            let since = query
                .and_then(|q| q.strip_prefix("since="))
                .and_then(|n| n.parse().ok())
                .unwrap_or(0);
            let entries = shared.journal.since(since);
            Ok(json!({"data": entries, "dropped": shared.journal.dropped()}))
        }
        ("POST", ["limits"]) => {
            let allowed: Allowed = read(body)?;
            shared.limits.lock().set(allowed);
            Ok(json!({}))
        }
        ("POST", ["reset"]) => {
            let reset: Reset = read(body)?;
            shared.reset(reset.seed.unwrap_or(shared.config.seed));
            Ok(json!({}))
        }
        _ => shared.with(|state| on_state(state, method, &parts, body)),
    }
}

fn clock(shared: &Shared, time: &Time) -> Result<Value, ApiError> {
    match (time.advance_s, time.to) {
        (Some(seconds), None) if seconds >= 0 => shared.clock.advance(seconds),
        (None, Some(to)) => shared.clock.set(to),
        _ => return Err(ApiError::bad_request("Give advance_s (0 or more) or to.")),
    }
    shared.with(|state| Ok(json!({"now": state.now})))
}

fn on_state(
    state: &mut State,
    method: &str,
    parts: &[&str],
    body: &[u8],
) -> Result<Value, ApiError> {
    match (method, parts) {
        ("GET", ["state"]) => Ok(summary(state)),
        ("GET", ["deliveries"]) => {
            let (busy, later) = state.outbox.open(state.now);
            Ok(json!({"data": state.outbox.log, "due": busy, "waiting": later}))
        }
        ("GET", ["keys"]) => Ok(json!({"data": state.keys.list()})),
        ("POST", ["keys"]) => {
            let new: NewKey = read(body)?;
            let prefix = match (&new.rights, state.livemode) {
                (None, false) => "sk_test_",
                (None, true) => "sk_live_",
                (Some(_), false) => "rk_test_",
                (Some(_), true) => "rk_live_",
            };
            let secret = new.secret.unwrap_or_else(|| state.ids.secret(prefix));
            let id = state.keys.add(secret.clone(), new.rights);
            Ok(json!({"id": id, "secret": secret}))
        }
        ("POST", ["keys", id, "revoke"]) => end_key(state, id, None),
        ("POST", ["keys", id, "expire_in"]) => {
            let until = state.now + read::<Seconds>(body)?.seconds;
            end_key(state, id, Some(until))
        }
        ("POST", ["webhooks", id, "mode"]) => webhook_mode(state, id, read(body)?),
        ("POST", ["webhooks", "deliver-now"]) => {
            state.outbox.hurry(state.now);
            Ok(json!({}))
        }
        ("POST", ["events", id, "resend"]) => resend(state, id, &read(body)?),
        ("POST", ["charges", id, "dispute"]) => {
            let new: NewDispute = read(body)?;
            let reason = new.reason.as_deref().unwrap_or("fraudulent");
            dispute::file(state, id, reason, new.inquiry)
        }
        ("POST", ["disputes", id, "outcome"]) => {
            let outcome: Outcome = read(body)?;
            match outcome.status.as_str() {
                "won" => dispute::end(state, id, true, outcome.return_fee),
                "lost" => dispute::end(state, id, false, false),
                _ => Err(ApiError::bad_request("status is won or lost.")),
            }
        }
        ("POST", ["payment_intents", id, "authenticate"]) => payment::authenticate(state, id),
        ("POST", ["refunds", id, "fail"]) => refund::fail(state, id),
        ("POST", ["payouts", id, "fail"]) => {
            let failure: Failure = read(body)?;
            let code = failure.code.as_deref().unwrap_or("account_closed");
            let message = failure
                .message
                .as_deref()
                .unwrap_or("The bank returned the payout.");
            payout::fail(state, id, code, message)
        }
        ("POST", ["payout-run"]) => {
            let run: Run = read(body)?;
            Ok(json!({"payouts": payout::run(state, run.currency.as_deref(), run.arrive_s)}))
        }
        ("POST", ["fees"]) => fees(state, &read(body)?),
        ("POST", ["fx"]) => exchange(state, &read(body)?),
        ("POST", ["settings"]) => settings(state, read(body)?),
        ("POST", ["purchases"]) => {
            let purchase: Purchase = read(body)?;
            purchase::run(state, &purchase).map(|done| json!(done))
        }
        ("POST", ["checkout", id, "pay"]) => {
            let pay: Pay = read(body)?;
            let method = pay.payment_method.as_deref().unwrap_or("pm_card_visa");
            let (details, shipping) = (&pay.customer_details, &pay.shipping_details);
            checkout::pay(state, id, method, details, shipping)
        }
        _ => Err(ApiError::unknown_url(
            method,
            &format!("/_sandbox/{}", parts.join("/")),
        )),
    }
}

fn end_key(state: &mut State, id: &str, until: Option<i64>) -> Result<Value, ApiError> {
    if state.keys.end(id, until) {
        Ok(json!({}))
    } else {
        Err(ApiError::no_such("key", id, "id"))
    }
}

fn webhook_mode(state: &mut State, id: &str, mode: Mode) -> Result<Value, ApiError> {
    let secret = state.ids.secret("whsec_");
    let until = state.now + DAY;
    let Some(endpoint) = state.outbox.endpoint(id) else {
        return Err(ApiError::no_such("webhook endpoint", id, "id"));
    };
    let roll = mode.roll_secret;
    endpoint.mode = Mode {
        roll_secret: false,
        ..mode
    };
    if roll {
        endpoint.roll(secret, until);
        return Ok(json!({"secret": endpoint.secret()}));
    }
    Ok(json!({}))
}

fn resend(state: &mut State, id: &str, to: &Resend) -> Result<Value, ApiError> {
    let Some(at) = state.event_index.get(id).copied() else {
        return Err(ApiError::no_such("event", id, "id"));
    };
    state.deliver(at, to.endpoint.as_deref());
    Ok(json!({}))
}

fn fees(state: &mut State, change: &FeeChange) -> Result<Value, ApiError> {
    match (&change.currency, change.bps, change.fixed) {
        (Some(currency), Some(bps), fixed) => {
            state.fees.set(
                currency,
                Rate {
                    bps,
                    fixed: fixed.unwrap_or(0),
                },
            );
        }
        (None, None, None) => {}
        _ => return Err(ApiError::bad_request("A rate needs currency and bps.")),
    }
    if let Some(tax) = change.tax_bps {
        state.fees.tax_bps = tax;
    }
    if let Some(fee) = change.dispute {
        state.fees.dispute = fee;
    }
    Ok(json!({}))
}

fn exchange(state: &mut State, given: &Exchange) -> Result<Value, ApiError> {
    let pair = given.pair.to_ascii_lowercase();
    let rate = Decimal::from_str_exact(&given.rate)
        .ok()
        .filter(|r| r.is_sign_positive());
    match (pair.split_once('/'), rate) {
        (Some((from, to)), Some(rate)) => {
            state.rates.set(from, to, given.from_s, rate);
            Ok(json!({}))
        }
        _ => Err(ApiError::bad_request(
            "Give pair as gbp/usd and rate as a decimal.",
        )),
    }
}

fn settings(state: &mut State, change: SettingsChange) -> Result<Value, ApiError> {
    let s = &mut state.settings;
    let put = |slot: &mut i64, value: Option<i64>| *slot = value.unwrap_or(*slot).max(0);
    put(&mut s.pending_s, change.pending_s);
    put(&mut s.arrival_s, change.arrival_s);
    put(&mut s.refund_s, change.refund_s);
    put(&mut s.async_capture_s, change.async_capture_s);
    s.daily_payouts = change.daily_payouts.unwrap_or(s.daily_payouts);
    s.debit_negative = change.debit_negative.unwrap_or(s.debit_negative);
    s.payout_lists_itself = change.payout_lists_itself.unwrap_or(s.payout_lists_itself);
    if let Some(number) = change.bank_account {
        s.bank_account = number;
    }
    Ok(json!({}))
}

/// Counts and balances, for tests and a quick look.
pub fn summary(state: &State) -> Value {
    let count = |table: Table| state.table(table).len();
    let balances: BTreeMap<&str, Value> = state
        .ledger
        .balances()
        .map(|(c, a, p)| (c, json!({"available": a, "pending": p})))
        .collect();
    let mut nets: BTreeMap<&str, i64> = BTreeMap::new();
    for t in state.ledger.transactions.iter() {
        let currency = super::collection::text(t, "currency");
        *nets.entry(currency).or_insert(0) += super::collection::int(t, "net");
    }
    json!({
        "now": state.now, "account": state.account_id, "livemode": state.livemode,
        "balances": balances, "nets": nets, "events": state.events.len(),
        "balance_transactions": state.ledger.transactions.len(),
        "customers": count(Table::Customers), "charges": count(Table::Charges),
        "refunds": count(Table::Refunds), "disputes": count(Table::Disputes),
        "payouts": count(Table::Payouts), "checkout_sessions": count(Table::Sessions),
        "webhook_endpoints": state.outbox.endpoints.len(),
    })
}
