//! Reading an HTTP request: path, matrix options, query, bulk body.

use super::execute::{Call, Options};
use super::record::Fields;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::BTreeMap;

/// Decodes `%41`; with `plus`, also `+` as a blank.
fn decode(text: &str, plus: bool) -> String {
    let text = if plus {
        text.replace('+', " ")
    } else {
        text.to_owned()
    };
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// The pairs of a query or of a form body, in order.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|p| !p.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

/// A form body by name.
pub fn form(body: &[u8]) -> BTreeMap<String, String> {
    pairs(&String::from_utf8_lossy(body)).into_iter().collect()
}

/// A path as its decoded segments and its matrix parameters.
pub fn path(raw: &str) -> (Vec<String>, Vec<(String, String)>) {
    let (mut segments, mut matrix) = (Vec::new(), Vec::new());
    for part in raw.split('/').filter(|s| !s.is_empty()) {
        let mut parts = part.split(';');
        segments.push(decode(parts.next().unwrap_or(""), false));
        for pair in parts.filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            matrix.push((decode(name, false), decode(value, false)));
        }
    }
    (segments, matrix)
}

fn option(options: &mut Options, name: &str, value: &str, strong: bool) {
    match name.to_ascii_lowercase().as_str() {
        "cono" => options.cono = Some(value.to_owned()),
        "divi" => options.divi = Some(value.to_owned()),
        "maxrecs" => {
            options.maxrecs = value.parse().ok();
            options.maxrecs_strong = strong;
        }
        "returncols" => {
            let columns = value.split(',').map(|c| c.trim().to_owned());
            options.returncols = columns.filter(|c| !c.is_empty()).collect();
        }
        // The vendor's own client spells it without the second e.
        "excludeempty" | "excludempty" => options.excludeempty = value == "true",
        "righttrim" => options.righttrim = value != "false",
        "dateformat" => value.clone_into(&mut options.dateformat),
        _ => {}
    }
}

/// The call of `GET …/execute/{program}/{transaction}`. In grid mode options in the query don't
/// count.
pub fn single(
    program: &str,
    transaction: &str,
    matrix: &[(String, String)],
    query: &str,
    grid_mode: bool,
) -> (Call, Options) {
    let (mut fields, mut options) = (Fields::new(), Options::default());
    for (name, value) in pairs(query) {
        if name.starts_with(|c: char| c.is_ascii_uppercase()) {
            fields.insert(name, value);
        } else if !grid_mode {
            option(&mut options, &name, &value, false);
        }
    }
    for (name, value) in matrix {
        option(&mut options, name, value, true);
    }
    let (program, transaction) = (program.to_owned(), transaction.to_owned());
    (
        Call {
            program,
            transaction,
            fields,
        },
        options,
    )
}

/// The calls of a bulk body, or what is wrong with it.
pub fn bulk(body: &[u8]) -> Result<Vec<(Call, Options)>, String> {
    let body: Value = serde_json::from_slice(body).map_err(|e| format!("not JSON: {e}"))?;
    let program = body["program"].as_str().ok_or("program is missing")?;
    let transactions = body["transactions"]
        .as_array()
        .ok_or("transactions is missing")?;
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let mut base = Options::default();
    for (name, key) in [
        ("cono", "cono"),
        ("divi", "divi"),
        ("maxrecs", "maxReturnedRecords"),
    ] {
        if !body[key].is_null() {
            option(&mut base, name, &text(&body[key]), true);
        }
    }
    for (name, key) in [
        ("excludeempty", "excludeEmptyValues"),
        ("righttrim", "rightTrim"),
    ] {
        if !body[key].is_null() {
            option(&mut base, name, &text(&body[key]), true);
        }
    }
    let mut calls = Vec::new();
    for element in transactions {
        let transaction = element["transaction"]
            .as_str()
            .ok_or("transaction is missing")?;
        let record = element["record"].as_object();
        let fields = record
            .into_iter()
            .flatten()
            .map(|(k, v)| (k.clone(), text(v)))
            .collect();
        let mut options = base.clone();
        if let Some(columns) = element["selectedColumns"].as_array() {
            options.returncols = columns.iter().map(text).collect();
        }
        let (program, transaction) = (program.to_owned(), transaction.to_owned());
        calls.push((
            Call {
                program,
                transaction,
                fields,
            },
            options,
        ));
    }
    Ok(calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_own_spelling_reads() {
        let (segments, matrix) = path("/A_TST/M3/x/LstByNumber;maxrecs=500;returncols=CUNO,CUNM");
        assert_eq!(segments.last().map(String::as_str), Some("LstByNumber"));
        let query = "LMTS=17&_rid=81&CUNM=A%20B%2BC&excludempty=true";
        let (call, options) = single("CRS610MI", "LstByNumber", &matrix, query, false);
        assert_eq!(call.fields["CUNM"], "A B+C");
        assert_eq!(call.fields.len(), 2);
        assert_eq!((options.maxrecs, options.excludeempty), (Some(500), true));
        assert_eq!(options.returncols, ["CUNO", "CUNM"]);
    }
}
