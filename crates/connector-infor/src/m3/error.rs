//! What an answer of M3 or its gateway means: the one place that classifies.
//!
//! M3 hides refusals inside HTTP 200, or 400, depending on its version; both are read the same way.
//! The bodies are put together from the key names that public clients read; whole bodies were never
//! seen, nor were the gateway's 401, 403 and 429 [unverified].
//!
//! | evidence | class |
//! |---|---|
//! | NOK, and terminated before execution | `Rejected`, in M3's words, with its code and field |
//! | 401, 403 | `Unauthorized`; the session renews the token once before it gets here |
//! | 401 with `U14` | `Transient`: the token is good |
//! | 429 | `RateLimited` |
//! | other 4xx that the gateway refuses by itself | `Rejected` |
//! | 5xx, a redirect, HTML, anything unreadable | `Unknown`: it may have been executed |

use crate::m3::reply::{MiReply, Outcome};
use crate::m3::request::Record;
use connector::http::Reply;
use model::{Fault, FaultClass};
use serde_json::{Map, Value};

/// Lists are cut at this number of rows on some installations, whatever was asked for [observed].
const CEILING: usize = 1_000;
/// And at this one by a grid that ignores options in the query [observed].
const GRID_CEILING: usize = 100;

/// What was asked for, as far as the answer must be read by it.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// How many transactions the call had.
    pub count: usize,
    /// The row limit of lists.
    pub max_records: u32,
    /// Options stood in the query, which some installations ignore.
    pub options_in_query: bool,
}

impl Asked {
    /// As many rows as were allowed, or as are known to be a silent limit.
    fn is_cut(self, rows: usize) -> bool {
        rows >= usize::try_from(self.max_records).unwrap_or(usize::MAX)
            || rows == CEILING
            || self.options_in_query && rows == GRID_CEILING
    }
}

/// Reads the answer to a call.
///
/// # Errors
/// The call's fault; for a call of one transaction also M3's refusal.
pub fn read(reply: &Reply, asked: Asked) -> Result<MiReply, Fault> {
    let status = reply.status;
    if status == 429 {
        let mut fault = Fault::new(
            FaultClass::RateLimited,
            "the gateway refused: too many requests",
        );
        fault.retry_after = reply.retry_after();
        return Err(fault.with_status(status));
    }
    if (300..400).contains(&status) {
        return Err(unknown(status, "a redirect, which is not followed"));
    }
    if !(200..500).contains(&status) {
        return Err(unknown(status, "no answer of M3's"));
    }
    if status == 401 && is_u14(&reply.body) {
        return Err(
            Fault::transient("the gateway lost the token for a moment (U14)")
                .with_status(status)
                .with_code("U14"),
        );
    }
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    if let Some(Value::Object(body)) = &body
        && let Some(read) = envelope(body, asked)
    {
        return read.map_err(|fault| fault.with_status(status));
    }
    match status {
        401 | 403 => Err(Fault::new(
            FaultClass::Unauthorized,
            format!("the gateway refused the access token ({status})"),
        )
        .with_status(status)),
        404 | 405 | 415 | 428 => Err(gateway(status, body.as_ref())),
        400..500 if body.is_some() => Err(gateway(status, body.as_ref())),
        _ => Err(unknown(status, "no answer of M3's")),
    }
}

/// The token is good, and the gateway says it does not know it.
pub fn is_u14(body: &[u8]) -> bool {
    String::from_utf8_lossy(body).contains("OAuth [U14]")
}

fn unknown(status: u16, what: &str) -> Fault {
    Fault::unknown(format!("the answer was {status} with {what}")).with_status(status)
}

/// A refusal of the gateway's own: nothing reached M3.
fn gateway(status: u16, body: Option<&Value>) -> Fault {
    let error = body.and_then(|b| b.get("error"));
    let text = error.and_then(|e| e.as_str().or_else(|| e.get("message")?.as_str()));
    let text = text.map(collapse).filter(|t| !t.is_empty());
    let text = text.unwrap_or_else(|| "without a reason".into());
    Fault::rejected(format!(
        "the gateway refused the request ({status}): {text}"
    ))
    .with_status(status)
}

/// Reads a body of M3's; none if it is something else.
fn envelope(body: &Map<String, Value>, asked: Asked) -> Option<Result<MiReply, Fault>> {
    if body.contains_key("results") || body.contains_key("wasTerminated") {
        return Some(v2(body, asked));
    }
    if body.contains_key("@type") || body.contains_key("MIRecord") {
        return Some(v1(body, asked));
    }
    None
}

fn v2(body: &Map<String, Value>, asked: Asked) -> Result<MiReply, Fault> {
    let count = asked.count;
    let results = list(body.get("results"));
    let terminated = body.get("wasTerminated").and_then(Value::as_bool) == Some(true);
    let number = |name: &str| body.get(name).and_then(Value::as_u64);
    if terminated && (results.is_empty() || count == 1) {
        return Err(termination(body));
    }
    let mut outcomes: Vec<Outcome> = results
        .iter()
        .take(count)
        .map(|result| outcome(result, asked))
        .collect();
    let failed = number("nrOfFailedTransactions").unwrap_or(0);
    if count == 1 {
        match outcomes.first_mut() {
            Some(only) if only.fault.is_none() && failed > 0 => {
                only.fault = Some(Fault::rejected("M3 refused without a reason"));
            }
            Some(_) => {}
            // A write without outputs may come without a result, but not without being counted.
            None if failed > 0 => return Err(Fault::rejected("M3 refused without a reason")),
            None if number("nrOfSuccessfullTransactions") == Some(1) => {
                outcomes.push(Outcome::default());
            }
            None => return Err(Fault::unknown("M3's answer holds no outcome")),
        }
        if let Some(fault) = outcomes.first().and_then(|o| o.fault.clone()) {
            return Err(fault);
        }
    }
    while outcomes.len() < count {
        outcomes.push(Outcome {
            fault: Some(Fault::unknown(
                "M3 gave no outcome for a transaction of the call",
            )),
            ..Outcome::default()
        });
    }
    Ok(MiReply { outcomes })
}

fn termination(body: &Map<String, Value>) -> Fault {
    let kind = text(body, "terminationErrorType");
    let reason = text(body, "terminationReason");
    let message = if reason.is_empty() {
        kind.clone()
    } else {
        reason
    };
    let message = if message.is_empty() {
        "M3 rejected the request without a reason".into()
    } else {
        message
    };
    with(Fault::rejected(message), &kind, "")
}

fn outcome(result: &Value, asked: Asked) -> Outcome {
    let Value::Object(result) = result else {
        return Outcome {
            fault: Some(Fault::unknown(
                "M3's outcome of a transaction cannot be read",
            )),
            ..Outcome::default()
        };
    };
    let records: Vec<Record> = list(result.get("records"))
        .iter()
        .filter_map(record)
        .collect();
    let fault = (has(result, "errorMessage") || has(result, "errorType")).then(|| {
        let code = text(result, "errorCode");
        let kind = text(result, "errorType");
        let code = if code.is_empty() { kind } else { code };
        refusal(
            &text(result, "errorMessage"),
            &code,
            &text(result, "errorField"),
        )
    });
    Outcome {
        truncated: asked.is_cut(records.len()),
        records,
        fault,
    }
}

/// The bodies of the older API: a refusal, or rows as name-value pairs, or rows and then a refusal.
fn v1(body: &Map<String, Value>, asked: Asked) -> Result<MiReply, Fault> {
    let error = match body.get("ErrorMessage") {
        Some(Value::Object(error)) => Some(error),
        _ if body.contains_key("@type") => Some(body),
        _ => None,
    };
    // A list that broke off is no list: its rows prove nothing.
    if let Some(error) = error {
        let code = text(error, "@code");
        let code = if code.is_empty() {
            text(error, "@type")
        } else {
            code
        };
        return Err(refusal(
            &text(error, "Message"),
            &code,
            &text(error, "@field"),
        ));
    }
    let records: Vec<Record> = list(body.get("MIRecord"))
        .iter()
        .map(|row| {
            let pairs = list(row.get("NameValue"));
            let pair =
                |p: &Value| Some((p.get("Name")?.as_str()?.to_owned(), p.get("Value")?.clone()));
            let fields: Map<String, Value> = pairs.iter().filter_map(pair).collect();
            record(&Value::Object(fields)).unwrap_or_default()
        })
        .collect();
    let truncated = asked.is_cut(records.len());
    Ok(MiReply {
        outcomes: vec![Outcome {
            records,
            truncated,
            fault: None,
        }],
    })
}

/// A refusal in M3's words: padding collapsed, code and field taken out of the text.
fn refusal(message: &str, code: &str, field: &str) -> Fault {
    let mut words: Vec<&str> = message.split_whitespace().collect();
    // M3 appends them in fixed columns; a code inside a sentence stays.
    for tail in [field, code] {
        if words.len() > 1 && !tail.is_empty() && words.last() == Some(&tail) {
            words.pop();
        }
    }
    let message = words.join(" ");
    let message = if message.is_empty() {
        "M3 refused without a reason".to_owned()
    } else {
        message
    };
    with(Fault::rejected(message), code, field)
}

fn with(mut fault: Fault, code: &str, field: &str) -> Fault {
    fault.code = Some(code.to_owned()).filter(|c| !c.is_empty());
    fault.field = Some(field.to_owned()).filter(|f| !f.is_empty());
    fault
}

fn has(body: &Map<String, Value>, name: &str) -> bool {
    body.get(name).is_some_and(|v| !v.is_null() && v != "")
}

/// A text without its padding.
fn text(body: &Map<String, Value>, name: &str) -> String {
    body.get(name)
        .and_then(Value::as_str)
        .map(collapse)
        .unwrap_or_default()
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An array; a single element may come bare [unverified].
fn list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(items)) => items,
        Some(Value::Null) | None => &[],
        Some(one) => std::slice::from_ref(one),
    }
}

/// A row: every value a text, blanks at its end cut.
fn record(row: &Value) -> Option<Record> {
    let fields = row.as_object()?.iter();
    let text = |value: &Value| match value {
        Value::String(text) => text.trim_end().to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    Some(
        fields
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
    )
}
