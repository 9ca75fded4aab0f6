//! `/__sim/…`: what an administrator or a test does to the sandbox beside the real surface.
//!
//! | call | body | does |
//! |---|---|---|
//! | `GET state` | | balances, orders, orphan heads, payments, vouchers, postings per reference |
//! | `GET journal?since=seq` | | every request after `seq`, and how many were dropped |
//! | `GET ionapi?base=url` | | the tenant's file (fake keys) for a sandbox reachable at `url` |
//! | `GET`, `POST settings` | some of the switches | shows, changes |
//! | `POST reset` | | a fresh company with the settings it was started with |
//! | `GET`, `POST clock` | `advance_s`, `to_s` | shows, moves time; what is due happens |
//! | `POST`, `DELETE faults` | a fault | plants one, removes all |
//! | `POST token/kill` | | kills every access token |
//! | `POST token/rotate` | `keep_old` | new secrets |
//! | `POST token/retire` | | refuses all secrets but the newest |
//! | `POST jobs/run` | `job`: `post`, `invoice`, `all` | posts what is staged, invoices every order |
//! | `POST bank` | `reference`, `currency`, `amount` (minor units), `in_s` | the bank's entry |

use super::agenda::{self, BankLine, Event};
use super::app::App;
use super::reply::json as reply;
use super::request;
use super::settings::Settings;
use super::{invoicing, jobs, posting};
use crate::faults::Fault;
use axum::http::Method;
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockBody {
    advance_s: Option<i64>,
    to_s: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct JobsBody {
    /// `post` (default), `invoice` or `all`.
    job: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BankBody {
    reference: String,
    currency: String,
    amount: i64,
    /// Book it so many seconds later; at once if absent.
    in_s: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RotateBody {
    keep_old: bool,
}

/// Status and text.
type Refusal = (u16, String);

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|e| (422, e.to_string()))
}

/// Answers one call.
pub fn handle(app: &App, method: &Method, rest: &[&str], query: &str, body: &[u8]) -> Response {
    match act(app, method, rest, query, body) {
        Ok(value) => reply(200, &value),
        Err((status, error)) => reply(status, &json!({"error": error})),
    }
}

fn act(
    app: &App,
    method: &Method,
    rest: &[&str],
    query: &str,
    body: &[u8],
) -> Result<Value, Refusal> {
    let post = *method == Method::POST;
    Ok(match rest {
        ["state"] => state(app),
        ["journal"] => {
            let since = request::pairs(query)
                .into_iter()
                .find(|(name, _)| name == "since");
            let since = since.and_then(|(_, seq)| seq.parse().ok()).unwrap_or(0);
            json!({"entries": app.journal.since(since), "dropped": app.journal.dropped()})
        }
        ["ionapi"] => {
            let given = request::pairs(query)
                .into_iter()
                .find(|(name, _)| name == "base");
            let base = given.map(|(_, base)| base).unwrap_or_default();
            app.ionapi(app.tenant(), base.trim_end_matches('/'))
        }
        ["settings"] => {
            let mut world = app.world.lock();
            if post {
                world.settings = merged(&world.settings, read(body)?)?;
            }
            json!(world.settings)
        }
        ["reset"] if post => {
            app.reset();
            json!({})
        }
        ["clock"] => {
            if post {
                let body: ClockBody = read(body)?;
                app.clock.advance(body.advance_s.unwrap_or(0).max(0));
                if let Some(to_s) = body.to_s {
                    app.clock.set(to_s);
                }
            }
            let now_s = app.clock.now_s();
            agenda::catch_up(&mut app.world.lock(), now_s);
            json!({"now_s": now_s})
        }
        ["faults"] if post => {
            app.faults.plant(read::<Fault>(body)?);
            json!({})
        }
        ["faults"] if *method == Method::DELETE => {
            app.faults.clear();
            json!({})
        }
        ["token", "kill"] if post => json!({"killed": app.auth.lock().kill_all()}),
        ["token", "rotate"] if post => {
            let body: RotateBody = read(body)?;
            app.auth.lock().rotate(app.tenant(), body.keep_old);
            json!({})
        }
        ["token", "retire"] if post => {
            app.auth.lock().retire_old(app.tenant());
            json!({})
        }
        ["jobs", "run"] if post => {
            let body: JobsBody = read(body)?;
            run(app, body.job.as_deref().unwrap_or("post"))
        }
        ["bank"] if post => bank(app, read(body)?)?,
        _ => {
            return Err((404, "no such thing in this sandbox".to_owned()));
        }
    })
}

/// The settings with those of `patch` replaced.
fn merged(settings: &Settings, patch: Value) -> Result<Settings, Refusal> {
    let mut whole = json!(settings);
    if let (Some(whole), Value::Object(patch)) = (whole.as_object_mut(), patch) {
        whole.extend(patch);
    }
    serde_json::from_value(whole).map_err(|e| (422, e.to_string()))
}

fn run(app: &App, job: &str) -> Value {
    let now_s = app.clock.now_s();
    let mut world = app.world.lock();
    agenda::catch_up(&mut world, now_s);
    let invoices = match job {
        "invoice" | "all" => invoicing::invoice_all(&mut world),
        _ => Vec::new(),
    };
    let vouchers = match job {
        "post" | "all" => posting::post(&mut world, 0),
        _ => Vec::new(),
    };
    json!({"invoices": invoices, "vouchers": vouchers})
}

fn bank(app: &App, body: BankBody) -> Result<Value, Refusal> {
    if super::money::decimals(&body.currency).is_none() {
        return Err((422, "unknown currency".to_owned()));
    }
    if body.amount.unsigned_abs() > super::money::LARGEST.unsigned_abs() {
        return Err((422, "the amount is too large".to_owned()));
    }
    let now_s = app.clock.now_s();
    let mut world = app.world.lock();
    agenda::catch_up(&mut world, now_s);
    let BankBody {
        reference,
        currency,
        amount,
        in_s,
    } = body;
    let line = BankLine {
        reference,
        currency,
        amount,
    };
    Ok(match in_s {
        Some(in_s) => {
            world.agenda.plan(now_s + in_s.max(0), Event::Bank(line));
            json!({"at_s": now_s + in_s.max(0)})
        }
        None => json!({"voucher": jobs::bank(&mut world, &line)}),
    })
}

/// The whole state that a test or a demo wants to see. Seeded history is left out.
pub fn state(app: &App) -> Value {
    let now_s = app.clock.now_s();
    let mut world = app.world.lock();
    agenda::catch_up(&mut world, now_s);
    let orders = world.orders.iter().filter(|(_, order)| !order.history);
    let orders: Vec<Value> = orders
        .map(|(orno, order)| {
            let totals = super::programs::ois100_order::totals(&world.settings, &order.content);
            json!({"orno": orno, "cuno": order.content.cuno, "cuor": order.content.get("CUOR"),
                "currency": order.content.currency, "gross": totals.gross, "vat": totals.vat,
                "lines": order.content.lines.len(), "charges": order.content.charges.len(),
                "invoices": world.index.invoices_by_order.get(orno)})
        })
        .collect();
    let postings: Vec<Value> = world
        .postings()
        .into_iter()
        .map(|((kind, reference), count)| {
            json!({"kind": kind, "reference": reference, "count": count})
        })
        .collect();
    let payments: Vec<Value> = world
        .payments
        .iter()
        .map(|(pbid, b)| json!({"pbid": pbid, "batch": b}))
        .collect();
    let journals: Vec<Value> = world
        .journals
        .iter()
        .map(|((divi, key1), j)| json!({"divi": divi, "key1": key1, "batch": j}))
        .collect();
    let planned: Vec<Value> = world
        .agenda
        .list()
        .iter()
        .map(|(at_s, e)| json!({"at_s": at_s, "what": e}))
        .collect();
    json!({
        "now_s": now_s,
        "balances": world.ledger.balances(),
        "customers": world.customers.len(),
        "orders": orders,
        "orphan_batch_heads": world.orphan_batch_heads(),
        "invoices": world.invoices.values().collect::<Vec<_>>(),
        "payments": payments,
        "journals": journals,
        "vouchers": world.ledger.vouchers,
        "postings": postings,
        "planned": planned,
        "tokens_issued": app.auth.lock().issued(),
        "requests": app.requests.load(std::sync::atomic::Ordering::SeqCst),
    })
}
