//! `expand[]`: puts the object in the place of its id.

use super::error::ApiError;
use super::state::State;
use serde_json::Value;

/// Deeper paths are refused (Stripe's limit of four levels is unverified).
const LEVELS: usize = 4;

/// Expands `path` (`data.source`, `latest_charge.balance_transaction`) in `value`.
pub fn apply(state: &State, value: &mut Value, path: &str) -> Result<(), ApiError> {
    let parts: Vec<&str> = path.split('.').collect();
    let levels = parts.iter().filter(|p| **p != "data").count();
    if levels > LEVELS {
        return Err(ApiError::parameter(
            "expand",
            "",
            format!("You cannot expand more than {LEVELS} levels of a property: {path}"),
        ));
    }
    walk(state, value, &parts, path)
}

fn walk(state: &State, value: &mut Value, parts: &[&str], path: &str) -> Result<(), ApiError> {
    let Some((first, rest)) = parts.split_first() else {
        return Ok(());
    };
    if let Value::Array(items) = value {
        return items
            .iter_mut()
            .try_for_each(|item| walk(state, item, parts, path));
    }
    let Value::Object(map) = value else {
        return Ok(());
    };
    if !map.contains_key(*first)
        && let Some(included) = state.includable(map, first)
    {
        map.insert((*first).to_owned(), included);
    }
    let Some(child) = map.get_mut(*first) else {
        return Err(ApiError::parameter(
            "expand",
            "",
            format!("This property cannot be expanded ({path})."),
        ));
    };
    match child {
        Value::String(id) => {
            let Some(object) = state.by_field(first, id) else {
                return Err(ApiError::parameter(
                    "expand",
                    "",
                    format!("This property cannot be expanded ({path})."),
                ));
            };
            *child = object;
            walk(state, child, rest, path)
        }
        Value::Array(_) | Value::Object(_) => walk(state, child, rest, path),
        _ => Ok(()),
    }
}
