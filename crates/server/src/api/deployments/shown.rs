//! What a deployment would do, as it is shown.

use crate::problem::DocumentProblemOut;
use crate::time::{optional, rfc3339};
use engine::{Preview, Waiting};
use model::Problem;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a deployment would do. Its `ETag` is what is in force now: the act shows it as `If-Match`.
#[derive(Serialize, ToSchema)]
pub struct PreviewOut {
    flow: String,
    environment: String,
    /// `test` or `live`.
    kind: &'static str,
    version: i64,
    /// What is in force now.
    #[serde(skip_serializing_if = "Option::is_none")]
    former: Option<FormerOut>,
    /// Whether just this is in force already.
    in_force: bool,
    /// Whether nothing stands against it.
    ok: bool,
    /// Connections by connector.
    bindings: BTreeMap<String, String>,
    problems: Vec<DocumentProblemOut>,
    /// What is not bound there.
    unbound: Vec<UnboundOut>,
    /// What is otherwise there than where it comes from.
    differs: Vec<DifferenceOut>,
    waiting: WaitingOut,
    /// Whether it needs a second person's yes.
    second_person: bool,
}

/// What is in force.
#[derive(Serialize, ToSchema)]
pub struct FormerOut {
    deployment: String,
    version: i64,
}

/// Something that a flow needs and that is not there.
#[derive(Serialize, ToSchema)]
pub struct UnboundOut {
    /// `connection`, `setting`, `table`, `columns`, `rows`.
    kind: &'static str,
    name: String,
    sentence: String,
    cure: String,
}

/// Something that is otherwise in another environment.
#[derive(Serialize, ToSchema)]
#[schema(as = EnvironmentDifferenceOut)]
pub struct DifferenceOut {
    /// `connection`, `setting`, `rows`.
    kind: &'static str,
    name: String,
    sentence: String,
}

/// The runs that are not over and pinned to other deployments.
#[derive(Serialize, ToSchema)]
pub struct WaitingOut {
    count: usize,
    by_state: BTreeMap<&'static str, usize>,
    /// How many could go over to the new version.
    movable: usize,
    /// Why the others cannot, and how many.
    not_movable: BTreeMap<String, usize>,
    /// The oldest, 50 at most.
    first: Vec<WaitingRunOut>,
}

/// A run that is not over.
#[derive(Serialize, ToSchema)]
pub struct WaitingRunOut {
    run: String,
    key: String,
    deployment: String,
    state: &'static str,
    /// The step that it has come to.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
    created_at: String,
    /// When waiting is given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<String>,
    /// Why it cannot go over to the new version; absent if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_movable: Option<String>,
}

pub fn out(preview: Preview, second_person: bool) -> PreviewOut {
    let former = preview.former.map(|(former, version)| FormerOut {
        deployment: former.id.to_string(),
        version,
    });
    PreviewOut {
        flow: preview.flow,
        environment: preview.environment.name.clone(),
        kind: preview.environment.kind.as_str(),
        version: preview.version.number,
        former,
        in_force: preview.is_in_force,
        ok: !preview.problems.iter().any(Problem::is_error),
        bindings: preview.bindings,
        problems: preview.problems.into_iter().map(Into::into).collect(),
        unbound: preview
            .unbound
            .into_iter()
            .map(|u| UnboundOut {
                kind: u.kind,
                name: u.name,
                sentence: u.sentence,
                cure: u.cure,
            })
            .collect(),
        differs: preview
            .differs
            .into_iter()
            .map(|d| DifferenceOut {
                kind: d.kind,
                name: d.name,
                sentence: d.sentence,
            })
            .collect(),
        waiting: waiting_out(preview.waiting),
        second_person,
    }
}

fn waiting_out(waiting: Waiting) -> WaitingOut {
    let first = waiting.first.into_iter().map(|one| WaitingRunOut {
        run: one.run.id.to_string(),
        key: one.run.key,
        deployment: one.run.deployment.to_string(),
        state: one.run.state.as_str(),
        step: one.step,
        waits_for: one.run.wait_for,
        created_at: rfc3339(one.run.created_at),
        deadline: optional(one.run.deadline),
        not_movable: one.not_movable,
    });
    WaitingOut {
        count: waiting.count,
        by_state: waiting.by_state,
        movable: waiting.movable,
        not_movable: waiting.not_movable,
        first: first.collect(),
    }
}
