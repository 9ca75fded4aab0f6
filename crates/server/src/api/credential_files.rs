//! Files that vendors give for access to their systems, taken apart before a connection is made.

use super::extract::Body;
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::State;
use connector::{Connector, CredentialFile, Mode};
use model::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialFileIn {
    /// Its name, whose end says what it is: `acme.ionapi`.
    name: String,
    /// Its whole text.
    #[schema(value_type = String, write_only)]
    text: Secret,
}

/// What may be seen of a file. Nothing secret.
#[derive(Serialize, ToSchema)]
pub struct CredentialFileOut {
    /// The connector that takes it.
    connector: &'static str,
    /// The secret of its credential that is the file's whole text.
    secret: &'static str,
    /// The kind of environment that it is for: `test` or `live`; absent where it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    facts: Vec<FactOut>,
}

/// A title and what stands under it.
#[derive(Serialize, ToSchema)]
pub struct FactOut {
    title: &'static str,
    text: String,
}

/// Says what a vendor's file is for, so that a connection can be made with it. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/credential_files", tag = "environments",
    operation_id = "read_credential_file", request_body = CredentialFileIn,
    responses((status = OK, body = CredentialFileOut), (status = "4XX", body = ProblemOut)))]
pub async fn read(
    State(app): State<App>,
    Body(given): Body<CredentialFileIn>,
) -> Result<Json<CredentialFileOut>, ApiError> {
    let known: Vec<(&Connector, CredentialFile)> = app
        .engine
        .registry()
        .connectors()
        .filter_map(|connector| Some((connector, connector.file?)))
        .collect();
    let name = given.name.to_lowercase();
    let Some((connector, file)) = known.iter().find(|(_, f)| name.ends_with(f.suffix)) else {
        let suffixes: Vec<&str> = known.iter().map(|(_, file)| file.suffix).collect();
        return Err(ApiError::bad_request(
            "unknown_file",
            "no connector takes such a file",
            &format!("drop a file whose name ends with {}", suffixes.join(", ")),
        ));
    };
    let seen = (file.read)(&given.text).map_err(|message| {
        ApiError::bad_request("wrong_file", message, "download it from its vendor again")
    })?;
    Ok(Json(CredentialFileOut {
        connector: connector.id,
        secret: file.secret,
        kind: match seen.mode {
            Mode::Test => Some("test"),
            Mode::Live => Some("live"),
            Mode::Unknown => None,
        },
        facts: seen
            .facts
            .into_iter()
            .map(|(title, text)| FactOut { title, text })
            .collect(),
    }))
}
