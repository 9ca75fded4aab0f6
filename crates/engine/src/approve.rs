//! A person's yes or no to what a run shows, and the runs that wait for one.
//!
//! A decision is a cross reference whose id holds the hash of what was shown: a run waits for it as
//! for any other, and asks again when it shows something else.

use crate::Engine;
use crate::operate::OperateError;
use crate::seal::{Purpose, open};
use crate::shared::Shared;
use crate::stop::Stop;
use model::Timestamp;
use model::ids::{EnvironmentId, RunId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use store::run::StepState;
use store::{Page, PutCrossReference, RunRecord, StepRecord};

/// The kind of the cross reference that holds a decision. Fixed: stored ones have it.
const KIND: &str = "approval";
/// What begins the key that a run waits for.
pub(crate) const WAITS: &str = "xref:approval:";
/// The longest reason, in characters.
const REASON_MAX: usize = 2_000;

/// The input that a step which asks a person is begun with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    pub(crate) show: Value,
    /// The role that may decide.
    pub(crate) by: String,
    pub(crate) hash: String,
    pub(crate) deadline: Timestamp,
}

impl Asked {
    pub(crate) fn new(show: Value, by: &str, deadline: Timestamp) -> Self {
        Self {
            hash: shown_hash(&show),
            show,
            by: by.to_owned(),
            deadline,
        }
    }
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decision {
    pub(crate) by: String,
    /// Unix seconds.
    pub(crate) at: i64,
    pub(crate) approved: bool,
    pub(crate) reason: String,
}

/// Which question a decision is about, as people and programs name it: `run_…:0:3:9f2c…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalId {
    pub run: RunId,
    pub scope: i64,
    /// The step's ordinal.
    pub step: i64,
    /// Of what was shown.
    pub hash: String,
}

/// A run that waits for a person.
#[derive(Clone, Debug)]
pub struct Approval {
    pub id: ApprovalId,
    pub environment: EnvironmentId,
    pub flow: String,
    /// The step's own id.
    pub step: String,
    pub title: Option<String>,
    /// The role that may decide.
    pub by: String,
    pub show: Value,
    pub since: Timestamp,
    /// When waiting is given up.
    pub until: Timestamp,
}

/// A page of what waits for a person.
#[derive(Clone, Debug)]
pub struct Approvals {
    pub data: Vec<Approval>,
    /// After which run the next page begins; absent on the last.
    pub next: Option<RunId>,
}

impl fmt::Display for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:{}", self.run, self.scope, self.step, self.hash)
    }
}

/// A text that names no question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no id of an approval")]
pub struct WrongApprovalId(String);

impl FromStr for ApprovalId {
    type Err = WrongApprovalId;

    fn from_str(text: &str) -> Result<Self, WrongApprovalId> {
        let wrong = || WrongApprovalId(text.chars().take(100).collect());
        let parts: Vec<&str> = text.split(':').collect();
        let [run, scope, step, hash] = parts.as_slice() else {
            return Err(wrong());
        };
        let number = |text: &str| text.parse().ok().filter(|n: &i64| *n >= 0);
        let is_hash =
            hash.len() == 32 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        Ok(Self {
            run: run.parse().map_err(|_| wrong())?,
            scope: number(scope).ok_or_else(wrong)?,
            step: number(step).ok_or_else(wrong)?,
            hash: Some(*hash)
                .filter(|_| is_hash)
                .ok_or_else(wrong)?
                .to_owned(),
        })
    }
}

/// What a run waits for whose step shows a value of this hash.
pub(crate) fn approval_key(run: RunId, scope: i64, step: i64, hash: &str) -> String {
    format!("{WAITS}{run}:{scope}:{step}:{hash}")
}

/// 128 bits of SHA-256 of a value, the same however its members are ordered; in hexadecimal.
pub(crate) fn shown_hash(show: &Value) -> String {
    let digest = Sha256::digest(ordered(show).to_string().as_bytes());
    let nibbles = digest[..16].iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}

fn ordered(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&String, &Value> = members.iter().collect();
            let members = members
                .into_iter()
                .map(|(name, v)| (name.clone(), ordered(v)));
            Value::Object(members.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(ordered).collect()),
        other => other.clone(),
    }
}

/// What was decided about a question, if it was; `key` is that of [`approval_key`].
pub(crate) async fn decision(
    shared: &Shared,
    environment: EnvironmentId,
    key: &str,
) -> Result<Option<Decision>, Stop> {
    let id = key.strip_prefix(WAITS).unwrap_or(key);
    let stored = shared.store.cross_reference(environment, KIND, id).await?;
    let decision = stored.map(|text| serde_json::from_str(&text)).transpose();
    decision.map_err(|e| Stop::bug(format!("the decision about {id}: {e}")))
}

impl Engine {
    /// A page of what waits for a person in an environment, by run, the oldest first.
    ///
    /// # Errors
    /// The store's, or a value that cannot be opened.
    pub async fn approvals(
        &self,
        environment: EnvironmentId,
        page: Page,
    ) -> Result<Approvals, OperateError> {
        let more = Page {
            limit: page.limit.saturating_add(1),
            ..page
        };
        let mut runs = self
            .shared
            .store
            .runs_waiting(environment, WAITS, more)
            .await?;
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let is_last = runs.len() <= limit;
        runs.truncate(limit);
        let next = runs.last().filter(|_| !is_last).map(|run| run.id);
        let mut data = Vec::new();
        for run in runs {
            data.extend(self.asked(run.id).await?);
        }
        Ok(Approvals { data, next })
    }

    /// What one run waits for a person with.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn approvals_of(&self, run: RunId) -> Result<Vec<Approval>, OperateError> {
        self.asked(run).await
    }

    /// Decides a question. The run that asked it goes on, or becomes a dead letter.
    ///
    /// # Errors
    /// If the run does not ask (any more), shows something else by now, was answered otherwise, or
    /// its time is over.
    pub async fn approve(
        &self,
        id: &ApprovalId,
        who: &str,
        approve: bool,
        reason: &str,
    ) -> Result<(), OperateError> {
        let refuse = |sentence: String| Err(OperateError::Refused(sentence));
        if reason.chars().count() > REASON_MAX {
            return refuse(format!("the reason is longer than {REASON_MAX} characters"));
        }
        if !approve && reason.trim().is_empty() {
            return refuse("a no needs a reason: it is what the dead letter will say".into());
        }
        let run = self.shared.store.run(id.run).await?;
        let key = approval_key(id.run, id.scope, id.step, &id.hash);
        if let Some(before) = decision(&self.shared, run.environment, &key).await? {
            let same = before.approved == approve && before.by == who;
            return if same {
                Ok(())
            } else {
                refuse(already(id.run, &before))
            };
        }
        let asked = self.asked(id.run).await?;
        let asked = asked
            .into_iter()
            .find(|a| (a.id.scope, a.id.step) == (id.scope, id.step));
        let now = self.shared.clock.now();
        match asked {
            _ if !run.state.is_live() => {
                return refuse(format!(
                    "{} is {}: it asks no more",
                    id.run,
                    run.state.as_str()
                ));
            }
            None => {
                return refuse(format!(
                    "{} does not wait for a person at this step",
                    id.run
                ));
            }
            Some(asked) if asked.id.hash != id.hash => {
                return refuse(format!(
                    "{} shows something else by now: look at it again and decide about {}",
                    id.run, asked.id
                ));
            }
            Some(asked) if asked.until <= now => {
                return refuse(format!("the time to decide about {} is over", id.run));
            }
            Some(_) => {}
        }
        let decided = Decision {
            by: who.to_owned(),
            at: now.seconds(),
            approved: approve,
            reason: reason.to_owned(),
        };
        let put = PutCrossReference {
            environment: run.environment,
            kind: KIND.to_owned(),
            id: id.to_string(),
            value: serde_json::to_string(&decided).map_err(|e| Stop::bug(e.to_string()))?,
            who: who.to_owned(),
            at: now,
        };
        let woken = self.shared.store.put_cross_reference(put).await?;
        self.shared.start(woken);
        Ok(())
    }

    /// What a run asks and nobody has decided.
    async fn asked(&self, run: RunId) -> Result<Vec<Approval>, OperateError> {
        let (run, steps, _) = self.shared.store.journal(run).await?;
        let mut found = Vec::new();
        for step in steps.iter().filter(|s| s.state == StepState::Begun) {
            let Some(approval) = self.question(&run, step)? else {
                continue;
            };
            let key = format!("{WAITS}{}", approval.id);
            if decision(&self.shared, run.environment, &key)
                .await?
                .is_none()
            {
                found.push(approval);
            }
        }
        Ok(found)
    }

    /// The question of a step that was begun, if it asks one.
    fn question(
        &self,
        run: &RunRecord,
        row: &StepRecord,
    ) -> Result<Option<Approval>, OperateError> {
        let catalog = self.shared.catalog();
        let deployment = catalog.deployment(run.deployment);
        let (Some(deployment), Some(sealed)) = (deployment, &row.output) else {
            return Ok(None);
        };
        let begun: Value = open(&deployment.environment.key, Purpose::Step, sealed)?;
        let Ok(asked) = Asked::deserialize(&begun["input"]) else {
            return Ok(None);
        };
        let step = deployment.plan.step(row.step);
        let written = deployment.plan.flow.every_step();
        let written = step.and_then(|s| written.into_iter().find(|w| w.id == s.id));
        Ok(Some(Approval {
            id: ApprovalId {
                run: run.id,
                scope: row.scope,
                step: row.step,
                hash: asked.hash,
            },
            environment: run.environment,
            flow: deployment.plan.flow.id.clone(),
            step: step.map_or_else(|| format!("#{}", row.step), |s| s.id.clone()),
            title: written.and_then(|w| w.title.clone()),
            by: asked.by,
            show: asked.show,
            since: row.started_at,
            until: asked.deadline,
        }))
    }
}

fn already(run: RunId, before: &Decision) -> String {
    let how = if before.approved {
        "approved"
    } else {
        "declined"
    };
    format!("{run} was {how} by {} already", before.by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_hash_is_of_what_is_shown_and_not_of_its_order() {
        let one = json!({"amount": "12.30", "lines": [{"a": 1, "b": 2}], "to": null});
        let same = json!({"to": null, "lines": [{"b": 2, "a": 1}], "amount": "12.30"});
        assert_eq!(shown_hash(&one), shown_hash(&same));
        assert_eq!(shown_hash(&one).len(), 32);
        for other in [
            json!({"amount": "12.3", "lines": [{"a": 1, "b": 2}], "to": null}),
            json!({"amount": "12.30", "lines": [{"b": 1, "a": 2}], "to": null}),
            json!({"amount": "12.30", "lines": [{"a": 1, "b": 2}]}),
        ] {
            assert_ne!(shown_hash(&one), shown_hash(&other), "{other}");
        }
    }

    #[test]
    fn an_id_is_read_back_and_what_is_none_is_refused() {
        let hash = shown_hash(&json!(1));
        let key = approval_key(RunId(77), 2, 14, &hash);
        let id: ApprovalId = key
            .strip_prefix(WAITS)
            .expect("a key")
            .parse()
            .expect("an id");
        let expected = ApprovalId {
            run: RunId(77),
            scope: 2,
            step: 14,
            hash,
        };
        assert_eq!(id, expected);
        assert_eq!(format!("{WAITS}{id}"), key);
        for wrong in [
            "",
            "x",
            "run_000000000002D:0:1",
            "run_000000000002D:0:-1:00",
            "run_000000000002D:0:1:zz",
        ] {
            assert!(wrong.parse::<ApprovalId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_was_asked_survives_its_row() {
        let asked = Asked::new(json!({"b": 1, "a": 2}), "approver", Timestamp(5));
        let stored = serde_json::to_value(&asked).expect("JSON");
        assert_eq!(Asked::deserialize(&stored).expect("read back"), asked);
        // The input of a call is no question.
        assert!(Asked::deserialize(&json!({"show": 1, "by": "x"})).is_err());
    }
}
