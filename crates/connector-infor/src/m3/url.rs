//! The wire form of calls: `GET …/execute/PROGRAM/Transaction` for one, `POST …/execute` for many.
//!
//! Writes are GET as well: nothing between here and M3 may repeat or cache a request. Options stand
//! in the path as matrix parameters, as the vendor's own client sends them, because one grid
//! ignored them in the query.

use crate::m3::request::{MiRequest, MiTransaction};
use crate::settings::{OptionsIn, Settings};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// Everything but what RFC 3986 leaves as it is.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

/// The row limit of a request.
pub fn limit(settings: &Settings, request: &MiRequest) -> u32 {
    // 0 would mean "all", which has been seen to exhaust the server's memory.
    request.max_records.unwrap_or(settings.max_records).max(1)
}

/// The URL of a call of one transaction.
pub fn single(
    api: &str,
    settings: &Settings,
    request: &MiRequest,
    transaction: &MiTransaction,
) -> String {
    let pair = |name: &str, value: &str| format!("{name}={}", encoded(value));
    let mut options = vec![
        pair("cono", &settings.cono()),
        pair("divi", &settings.division),
        pair("maxrecs", &limit(settings, request).to_string()),
        pair("dateformat", "YMD8"),
    ];
    if !transaction.columns.is_empty() {
        let columns: Vec<String> = transaction.columns.iter().map(|c| encoded(c)).collect();
        options.push(format!("returncols={}", columns.join(",")));
    }
    let fields: Vec<String> = transaction
        .record
        .iter()
        .map(|(name, value)| pair(name, value))
        .collect();
    let (program, name) = (encoded(&request.program), encoded(&transaction.transaction));
    let base = format!("{api}/v2/execute/{program}/{name}");
    match settings.options_in {
        OptionsIn::Matrix if fields.is_empty() => format!("{base};{}", options.join(";")),
        OptionsIn::Matrix => format!("{base};{}?{}", options.join(";"), fields.join("&")),
        OptionsIn::Query => {
            format!("{base}?{}", [options, fields].concat().join("&"))
        }
    }
}

/// The body of a bulk call.
pub fn bulk(settings: &Settings, request: &MiRequest) -> Value {
    let transactions: Vec<Value> = request
        .transactions
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
        "program": request.program,
        "cono": settings.company,
        "divi": settings.division,
        "excludeEmptyValues": false,
        "rightTrim": true,
        "maxReturnedRecords": limit(settings, request),
        "transactions": transactions,
    })
}
