//! Which acts need a second person, and the proposals that wait for one.

use crate::access::Caller;
use crate::app::App;
use crate::problem::ApiError;
use model::ids::EnvironmentId;
use model::{EnvironmentKind, Role};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{NewProposal, ProposalRecord};

/// What may need a second person's yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Publish,
    /// In an environment of this kind.
    Deploy(EnvironmentKind),
}

/// Whether an act waits for a second person's yes. The one place where it is asked.
pub async fn needs_second_person(app: &App, act: Act) -> Result<bool, ApiError> {
    let rules = app.engine.store().rules().await?;
    Ok(match act {
        Act::Publish => rules.publish,
        Act::Deploy(EnvironmentKind::Live) => rules.deploy_live,
        Act::Deploy(EnvironmentKind::Test) => false,
    })
}

/// Whether the caller is to propose the act instead of doing it. Who may only propose is refused
/// where no second person is asked.
pub async fn is_to_be_proposed(app: &App, caller: &Caller, act: Act) -> Result<bool, ApiError> {
    let is_proposed = needs_second_person(app, act).await?;
    if !is_proposed {
        caller.needs(match act {
            Act::Deploy(EnvironmentKind::Test) => Role::Editor,
            Act::Publish | Act::Deploy(EnvironmentKind::Live) => Role::Approver,
        })?;
    }
    Ok(is_proposed)
}

/// Something to be proposed.
pub struct Proposed<'a, T> {
    /// `publish` or `deploy`: how `body` is read.
    pub kind: &'a str,
    pub environment: Option<EnvironmentId>,
    /// The flow.
    pub subject: &'a str,
    /// What is to be done; names what it was made from.
    pub body: &'a T,
    /// What the approver is shown and will get, such as the document.
    pub content: &'a str,
    pub reason: &'a str,
}

/// Puts an act before a second person.
pub async fn propose<T: Serialize + Sync>(
    app: &App,
    caller: &Caller,
    proposed: Proposed<'_, T>,
) -> Result<ProposalRecord, ApiError> {
    let body = serde_json::to_string(proposed.body).map_err(|e| ApiError::internal(&e))?;
    let new = NewProposal {
        kind: proposed.kind.to_owned(),
        environment: proposed.environment,
        subject: proposed.subject.to_owned(),
        digest: digest(&body, proposed.content),
        body,
        who: caller.name.to_string(),
        account: caller.account,
        reason: proposed.reason.to_owned(),
        at: app.engine.clock().now(),
    };
    Ok(app.engine.store().propose(new).await?)
}

/// What of a proposal must be as it was when it is approved.
pub fn digest(body: &str, content: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(u64::try_from(body.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(body);
    hash.update(content);
    hash.finalize().into()
}
