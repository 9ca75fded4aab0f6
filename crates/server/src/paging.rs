//! Lists by *seek*: a page says after which item the next one begins.
//!
//! Counting pages would skip or repeat items while new ones come in, and gets slower with depth.

use crate::problem::ApiError;
use model::ids::WrongId;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use store::Slice;
use utoipa::{IntoParams, ToSchema};

const LIMIT_MAX: i64 = 200;
const LIMIT: i64 = 50;

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageIn {
    /// The `next` of the page before.
    pub after: Option<String>,
    /// How many items, 50 unless told, 200 at most.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    pub data: Vec<T>,
    /// What to send as `after` for the next page; absent on the last. A page may have fewer items
    /// than asked for, or none, and yet not be the last: what is asked for is rare then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> List<T> {
    /// The same page of something else, which must be asked for item by item.
    pub async fn each<U, F: Future<Output = Result<U, ApiError>>>(
        self,
        mut out: impl FnMut(T) -> F,
    ) -> Result<List<U>, ApiError> {
        let mut data = Vec::with_capacity(self.data.len());
        for item in self.data {
            data.push(out(item).await?);
        }
        let next = self.next;
        Ok(List { data, next })
    }
}

impl PageIn {
    pub fn limit(&self) -> Result<i64, ApiError> {
        match self.limit {
            None => Ok(LIMIT),
            Some(limit @ 1..=LIMIT_MAX) => Ok(limit),
            Some(_) => Err(ApiError::bad_request(
                "wrong_limit",
                format!("`limit` is from 1 to {LIMIT_MAX}"),
                "ask for further pages with `after`",
            )),
        }
    }

    /// The store's page: one more than asked for, to know whether there is a next one.
    pub fn page<I: FromStr<Err = WrongId>>(
        &self,
        number: impl Fn(I) -> i64,
    ) -> Result<store::Page, ApiError> {
        let after = self
            .after
            .as_deref()
            .map(str::parse)
            .transpose()?
            .map(number);
        Ok(store::Page {
            after,
            limit: self.limit()? + 1,
        })
    }

    /// The same for a list that may have been left before its end: it goes on below that id.
    pub fn slice<R, T>(
        &self,
        slice: Slice<R>,
        id: impl Fn(&R) -> String,
        left_at: impl Fn(i64) -> String,
        out: impl FnMut(R) -> T,
    ) -> Result<List<T>, ApiError> {
        let left = slice.next.map(left_at);
        let mut list = self.list(slice.rows, id, out)?;
        list.next = list.next.or(left);
        Ok(list)
    }

    /// Cuts what was read with one more row to the page.
    pub fn list<R, T>(
        &self,
        mut rows: Vec<R>,
        id: impl Fn(&R) -> String,
        out: impl FnMut(R) -> T,
    ) -> Result<List<T>, ApiError> {
        let limit = usize::try_from(self.limit()?).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(id);
        Ok(List {
            data: rows.into_iter().map(out).collect(),
            next,
        })
    }
}
