//! `/api/v1`: what a person or a program may see and do. This code makes its OpenAPI document.
//!
//! Types named `…In` and `…Out` are the API's own and never leave it; what they show is converted
//! from the words of `model`, `store` and `engine`.

mod accounts;
mod age;
mod approvals;
mod audit;
mod books;
mod books_proof;
mod call_detail;
mod causes;
mod changes;
mod choices;
mod completeness;
mod connections;
mod credential_files;
mod dead_letters;
mod deployments;
mod designer;
mod drafts;
mod dry_run;
mod environments;
mod etag;
mod events;
mod extract;
mod flow_diff;
mod flows;
mod folder;
mod guide;
mod last_changes;
mod letter_trial;
mod live;
mod lookups;
mod machine;
mod meanings;
mod opened;
mod proposals;
mod repairs;
mod routes;
mod rules;
mod runs;
mod search;
mod session;
mod standing;
mod starts;
mod statistics;
mod tags;
mod tokens;
mod traffic;
mod versions;
mod waits;
mod what_ifs;

pub use deployments::WaitingIn;
pub use live::WATCHERS_MAX;

/// The latest proof of each environment.
pub type Proofs = SharedAnswer<model::Timestamp, books_proof::ProofOut>;
/// The latest standing of each environment.
pub type Standings = SharedAnswer<standing::StandingOf, standing::StandingOut>;

use crate::access;
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::shared_answer::SharedAnswer;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, middleware};
use bytes::Bytes;
use routes::{Routes, with_bodies};
use std::sync::OnceLock;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Towpath",
        description = "Flows, events, runs, dead letters and books of a Towpath server. Errors are \
            RFC 9457 problem details. Amounts are whole numbers of a currency's minor unit.",
    ),
    components(schemas(ProblemOut)),
    security(("token" = [])),
    modifiers(&Token),
    tags(
        (name = "flows", description = "Drafts, versions, and which is in force where."),
        (name = "environments", description = "Where flows are in force, and what is spoken to."),
        (name = "what-ifs", description = "What another version would have done."),
        (name = "events", description = "What was received."),
        (name = "runs", description = "What was done about it."),
        (name = "search", description = "Whatever a person has in hand."),
        (name = "approvals", description = "What waits for a person's yes or no."),
        (name = "dead letters", description = "What was given up and needs a person."),
        (name = "connections", description = "The systems that are spoken to."),
        (name = "books", description = "What was booked, and what differs."),
        (name = "folders", description = "Environments as folders of files."),
        (name = "accounts", description = "Who may do what, and what needs a second person."),
        (name = "audit", description = "What people did."),
        (name = "live", description = "What changes, as it happens."),
        (name = "lookups", description = "Tables that formulas look values up in."),
        (name = "guide", description = "What there is to begin with."),
    ),
)]
struct Document;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "`server.api_token_file`; not needed on loopback without one.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// Adds every path to a router that has none.
fn all<R: Routes>(router: R) -> R {
    router
        .routes(routes!(session::show, session::sign_in, session::sign_out))
        .routes(routes!(session::first_admin))
        .routes(routes!(session::extend))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::change))
        .routes(routes!(guide::show))
        .routes(routes!(guide::flow))
        .routes(routes!(guide::start))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(rules::show, rules::put))
        .routes(routes!(proposals::list))
        .routes(routes!(proposals::approve))
        .routes(routes!(proposals::reject))
        .routes(routes!(audit::list))
        .routes(routes!(audit::verify))
        .routes(routes!(live::show))
        .routes(routes!(flows::list))
        .routes(routes!(flows::check))
        .routes(routes!(flow_diff::documents))
        .routes(routes!(flow_diff::versions))
        .routes(routes!(last_changes::list))
        .routes(routes!(flows::show))
        .routes(routes!(traffic::of_flow))
        .routes(routes!(traffic::of_trigger))
        .routes(with_bodies(DRAFT_BYTES, routes!(drafts::create)))
        .routes(with_bodies(DRAFT_BYTES, routes!(drafts::show)))
        .routes(with_bodies(DRAFT_BYTES, routes!(drafts::put)))
        .routes(with_bodies(DRAFT_BYTES, routes!(drafts::discard)))
        .routes(routes!(versions::list))
        .routes(routes!(versions::publish))
        .routes(routes!(versions::show))
        .routes(routes!(deployments::list))
        .routes(routes!(deployments::deploy))
        .routes(routes!(deployments::preview))
        .routes(routes!(deployments::roll_back))
        .routes(routes!(deployments::promote))
        .routes(routes!(deployments::preview_promotion))
        .routes(routes!(environments::list))
        .routes(routes!(environments::create))
        .routes(routes!(environments::show))
        .routes(routes!(environments::change))
        .routes(routes!(environments::connections))
        .routes(routes!(environments::connect))
        .routes(routes!(environments::connection))
        .routes(routes!(environments::change_connection))
        .routes(routes!(environments::disconnect))
        .routes(routes!(environments::check))
        .routes(routes!(designer::catalog::show))
        .routes(routes!(designer::edit::edit))
        .routes(routes!(designer::examples::list))
        .routes(routes!(designer::pin::pin))
        .routes(routes!(designer::preview::preview))
        .routes(routes!(starts::start))
        .routes(routes!(dry_run::dry_run))
        .routes(routes!(dry_run::run_samples))
        .routes(routes!(what_ifs::list, what_ifs::start))
        .routes(routes!(what_ifs::show))
        .routes(routes!(what_ifs::differences))
        .routes(routes!(what_ifs::cancel))
        .routes(routes!(what_ifs::resume))
        .routes(routes!(events::list))
        .routes(routes!(events::show))
        .routes(routes!(completeness::show, completeness::check))
        .routes(routes!(search::search))
        .routes(routes!(statistics::show))
        .routes(routes!(statistics::all))
        .routes(routes!(machine::show))
        .routes(routes!(statistics::errors))
        .routes(routes!(runs::list))
        .routes(routes!(runs::show))
        .routes(routes!(runs::steps))
        .routes(routes!(runs::calls))
        .routes(routes!(call_detail::show))
        .routes(routes!(choices::list))
        .routes(routes!(runs::replay))
        .routes(routes!(runs::cancel))
        .routes(routes!(approvals::list))
        .routes(routes!(approvals::decide))
        .routes(routes!(causes::list))
        .routes(routes!(causes::replay))
        .routes(routes!(causes::care, causes::put_care))
        .routes(routes!(causes::comments, causes::comment))
        .routes(routes!(causes::assignees))
        .routes(routes!(tags::list))
        .routes(routes!(tags::put, tags::remove))
        .routes(routes!(meanings::list))
        .routes(routes!(repairs::start))
        .routes(routes!(repairs::list))
        .routes(routes!(repairs::show))
        .routes(routes!(repairs::items))
        .routes(routes!(repairs::cancel))
        .routes(routes!(repairs::resume))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::show))
        .routes(routes!(dead_letters::replay))
        .routes(routes!(letter_trial::dry_run))
        .routes(routes!(dead_letters::discard))
        .routes(routes!(dead_letters::answer))
        .routes(routes!(connections::list))
        .routes(routes!(connections::check))
        .routes(routes!(credential_files::read))
        .routes(routes!(books::totals))
        .routes(routes!(books_proof::show))
        .routes(routes!(standing::show))
        .routes(routes!(books::deposits))
        .routes(routes!(books::entries))
        .routes(routes!(books::exceptions))
        .routes(routes!(lookups::tables))
        .routes(routes!(lookups::rows::list))
        .routes(routes!(lookups::rows::put))
        .routes(routes!(lookups::rows::end))
        .routes(routes!(lookups::rows::replay_missing))
        .routes(routes!(lookups::definition::show))
        .routes(routes!(lookups::definition::put))
        .routes(routes!(lookups::history::show))
        .routes(routes!(lookups::derive::ask))
        .routes(routes!(lookups::sheet::import))
        .routes(routes!(lookups::sheet::export))
        .routes(with_bodies(
            folder::BODY_MAX_BYTES,
            routes!(folder::show, folder::put),
        ))
        .routes(with_bodies(
            folder::BODY_MAX_BYTES,
            routes!(folder::preview),
        ))
}

/// The longest draft with its samples, as JSON.
const DRAFT_BYTES: usize = 8 << 20;

/// The OpenAPI document of the API.
pub fn document() -> utoipa::openapi::OpenApi {
    all(OpenApiRouter::with_openapi(Document::openapi())).into_openapi()
}

/// Every path of the API, behind the guard.
pub fn router(app: &App) -> Router<App> {
    all(Router::new())
        .route("/api/v1/openapi.json", get(description))
        .route_layer(middleware::from_fn_with_state(app.clone(), access::guard))
}

/// The document as it is sent, from when it is asked for first.
async fn description() -> Result<impl IntoResponse, ApiError> {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    let text = match TEXT.get() {
        Some(text) => text.clone(),
        None => {
            let text = serde_json::to_vec(&document());
            let text = text.map_err(|error| ApiError::internal(&error))?;
            TEXT.get_or_init(|| text.into()).clone()
        }
    };
    Ok(([(CONTENT_TYPE, "application/json")], text))
}

/// Answers a method that a path does not have; the header `Allow` names those it has.
pub async fn no_such_method(request: Request) -> ApiError {
    let detail = format!("{} has no {}", request.uri().path(), request.method());
    let cure = "see /api/v1/openapi.json";
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        detail,
        cure,
    )
}
