//! Functions that ask the outside: the rows of tables and the cross references.

use super::{Function, fail, text};
use crate::fact::{Fact, Stop};
use crate::scope::Scope;
use crate::shape::Shape;
use crate::value::Value;

pub const LOOKUP: Function = Function {
    name: "lookup",
    signature: "lookup(table: text, key: any) -> any",
    doc: "The row of a lookup table: a value, or a map of the row's columns. A missing row stops \
          the run with a dead letter that names the row to fill in.",
    examples: &[
        ("lookup('items', 'prod_1')", "\"A100\""),
        ("lookup('accounts', 'books').gl", "\"3000\""),
        (
            "lookup('accounts', 'books').?cost_centre.orValue('none')",
            "\"none\"",
        ),
        ("lookup('items', 'prod_9')", "!no row `prod_9`"),
    ],
    run: |a, scope| {
        let (table, key) = (text(a, 0).to_owned(), key_of(&a[1])?);
        match row(&table, &key, scope)? {
            Some(row) => Ok(row),
            None => Err(Stop::MissingRow { table, key }),
        }
    },
};

pub const LOOKUP_OR: Function = Function {
    name: "lookup_or",
    signature: "lookup_or(table: text, key: any, otherwise: any) -> any",
    doc: "The row of a lookup table, or another value if there is no such row.",
    examples: &[
        ("lookup_or('items', 'prod_9', 'MISC')", "\"MISC\""),
        ("lookup_or('items', 'prod_1', 'MISC')", "\"A100\""),
    ],
    run: |a, scope| {
        let found = row(text(a, 0), &key_of(&a[1])?, scope)?;
        Ok(found.unwrap_or_else(|| a[2].clone()))
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
        Ok(ask(fact, scope)?.unwrap_or_default())
    },
};

fn row(table: &str, key: &str, scope: &Scope<'_>) -> Result<Option<Value>, Stop> {
    let fact = Fact::Lookup {
        table: table.to_owned(),
        key: key.to_owned(),
    };
    ask(fact, scope)
}

fn ask(fact: Fact, scope: &Scope<'_>) -> Result<Option<Value>, Stop> {
    match scope.facts.get(&fact) {
        None => Err(Stop::needs(fact)),
        Some(None | Some(serde_json::Value::Null)) => Ok(None),
        Some(Some(json)) => Value::from_json(json, &Shape::plain())
            .map(Some)
            .map_err(Stop::failed),
    }
}

/// Keys are texts; a whole number or truth value stands for its text.
fn key_of(value: &Value) -> Result<String, Stop> {
    let key = super::convert::to_text(value).map_err(fail("lookup"))?;
    Ok(key.as_text().unwrap_or_default().to_owned())
}
