//! The table of operations: what is asked for, what it takes, what runs.

use super::api;
use super::error::ApiError;
use super::param::{Param, Params};
use super::state::State;
use super::version::Version;
use serde_json::Value;

/// What an operation answers.
pub type Answer = Result<Value, ApiError>;

/// A request whose parameters passed the check.
pub struct Call {
    /// The parts of the path that stand for ids, in order.
    pub ids: Vec<String>,
    pub params: Params,
    pub version: Version,
}

impl Call {
    /// The first id of the path.
    pub fn id(&self) -> &str {
        self.ids.first().map_or("", String::as_str)
    }
}

/// One operation under `/v1`.
pub struct Operation {
    pub method: &'static str,
    /// The path with `{}` for an id.
    pub path: &'static str,
    pub params: &'static [Param],
    /// Answers a list: takes paging parameters.
    pub paged: bool,
    pub run: fn(&mut State, &Call) -> Answer,
}

/// `GET` of one object or a singleton.
pub const fn get(path: &'static str, run: fn(&mut State, &Call) -> Answer) -> Operation {
    Operation {
        method: "GET",
        path,
        params: &[],
        paged: false,
        run,
    }
}

/// `GET` of a list with its filters.
pub const fn list(
    path: &'static str,
    params: &'static [Param],
    run: fn(&mut State, &Call) -> Answer,
) -> Operation {
    Operation {
        method: "GET",
        path,
        params,
        paged: true,
        run,
    }
}

/// `POST`.
pub const fn post(
    path: &'static str,
    params: &'static [Param],
    run: fn(&mut State, &Call) -> Answer,
) -> Operation {
    Operation {
        method: "POST",
        path,
        params,
        paged: false,
        run,
    }
}

/// `DELETE`.
pub const fn delete(path: &'static str, run: fn(&mut State, &Call) -> Answer) -> Operation {
    Operation {
        method: "DELETE",
        path,
        params: &[],
        paged: false,
        run,
    }
}

/// Every resource's operations.
const RESOURCES: &[&[Operation]] = &[
    api::account::OPERATIONS,
    api::balance::OPERATIONS,
    api::charge::OPERATIONS,
    api::checkout_session::OPERATIONS,
    api::customer::OPERATIONS,
    api::dispute::OPERATIONS,
    api::event::OPERATIONS,
    api::payment_intent::OPERATIONS,
    api::payment_method::OPERATIONS,
    api::payout::OPERATIONS,
    api::price::OPERATIONS,
    api::product::OPERATIONS,
    api::refund::OPERATIONS,
    api::webhook_endpoint::OPERATIONS,
];

/// The operation for a method and a path, and the ids in the path. A literal part wins over an id.
pub fn find(method: &str, path: &str) -> Option<(&'static Operation, Vec<String>)> {
    let mut best: Option<(&Operation, Vec<String>)> = None;
    for operation in RESOURCES.iter().copied().flatten() {
        if operation.method != method {
            continue;
        }
        if let Some(ids) = ids(operation.path, path)
            && best
                .as_ref()
                .is_none_or(|(_, found)| ids.len() < found.len())
        {
            best = Some((operation, ids));
        }
    }
    best
}

fn ids(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut ids = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(ids),
            (Some("{}"), Some(id)) if !id.is_empty() => ids.push(
                percent_encoding::percent_decode_str(id)
                    .decode_utf8()
                    .ok()?
                    .into_owned(),
            ),
            (Some(a), Some(b)) if a == b => {}
            _ => return None,
        }
    }
}
