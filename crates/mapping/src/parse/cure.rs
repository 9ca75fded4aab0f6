//! What to do about a formula that was not understood: guesses at what was meant.

use crate::functions::FunctionTable;
use cel::common::ast::{Expr, IdedExpr};

/// The cure of a mistake in the syntax.
pub fn syntax(source: &str, message: &str) -> &'static str {
    if message.contains("has() macro") {
        "write has(a.b): it asks for a member of a map"
    } else if message.contains("simple name") {
        "name the variable first: list.map(line, line.amount)"
    } else if source.contains(" and ") || source.contains(" or ") {
        "write && for and, || for or"
    } else if source.contains('=') && !source.contains("==") && !source.contains("!=") {
        "compare with =="
    } else {
        "the formula is CEL: a.b, a.?b.orValue(c), a == b, c ? x : y, list.map(x, x.y)"
    }
}

/// The cure of a call of a function that does not exist.
pub fn unknown_function(name: &str, target: Option<&IdedExpr>, table: &FunctionTable) -> String {
    let known = match name {
        "double" | "float" | "decimal" => Some("number"),
        "len" | "length" | "count" => Some("size"),
        "if" | "ifelse" => return "write condition ? this : that".to_owned(),
        "has" => return "write has(a.b): it asks for a member of a map".to_owned(),
        "concat" => return "write a + b, or join(list, separator)".to_owned(),
        "now" | "today" => return "a formula has no clock: use event.created".to_owned(),
        "map" | "filter" | "all" | "exists" | "exists_one" => {
            return format!("write list.{name}(x, …)");
        }
        "optMap" | "optFlatMap" => return "write has(a.b) ? … : …".to_owned(),
        "timestamp" | "duration" => Some("date"),
        "toUpperCase" | "uppercase" => Some("upper"),
        "toLowerCase" | "lowercase" => Some("lower"),
        _ => None,
    };
    if matches!(target.map(|t| &t.expr), Some(Expr::Ident(name)) if name == "optional") {
        return "write a.?b for a member that may be absent".to_owned();
    }
    let known = known.or_else(|| crate::check::nearest(name, table.names()));
    match known.and_then(|known| table.get(known)) {
        Some(entry) => format!("did you mean {}?", entry.function.signature),
        None => "see the list of functions".to_owned(),
    }
}
