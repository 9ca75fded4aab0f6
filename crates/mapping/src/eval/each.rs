//! `map`, `filter`, `all`, `exists` and `exists_one`: a formula for each item of a list.

use super::{Lacking, Run, bounded_list};
use crate::expression::{Each, EachKind};
use crate::fact::Stop;
use crate::value::Value;
use std::sync::Arc;

impl Run<'_> {
    pub(super) fn each(&mut self, each: &Each) -> Result<Value, Stop> {
        let range = self.node(&each.range)?;
        let items: Arc<Vec<Value>> = match range {
            Value::List(items) => items,
            Value::Map(members) => Arc::new(members.keys().cloned().map(Value::Text).collect()),
            other => {
                let (what, kind) = (each.range.describe(), other.kind());
                return Err(Stop::failed(format!("{what} is {kind}, not a list")));
            }
        };
        bounded_list(items.len())?;
        let mut lacking = Lacking::default();
        let result = match each.kind {
            EachKind::Map => self.collect(each, &items, &mut lacking)?,
            EachKind::ExistsOne => self.exists_one(each, &items, &mut lacking)?,
            EachKind::All => return self.quantify(each, &items, false),
            EachKind::Exists => return self.quantify(each, &items, true),
        };
        lacking.settle()?;
        Ok(result)
    }

    fn with_local<T>(&mut self, each: &Each, item: &Value, f: impl FnOnce(&mut Self) -> T) -> T {
        debug_assert_eq!(self.locals.len(), each.slot);
        self.locals.push(item.clone());
        let result = f(self);
        self.locals.pop();
        result
    }

    fn collect(
        &mut self,
        each: &Each,
        items: &[Value],
        lacking: &mut Lacking,
    ) -> Result<Value, Stop> {
        let mut collected = Vec::with_capacity(items.len());
        for item in items {
            let value = self.with_local(each, item, |run| {
                if let Some(filter) = &each.filter
                    && !run.truth(filter, each.name())?
                {
                    return Ok(None);
                }
                run.node(&each.body).map(Some)
            });
            match value {
                Ok(value) => collected.extend(value),
                Err(stop) => {
                    lacking.keep(Err(stop))?;
                }
            }
        }
        Ok(Value::list(collected))
    }

    fn exists_one(
        &mut self,
        each: &Each,
        items: &[Value],
        lacking: &mut Lacking,
    ) -> Result<Value, Stop> {
        let mut found = 0_usize;
        for item in items {
            let holds = self.with_local(each, item, |run| run.truth(&each.body, each.name()));
            let holds = lacking.keep(holds.map(Value::Bool))?;
            found += usize::from(holds == Some(Value::Bool(true)));
        }
        Ok(Value::Bool(found == 1))
    }

    /// `all` and `exists`: `||` or `&&` over the items.
    fn quantify(&mut self, each: &Each, items: &[Value], decides: bool) -> Result<Value, Stop> {
        let mut lacking = Lacking::default();
        let mut failed = None;
        for item in items {
            match self.with_local(each, item, |run| run.truth(&each.body, each.name())) {
                Ok(value) if value == decides => return Ok(Value::Bool(decides)),
                Ok(_) => {}
                Err(Stop::Needs(facts)) => lacking.0.extend(facts),
                Err(stop) => {
                    failed.get_or_insert(stop);
                }
            }
        }
        lacking.settle()?;
        match failed {
            Some(stop) => Err(stop),
            None => Ok(Value::Bool(!decides)),
        }
    }
}
