//! What needs a second person: the rules, and what one person proposes and another decides.

use super::audit::{self, Act};
use crate::error::{Error, Result};
use crate::queries::proposals::{self as queries, ProposalRecord, ProposalState};
use crate::session::{Sequence, Session};
use crate::statements::account as sql;
use crate::value::values;
use model::Timestamp;
use model::ids::{AccountId, EnvironmentId, ProposalId};

/// The rules as they are to be.
#[derive(Clone, Debug)]
pub struct SetRules {
    pub publish: bool,
    pub deploy_live: bool,
    /// The revision that they are changed from; any if absent.
    pub expected: Option<i64>,
    pub who: String,
    pub at: Timestamp,
}

/// Something that a second person is to decide.
#[derive(Clone, Debug)]
pub struct NewProposal {
    /// `publish` or `deploy`.
    pub kind: String,
    pub environment: Option<EnvironmentId>,
    /// The flow.
    pub subject: String,
    /// SHA-256 of everything that must still be so when it is approved.
    pub digest: [u8; 32],
    /// What is to be done, as JSON.
    pub body: String,
    pub who: String,
    pub account: Option<AccountId>,
    pub reason: String,
    pub at: Timestamp,
}

/// A second person's decision.
#[derive(Clone, Debug)]
pub struct DecideProposal {
    pub id: ProposalId,
    pub approve: bool,
    pub who: String,
    pub account: Option<AccountId>,
    pub reason: String,
    pub at: Timestamp,
}

/// Changes the rules; answers with their revision.
pub async fn set_rules(session: &mut dyn Session, set: &SetRules) -> Result<i64> {
    let before = queries::rules(session).await?;
    if set.expected.is_some_and(|e| e != before.revision) {
        return Err(Error::Changed {
            what: "what needs a second person".into(),
            who: before.changed_by,
            at: before.changed_at,
        });
    }
    let word = |on| if on { "on" } else { "off" };
    let mut changed = Vec::new();
    for (what, old, new) in [
        ("publish", before.publish, set.publish),
        ("deploy_live", before.deploy_live, set.deploy_live),
    ] {
        if old != new {
            changed.push(format!("{what}: {} → {}", word(old), word(new)));
        }
    }
    if changed.is_empty() {
        return Ok(before.revision);
    }
    let values = values![set.publish, set.deploy_live, &set.who, set.at.0];
    session.rows(&sql::SET_RULES, &values).await?;
    let act = Act {
        at: set.at,
        who: &set.who,
        action: "rules.change",
        subject: "rules",
        detail: &changed.join("; "),
    };
    audit::append(session, act).await?;
    Ok(before.revision + 1)
}

/// Stores a proposal. The same again, by the same person, is the same; of one thing there is one
/// open proposal at a time.
pub async fn propose(session: &mut dyn Session, new: &NewProposal) -> Result<ProposalRecord> {
    let environment = new.environment.map_or(0, |e| e.0);
    let place = values![&new.kind, environment, &new.subject];
    if let Some(row) = session.row(&sql::OPEN_PROPOSAL, &place).await? {
        let open = queries::read(row)?;
        if open.digest == new.digest && open.body == new.body && open.who == new.who {
            return Ok(open);
        }
        return Err(Error::Conflict(format!(
            "{} of {} waits already: decide it first, or take it back by rejecting it",
            open.id, open.who
        )));
    }
    let id = session.id(Sequence::Settings).await?;
    let values = values![
        id,
        &new.kind,
        environment,
        &new.subject,
        new.digest.as_slice(),
        &new.body,
        &new.who,
        new.account.map(|a| a.0),
        &new.reason,
        new.at.0
    ];
    session.rows(&sql::INSERT_PROPOSAL, &values).await?;
    let id = ProposalId(id);
    let act = Act {
        at: new.at,
        who: &new.who,
        action: "proposal.create",
        subject: &id.to_string(),
        detail: &format!("{} {}: {}", new.kind, new.subject, new.reason),
    };
    audit::append(session, act).await?;
    queries::by_id(session, id).await
}

/// Decides a proposal. Only another account approves; rejecting is everybody's. An approval that was
/// cut off before anything came of it is repeated.
pub async fn decide(session: &mut dyn Session, decide: &DecideProposal) -> Result<ProposalRecord> {
    let found = queries::by_id(session, decide.id).await?;
    let is_cut_off = found.state == ProposalState::Approved && decide.approve;
    if found.state != ProposalState::Open && !is_cut_off {
        return Err(Error::Conflict(format!(
            "{} is {} already",
            found.id,
            found.state.as_str()
        )));
    }
    if decide.approve {
        let another = decide
            .account
            .is_some_and(|account| Some(account) != found.account && decide.who != found.who);
        if !another {
            return Err(Error::Conflict(format!(
                "{} was proposed by {}: another account approves it",
                found.id, found.who
            )));
        }
        if is_cut_off {
            return Ok(found);
        }
    }
    let (state, action) = match decide.approve {
        true => (ProposalState::Approved, "proposal.approve"),
        false => (ProposalState::Rejected, "proposal.reject"),
    };
    let values = values![
        decide.id.0,
        state.as_str(),
        &decide.who,
        decide.at.0,
        &decide.reason
    ];
    session.rows(&sql::DECIDE_PROPOSAL, &values).await?;
    let act = Act {
        at: decide.at,
        who: &decide.who,
        action,
        subject: &decide.id.to_string(),
        detail: &format!("{} {}: {}", found.kind, found.subject, decide.reason),
    };
    audit::append(session, act).await?;
    queries::by_id(session, decide.id).await
}

/// Says what came of a proposal.
pub async fn settle(
    session: &mut dyn Session,
    id: ProposalId,
    state: ProposalState,
    outcome: &str,
) -> Result<()> {
    let values = values![id.0, state.as_str(), outcome];
    session.rows(&sql::SETTLE_PROPOSAL, &values).await.map(drop)
}
