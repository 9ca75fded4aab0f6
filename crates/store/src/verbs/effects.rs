//! What people decide about effects: how an uncertain one ended, and to do one again on purpose.

use super::advance::{insert_effect, update_effect};
use super::audit::{self, Act};
use super::started;
use crate::effect::{EffectRecord, EffectWrite};
use crate::error::{Error, Result};
use crate::event::StartedRun;
use crate::queries::effects;
use crate::session::{Call, Session};
use crate::statements::{effect as sql, run};
use crate::value::values;
use model::ids::EnvironmentId;
use model::{EffectId, EffectState, Peer, Timestamp};
use std::sync::Arc;
use vault::Sealed;

/// A person's answer about an effect, as the row that it makes.
#[derive(Clone, Debug)]
pub struct SettleEffect {
    pub write: EffectWrite,
    pub wakes: Vec<String>,
    pub who: String,
    pub reason: String,
    pub at: Timestamp,
}

/// An effect that is to be done again on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaiseGeneration {
    pub peer: Peer,
    pub kind: String,
    pub reference: String,
    /// The generation that is to be superseded, as the person saw it.
    pub generation: i64,
    pub who: String,
    pub reason: String,
    pub at: Timestamp,
}

/// Makes runs ready that wait for one of the keys.
pub async fn wake(
    session: &mut dyn Session,
    environment: EnvironmentId,
    keys: &[String],
    now: Timestamp,
) -> Result<Vec<StartedRun>> {
    let mut call = Call::each(&run::WAKE);
    for key in keys {
        call.row(values![environment.0, key, now.0]);
    }
    session.call(call).await?.into_iter().map(started).collect()
}

/// Writes a row outside any run.
///
/// Repeated with the same arguments it does nothing and answers with no runs.
pub async fn settle(session: &mut dyn Session, settle: &SettleEffect) -> Result<Vec<StartedRun>> {
    let record = &settle.write.record;
    let id = &record.id;
    let found = session
        .row(
            &sql::GUARD_EFFECT,
            &values![0_i64, &id.peer.0, &id.kind, &id.reference, id.generation],
        )
        .await?;
    let stored = found.map(|row| row.int(1)).transpose()?;
    if stored != settle.write.expected {
        if stored == Some(record.rev) && current(session, id).await?.as_ref() == Some(record) {
            return Ok(Vec::new());
        }
        return Err(Error::Conflict(format!(
            "{id} was changed meanwhile: read it again"
        )));
    }
    let hash = id.key();
    let call = if stored.is_none() {
        let mut call = Call::each(&sql::INSERT_EFFECT);
        insert_effect(&mut call, &settle.write, &hash);
        call
    } else {
        let mut call = Call::each(&sql::UPDATE_EFFECT);
        update_effect(&mut call, &settle.write);
        call
    };
    session.call(call).await?;
    let act = Act {
        at: settle.at,
        who: &settle.who,
        action: "effect.settle",
        subject: &id.to_string(),
        detail: &format!("{}: {}", record.state.as_str(), settle.reason),
    };
    audit::append(session, act).await?;
    wake(session, record.environment, &settle.wakes, settle.at).await
}

async fn current(session: &mut dyn Session, id: &EffectId) -> Result<Option<EffectRecord>> {
    let key = (id.peer.clone(), id.kind.clone(), id.reference.clone());
    Ok(effects::effects(session, &[key]).await?.pop().flatten())
}

/// Begins a further generation of an effect; its row is void and without a body, so that the next
/// run begins it anew. Answers with the generation that is current now.
pub async fn raise_generation(session: &mut dyn Session, raise: &RaiseGeneration) -> Result<i64> {
    let named = EffectId {
        peer: raise.peer.clone(),
        kind: raise.kind.clone(),
        reference: raise.reference.clone(),
        generation: raise.generation,
    };
    let Some(old) = current(session, &named).await? else {
        return Err(Error::NotFound {
            what: "effect",
            name: named.to_string(),
        });
    };
    let next = raise.generation + 1;
    if old.id.generation == next {
        return Ok(next);
    }
    if old.id.generation != raise.generation {
        let now = old.id.generation;
        return Err(Error::Conflict(format!(
            "{named}: the current generation is {now}"
        )));
    }
    if !matches!(old.state, EffectState::Confirmed | EffectState::Void) {
        let state = old.state.as_str();
        return Err(Error::Conflict(format!(
            "{named} is {state}: settle it before doing it again"
        )));
    }
    let record = EffectRecord {
        id: Arc::new(EffectId {
            generation: next,
            ..named.clone()
        }),
        rev: 0,
        state: EffectState::Void,
        attempt: 0,
        holder: None,
        body: Sealed(Vec::new()),
        inflight: None,
        inflight_at: None,
        question: None,
        orphans: None,
        begun_at: raise.at,
        updated_at: raise.at,
        ..old
    };
    let write = EffectWrite {
        expected: None,
        record,
    };
    let hash = write.record.id.key();
    let mut insert = Call::each(&sql::INSERT_EFFECT);
    insert_effect(&mut insert, &write, &hash);
    session.call(insert).await?;
    let head = values![&raise.peer.0, &raise.kind, &raise.reference, next];
    session.rows(&sql::RAISE_GENERATION, &head).await?;
    let act = Act {
        at: raise.at,
        who: &raise.who,
        action: "effect.raise_generation",
        subject: &write.record.id.to_string(),
        detail: &raise.reason,
    };
    audit::append(session, act).await?;
    Ok(next)
}
