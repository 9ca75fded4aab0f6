//! The answers of the M3 REST API: the shapes of v2, of bulk, and of v1.
//!
//! Key names were observed in clients; whole bodies are composed here and unverified.

use super::catalog;
use super::execute::{Call, End};
use super::settings::Settings;
use serde_json::{Map, Value, json};

/// A status and a JSON body.
pub type Reply = (u16, Value);

/// One element of `results`.
fn result(call: &Call, end: &End, settings: &Settings) -> Value {
    let name = &call.transaction;
    match end {
        End::Ok(rows) => json!({"transaction": name, "records": rows}),
        End::Nok(nok) => {
            let field = if settings.padded_messages {
                format!("{:<10}", nok.field)
            } else {
                nok.field.clone()
            };
            json!({
                "transaction": name,
                "errorMessage": nok.text(settings.padded_messages),
                "errorType": "ServerReturnedNOK",
                "errorCode": nok.code,
                "errorField": field,
                "records": [],
            })
        }
        End::Terminated {
            kind,
            message,
            field,
        } => json!({
            "transaction": name,
            "errorMessage": message,
            "errorType": kind,
            "errorField": field,
            "records": [],
        }),
    }
}

/// The answer to a single call of v2.
pub fn single(call: &Call, end: &End, settings: &Settings) -> Reply {
    match end {
        End::Ok(_) => (200, envelope(vec![result(call, end, settings)], 1, 0)),
        End::Nok(_) => (
            settings.nok_status,
            envelope(vec![result(call, end, settings)], 0, 1),
        ),
        End::Terminated { kind, message, .. } => (
            400,
            json!({
                "results": [],
                "wasTerminated": true,
                "terminationReason": message,
                "terminationErrorType": kind,
                "nrOfSuccessfullTransactions": 0,
                "nrOfNotProcessedTransactions": 0,
                "nrOfFailedTransactions": 1,
            }),
        ),
    }
}

fn envelope(results: Vec<Value>, successful: usize, failed: usize) -> Value {
    json!({
        "results": Value::Array(results),
        "wasTerminated": false,
        "nrOfSuccessfullTransactions": successful,
        "nrOfNotProcessedTransactions": 0,
        "nrOfFailedTransactions": failed,
    })
}

/// The answer to a bulk call: 200 even when elements failed.
pub fn bulk(ends: &[(Call, End)], settings: &Settings) -> Reply {
    let failed = ends
        .iter()
        .filter(|(_, end)| !matches!(end, End::Ok(_)))
        .count();
    let results = ends
        .iter()
        .map(|(call, end)| result(call, end, settings))
        .collect();
    (200, envelope(results, ends.len() - failed, failed))
}

/// The answer to a call of v1. A list may break off with an error after some rows.
pub fn v1(call: &Call, end: &End, settings: &Settings) -> Reply {
    let text = |message: &str| {
        if settings.padded_messages {
            format!("{message:<60}")
        } else {
            message.to_owned()
        }
    };
    let body = match end {
        End::Nok(nok) => json!({
            "Message": text(&nok.message),
            "@type": "ServerReturnedNOK",
            "@code": nok.code,
            "@cfg": null,
            "@field": nok.field,
        }),
        End::Terminated {
            kind,
            message,
            field,
        } => json!({
            "Message": text(message),
            "@type": kind,
            "@code": null,
            "@cfg": null,
            "@field": field,
        }),
        End::Ok(rows) => {
            let keep = settings.v1_partial_after.filter(|n| rows.len() > *n);
            let shown = &rows[..keep.unwrap_or(rows.len())];
            let mut body = json!({
                "Program": call.program,
                "Transaction": call.transaction,
                "Metadata": {"Field": metadata(call)},
                "MIRecord": shown.iter().enumerate().map(record).collect::<Vec<_>>(),
            });
            if keep.is_some() {
                body["ErrorMessage"] = json!({
                    "@type": "ServerReturnedNOK",
                    "@code": "CPF9898",
                    "@cfg": null,
                    "@field": "          ",
                    "Message": text("The list was interrupted"),
                });
            }
            body
        }
    };
    (200, body)
}

fn record((index, row): (usize, &Map<String, Value>)) -> Value {
    let values: Vec<Value> = row
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    json!({"NameValue": values, "RowIndex": index})
}

fn metadata(call: &Call) -> Vec<Value> {
    let transaction = catalog::find(&call.program, &call.transaction);
    let fields = transaction.map_or(&[][..], |t| &t.outputs);
    let field = |f: &catalog::Field| {
        let (name, kind, width) = (&f.name, f.kind.letter(), f.width);
        json!({"@name": name, "@type": kind, "@length": width, "@description": ""})
    };
    fields.iter().map(field).collect()
}
