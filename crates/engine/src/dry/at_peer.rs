//! What a peer has of what would be written, and in which fields it would be otherwise.

use super::ask::ask;
use super::reader::Reader;
use super::trace::{AtPeer, Compared};
use crate::plan::CallWork;
use connector::{Effect, Found, RecipeCx};
use model::{Fault, FaultClass};
use serde_json::{Value, json};
use std::fmt;

/// Asks the peer; nothing if the operation cannot. `made` is what the ledger has of what it made.
pub(super) async fn at_peer(
    call: &CallWork,
    cx: &RecipeCx<'_>,
    reader: &Reader,
    input: &Value,
    made: Option<&Value>,
) -> Option<AtPeer> {
    let operation = call.operation;
    let back = operation.read_back();
    let known = match (operation.effect(), made) {
        (Effect::Set, _) => input.clone(),
        (_, Some(made)) => made.clone(),
        (Effect::Create | Effect::Append, None) => {
            match operation.find(cx, input, &Value::Null).await {
                Ok(Found::Complete(output)) => output,
                Ok(Found::Absent) => return Some(AtPeer::standing("absent", None)),
                Ok(Found::Partial(_)) => return Some(AtPeer::standing("partial", None)),
                Ok(Found::CannotTell(why)) => {
                    return Some(AtPeer::standing("cannot_tell", Some(why)));
                }
                Err(fault) => return Some(unknown(fault)),
            }
        }
        (Effect::Read | Effect::None, None) => return None,
    };
    let Some(back) = back else {
        // Only what it gives when it is made is known.
        let same = input.as_object().into_iter().flatten();
        let same = same.filter(|(name, _)| known.get(name).is_some());
        let same: Vec<_> = same
            .map(|(name, _)| (name.as_str(), name.as_str()))
            .collect();
        return operation
            .effect()
            .is_once()
            .then(|| AtPeer::complete(input, known, &same));
    };
    let read = call
        .connector
        .operations
        .iter()
        .find(|o| o.id() == back.operation)?;
    let asked = json!({back.by: known.get(back.of)?});
    Some(match ask(*read, reader, cx.now, &asked).await {
        Ok(object) => AtPeer::complete(input, object, back.fields),
        Err(fault) if fault.class == FaultClass::NotFound => AtPeer::standing("absent", None),
        Err(fault) => unknown(fault),
    })
}

fn unknown(fault: Fault) -> AtPeer {
    AtPeer::standing("unknown", Some(fault.message))
}

impl AtPeer {
    fn standing(state: &str, why: Option<String>) -> Self {
        Self {
            state: state.into(),
            why,
            object: None,
            differences: Vec::new(),
            compared: Vec::new(),
        }
    }

    fn complete(input: &Value, object: Value, fields: &[(&str, &str)]) -> Self {
        let mut compared = Vec::new();
        for (name, shown) in fields {
            if let Some(wanted) = input.get(name) {
                compare(name, wanted, object.get(shown), &mut compared);
            }
        }
        let others = compared.iter().filter(|field| !field.same);
        Self {
            object: Some(object),
            differences: others.map(ToString::to_string).collect(),
            compared,
            ..Self::standing("complete", None)
        }
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, would, .. } = self;
        match &self.there {
            Some(there) => write!(f, "`{path}` is {there} there and would be {would}"),
            None => write!(f, "`{path}` is not there and would be {would}"),
        }
    }
}

/// Of a map only the members that would be written are compared: the others stay.
fn compare(path: &str, wanted: &Value, has: Option<&Value>, compared: &mut Vec<Compared>) {
    match (wanted, has) {
        (Value::Null, _) => {}
        (Value::Object(wanted), Some(Value::Object(has))) => {
            for (name, wanted) in wanted {
                compare(&format!("{path}.{name}"), wanted, has.get(name), compared);
            }
        }
        (wanted, has) => {
            let there = has.filter(|has| !has.is_null()).cloned();
            compared.push(Compared {
                path: path.to_owned(),
                same: there.as_ref() == Some(wanted),
                there,
                would: wanted.clone(),
            });
        }
    }
}
