//! What flows are made of: triggers, operations, functions and blocks, as they describe themselves.

use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::State;
use connector::{AnyOperation, Connector, Fires, Registry, Trigger};
use engine::books::{BOOKS, Book};
use mapping::functions::SECTIONS;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Everything that a flow can be made of.
#[derive(Serialize, ToSchema)]
pub struct CatalogOut {
    /// In the order of the palette; our own books are the last.
    connectors: Vec<ConnectorOut>,
    functions: Vec<FunctionOut>,
    blocks: Vec<BlockOut>,
}

/// A connector and what it offers.
#[derive(Serialize, ToSchema)]
pub struct ConnectorOut {
    id: &'static str,
    title: &'static str,
    doc: &'static str,
    /// What a connection of it needs; absent for what needs no connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<ConnectionFormOut>,
    triggers: Vec<TriggerOut>,
    operations: Vec<OfferedOut>,
}

/// What a connection is made from.
#[derive(Serialize, ToSchema)]
pub struct ConnectionFormOut {
    /// JSON Schema of its settings.
    #[schema(value_type = Object)]
    settings: Value,
    /// JSON Schema of its credential: every property is a secret text.
    #[schema(value_type = Object)]
    credential: Value,
    /// Whether its system sends webhooks, which are signed.
    sends_webhooks: bool,
    /// How the name of the file ends that its vendor gives for the credential: `.ionapi`.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'static str>,
}

/// What can start a flow.
#[derive(Serialize, ToSchema)]
pub struct TriggerOut {
    id: &'static str,
    title: &'static str,
    doc: &'static str,
    /// The short name by which formulas see what it is about: `charge`.
    subject: &'static str,
    /// For one subject: `once` or `many`.
    fires: &'static str,
    /// JSON Schema of the subject.
    #[schema(value_type = Object)]
    schema: Value,
}

/// An operation that a step can use.
#[derive(Serialize, ToSchema)]
pub struct OfferedOut {
    id: &'static str,
    title: &'static str,
    doc: &'static str,
    /// What it does to the peer: `read`, `set`, `create`, `append`, `none`; `books` if it writes our
    /// own books only.
    effect: String,
    /// JSON Schema of its input.
    #[schema(value_type = Object)]
    input: Value,
    /// JSON Schema of its output.
    #[schema(value_type = Object)]
    output: Value,
    /// An input that is valid.
    #[schema(value_type = Object)]
    example: Value,
}

/// A function of formulas.
#[derive(Serialize, ToSchema)]
pub struct FunctionOut {
    name: &'static str,
    /// What it is about: `Money`.
    section: &'static str,
    signature: &'static str,
    doc: &'static str,
    examples: Vec<ExampleOut>,
}

/// A formula and what it gives.
#[derive(Serialize, ToSchema)]
pub struct ExampleOut {
    formula: &'static str,
    /// JSON; one that begins with `!` is part of an error.
    result: &'static str,
}

/// A kind of step.
#[derive(Serialize, ToSchema)]
pub struct BlockOut {
    /// The key that says what the step does: `choose`.
    kind: &'static str,
    title: &'static str,
    doc: &'static str,
}

/// The kinds of steps: key, title, meaning.
const BLOCKS: [(&str, &str, &str); 9] = [
    (
        "use",
        "Use an operation",
        "Calls an operation of a connector, or one on our own books.",
    ),
    (
        "set",
        "Set values",
        "Computes values for the steps after it.",
    ),
    (
        "check",
        "Check",
        "Goes on only if a condition holds; else the run ends, or a person is called.",
    ),
    (
        "choose",
        "Choose",
        "Does the first case whose condition holds.",
    ),
    (
        "each",
        "For each",
        "Does the same steps for every item of a list.",
    ),
    (
        "parallel",
        "In parallel",
        "Does branches that do not depend on each other.",
    ),
    (
        "wait",
        "Wait",
        "Waits, for so long at most, until a formula has a value.",
    ),
    ("approve", "Ask for approval", "Waits for a person's yes."),
    (
        "call",
        "Call a flow",
        "Runs another flow and goes on with what it gives.",
    ),
];

/// Lists what flows are made of.
#[utoipa::path(get, path = "/api/v1/catalog", tag = "flows", operation_id = "get_catalog",
    responses((status = OK, body = CatalogOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(State(app): State<App>) -> Result<Json<CatalogOut>, ApiError> {
    let registry = app.engine.registry();
    // Every schema is made anew.
    let catalog = tokio::task::spawn_blocking(move || catalog(registry)).await;
    Ok(Json(catalog.map_err(|error| ApiError::internal(&error))?))
}

fn catalog(registry: Registry) -> CatalogOut {
    let functions = SECTIONS.iter().flat_map(|section| {
        section.functions.iter().map(|function| FunctionOut {
            name: function.name,
            section: section.title,
            signature: function.signature,
            doc: function.doc,
            examples: function
                .examples
                .iter()
                .map(|(formula, result)| ExampleOut { formula, result })
                .collect(),
        })
    });
    let blocks = BLOCKS.map(|(kind, title, doc)| BlockOut { kind, title, doc });
    let connectors = registry.connectors().map(connector);
    CatalogOut {
        connectors: connectors.chain([own_books()]).collect(),
        functions: functions.collect(),
        blocks: blocks.into(),
    }
}

fn connector(connector: &Connector) -> ConnectorOut {
    ConnectorOut {
        id: connector.id,
        title: connector.title,
        doc: connector.doc,
        connection: Some(ConnectionFormOut {
            settings: (connector.settings)(),
            credential: (connector.credential)(),
            sends_webhooks: connector.verify.is_some(),
            file: connector.file.map(|file| file.suffix),
        }),
        triggers: connector.triggers.iter().map(trigger).collect(),
        operations: connector.operations.iter().map(|o| operation(*o)).collect(),
    }
}

fn trigger(trigger: &Trigger) -> TriggerOut {
    TriggerOut {
        id: trigger.id,
        title: trigger.title,
        doc: trigger.doc,
        subject: trigger.subject,
        fires: match trigger.fires {
            Fires::Once => "once",
            Fires::Many => "many",
        },
        schema: (trigger.schema)(),
    }
}

fn operation(operation: &dyn AnyOperation) -> OfferedOut {
    let effect = serde_json::to_value(operation.effect()).unwrap_or_default();
    OfferedOut {
        id: operation.id(),
        title: operation.title(),
        doc: operation.doc(),
        effect: effect.as_str().unwrap_or_default().to_owned(),
        input: operation.input_schema(),
        output: operation.output_schema(),
        example: operation.examples().into_iter().next().unwrap_or_default(),
    }
}

fn own_books() -> ConnectorOut {
    ConnectorOut {
        id: "books",
        title: "Our own books",
        doc: "Cross references, deposits, payouts and exceptions that are kept here.",
        connection: None,
        triggers: Vec::new(),
        operations: BOOKS.iter().map(|book| own_operation(*book)).collect(),
    }
}

fn own_operation(book: &dyn Book) -> OfferedOut {
    OfferedOut {
        id: book.id(),
        title: book.title(),
        doc: book.doc(),
        effect: if book.is_read() { "read" } else { "books" }.to_owned(),
        input: book.input_schema(),
        output: book.output_schema(),
        example: book.example(),
    }
}
