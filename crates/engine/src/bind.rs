//! Which connections of an environment a plan is bound to, and what stands against it there.

use crate::catalog::{Connection, Environment};
use crate::plan::{Bound, Need, Plan, check_deployment};
use model::Problem;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Connection names by [`Need::key`].
pub type Bindings = BTreeMap<String, String>;

/// What became of binding a plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Binding {
    /// Those that were found.
    pub(crate) bindings: Bindings,
    /// The needs for which there is no connection, or more than one.
    pub(crate) unbound: Vec<String>,
    pub(crate) problems: Vec<Problem>,
}

/// Binds a plan to an environment's `connections` and checks it against them. `wanted` says which,
/// by need or by connector, where there are several.
pub(crate) fn bind(
    plan: &Plan,
    environment: &Environment,
    connections: &[Arc<Connection>],
    wanted: &Bindings,
) -> Binding {
    let mut binding = Binding {
        problems: missing_settings(plan, environment),
        ..Binding::default()
    };
    for need in &plan.needs {
        let id = need.connector;
        let key = Need::key(id, need.connection.as_deref());
        let wanted = wanted.get(&key).or_else(|| wanted.get(id));
        let named = need.connection.as_ref().or(wanted);
        let mut fitting = connections
            .iter()
            .filter(|c| c.connector.id == id && named.is_none_or(|n| *n == c.name));
        let (code, message, cure) = match (fitting.next(), fitting.next()) {
            (Some(only), None) => {
                binding.bindings.insert(key, only.name.clone());
                continue;
            }
            (None, _) => {
                let name = named.map_or_else(String::new, |n| format!(" is named `{n}`"));
                let message = format!("no connection of the connector `{id}`{name}");
                ("unbound", message, "add a connection")
            }
            (Some(_), Some(_)) => {
                let message = format!("several connections of the connector `{id}`");
                ("ambiguous", message, "name one of them")
            }
        };
        let path = format!("bindings.{id}");
        binding
            .problems
            .push(Problem::error(path, code, message, cure));
        binding.unbound.push(key);
    }
    let found = against_connections(plan, connections, &binding.bindings);
    binding.problems.extend(found);
    binding
}

fn missing_settings(plan: &Plan, environment: &Environment) -> Vec<Problem> {
    let company = environment.company.to_value();
    let missing = plan
        .company
        .iter()
        .filter(|name| company.get(name.as_str()).is_none());
    let problem = |name: &String| {
        let path = format!("environments.{}.company.settings.{name}", environment.name);
        let message = format!("the flow `{}` reads `company.{name}`", plan.flow.id);
        let cure = "add it to the company's settings";
        Problem::error(path, "missing_setting", message, cure)
    };
    missing.map(problem).collect()
}

/// Checks a plan against the connections that are bound, or that it names itself. That there is
/// none, or more than one, was told with the bindings.
fn against_connections(
    plan: &Plan,
    connections: &[Arc<Connection>],
    bindings: &Bindings,
) -> Vec<Problem> {
    let known: Vec<_> = connections
        .iter()
        .map(|c| (c, c.session.metadata()))
        .collect();
    let bound: Vec<Bound<'_>> = known
        .iter()
        .map(|(connection, metadata)| Bound {
            connector: connection.connector.id,
            name: &connection.name,
            is_default: bindings.get(connection.connector.id) == Some(&connection.name),
            metadata: metadata.as_ref(),
        })
        .collect();
    let found = check_deployment(plan, &bound).into_iter();
    let is_told = |p: &Problem| matches!(p.code.as_str(), "unbound" | "ambiguous");
    found.filter(|p| !is_told(p)).collect()
}
