//! Whether new rows fit where the environment's flows send what stands in them.

use super::{LookupError, row_schema};
use crate::Engine;
use crate::catalog::{Deployment, Environment};
use crate::plan::{Surroundings, compile_within};
use connector::Registry;
use mapping::TableDefinition;
use mapping::table::Change;
use model::Problem;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a value that stands in a row may do wrong where it goes to.
const CODES: [&str; 7] = [
    "not_listed",
    "too_long",
    "too_short",
    "bad_date",
    "bad_currency",
    "pattern_mismatch",
    "not_the_deposits_account",
];

impl Engine {
    /// Refuses rows whose values a deployed flow would send where they are not taken.
    pub(super) async fn rows_fit_flows(
        &self,
        environment: &Environment,
        table: &str,
        definition: Option<&TableDefinition>,
        changes: &[Change],
    ) -> Result<(), LookupError> {
        let catalog = self.shared.catalog();
        let asking: Vec<Arc<Deployment>> = catalog
            .deployments()
            .filter(|d| d.active && d.environment.id == environment.id && d.plan.may_ask(table))
            .cloned()
            .collect();
        let values: Vec<&Value> = changes.iter().filter_map(|c| c.after.as_ref()).collect();
        if asking.is_empty() || values.is_empty() {
            return Ok(());
        }
        let (before, after) = (
            row_schema(definition, None),
            row_schema(definition, Some(&values)),
        );
        let (registry, table) = (self.shared.registry, table.to_owned());
        // Flows may be long: compiling them must not hold up what works beside it.
        let found = tokio::task::spawn_blocking(move || {
            let with = |row: &Value| BTreeMap::from([(table.clone(), row.clone())]);
            let flows = asking.iter();
            flows
                .flat_map(|flow| unfit(flow, registry, with(&before), with(&after)))
                .collect::<Vec<Problem>>()
        });
        let found = found.await.map_err(|error| {
            LookupError::Refused(format!("the flows cannot be checked: {error}"))
        })?;
        match found.is_empty() {
            true => Ok(()),
            false => Err(LookupError::Problems(found)),
        }
    }
}

/// What is wrong with a deployed flow only because of what the new rows hold.
fn unfit(
    deployment: &Deployment,
    registry: Registry,
    before: BTreeMap<String, Value>,
    after: BTreeMap<String, Value>,
) -> Vec<Problem> {
    let plan = &deployment.plan;
    let text = model::flow::write(&plan.flow);
    let metadata: BTreeMap<_, _> = deployment
        .bindings
        .iter()
        .filter_map(|(need, connection)| Some((need.clone(), connection.session.metadata()?)))
        .collect();
    let problems = |lookups| {
        let surroundings = Surroundings {
            metadata: metadata.clone(),
            lookups,
        };
        compile_within(&text, registry, &surroundings).problems
    };
    let known = problems(before);
    let is_new = |p: &Problem| {
        let is_known = known
            .iter()
            .any(|k| (&k.path, &k.message) == (&p.path, &p.message));
        CODES.contains(&p.code.as_str()) && !is_known
    };
    let told = |p: Problem| {
        let message = format!(
            "the flow `{}` sends it to {}: {}",
            plan.flow.id, p.path, p.message
        );
        Problem::error("rows", &p.code, message, p.cure)
    };
    let found = problems(after).into_iter().filter(is_new);
    found.map(told).collect()
}
