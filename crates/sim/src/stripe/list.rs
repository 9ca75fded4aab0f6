//! Lists: newest first, cursors, filters by equal fields and by time of creation.

use super::collection::{Collection, int};
use super::error::ApiError;
use super::operation::Answer;
use super::param::Params;
use serde_json::{Value, json};

/// One page of `all` (or of `within`, positions oldest first) that fits every filter.
///
/// `equal` names parameters that are compared with the field of the same name.
pub fn page(
    all: &Collection,
    within: Option<&[usize]>,
    p: &Params,
    url: &str,
    kind: &str,
    equal: &[&str],
) -> Answer {
    let limit = limit(p)?;
    let cursor = |name: &str| match p.text(name) {
        Some(id) => all.position(id).map(Some).ok_or_else(|| {
            let mut error = ApiError::no_such(kind, id, name);
            error.status = 400;
            error
        }),
        None => Ok(None),
    };
    let (after, before) = (cursor("starting_after")?, cursor("ending_before")?);
    if after.is_some() && before.is_some() {
        return Err(ApiError::bad_request(
            "Only one of the parameters starting_after and ending_before may be given.",
        ));
    }
    let chosen = within.or_else(|| {
        equal
            .iter()
            .filter(|f| all.is_indexed(f))
            .find_map(|f| p.text(f).map(|v| all.having(f, v)))
    });
    let every: Box<dyn DoubleEndedIterator<Item = usize>> = match chosen {
        Some(positions) => Box::new(positions.iter().copied()),
        None => Box::new(0..all.len()),
    };
    let fits = |at: &usize| {
        let object = all.at(*at);
        !super::collection::flag(object, "deleted")
            && equal
                .iter()
                .all(|f| p.get(f).is_none_or(|v| object.get(*f) == Some(v)))
            && in_range(p, "created", object)
            && in_range(p, "arrival_date", object)
            && after.is_none_or(|c| *at < c)
            && before.is_none_or(|c| *at > c)
    };
    // Objects are in the order of their creation: a walk ends where they become too old.
    let oldest = p.get("created").map_or(i64::MIN, lower_bound);
    let young = |at: &usize| int(all.at(*at), "created") >= oldest;
    let mut found: Vec<usize> = match before {
        Some(_) => every.filter(fits).take(limit + 1).collect(),
        None => every
            .rev()
            .take_while(young)
            .filter(fits)
            .take(limit + 1)
            .collect(),
    };
    let has_more = found.len() > limit;
    found.truncate(limit);
    if before.is_some() {
        found.reverse();
    }
    let data: Vec<Value> = found.into_iter().map(|at| all.at(at).clone()).collect();
    Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
}

/// The page length asked for: 1 to 100, 10 if absent.
pub fn limit(p: &Params) -> Result<usize, ApiError> {
    let limit = p.int("limit").unwrap_or(10);
    match usize::try_from(limit) {
        Ok(n @ 1..=100) => Ok(n),
        _ => Err(ApiError::parameter(
            "limit",
            "parameter_invalid_integer",
            "Invalid integer: limit must be between 1 and 100",
        )),
    }
}

fn in_range(p: &Params, field: &str, object: &Value) -> bool {
    let Some(range) = p.get(field) else {
        return true;
    };
    within(range, int(object, field))
}

/// The least value within a range.
pub fn lower_bound(range: &Value) -> i64 {
    let bound = |name: &str| range.get(name).and_then(Value::as_i64);
    let above = bound("gt").map_or(i64::MIN, |b| b.saturating_add(1));
    above.max(bound("gte").unwrap_or(i64::MIN))
}

/// Whether `at` lies within the bounds of a [`super::param::Kind::Range`].
pub fn within(range: &Value, at: i64) -> bool {
    let bound = |name: &str| range.get(name).and_then(Value::as_i64);
    bound("gt").is_none_or(|b| at > b)
        && bound("gte").is_none_or(|b| at >= b)
        && bound("lt").is_none_or(|b| at < b)
        && bound("lte").is_none_or(|b| at <= b)
}
