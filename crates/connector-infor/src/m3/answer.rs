//! Reading M3's bodies: every shape that was seen, and what it means.
//!
//! A business refusal ("NOK") comes with HTTP 200 or 400, by installation. A rejection before
//! execution ("terminated") comes with 400 and its reason at the top. The older v1 has bodies of
//! its own, among them a partial list that ends in an error. What is none of these is not trusted.

use crate::m3::reply::{MiReply, Outcome};
use crate::m3::request::{MiRequest, Record};
use model::{Fault, FaultClass};
use serde_json::Value;

/// What a body says.
#[derive(Debug)]
pub enum Answer {
    Reply(MiReply),
    /// Refused as a whole; nothing was executed, or M3 says it did nothing.
    Refused(Fault),
    /// Nothing that can be trusted; why, as a sentence.
    Untrusted(String),
}

/// What is needed to read an answer.
pub struct Asked<'a> {
    pub request: &'a MiRequest,
    pub limit: u32,
    /// NOK codes that mean "held by another user".
    pub locked_codes: &'a [String],
}

/// Reads the body of a 200 or 400.
pub fn read(asked: &Asked<'_>, status: u16, body: &[u8]) -> Answer {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Answer::Untrusted("M3's answer is no JSON".into());
    };
    if body.get("results").is_some() || body.get("wasTerminated").is_some() {
        v2(asked, &body)
    } else if body.get("MIRecord").is_some() || body.get("@type").is_some() {
        v1(asked, &body)
    } else if status == 400 {
        let words = ["error", "message"].map(|k| text(&body, k).to_owned());
        let words: Vec<String> = words.into_iter().filter(|w| !w.is_empty()).collect();
        Answer::Refused(Fault::rejected(format!(
            "the gateway refused the request: {}",
            words.join(": ")
        )))
    } else {
        Answer::Untrusted("M3's answer has none of the known forms".into())
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("").trim()
}

fn v2(asked: &Asked<'_>, body: &Value) -> Answer {
    let results = list(body.get("results"));
    let terminated = body
        .get("wasTerminated")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    if terminated && results.is_empty() {
        let (kind, reason) = (
            text(body, "terminationErrorType"),
            text(body, "terminationReason"),
        );
        return Answer::Refused(refusal(asked, reason, kind, ""));
    }
    let wanted = asked.request.transactions.len();
    if results.len() != wanted {
        let found = results.len();
        return Answer::Untrusted(format!(
            "M3 gave {found} outcomes for {wanted} transactions"
        ));
    }
    let failed = body
        .get("nrOfFailedTransactions")
        .and_then(Value::as_u64)
        .unwrap_or(0);
    let mut outcomes = Vec::new();
    for (n, result) in results.iter().enumerate() {
        let outcome = outcome(asked, result);
        if outcome.fault.is_none()
            && let Some(column) = asked.request.transactions[n]
                .needs
                .iter()
                .find(|column| outcome.field(column).is_empty())
        {
            return Answer::Untrusted(format!("M3's answer has no {column}"));
        }
        outcomes.push(outcome);
    }
    let refused = outcomes.iter().filter(|o| o.fault.is_some()).count();
    let unexplained = u64::try_from(refused).is_ok_and(|refused| refused < failed);
    if unexplained || (terminated && refused < wanted) {
        return Answer::Untrusted("M3 says that something failed, but not what".into());
    }
    match &mut outcomes[..] {
        [
            Outcome {
                fault: fault @ Some(_),
                ..
            },
        ] => Answer::Refused(fault.take().unwrap_or_else(|| Fault::rejected("refused"))),
        _ => Answer::Reply(MiReply { outcomes }),
    }
}

fn outcome(asked: &Asked<'_>, result: &Value) -> Outcome {
    if result.get("errorMessage").is_some_and(|m| !m.is_null())
        || !text(result, "errorType").is_empty()
    {
        let (code, kind) = (text(result, "errorCode"), text(result, "errorType"));
        let code = if code.is_empty() { kind } else { code };
        let field = text(result, "errorField");
        let fault = refusal(asked, text(result, "errorMessage"), code, field);
        return Outcome {
            fault: Some(fault),
            ..Outcome::default()
        };
    }
    let records = list(result.get("records"))
        .into_iter()
        .filter_map(record)
        .collect();
    rows(asked, records)
}

/// Rows of a success. Caps of 100 and of 1,000 rows were seen that nothing announces, so a round
/// hundred may be a cut as well.
fn rows(asked: &Asked<'_>, records: Vec<Record>) -> Outcome {
    let count = records.len();
    let cut = u32::try_from(count).is_ok_and(|n| n >= asked.limit);
    let truncated = count > 0 && (count.is_multiple_of(100) || cut);
    Outcome {
        records,
        truncated,
        fault: None,
    }
}

fn record(value: &Value) -> Option<Record> {
    let fields = value.as_object()?.iter();
    Some(
        fields
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect(),
    )
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_end().to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A list; a single element may come without its brackets [unverified].
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(one) => vec![one],
    }
}

fn v1(asked: &Asked<'_>, body: &Value) -> Answer {
    let broken_off = body.get("ErrorMessage").filter(|e| e.is_object());
    if let Some(error) = broken_off.or_else(|| body.get("@type").map(|_| body)) {
        let code = text(error, "@code");
        let code = if code.is_empty() {
            text(error, "@type")
        } else {
            code
        };
        let fault = refusal(asked, text(error, "Message"), code, text(error, "@field"));
        return Answer::Refused(fault);
    }
    let row = |value: &Value| -> Record {
        list(value.get("NameValue"))
            .into_iter()
            .map(|pair| {
                (
                    text(pair, "Name").to_owned(),
                    text(pair, "Value").to_owned(),
                )
            })
            .collect()
    };
    let records = list(body.get("MIRecord")).into_iter().map(row).collect();
    Answer::Reply(MiReply {
        outcomes: vec![rows(asked, records)],
    })
}

/// M3's refusal: its own words without padding, its code and its field beside them.
fn refusal(asked: &Asked<'_>, message: &str, code: &str, field: &str) -> Fault {
    let mut words: Vec<&str> = message.split_whitespace().collect();
    // Some installations put code and field behind the message, in columns.
    while words.len() > 1 && words.last().is_some_and(|w| *w == code || *w == field) {
        words.pop();
    }
    let class = if asked.locked_codes.iter().any(|c| c == code) {
        FaultClass::Transient
    } else {
        FaultClass::Rejected
    };
    let message = if words.is_empty() {
        "refused without a reason".to_owned()
    } else {
        words.join(" ")
    };
    let mut fault = Fault::new(class, message);
    fault.code = Some(code.to_owned()).filter(|c| !c.is_empty());
    fault.field = Some(field.to_owned()).filter(|f| !f.is_empty());
    fault
}
