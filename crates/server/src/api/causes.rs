//! Causes of dead letters: what they cost, since when, and who takes care of them.

use super::changes::replay_of_many;
use super::dead_letters::{MissingRowOut, sentence};
use super::etag::{Expected, Tagged};
use super::extract::{Body, Params, ScopeIn};
use super::meanings;
use super::runs::{ReplayIn, StartedOut, flow_name, said};
use super::tags;
use crate::access::Caller;
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::Role;
use model::ids::{AccountId, EnvironmentId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::Duration;
use store::{
    Care, CauseFilter, Comment, DeadLetter, LetterGroup, NewComment, Page, SetCare, Stretches,
};
use utoipa::{IntoParams, ToSchema};

/// So many stretches of 24 hours a trend has; the last ends now.
const TREND: usize = 7;
const DAY_MICROS: i64 = 86_400_000_000;
/// So many comments one cause takes.
const COMMENTS_MAX: i64 = 1_000;
/// So many accounts are offered to take care of a cause.
const ASSIGNEES_MAX: i64 = 200;

/// The open letters of one cause, in one currency.
#[derive(Serialize, ToSchema)]
pub struct CauseOut {
    /// Names the cause.
    fingerprint: String,
    flow: String,
    class: &'static str,
    /// Names what `GET /meanings` explains.
    code: &'static str,
    step: String,
    /// What happened, in a sentence.
    sentence: String,
    /// The message of one of them.
    message: String,
    count: i64,
    /// What is at stake in all of them, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    /// When the oldest died.
    since: String,
    /// When the newest died.
    until: String,
    /// Seconds since the oldest died.
    age_seconds: u64,
    first: String,
    last: String,
    /// How many of them ask a person.
    questions: i64,
    /// The lookup row that they miss.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_row: Option<MissingRowOut>,
    /// How many letters of the cause, open or not and of all currencies, died in each of the last
    /// seven stretches of 24 hours, the oldest first.
    trend: Vec<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    care: Option<CareOut>,
    /// The words that people put on it, in order.
    tags: Vec<String>,
}

/// Who takes care of a cause.
#[derive(Clone, Serialize, ToSchema)]
pub struct CareOut {
    /// The person's name; absent for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<String>,
    /// Their account; absent where there are no accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// Whether it is the caller.
    mine: bool,
    /// Until when, a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    revision: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<String>,
}

/// Who is to take care of a cause.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CareIn {
    /// `me`, an account's id, or nobody if absent.
    #[serde(default)]
    assignee: Option<String>,
    /// Until when, a day; absent for no day.
    #[serde(default)]
    #[schema(example = "2026-12-01")]
    due: Option<String>,
}

/// Who may take care of a cause.
#[derive(Serialize, ToSchema)]
pub struct AssigneeOut {
    /// What to send: an account's id, or `me` where there are no accounts.
    id: String,
    name: String,
    /// Whether it is the caller.
    me: bool,
}

/// All who may.
#[derive(Serialize, ToSchema)]
pub struct AssigneesOut {
    data: Vec<AssigneeOut>,
}

/// What a person says about a cause.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentIn {
    /// 2,000 characters at most.
    text: String,
}

/// What a person said about a cause.
#[derive(Serialize, ToSchema)]
pub struct CommentOut {
    id: i64,
    who: String,
    text: String,
    at: String,
}

/// Which causes a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CauseFilterIn {
    /// Only those that the caller takes care of.
    #[serde(default)]
    mine: bool,
    /// Only those that have this tag.
    #[serde(default)]
    tag: Option<String>,
}

/// Lists the causes of open letters, with their number, money and age.
#[utoipa::path(get, path = "/api/v1/dead-letters/causes", tag = "dead letters",
    operation_id = "list_causes", params(ScopeIn, CauseFilterIn, PageIn),
    responses((status = OK, body = List<CauseOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(scope): Params<ScopeIn>,
    Params(filter): Params<CauseFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<CauseOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let limit = page.limit()?;
    let wanted = CauseFilter {
        after: page.after.clone(),
        account: caller.account.filter(|_| filter.mine),
        name: (filter.mine && caller.account.is_none()).then(|| caller.name.to_string()),
        tag: filter.tag.as_deref().map(tags::known).transpose()?,
    };
    let store = app.engine.store();
    let groups = store
        .dead_letter_causes(environment.id, wanted, limit + 1)
        .await?;
    let (groups, next) = cut(groups, limit);
    let Some(beside) = beside(&app, environment.id, &groups).await? else {
        return Ok(Json(List {
            data: Vec::new(),
            next,
        }));
    };
    let data = groups
        .into_iter()
        .map(|g| cause_out(&app, &caller, g, &beside));
    Ok(Json(List {
        data: data.collect(),
        next,
    }))
}

/// The store's limit counts causes, and a cause has a row per currency: cut at a whole cause.
fn cut(groups: Vec<LetterGroup>, limit: i64) -> (Vec<LetterGroup>, Option<String>) {
    let mut seen: Vec<String> = Vec::new();
    let mut kept = Vec::new();
    for group in groups {
        if seen.last() != Some(&group.fingerprint) {
            if i64::try_from(seen.len()).unwrap_or(i64::MAX) == limit {
                return (kept, seen.pop());
            }
            seen.push(group.fingerprint.clone());
        }
        kept.push(group);
    }
    (kept, None)
}

/// What is known of causes beside their open letters.
struct Beside {
    environment: EnvironmentId,
    trends: HashMap<String, Vec<i64>>,
    cares: HashMap<String, Care>,
    tags: HashMap<String, Vec<String>>,
}

/// Nothing of no causes.
async fn beside(
    app: &App,
    environment: EnvironmentId,
    groups: &[LetterGroup],
) -> Result<Option<Beside>, ApiError> {
    let (Some(first), Some(last)) = (groups.first(), groups.last()) else {
        return Ok(None);
    };
    let (first, last) = (&first.fingerprint, &last.fingerprint);
    let stretches = Stretches {
        // What died in this very moment counts.
        until: app.engine.clock().now().plus(Duration::from_micros(1)),
        length: DAY_MICROS,
        count: i64::try_from(TREND).unwrap_or(i64::MAX),
    };
    let store = app.engine.store();
    let counts = store
        .letter_trend(environment, stretches, first, last)
        .await?;
    let mut trends: HashMap<String, Vec<i64>> = HashMap::new();
    for (fingerprint, stretch, count) in counts {
        let trend = trends.entry(fingerprint).or_insert_with(|| vec![0; TREND]);
        let place = usize::try_from(stretch).ok();
        if let Some(place) = place.and_then(|place| trend.get_mut(place)) {
            *place += count;
        }
    }
    let cares = store.cares(environment, first, last).await?;
    let cares = cares.into_iter().map(|c| (c.fingerprint.clone(), c));
    let mut tags: HashMap<String, Vec<String>> = HashMap::new();
    for (fingerprint, tag) in store.tags_of_causes(environment, first, last).await? {
        tags.entry(fingerprint).or_default().push(tag);
    }
    Ok(Some(Beside {
        environment,
        trends,
        tags,
        cares: cares.collect(),
    }))
}

fn cause_out(app: &App, caller: &Caller, group: LetterGroup, beside: &Beside) -> CauseOut {
    let code = meanings::code_of(
        group.class,
        group.questions > 0,
        group.missing_row.is_some(),
    );
    // One of them stands for all.
    let one = DeadLetter {
        fingerprint: group.fingerprint,
        class: group.class,
        step: group.step,
        message: group.message,
        amount_minor: group.amount_minor,
        currency: group.currency,
        question: (group.questions > 0).then(String::new),
        missing_row: group.missing_row,
    };
    let sentence = sentence(app, group.flow, beside.environment, &one);
    let trend = beside.trends.get(&one.fingerprint).cloned();
    let care = beside.cares.get(&one.fingerprint);
    CauseOut {
        flow: flow_name(app, group.flow),
        class: one.class.as_str(),
        code,
        step: one.step,
        sentence,
        message: one.message,
        count: group.count,
        amount_minor: one.amount_minor,
        currency: one.currency,
        since: rfc3339(group.since),
        until: rfc3339(group.until),
        age_seconds: app.engine.clock().now().since(group.since).as_secs(),
        first: group.first.to_string(),
        last: group.last.to_string(),
        questions: group.questions,
        missing_row: one
            .missing_row
            .map(|(table, key)| MissingRowOut { table, key }),
        trend: trend.unwrap_or_else(|| vec![0; TREND]),
        care: care.map(|care| care_out(caller, Some(care.clone()))),
        tags: beside
            .tags
            .get(&one.fingerprint)
            .cloned()
            .unwrap_or_default(),
        fingerprint: one.fingerprint,
    }
}

/// Works all open letters of a cause again, within the environment.
#[utoipa::path(post, path = "/api/v1/dead-letters/causes/{fingerprint}/replay",
    tag = "dead letters", operation_id = "replay_cause",
    params(("fingerprint" = String, Path, description = "The cause."), ScopeIn),
    request_body = ReplayIn,
    responses((status = OK, body = StartedOut), (status = "4XX", body = ProblemOut)))]
pub async fn replay(
    State(app): State<App>,
    caller: Caller,
    Path(fingerprint): Path<String>,
    Params(scope): Params<ScopeIn>,
    Body(how): Body<ReplayIn>,
) -> Result<Json<StartedOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let how = replay_of_many(how)?;
    let started = app
        .engine
        .replay_cause(environment.id, &fingerprint, &how, &caller.name)
        .await?;
    if started.is_empty() {
        return Err(ApiError::not_found(
            "open dead letter of the cause",
            &fingerprint,
        ));
    }
    Ok(Json(started.into()))
}

/// Shows who takes care of a cause; nobody, at revision 0, if nobody ever did.
#[utoipa::path(get, path = "/api/v1/dead-letters/causes/{fingerprint}/care",
    tag = "dead letters", operation_id = "get_care",
    params(("fingerprint" = String, Path, description = "The cause."), ScopeIn),
    responses((status = OK, body = CareOut), (status = "4XX", body = ProblemOut)))]
pub async fn care(
    State(app): State<App>,
    caller: Caller,
    Path(fingerprint): Path<String>,
    Params(scope): Params<ScopeIn>,
) -> Result<Tagged<CareOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    tagged(&app, &caller, environment.id, &fingerprint).await
}

/// Says who takes care of a cause, and until when. `If-Match` is the tag of what was seen, `"0"`
/// where nobody had.
#[utoipa::path(put, path = "/api/v1/dead-letters/causes/{fingerprint}/care",
    tag = "dead letters", operation_id = "put_care",
    params(("fingerprint" = String, Path, description = "The cause."), ScopeIn,
        ("If-Match" = String, Header, description = "The `ETag` that it was changed from.")),
    request_body = CareIn,
    responses((status = OK, body = CareOut), (status = "4XX", body = ProblemOut)))]
pub async fn put_care(
    State(app): State<App>,
    caller: Caller,
    expected: Expected,
    Path(fingerprint): Path<String>,
    Params(scope): Params<ScopeIn>,
    Body(given): Body<CareIn>,
) -> Result<Tagged<CareOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    known_cause(&app, environment.id, &fingerprint).await?;
    let (assignee, account) = match given.assignee.as_deref() {
        None => (None, None),
        Some("me") => (Some(caller.name.to_string()), caller.account),
        Some(id) => {
            let id: AccountId = id.parse()?;
            let account = app.engine.store().account(id).await?;
            if account.disabled || account.role < Role::Operator {
                let detail = format!("`{}` cannot repair anything", account.name);
                return Err(ApiError::conflict(detail));
            }
            (Some(account.name), Some(account.id))
        }
    };
    let due = given.due.as_deref().map(day).transpose()?;
    let set = SetCare {
        environment: environment.id,
        fingerprint: fingerprint.clone(),
        assignee,
        account,
        due,
        expected: expected.revision()?,
        who: caller.name.to_string(),
        at: app.engine.clock().now(),
    };
    app.engine.store().set_care(set).await?;
    tagged(&app, &caller, environment.id, &fingerprint).await
}

fn day(text: &str) -> Result<String, ApiError> {
    let wrong = || {
        let shown: String = text.chars().take(40).collect();
        let detail = format!("`{shown}` is no day");
        ApiError::bad_request("wrong_day", detail, "give a day: `2026-12-01`")
    };
    if text.len() != "2026-12-01".len() {
        return Err(wrong());
    }
    let day: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    Ok(day.to_string())
}

/// Refuses what is no cause of any open letter.
pub async fn known_cause(
    app: &App,
    environment: EnvironmentId,
    fingerprint: &str,
) -> Result<(), ApiError> {
    let last = model::ids::RunId(i64::MAX);
    let store = app.engine.store();
    let sums = store.letter_sums(environment, fingerprint, last).await?;
    if sums.is_empty() {
        let what = "open dead letter of the cause";
        return Err(ApiError::not_found(what, fingerprint));
    }
    Ok(())
}

async fn tagged(
    app: &App,
    caller: &Caller,
    environment: EnvironmentId,
    fingerprint: &str,
) -> Result<Tagged<CareOut>, ApiError> {
    let care = app.engine.store().care(environment, fingerprint).await?;
    let out = care_out(caller, care);
    Ok(Tagged::ok(out.revision, out))
}

fn care_out(caller: &Caller, care: Option<Care>) -> CareOut {
    let Some(care) = care else {
        return CareOut {
            assignee: None,
            account: None,
            mine: false,
            due: None,
            revision: 0,
            changed_by: None,
            changed_at: None,
        };
    };
    let mine = match (care.account, caller.account) {
        (None, None) => care.assignee.as_deref() == Some(&*caller.name),
        (own, of_caller) => own == of_caller,
    };
    CareOut {
        mine,
        assignee: care.assignee,
        account: care.account.map(|account| account.to_string()),
        due: care.due,
        revision: care.revision,
        changed_by: Some(care.changed_by),
        changed_at: Some(rfc3339(care.changed_at)),
    }
}

/// Lists who may take care of a cause: accounts that may repair, and the caller.
#[utoipa::path(get, path = "/api/v1/dead-letters/assignees", tag = "dead letters",
    operation_id = "list_assignees",
    responses((status = OK, body = AssigneesOut), (status = "4XX", body = ProblemOut)))]
pub async fn assignees(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<AssigneesOut>, ApiError> {
    let accounts = app
        .engine
        .store()
        .accounts(Page::first(ASSIGNEES_MAX))
        .await?;
    let may = accounts
        .into_iter()
        .filter(|account| !account.disabled && account.role >= Role::Operator);
    let mut data: Vec<AssigneeOut> = may
        .map(|account| AssigneeOut {
            id: account.id.to_string(),
            me: caller.account == Some(account.id),
            name: account.name,
        })
        .collect();
    if caller.account.is_none() {
        data.insert(
            0,
            AssigneeOut {
                id: "me".into(),
                name: caller.name.to_string(),
                me: true,
            },
        );
    }
    Ok(Json(AssigneesOut { data }))
}

/// Lists what was said about a cause, newest first.
#[utoipa::path(get, path = "/api/v1/dead-letters/causes/{fingerprint}/comments",
    tag = "dead letters", operation_id = "list_comments",
    params(("fingerprint" = String, Path, description = "The cause."), ScopeIn, PageIn),
    responses((status = OK, body = List<CommentOut>), (status = "4XX", body = ProblemOut)))]
pub async fn comments(
    State(app): State<App>,
    Path(fingerprint): Path<String>,
    Params(scope): Params<ScopeIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<CommentOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let after = page.after.as_deref().map(str::parse).transpose();
    let after = after.map_err(|_| {
        let detail = "`after` is no comment's id";
        ApiError::bad_request("wrong_id", detail, "use `next` as it is")
    })?;
    let seek = Page {
        after,
        limit: page.limit()? + 1,
    };
    let store = app.engine.store();
    let found = store
        .cause_comments(environment.id, &fingerprint, seek)
        .await?;
    Ok(Json(page.list(found, |c| c.id.to_string(), comment_out)?))
}

/// Says something about a cause; it is kept, and stands in the audit trail.
#[utoipa::path(post, path = "/api/v1/dead-letters/causes/{fingerprint}/comments",
    tag = "dead letters", operation_id = "comment_on_cause",
    params(("fingerprint" = String, Path, description = "The cause."), ScopeIn),
    request_body = CommentIn,
    responses((status = CREATED, body = CommentOut), (status = "4XX", body = ProblemOut)))]
pub async fn comment(
    State(app): State<App>,
    caller: Caller,
    Path(fingerprint): Path<String>,
    Params(scope): Params<ScopeIn>,
    Body(given): Body<CommentIn>,
) -> Result<(StatusCode, Json<CommentOut>), ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    known_cause(&app, environment.id, &fingerprint).await?;
    let new = NewComment {
        environment: environment.id,
        fingerprint,
        who: caller.name.to_string(),
        text: said("text", &given.text)?,
        at: app.engine.clock().now(),
        most: COMMENTS_MAX,
    };
    let (who, text, at) = (new.who.clone(), new.text.clone(), new.at);
    let id = app.engine.store().comment_on_cause(new).await?;
    let said = comment_out(Comment { id, who, text, at });
    Ok((StatusCode::CREATED, Json(said)))
}

fn comment_out(comment: Comment) -> CommentOut {
    CommentOut {
        id: comment.id,
        who: comment.who,
        text: comment.text,
        at: rfc3339(comment.at),
    }
}
