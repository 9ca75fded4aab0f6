//! The dead letters that miss something in a table, worked again when it is there.

use super::LookupError;
use crate::Engine;
use crate::catalog::Environment;
use crate::operate::{OperateError, Replay};
use mapping::RuleTable;
use model::ids::RunId;
use std::collections::HashMap;

/// How many letters are read and replayed at once.
const PAGE: i64 = 500;
/// How many are replayed by one call.
const REPLAYED_MAX: usize = 10_000;

/// What became of the dead letters that missed something in a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplayedMissing {
    /// The new runs.
    pub runs: Vec<RunId>,
    /// How many still miss what is not there.
    pub still_missing: usize,
    /// Those that cannot be replayed now, and why.
    pub failed: Vec<(RunId, String)>,
    /// There are more than are replayed by one call: call again.
    pub more: bool,
}

impl Engine {
    /// Works every open dead letter again that missed a row, or a rule, which the table has now.
    ///
    /// A row that is valid on other days only does not help: its letter dies again, and says so.
    ///
    /// # Errors
    /// The store's.
    pub async fn replay_missing(
        &self,
        environment: &Environment,
        table: &str,
        who: &str,
    ) -> Result<ReplayedMissing, LookupError> {
        let rules = self.rules_now(environment, table).await?;
        let mut known = HashMap::new();
        let mut done = ReplayedMissing::default();
        let mut after = RunId(-1);
        loop {
            let store = &self.shared.store;
            let letters = store
                .missing_letters(environment.id, table, after, PAGE)
                .await?;
            let Some((last, _)) = letters.last() else {
                return Ok(done);
            };
            after = *last;
            let mut runs = Vec::new();
            for (run, key) in letters {
                let is_there = match known.get(&key) {
                    Some(is_there) => *is_there,
                    None => {
                        let found = self.is_there(environment, table, &key, rules.as_deref());
                        let is_there = found.await?;
                        known.insert(key, is_there);
                        is_there
                    }
                };
                if is_there {
                    runs.push(run);
                } else {
                    done.still_missing += 1;
                }
            }
            if done.runs.len() + runs.len() > REPLAYED_MAX {
                done.more = true;
                return Ok(done);
            }
            self.replay_each(&runs, who, &mut done).await?;
        }
    }

    /// Replays what can be replayed: one that cannot keeps no other from it.
    async fn replay_each(
        &self,
        runs: &[RunId],
        who: &str,
        done: &mut ReplayedMissing,
    ) -> Result<(), LookupError> {
        let (mut requests, mut asked) = (Vec::new(), Vec::new());
        for run in runs {
            match self
                .shared
                .replay_request(*run, &Replay::default(), who)
                .await
            {
                Ok(request) => {
                    requests.push(request);
                    asked.push(*run);
                }
                Err(OperateError::Store(error)) => return Err(error.into()),
                Err(OperateError::Refused(reason)) => done.failed.push((*run, reason)),
            }
        }
        let mut started = Vec::with_capacity(requests.len());
        for (run, replayed) in asked
            .into_iter()
            .zip(self.shared.store.replay_all(requests).await)
        {
            match replayed {
                Ok(new) => started.push(new),
                Err(error) => done.failed.push((run, error.to_string())),
            }
        }
        done.runs.extend(started.iter().map(|run| run.id));
        self.shared.start(started);
        Ok(())
    }

    /// The rules of a table, if it is one of rules.
    async fn rules_now(
        &self,
        environment: &Environment,
        table: &str,
    ) -> Result<Option<std::sync::Arc<RuleTable>>, LookupError> {
        let Some(state) = self.lookup_state(environment, table).await? else {
            return Ok(None);
        };
        let loaded = self
            .shared
            .table_at(environment.id, table, state.revision)
            .await?;
        Ok(loaded.rules.clone())
    }

    /// Whether what a letter misses is there now, on some day.
    async fn is_there(
        &self,
        environment: &Environment,
        table: &str,
        key: &str,
        rules: Option<&RuleTable>,
    ) -> Result<bool, LookupError> {
        if let Some(rules) = rules {
            let attributes = serde_json::from_str(key).ok();
            let attributes = attributes.and_then(|json| mapping::value_map(&json).ok());
            return Ok(attributes.is_some_and(|attributes| rules.holds_ever(&attributes)));
        }
        let store = &self.shared.store;
        let versions = store
            .lookup_history(environment.id, table, key, 100)
            .await?;
        Ok(versions.iter().any(|version| version.value.is_some()))
    }
}
