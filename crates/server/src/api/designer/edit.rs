//! A document as text and as tree: two views of one thing. Nothing is stored.

use crate::api::extract::Body;
use crate::app::App;
use crate::problem::{ApiError, DocumentProblemOut, ProblemOut};
use axum::Json;
use axum::extract::State;
use connector::Registry;
use model::Problem;
use model::flow::{MovedComment, read_tree, write_tree};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A document in one of its views.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditIn {
    /// Its text, YAML. Some steps alone will do: a map with `steps`.
    document: Option<String>,
    /// Or its tree: the same as JSON, a map. A number that JSON readers may change is
    /// `{"=number": "<digits>"}`.
    #[schema(value_type = Option<Object>)]
    tree: Option<Value>,
    /// Whether it is checked and brought into its one form, which is the default. Without, only the
    /// other view is made, and what keeps a text from being read is told.
    #[serde(default = "yes")]
    check: bool,
}

const fn yes() -> bool {
    true
}

/// The document in its views, and what is wrong with it.
#[derive(Serialize, ToSchema)]
pub struct EditOut {
    /// Its text in the one form; the text that was sent if it has no tree or is not checked.
    document: String,
    /// Its tree, if a text was sent that is a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    tree: Option<Value>,
    /// Comments of the text that became notes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved: Vec<MovedOut>,
    /// Places are those in `document`.
    problems: Vec<DocumentProblemOut>,
}

/// A comment that became a note.
#[derive(Serialize, ToSchema)]
pub struct MovedOut {
    /// Whose note it is; the flow's own if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    text: String,
}

/// Turns a document's text into its tree, or its tree into its text, and checks it.
#[utoipa::path(post, path = "/api/v1/flows/edit", tag = "flows", operation_id = "edit_flow",
    request_body = EditIn,
    responses((status = OK, body = EditOut), (status = "4XX", body = ProblemOut)))]
pub async fn edit(
    State(app): State<App>,
    Body(given): Body<EditIn>,
) -> Result<Json<EditOut>, ApiError> {
    let registry = app.engine.registry();
    let registry = given.check.then_some(registry);
    let work: Box<dyn FnOnce() -> EditOut + Send> = match (given.document, given.tree) {
        (Some(text), None) => Box::new(move || from_text(text, registry)),
        (None, Some(tree @ Value::Object(_))) => Box::new(move || from_tree(&tree, registry)),
        _ => {
            let detail = "give one of `document` (a text) and `tree` (a map)";
            let cure = "give one, not both";
            return Err(ApiError::bad_request("wrong_body", detail, cure));
        }
    };
    // A document may be long: it must not hold up the requests beside it.
    let edited = tokio::task::spawn_blocking(work).await;
    Ok(Json(edited.map_err(|error| ApiError::internal(&error))?))
}

fn from_text(text: String, registry: Option<Registry>) -> EditOut {
    match read_tree(&text) {
        Ok(tree) => {
            let written = match registry {
                Some(_) => from_tree(&tree.value, registry),
                None => EditOut::of(text),
            };
            EditOut {
                moved: tree.moved.into_iter().map(Into::into).collect(),
                tree: Some(tree.value),
                ..written
            }
        }
        Err(problems) => EditOut {
            problems: out(problems),
            ..EditOut::of(text)
        },
    }
}

/// Checks it against what there is, if it is to be checked.
fn from_tree(tree: &Value, registry: Option<Registry>) -> EditOut {
    let document = write_tree(tree);
    let problems = registry.map(|registry| engine::compile(&document, registry).1);
    let problems = out(problems.unwrap_or_default());
    EditOut {
        problems,
        ..EditOut::of(document)
    }
}

impl EditOut {
    fn of(document: String) -> Self {
        Self {
            document,
            tree: None,
            moved: Vec::new(),
            problems: Vec::new(),
        }
    }
}

fn out(problems: Vec<Problem>) -> Vec<DocumentProblemOut> {
    problems.into_iter().map(Into::into).collect()
}

impl From<MovedComment> for MovedOut {
    fn from(moved: MovedComment) -> Self {
        Self {
            step: moved.step,
            text: moved.text,
        }
    }
}
