//! One step while it is written: what its formulas see on a sample, and what each comes to.

use crate::api::dry_run::{GivenIn, one_of};
use crate::api::extract::{Body, Params, ScopeIn};
use crate::app::App;
use crate::mask::{Hider, Persons};
use crate::problem::{ApiError, DocumentProblemOut, ProblemOut};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::dry::{DryError, DryRun, FieldSeen, Look, Origin, Seen};
use mapping::Made;
use model::flow::parse_sample;
use model::{Problem, flow::read_tree};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use utoipa::ToSchema;

/// A preview that takes longer is given up.
const TIME: Duration = Duration::from_secs(2);
/// A list of the scope shows so many items.
const ITEMS: usize = 50;
/// The scope shows so many values in all.
const VALUES: usize = 5_000;
/// A text of the scope shows so many characters.
const CHARS: usize = 500;

/// A step of a document, and a sample. One of `document` and `tree`; one of `sample` and `body`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepPreviewIn {
    /// A flow's document, YAML.
    document: Option<String>,
    /// Or its tree, as `/flows/edit` gives it.
    #[schema(value_type = Option<Object>)]
    tree: Option<Value>,
    /// The step's id.
    step: String,
    /// A sample's document, YAML.
    sample: Option<String>,
    /// Or an event's body, as the peer sends it.
    #[schema(value_type = Option<Object>)]
    body: Option<Value>,
    /// What is met instead of asking, with a `body`.
    #[serde(default)]
    given: GivenIn,
    /// Which item of the `each` around the step, counted from 0.
    #[serde(default)]
    item: usize,
    /// Which item of a list mapping, by its path in the step: `with.lines`.
    #[serde(default)]
    items: BTreeMap<String, usize>,
}

/// What was seen of a step. Persons are hidden once anything in it is from elsewhere than the
/// request: from a peer, or from our store.
#[derive(Serialize, ToSchema)]
pub struct StepPreviewOut {
    /// Whether the step was reached; if not, the scope is that of where it ended.
    reached: bool,
    /// What would have kept a run from coming here, in sentences.
    doubts: Vec<String>,
    /// The names that the step's formulas see: what started the run first, the common ones last.
    scope: Vec<NameOut>,
    /// Whether the scope was too large to be shown whole.
    cut: bool,
    fields: Vec<FieldOut>,
    lists: Vec<ListOut>,
    /// What became of the steps before it.
    steps: Vec<BeforeOut>,
    /// What keeps it from being worked: errors of the steps before it.
    problems: Vec<DocumentProblemOut>,
    /// How long it took, in milliseconds.
    ms: u64,
}

/// A name that formulas see.
#[derive(Serialize, ToSchema)]
pub struct NameOut {
    name: String,
    value: Value,
}

/// What one field comes to.
#[derive(Serialize, ToSchema)]
pub struct FieldOut {
    /// From the step: `["with", "lines", "to", "item"]`.
    #[schema(value_type = Vec<Object>)]
    path: Vec<Value>,
    /// `value`, `missing` (nothing, so that it is left out), `large` (too large to be shown), or
    /// `error`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    /// In words: `a text`, `a decimal number`.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<DocumentProblemOut>,
    /// The conversions on the way to the field: `field` and `rule`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    converted: Vec<Made>,
    /// Lookup rows, rules and cross references that it asked for: `kind`, `table`, `key`, `value`.
    #[schema(value_type = Vec<Object>)]
    met: Value,
}

/// A list mapping of the step.
#[derive(Serialize, ToSchema)]
pub struct ListOut {
    #[schema(value_type = Vec<Object>)]
    path: Vec<Value>,
    /// The name of its item.
    variable: String,
    /// How many items its source has, if it could be worked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    /// Which of them was looked at, counted from 0.
    item: usize,
}

/// What became of a step before it.
#[derive(Serialize, ToSchema)]
pub struct BeforeOut {
    id: String,
    at: String,
    /// `begun`, `done`, `skipped`, `waiting`, `failed`.
    state: &'static str,
    /// Where its output is from: `worked`, `given`, `store`, or `invented`.
    origin: &'static str,
}

/// Shows what a step's formulas see on a sample, and what each of its fields comes to by itself.
/// The step and what comes after it may be unfinished. Nothing is sent, and nothing is stored.
#[utoipa::path(post, path = "/api/v1/flows/preview", tag = "flows", operation_id = "preview_step",
    params(ScopeIn), request_body = StepPreviewIn,
    responses((status = OK, body = StepPreviewOut), (status = "4XX", body = ProblemOut)))]
pub async fn preview(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Body(asked): Body<StepPreviewIn>,
) -> Result<Json<StepPreviewOut>, ApiError> {
    let begun = Instant::now();
    let tree = match (asked.document, asked.tree) {
        (Some(text), None) => match read_tree(&text) {
            Ok(tree) => tree.value,
            Err(problems) => return Ok(Json(stopped(problems, begun))),
        },
        (None, Some(tree)) => tree,
        _ => return Err(one_of("`document` and `tree`")),
    };
    let Value::Object(tree) = tree else {
        return Err(one_of("`document` (a text) and `tree` (a map)"));
    };
    let dry = match (asked.sample, asked.body) {
        (Some(text), None) => match parse_sample(&text) {
            (Some(sample), problems) if !problems.iter().any(Problem::is_error) => {
                DryRun::of(&sample)
            }
            (_, problems) => {
                return Err(ApiError::problems("the sample is not in order", problems));
            }
        },
        (None, Some(body)) => DryRun {
            body,
            given: asked.given.into(),
            ..DryRun::default()
        },
        _ => return Err(one_of("`sample` and `body`")),
    };
    let registry = app.engine.registry();
    let step = asked.step;
    // A document may be long: it must not hold up the requests beside it.
    let look = tokio::task::spawn_blocking(move || Look::new(&tree, &step, registry)).await;
    let mut look = match look.map_err(|error| ApiError::internal(&error))? {
        Ok(look) => look,
        Err(problems) => return Ok(Json(stopped(problems, begun))),
    };
    (look.item, look.items) = (asked.item, asked.items);
    let environment = match &scope.environment {
        Some(name) => Some(app.environment(Some(name))?),
        None => None,
    };
    let mut persons = Persons::of(&dry.body);
    let work = async {
        match &environment {
            Some(environment) => app.engine.look(environment, &look, dry).await,
            None => look.nowhere(dry).await,
        }
    };
    let seen = tokio::time::timeout(TIME, work).await;
    let seen = match seen.map_err(|_| too_long())? {
        Ok(seen) => seen,
        Err(DryError::Problems(problems)) => return Ok(Json(stopped(problems, begun))),
        Err(DryError::Store(error)) => return Err(error.into()),
    };
    let is_foreign = |origin: Origin| matches!(origin, Origin::Live | Origin::Store);
    let hider = if seen.steps.iter().any(|step| is_foreign(step.origin)) {
        for (name, value) in &seen.scope {
            parts(name, value).for_each(|part| persons.add(part));
        }
        Some(persons.hider().map_err(|e| ApiError::internal(&e))?)
    } else {
        None
    };
    Ok(Json(out(seen, hider.as_ref(), begun)))
}

fn out(seen: Seen, hider: Option<&Hider>, begun: Instant) -> StepPreviewOut {
    let (mut left, mut cut) = (VALUES, false);
    let names = seen.scope.into_iter();
    let scope = names.map(|(name, value)| {
        let value = match hider {
            Some(hider) => hidden_in(hider, &name, value),
            None => value,
        };
        NameOut {
            name,
            value: bounded(value, &mut left, &mut cut),
        }
    });
    StepPreviewOut {
        reached: seen.reached,
        doubts: seen
            .doubts
            .into_iter()
            .map(|doubt| hidden(hider, doubt))
            .collect(),
        scope: scope.collect(),
        cut,
        fields: seen
            .fields
            .into_iter()
            .map(|field| field_out(field, hider))
            .collect(),
        lists: seen
            .lists
            .into_iter()
            .map(|list| ListOut {
                path: list.path,
                variable: list.variable,
                count: list.count,
                item: list.item,
            })
            .collect(),
        steps: seen
            .steps
            .into_iter()
            .map(|step| BeforeOut {
                id: step.id,
                at: step.at,
                state: step.state.as_str(),
                origin: step.origin.as_str(),
            })
            .collect(),
        problems: Vec::new(),
        ms: elapsed(begun),
    }
}

fn field_out(field: FieldSeen, hider: Option<&Hider>) -> FieldOut {
    let met = json!(field.met);
    let mut out = FieldOut {
        path: field.path,
        state: "missing",
        value: None,
        kind: None,
        problem: None,
        converted: Vec::new(),
        met: hider.map_or_else(|| met.clone(), |hider| hider.hide(met.clone())),
    };
    match field.outcome {
        Err(mut problem) => {
            out.state = "error";
            problem.message = hidden(hider, problem.message);
            out.problem = Some(problem.into());
        }
        Ok(seen) if seen.kind == mapping::Kind::Null => {}
        Ok(seen) => {
            out.kind = Some(seen.kind.phrase());
            out.converted = seen.converted;
            out.state = if seen.value.is_some() {
                "value"
            } else {
                "large"
            };
            // A person is known by the field's name, too.
            let name = out.path.iter().rev().find_map(Value::as_str).unwrap_or("");
            out.value = seen.value.map(|value| match hider {
                Some(hider) => hider.hide(json!({name: value}))[name].take(),
                None => value,
            });
        }
    }
    out
}

/// What of a name in the scope may be a person's: a step's id is no field's name, and the names of
/// the company and of the environment are no person's.
fn parts<'a>(name: &str, value: &'a Value) -> impl Iterator<Item = &'a Value> {
    let steps = value.as_object().filter(|_| name == "steps");
    let own = !matches!(name, "steps" | "company" | "env" | "connection" | "run");
    let own = own.then_some(value).into_iter();
    steps.into_iter().flat_map(|s| s.values()).chain(own)
}

fn hidden_in(hider: &Hider, name: &str, value: Value) -> Value {
    match (name, value) {
        ("steps", Value::Object(steps)) => steps
            .into_iter()
            .map(|(id, output)| (id, hider.hide(output)))
            .collect(),
        ("company" | "env" | "connection" | "run", value) => value,
        (_, value) => hider.hide(value),
    }
}

fn hidden(hider: Option<&Hider>, text: String) -> String {
    match hider {
        Some(hider) => hider.hide_in(text),
        None => text,
    }
}

/// The value without what is too much to be shown.
fn bounded(value: Value, left: &mut usize, cut: &mut bool) -> Value {
    *left = left.saturating_sub(1);
    match value {
        Value::String(text) if text.chars().count() > CHARS => {
            *cut = true;
            let shown: String = text.chars().take(CHARS).collect();
            Value::String(shown + "…")
        }
        Value::Array(items) => {
            let mut shown = Vec::new();
            for item in items {
                if *left == 0 || shown.len() == ITEMS {
                    *cut = true;
                    break;
                }
                shown.push(bounded(item, left, cut));
            }
            Value::Array(shown)
        }
        Value::Object(members) => {
            let mut shown = serde_json::Map::new();
            for (name, member) in members {
                if *left == 0 {
                    *cut = true;
                    break;
                }
                shown.insert(name, bounded(member, left, cut));
            }
            Value::Object(shown)
        }
        other => other,
    }
}

/// The answer where nothing could be worked.
fn stopped(problems: Vec<Problem>, begun: Instant) -> StepPreviewOut {
    let mut out = out(Seen::default(), None, begun);
    out.problems = problems.into_iter().map(Into::into).collect();
    out
}

fn elapsed(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn too_long() -> ApiError {
    let detail = format!("the preview took longer than {} s", TIME.as_secs());
    let cure = "take a smaller sample";
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "too_long", detail, cure)
}
