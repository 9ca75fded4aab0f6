//! Functions that ask the outside: the rows of tables and the cross references.

use super::{Function, fail, text};
use crate::fact::{Fact, Pick, Stop};
use crate::rules::Unpicked;
use crate::scope::Scope;
use crate::shape::Shape;
use crate::table::{day, key};
use crate::value::Value;

pub const LOOKUP: Function = Function {
    name: "lookup",
    signature: "lookup(table: text, key: any, at?: text) -> any",
    doc: "The row of a lookup table on a day (YYYY-MM-DD), on the event's books date unless told: \
          a value, or a map of the row's columns. A key of several parts is a list. A missing row \
          stops the run with a dead letter that names the row to fill in.",
    examples: &[
        ("lookup('items', 'prod_1')", "\"A100\""),
        ("lookup('accounts', 'books').gl", "\"3000\""),
        (
            "lookup('accounts', 'books').?cost_centre.orValue('none')",
            "\"none\"",
        ),
        ("lookup('items', 'prod_1', '2025-06-30')", "\"A099\""),
        ("lookup('revenue', ['prod_1', 'team'])", "\"3010\""),
        ("lookup('items', 'prod_9')", "!no row `prod_9`"),
        ("lookup('items', 'prod_1', '30.6.2025')", "!is no day"),
    ],
    run: |a, scope| {
        let table = table_of("lookup", a)?.to_owned();
        let key = key_of("lookup", &a[1])?;
        let at = day_of("lookup", a, 2)?;
        match row(&table, &key, at.clone(), scope)? {
            Some(row) => Ok(row),
            None => Err(Stop::MissingRow { table, key, at }),
        }
    },
};

pub const LOOKUP_OR: Function = Function {
    name: "lookup_or",
    signature: "lookup_or(table: text, key: any, otherwise: any, at?: text) -> any",
    doc: "The row of a lookup table, or another value if there is no such row.",
    examples: &[
        ("lookup_or('items', 'prod_9', 'MISC')", "\"MISC\""),
        ("lookup_or('items', 'prod_1', 'MISC')", "\"A100\""),
        (
            "lookup_or('items', 'prod_1', 'MISC', '2025-06-30')",
            "\"A099\"",
        ),
    ],
    run: |a, scope| {
        let key = key_of("lookup_or", &a[1])?;
        let table = table_of("lookup_or", a)?;
        let found = row(table, &key, day_of("lookup_or", a, 3)?, scope)?;
        Ok(found.unwrap_or_else(|| a[2].clone()))
    },
};

pub const DERIVE: Function = Function {
    name: "derive",
    signature: "derive(table: text, attributes: map, at?: text) -> any",
    doc: "What a table of rules says of some attributes on a day, on the event's books date unless \
          told: a map of its value columns. Each attribute that the table asks for is given; an \
          empty text says that there is none. If no rule holds, and there is no default, the run \
          stops with a dead letter that names table and attributes.",
    examples: &[
        (
            "derive('gl_accounts', {'product': 'prod_1', 'plan': 'team'}).account",
            "\"3010\"",
        ),
        (
            "derive('gl_accounts', {'product': 'prod_1', 'plan': charge.?plan.orValue('')}).account",
            "\"3000\"",
        ),
        (
            "derive('gl_accounts', {'product': 'other', 'plan': 'team'})",
            "!no rule for plan `team`, product `other`",
        ),
        (
            "derive('gl_accounts', {'product': 'prod_1'})",
            "!asks for `plan`, which is not given",
        ),
    ],
    run: |a, scope| {
        let fact = Fact::Rules {
            table: text(a, 0).to_owned(),
            at: day_of("derive", a, 2)?,
        };
        let Some((rules, at)) = scope.facts.rules(&fact) else {
            return Err(Stop::needs(fact));
        };
        let none = crate::map::Map::new();
        let attributes = a[1].as_map().unwrap_or(&none);
        match rules.pick(attributes, at) {
            Ok(picked) => {
                scope.facts.note(Pick {
                    table: text(a, 0).to_owned(),
                    rule: picked.rule,
                    at: at.to_string(),
                    attributes: a[1].to_json().to_string(),
                });
                Ok(picked.value)
            }
            Err(Unpicked::None(message)) => Err(Stop::NoRule {
                table: text(a, 0).to_owned(),
                attributes: a[1].to_json().to_string(),
                message,
            }),
            Err(Unpicked::Wrong(message) | Unpicked::Tie(message)) => Err(fail("derive")(message)),
        }
    },
};

pub const XREF: Function = Function {
    name: "xref",
    signature: "xref(kind: text, id: text) -> any?",
    doc: "What the source's id became in the ERP; absent until it is known, which is what \
          `wait: until:` waits for.",
    examples: &[
        ("xref('order', 'pi_1').value()", "\"0000101\""),
        ("xref('order', 'pi_9').hasValue()", "false"),
    ],
    run: |a, scope| {
        let fact = Fact::Xref {
            kind: text(a, 0).to_owned(),
            id: text(a, 1).to_owned(),
        };
        Ok(ask(fact, scope, &Shape::plain())?.unwrap_or_default())
    },
};

fn row(
    table: &str,
    key: &str,
    at: Option<String>,
    scope: &Scope<'_>,
) -> Result<Option<Value>, Stop> {
    let fact = Fact::Lookup {
        table: table.to_owned(),
        key: key.to_owned(),
        at,
    };
    match scope.facts.shape(table) {
        Some(shape) => ask(fact, scope, shape),
        None => ask(fact, scope, &Shape::plain()),
    }
}

fn ask(fact: Fact, scope: &Scope<'_>, shape: &Shape) -> Result<Option<Value>, Stop> {
    match scope.facts.get(&fact) {
        None => Err(Stop::needs(fact)),
        Some(None | Some(serde_json::Value::Null)) => Ok(None),
        Some(Some(json)) => Value::from_json(json, shape)
            .map(Some)
            .map_err(Stop::failed),
    }
}

/// Keys are texts; a whole number or truth value stands for its text, a list for several parts.
/// The longest name of a table, in bytes.
const TABLE_BYTES_MAX: usize = 200;

/// The name of a table.
fn table_of<'a>(name: &str, arguments: &'a [Value]) -> Result<&'a str, Stop> {
    let table = text(arguments, 0);
    if table.len() > TABLE_BYTES_MAX {
        let message = format!("no table has a name of {} bytes", table.len());
        return Err(fail(name)(message));
    }
    Ok(table)
}

fn key_of(name: &str, value: &Value) -> Result<String, Stop> {
    let part = |value: &Value| {
        let text = super::convert::to_text(value).map_err(fail(name))?;
        Ok(text.as_text().unwrap_or_default().to_owned())
    };
    let key = match value {
        Value::List(parts) if parts.is_empty() => {
            return Err(fail(name)("the key has no parts".into()));
        }
        Value::List(parts) => {
            let parts: Vec<String> = parts.iter().map(part).collect::<Result<_, Stop>>()?;
            key::text(&parts)
        }
        value => part(value)?,
    };
    if key.len() > key::BYTES_MAX {
        let (length, most) = (key.len(), key::BYTES_MAX);
        return Err(fail(name)(format!(
            "a key of {length} bytes; no row has more than {most}"
        )));
    }
    Ok(key)
}

/// The day of an argument, if it is given.
fn day_of(name: &str, arguments: &[Value], n: usize) -> Result<Option<String>, Stop> {
    let Some(text) = arguments.get(n).and_then(Value::as_text) else {
        return Ok(None);
    };
    day::parse(text).map_err(fail(name))?;
    Ok(Some(text.to_owned()))
}
