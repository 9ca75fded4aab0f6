//! Tags of causes: words that people put on them, to find one among others.

use super::causes::known_cause;
use super::extract::{Params, ScopeIn};
use crate::access::Caller;
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::ids::EnvironmentId;
use serde::Serialize;
use store::SetTag;
use utoipa::ToSchema;

/// So many characters a tag has at most.
const LENGTH_MAX: usize = 32;
/// So many tags one cause takes.
const OF_CAUSE: i64 = 10;
/// So many different tags an environment takes: a person still reads them all.
const OF_ENVIRONMENT: i64 = 200;

/// A tag in use.
#[derive(Serialize, ToSchema)]
pub struct TagOut {
    tag: String,
    /// How many causes with open letters have it.
    causes: i64,
}

/// The tags in use, 200 at most, in order.
#[derive(Serialize, ToSchema)]
pub struct TagsOut {
    data: Vec<TagOut>,
}

/// Lists the tags that causes of the environment have.
#[utoipa::path(get, path = "/api/v1/dead-letters/tags", tag = "dead letters",
    operation_id = "list_tags", params(ScopeIn),
    responses((status = OK, body = TagsOut), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<TagsOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let used = app.engine.store().tags(environment.id).await?;
    let data = used.into_iter().map(|used| TagOut {
        tag: used.tag,
        causes: used.open,
    });
    Ok(Json(TagsOut {
        data: data.collect(),
    }))
}

/// Puts a tag on a cause: 10 at most, each a word of up to 32 lower-case letters, digits and
/// hyphens. A tag that it has already stays.
#[utoipa::path(put, path = "/api/v1/dead-letters/causes/{fingerprint}/tags/{tag}",
    tag = "dead letters", operation_id = "put_tag",
    params(("fingerprint" = String, Path, description = "The cause."),
        ("tag" = String, Path, description = "The word."), ScopeIn),
    responses((status = NO_CONTENT), (status = "4XX", body = ProblemOut)))]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((fingerprint, tag)): Path<(String, String)>,
    Params(scope): Params<ScopeIn>,
) -> Result<StatusCode, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?.id;
    let tag = known(&tag)?;
    known_cause(&app, environment, &fingerprint).await?;
    set(&app, &caller, environment, fingerprint, tag, true).await
}

/// Takes a tag off a cause; one that it does not have is off already.
#[utoipa::path(delete, path = "/api/v1/dead-letters/causes/{fingerprint}/tags/{tag}",
    tag = "dead letters", operation_id = "remove_tag",
    params(("fingerprint" = String, Path, description = "The cause."),
        ("tag" = String, Path, description = "The word."), ScopeIn),
    responses((status = NO_CONTENT), (status = "4XX", body = ProblemOut)))]
pub async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((fingerprint, tag)): Path<(String, String)>,
    Params(scope): Params<ScopeIn>,
) -> Result<StatusCode, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?.id;
    set(&app, &caller, environment, fingerprint, known(&tag)?, false).await
}

async fn set(
    app: &App,
    caller: &Caller,
    environment: EnvironmentId,
    fingerprint: String,
    tag: String,
    is_on: bool,
) -> Result<StatusCode, ApiError> {
    let set = SetTag {
        environment,
        fingerprint,
        tag,
        is_on,
        who: caller.name.to_string(),
        at: app.engine.clock().now(),
        most_of_cause: OF_CAUSE,
        most_of_environment: OF_ENVIRONMENT,
    };
    app.engine.store().set_tag(set).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses what is no tag: two spellings of one word would be two tags.
pub fn known(text: &str) -> Result<String, ApiError> {
    let wrong = |detail: String, cure: &str| ApiError::bad_request("wrong_word", detail, cure);
    let length = text.chars().count();
    if length == 0 || length > LENGTH_MAX {
        let cure = format!("1 to {LENGTH_MAX} characters");
        return Err(wrong(format!("the tag has {length} characters"), &cure));
    }
    let fits = |c: &char| c.is_alphanumeric() && !c.is_uppercase() || *c == '-';
    if let Some(other) = text.chars().find(|c| !fits(c)) {
        let detail = format!("a tag cannot have `{}`", other.escape_debug());
        return Err(wrong(
            detail,
            "lower-case letters, digits and hyphens: `asked-the-shop`",
        ));
    }
    Ok(text.to_owned())
}
