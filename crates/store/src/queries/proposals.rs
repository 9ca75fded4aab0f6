//! What needs a second person, and what waits for one.

use crate::error::{Error, Result};
use crate::session::Session;
use crate::statements::account as sql;
use crate::value::{Row, values};
use model::Timestamp;
use model::ids::{AccountId, EnvironmentId, ProposalId};
use std::str::FromStr;

/// What needs a second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    pub publish: bool,
    pub deploy_live: bool,
    pub revision: i64,
    pub changed_by: String,
    pub changed_at: Timestamp,
}

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalState {
    Open,
    /// Approved, and being done.
    Approved,
    Done,
    /// Approved, and then it could not be done.
    Failed,
    Rejected,
    /// What it was made from has changed since.
    Stale,
}

impl ProposalState {
    const ALL: [Self; 6] = [
        Self::Open,
        Self::Approved,
        Self::Done,
        Self::Failed,
        Self::Rejected,
        Self::Stale,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Stale => "stale",
        }
    }
}

impl FromStr for ProposalState {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| format!("`{text}` is no state of a proposal"))
    }
}

/// Something that one person proposed and another decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalRecord {
    pub id: ProposalId,
    /// `publish` or `deploy`.
    pub kind: String,
    /// None where it is about none.
    pub environment: Option<EnvironmentId>,
    /// The flow.
    pub subject: String,
    /// SHA-256 of everything that must still be so when it is approved.
    pub digest: [u8; 32],
    /// What is to be done, as JSON.
    pub body: String,
    pub who: String,
    /// None for the configured token.
    pub account: Option<AccountId>,
    pub reason: String,
    pub state: ProposalState,
    pub created_at: Timestamp,
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
    /// The reason of the decision.
    pub decision: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
}

/// What needs a second person.
pub async fn rules(session: &mut dyn Session) -> Result<Rules> {
    let row = session.row(&sql::RULES, &[]).await?;
    let missing = || Error::Corrupt {
        table: "rules",
        row: "1".into(),
        reason: "it is missing".into(),
    };
    let mut row = row.ok_or_else(missing)?.read("rules");
    let _one = row.int()?;
    Ok(Rules {
        publish: row.flag()?,
        deploy_live: row.flag()?,
        revision: row.int()?,
        changed_by: row.text()?,
        changed_at: Timestamp(row.int()?),
    })
}

/// Reads a row of `proposal`.
pub fn read(row: Row) -> Result<ProposalRecord> {
    let mut row = row.read("proposal");
    Ok(ProposalRecord {
        id: ProposalId(row.int()?),
        kind: row.text()?,
        environment: Some(row.int()?).filter(|id| *id != 0).map(EnvironmentId),
        subject: row.text()?,
        digest: row.digest()?,
        body: row.text()?,
        who: row.text()?,
        account: row.opt_int()?.map(AccountId),
        reason: row.text()?,
        state: row.parsed()?,
        created_at: Timestamp(row.int()?),
        decided_by: row.opt_text()?,
        decided_at: row.opt_int()?.map(Timestamp),
        decision: row.opt_text()?,
        outcome: row.opt_text()?,
    })
}

/// One proposal.
pub async fn by_id(session: &mut dyn Session, id: ProposalId) -> Result<ProposalRecord> {
    let row = session.row(&sql::PROPOSAL, &values![id.0]).await?;
    let missing = || Error::NotFound {
        what: "proposal",
        name: id.to_string(),
    };
    read(row.ok_or_else(missing)?)
}

/// Proposals below an id, newest first; of one state, or of all.
pub async fn list(
    session: &mut dyn Session,
    state: Option<ProposalState>,
    below: i64,
    limit: i64,
) -> Result<Vec<ProposalRecord>> {
    let values = values![below, state.map(ProposalState::as_str), limit];
    let rows = session.rows(&sql::PROPOSALS, &values).await?;
    rows.into_iter().map(read).collect()
}
