//! A call of MI transactions as an HTTP request.
//!
//! One transaction is a GET, also if it writes; several are a POST of the bulk form. Both are v2 of
//! M3's REST API [observed in public clients; never run against a live tenant].

use crate::m3::request::{MiRequest, MiTransaction};
use crate::settings::Settings;
use model::Fault;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// What may stand in a path or a query as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request, without its authorization.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    pub method: &'static str,
    pub url: String,
    pub body: Option<Value>,
}

/// Makes the request of a call.
///
/// # Errors
/// `Bug` for a call without a transaction; `Rejected` for names that are none of M3's.
pub fn request(settings: &Settings, call: &MiRequest) -> Result<Wire, Fault> {
    let names = call.transactions.iter().map(|t| t.transaction.as_str());
    for name in std::iter::once(call.program.as_str()).chain(names) {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Fault::rejected(
                "a program or transaction has no name of M3's",
            ));
        }
    }
    let base = format!(
        "{}/{}/{}/v2/execute",
        settings.gateway_url.trim_end_matches('/'),
        settings.tenant,
        settings.m3_path.trim_matches('/'),
    );
    match call.transactions.as_slice() {
        [] => Err(Fault::bug("an M3 call without a transaction")),
        [one] => Ok(Wire {
            method: "GET",
            url: format!("{base}/{}", single(settings, call, one)),
            body: None,
        }),
        several => Ok(Wire {
            method: "POST",
            url: base,
            body: Some(bulk(settings, call, several)),
        }),
    }
}

/// `PROGRAM/Transaction;options?FIELD=value`, or with the options in the query.
fn single(settings: &Settings, call: &MiRequest, one: &MiTransaction) -> String {
    let mut options = vec![
        ("cono", settings.company.to_string()),
        ("divi", encode(&settings.division)),
        ("maxrecs", call.max_records.max(1).to_string()),
        ("excludeempty", "true".into()),
        ("righttrim", "true".into()),
    ];
    if !one.columns.is_empty() {
        let columns: Vec<String> = one.columns.iter().map(|c| encode(c)).collect();
        options.push(("returncols", columns.join(",")));
    }
    let mut path = format!("{}/{}", call.program, one.transaction);
    let mut query: Vec<String> = Vec::new();
    for (name, value) in options {
        if settings.options_in == "query" {
            query.push(format!("{name}={value}"));
        } else {
            path.push_str(&format!(";{name}={value}"));
        }
    }
    let fields = one.record.iter();
    query.extend(fields.map(|(name, value)| format!("{}={}", encode(name), encode(value))));
    if !query.is_empty() {
        path.push('?');
        path.push_str(&query.join("&"));
    }
    path
}

fn bulk(settings: &Settings, call: &MiRequest, several: &[MiTransaction]) -> Value {
    let transactions: Vec<Value> = several
        .iter()
        .map(|t| {
            let mut element = json!({"transaction": t.transaction, "record": t.record});
            if !t.columns.is_empty() {
                element["selectedColumns"] = json!(t.columns);
            }
            element
        })
        .collect();
    json!({
        "program": call.program,
        "cono": settings.company,
        "divi": settings.division,
        "excludeEmptyValues": true,
        "rightTrim": true,
        "maxReturnedRecords": call.max_records.max(1),
        "transactions": transactions,
    })
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}
