//! An environment as a folder of files.

use super::extract::Body;
use super::flow_diff::FlowChangeOut;
use crate::access::Caller;
use crate::app::App;
use crate::problem::{ApiError, DocumentProblemOut, ProblemOut};
use crate::rules::{Act, is_to_be_proposed};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use engine::folder::{FileChange, Files, FolderError, Push, digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest body of a call: the files with what JSON escapes in them.
pub const BODY_MAX_BYTES: usize = engine::folder::BYTES_MAX * 2 + (1 << 20);

/// The files of an environment.
#[derive(Serialize, ToSchema)]
pub struct FolderOut {
    /// Texts by path: `flows/order-to-cash/flow.yaml`.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    files: Files,
    /// Another text for every other state of the files.
    digest: String,
}

/// Files that would take the place of those of an environment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilesIn {
    /// Texts by path.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    files: Files,
}

/// Files to be put in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushIn {
    /// Texts by path.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    files: Files,
    /// What the files lack and is to go, by the names that the preview gives.
    #[serde(default)]
    remove: Vec<String>,
    /// The digest that the preview gave: nothing is done if the environment has changed since.
    expect: String,
    /// Why, for the history.
    reason: String,
}

/// What files would change.
#[derive(Serialize, ToSchema)]
pub struct FolderDiffOut {
    /// Whether they say what the environment is.
    same: bool,
    /// The state of the environment that they were compared with.
    digest: String,
    changes: Vec<FileChangeOut>,
    /// What stands against them, and warnings.
    problems: Vec<DocumentProblemOut>,
}

/// One thing of an environment that would change.
#[derive(Serialize, ToSchema)]
pub struct FileChangeOut {
    file: String,
    /// `added`, `changed`, `removed`.
    kind: &'static str,
    /// What a person reads.
    sentence: String,
    /// Of what the files lack: the name by which it is removed. It stays unless it is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    remove: Option<String>,
    /// What differs within it; the first 200 rows of a table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<FlowChangeOut>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub struct PushedOut {
    /// Sentences, in the order in which it was done.
    done: Vec<String>,
    /// The state of the environment now.
    digest: String,
}

impl From<FileChange> for FileChangeOut {
    fn from(change: FileChange) -> Self {
        Self {
            file: change.file,
            kind: change.kind.as_str(),
            sentence: change.sentence,
            remove: change.remove,
            changes: change.changes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<FolderError> for ApiError {
    fn from(error: FolderError) -> Self {
        let detail = error.to_string();
        match error {
            FolderError::Store(error) => error.into(),
            FolderError::Lookup(error) => error.into(),
            FolderError::Change(error) => error.into(),
            FolderError::Problems(problems) => {
                Self::problems("the folder cannot be put in force", problems)
            }
            FolderError::ChangedMeanwhile(_) => {
                let cure = "compare again, and put it in force with the new digest";
                let status = StatusCode::PRECONDITION_FAILED;
                Self::new(status, "changed_meanwhile", detail, cure)
            }
            FolderError::Refused(_) => Self::conflict(detail),
        }
    }
}

/// What is in force in an environment as files: canonical YAML and CSV, without secrets. Put in
/// force again they change nothing.
#[utoipa::path(get, path = "/api/v1/environments/{environment}/folder", tag = "folders",
    operation_id = "get_folder",
    params(("environment" = String, Path, description = "The environment's name.")),
    responses((status = OK, body = FolderOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
    let environment = app.environment(Some(&name))?;
    let files = app.engine.folder(&environment).await?.write();
    let digest = digest(&files);
    let tag = [(header::ETAG, format!("\"{digest}\""))];
    Ok((tag, Json(FolderOut { files, digest })))
}

/// Says what putting files in force would change. Nothing is written.
#[utoipa::path(post, path = "/api/v1/environments/{environment}/folder/preview", tag = "folders",
    operation_id = "preview_folder",
    params(("environment" = String, Path, description = "The environment's name.")),
    request_body = FilesIn,
    responses((status = OK, body = FolderDiffOut), (status = "4XX", body = ProblemOut)))]
pub async fn preview(
    State(app): State<App>,
    Path(name): Path<String>,
    Body(given): Body<FilesIn>,
) -> Result<Json<FolderDiffOut>, ApiError> {
    let environment = app.environment(Some(&name))?;
    let preview = app
        .engine
        .folder_preview(&environment, &given.files)
        .await?;
    Ok(Json(FolderDiffOut {
        same: preview.changes.is_empty(),
        digest: preview.digest,
        changes: preview.changes.into_iter().map(Into::into).collect(),
        problems: preview.problems.into_iter().map(Into::into).collect(),
    }))
}

/// Puts files in force: tables, the company, settings of connections, versions of flows. What the
/// files lack stays, unless `remove` names it.
#[utoipa::path(put, path = "/api/v1/environments/{environment}/folder", tag = "folders",
    operation_id = "put_folder",
    params(("environment" = String, Path, description = "The environment's name.")),
    request_body = PushIn,
    responses((status = OK, body = PushedOut), (status = "4XX", body = ProblemOut)))]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Body(given): Body<PushIn>,
) -> Result<Json<PushedOut>, ApiError> {
    let environment = app.environment(Some(&name))?;
    for act in [Act::Publish, Act::Deploy(environment.kind)] {
        if is_to_be_proposed(&app, &caller, act).await? {
            let detail = "what goes into force here needs a second person, who cannot be asked for a \
                          folder as a whole";
            let cure = "propose each version and its deployment; compare the folder afterwards";
            let status = StatusCode::CONFLICT;
            return Err(ApiError::new(status, "second_person", detail, cure));
        }
    }
    let push = Push {
        files: given.files,
        remove: given.remove,
        expect: given.expect,
        who: caller.name.to_string(),
        reason: given.reason,
    };
    let pushed = app.engine.folder_push(&environment, push).await?;
    Ok(Json(PushedOut {
        done: pushed.done,
        digest: pushed.digest,
    }))
}
