//! What needs a second person.

use super::etag::{Expected, Tagged};
use super::extract::Body;
use crate::access::Caller;
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::SetRules;
use utoipa::ToSchema;

/// The rules.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Rules)]
pub struct RulesBody {
    /// What one account proposes and another approves.
    second_person: SecondPerson,
}

/// What one account proposes and another approves.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondPerson {
    /// Publishing a version.
    publish: bool,
    /// Putting a version in force in a live environment. Rolling back needs nobody else.
    deploy_live: bool,
}

/// Shows what needs a second person.
#[utoipa::path(get, path = "/api/v1/rules", tag = "accounts", operation_id = "get_rules",
    responses((status = OK, body = RulesBody), (status = "4XX", body = ProblemOut)))]
pub async fn show(State(app): State<App>) -> Result<Tagged<RulesBody>, ApiError> {
    let rules = app.engine.store().rules().await?;
    let second_person = SecondPerson {
        publish: rules.publish,
        deploy_live: rules.deploy_live,
    };
    Ok(Tagged::ok(rules.revision, RulesBody { second_person }))
}

/// Changes what needs a second person.
#[utoipa::path(put, path = "/api/v1/rules", tag = "accounts", operation_id = "put_rules",
    params(("If-Match" = String, Header, description = "The `ETag` of the rules.")),
    request_body = RulesBody,
    responses((status = OK, body = RulesBody), (status = "4XX", body = ProblemOut)))]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    expected: Expected,
    Body(given): Body<RulesBody>,
) -> Result<Tagged<RulesBody>, ApiError> {
    let set = SetRules {
        publish: given.second_person.publish,
        deploy_live: given.second_person.deploy_live,
        expected: Some(expected.revision()?),
        who: caller.name.to_string(),
        at: app.engine.clock().now(),
    };
    let revision = app.engine.store().set_rules(set).await?;
    Ok(Tagged::ok(revision, given))
}
