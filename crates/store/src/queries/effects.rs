//! The effect ledger, guards and cross references.

use crate::effect::EffectRecord;
use crate::error::Result;
use crate::session::{Call, Session};
use crate::statements::effect as sql;
use crate::value::{Reader, values};
use model::ids::{ConnectionId, EnvironmentId, RunId};
use model::{EffectId, EffectState, Peer, Timestamp};
use std::sync::Arc;
use vault::Sealed;

/// Reads an effect.
pub fn record(row: &mut Reader) -> Result<EffectRecord> {
    let id = EffectId {
        peer: Peer(row.text()?),
        kind: row.text()?,
        reference: row.text()?,
        generation: row.int()?,
    };
    rest(row, id)
}

fn rest(row: &mut Reader, id: EffectId) -> Result<EffectRecord> {
    Ok(EffectRecord {
        id: Arc::new(id),
        environment: EnvironmentId(row.int()?),
        rev: row.int()?,
        state: EffectState::from_code(row.int()?).ok_or_else(|| row.corrupt("unknown state"))?,
        operation: row.text()?.into(),
        connection: ConnectionId(row.int()?),
        attempt: row.int()?,
        holder: row.opt_int()?.map(RunId),
        body: Sealed(row.blob()?),
        inflight: row.opt_text()?,
        inflight_at: row.opt_int()?.map(Timestamp),
        question: row.opt_text()?,
        orphans: row.opt_text()?,
        begun_at: Timestamp(row.int()?),
        updated_at: Timestamp(row.int()?),
    })
}

/// The current generations of effects, in the order in which they were asked for.
pub async fn effects(
    session: &mut dyn Session,
    keys: &[(Peer, String, String)],
) -> Result<Vec<Option<EffectRecord>>> {
    let mut call = Call::each(&sql::EFFECT);
    for (place, (peer, kind, reference)) in (0_i64..).zip(keys) {
        call.row(values![place, &peer.0, kind, reference]);
    }
    let mut found = vec![None; keys.len()];
    for row in session.call(call).await? {
        let mut row = row.read("effect");
        let place = usize::try_from(row.int()?).unwrap_or(usize::MAX);
        let _generation = row.int()?;
        let (peer, kind, reference) = (row.opt_text()?, row.opt_text()?, row.opt_text()?);
        let generation = row.opt_int()?;
        let (Some(peer), Some(kind), Some(reference), Some(generation), Some(slot)) =
            (peer, kind, reference, generation, found.get_mut(place))
        else {
            continue;
        };
        let id = EffectId {
            peer: Peer(peer),
            kind,
            reference,
            generation,
        };
        *slot = Some(rest(&mut row, id)?);
    }
    Ok(found)
}

/// A page of an environment's effects in one state, by their keys, after one of them.
pub async fn list(
    session: &mut dyn Session,
    environment: EnvironmentId,
    state: EffectState,
    after: Option<&EffectId>,
    limit: i64,
) -> Result<Vec<EffectRecord>> {
    let (peer, kind, reference, generation) = after.map_or(("", "", "", -1), |id| {
        (&id.peer.0, &id.kind, &id.reference, id.generation)
    });
    let rows = session
        .rows(
            &sql::LIST_EFFECTS,
            &values![
                environment.0,
                state as i64,
                peer,
                kind,
                reference,
                generation,
                limit
            ],
        )
        .await?;
    rows.into_iter()
        .map(|row| record(&mut row.read("effect")))
        .collect()
}

/// The latest `as_of` that was written.
pub async fn guard(
    session: &mut dyn Session,
    peer: &Peer,
    kind: &str,
    reference: &str,
) -> Result<Option<Timestamp>> {
    let row = session
        .row(&sql::GUARD, &values![&peer.0, kind, reference])
        .await?;
    row.map(|row| row.int(0).map(Timestamp)).transpose()
}

/// The values of cross references, in the order in which they were asked for.
pub async fn cross_references(
    session: &mut dyn Session,
    environment: EnvironmentId,
    keys: &[(String, String)],
) -> Result<Vec<Option<String>>> {
    let mut call = Call::each(&sql::CROSS_REFERENCE);
    for (place, (kind, id)) in (0_i64..).zip(keys) {
        call.row(values![place, environment.0, kind, id]);
    }
    let mut found = vec![None; keys.len()];
    for row in session.call(call).await? {
        let mut row = row.read("cross_reference");
        let place = usize::try_from(row.int()?).unwrap_or(usize::MAX);
        if let Some(slot) = found.get_mut(place) {
            *slot = Some(row.text()?);
        }
    }
    Ok(found)
}
