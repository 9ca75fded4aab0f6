//! What a table of rules says of some attributes, and why.

use super::rows::day_of;
use crate::api::extract::{Body, Params, ScopeIn};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use mapping::rules::Unpicked;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskIn {
    /// The attributes by name, every one that the table asks for; null or an empty text says that
    /// there is none.
    #[schema(value_type = Object)]
    attributes: Value,
    /// On this day, `YYYY-MM-DD`; today by the calendar of the books unless told.
    #[serde(default)]
    at: Option<String>,
}

/// What the table says.
#[derive(Serialize, ToSchema)]
pub struct DerivedOut {
    /// The day that it was asked for.
    at: String,
    /// The rule that won; absent if none holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    /// Why no rule won.
    #[serde(skip_serializing_if = "Option::is_none")]
    nothing: Option<String>,
    /// What of the winner's conditions held.
    why: Vec<String>,
    /// The rules that came closest, and what kept each from winning.
    near: Vec<NearOut>,
}

/// A rule that did not win.
#[derive(Serialize, ToSchema)]
pub struct NearOut {
    rule: String,
    reasons: Vec<String>,
}

/// Asks a table of rules, as a formula would, and tells why it answers so.
#[utoipa::path(post, path = "/api/v1/lookups/{table}/derive", tag = "lookups",
    operation_id = "derive",
    params(("table" = String, Path, description = "The table's name."), ScopeIn),
    request_body = AskIn,
    responses((status = OK, body = DerivedOut), (status = "4XX", body = ProblemOut)))]
pub async fn ask(
    State(app): State<App>,
    Path(name): Path<String>,
    Params(scope): Params<ScopeIn>,
    Body(asked): Body<AskIn>,
) -> Result<Json<DerivedOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let at = day_of(&app, &environment, asked.at.as_deref())?;
    let told = app
        .engine
        .lookup_explain(&environment, &name, &asked.attributes, at)
        .await?;
    let (rule, value, nothing) = match told.picked {
        Ok(picked) => (Some(picked.rule), Some(picked.value.to_json()), None),
        Err(Unpicked::Wrong(message)) => {
            let cure = "give what the table asks for";
            return Err(ApiError::bad_request("wrong_attributes", message, cure));
        }
        Err(Unpicked::None(message) | Unpicked::Tie(message)) => (None, None, Some(message)),
    };
    let near = told.near.into_iter().map(|near| NearOut {
        rule: near.rule,
        reasons: near.reasons,
    });
    Ok(Json(DerivedOut {
        at: at.to_string(),
        rule,
        value,
        nothing,
        why: told.why,
        near: near.collect(),
    }))
}
