//! Checks a flow's document against the environment that it is to run in.

use crate::Engine;
use crate::catalog::Environment;
use crate::dry::DryRun;
use crate::dry::place::Place;
use crate::plan::{Bound, Compiled, Plan, Surroundings, check_deployment, compile_within};
use crate::traffic::Traffic;
use mapping::Coercion;
use model::Problem;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a check in an environment found.
#[derive(Debug, Default)]
pub struct CheckedWithin {
    /// In the order of the text, each with its place.
    pub problems: Vec<Problem>,
    /// The conversions that operations' inputs make, or may make.
    pub conversions: Vec<Coercion>,
    /// What the environment's newest events came to; none if the flow has errors, or is started by
    /// no event.
    pub traffic: Option<Traffic>,
}

impl Engine {
    /// All that [`compile`](crate::compile) finds, and: whether the environment's connections have
    /// the fields, codes and abilities that the flow needs, whether what stands in its lookup tables
    /// fits where the flow sends it, and what its newest events would have come to.
    ///
    /// Compiles several times and opens stored events: it belongs on a thread that may be busy.
    ///
    /// # Errors
    /// The store's.
    pub async fn check_within(
        &self,
        environment: &Arc<Environment>,
        text: &str,
    ) -> Result<CheckedWithin, store::Error> {
        let registry = self.shared.registry;
        let plain = compile_within(text, registry, &Surroundings::default());
        let Some(plan) = &plain.plan else {
            return Ok(of(plain, Vec::new()));
        };
        let place = match Place::within(&self.shared, environment, plan, &DryRun::default()) {
            Ok(place) => place,
            Err(unbound) => return Ok(of(plain, unbound)),
        };
        let metadata = place.connections().filter_map(|(need, connection)| {
            Some((need.to_owned(), connection.session.metadata()?))
        });
        let surroundings = Surroundings {
            metadata: metadata.collect(),
            lookups: self.shared.row_schemas(environment.id).await?,
        };
        let compiled = compile_within(text, registry, &surroundings);
        let mut found = missing_settings(environment, plan);
        found.extend(unable(plan, &place, &surroundings));
        let traffic = match plan.triggers.is_empty() {
            true => None,
            false => Some(self.traffic_at(environment, plan, &place).await?),
        };
        found.extend(traffic.iter().flat_map(Traffic::warnings));
        let mut checked = of(compiled, found);
        checked.conversions.clone_from(&plan.conversions);
        checked.traffic = traffic;
        Ok(checked)
    }
}

/// What compiling found, and more.
fn of(compiled: Compiled, mut more: Vec<Problem>) -> CheckedWithin {
    compiled.places.add_to(&mut more);
    // A literal that a field cannot take is told with the field's own name.
    let told = |p: &Problem| {
        let same = more.iter().filter(|m| m.path == p.path && m.is_error());
        p.is_error() && same.count() > 0
    };
    let mut problems: Vec<Problem> = compiled.problems;
    problems.retain(|p| !told(p));
    problems.append(&mut more);
    problems.sort_by_key(|p| p.place);
    CheckedWithin {
        problems,
        ..CheckedWithin::default()
    }
}

fn missing_settings(environment: &Environment, plan: &Plan) -> Vec<Problem> {
    let company = environment.company.to_value();
    let missing = plan
        .company
        .iter()
        .filter(|n| company.get(n.as_str()).is_none());
    let problem = |name: &String| {
        let path = format!("company.{name}");
        let message = format!("the company of `{}` has no `{name}`", environment.name);
        let cure = "add it to the company's settings";
        Problem::error(path, "missing_setting", message, cure)
    };
    missing.map(problem).collect()
}

/// What the bound connections cannot do, and the literals that their fields do not take.
fn unable(plan: &Plan, place: &Place<'_>, surroundings: &Surroundings) -> Vec<Problem> {
    let connections: BTreeMap<_, _> = place.connections().collect();
    let bound: Vec<Bound<'_>> = connections
        .iter()
        .map(|(need, connection)| Bound {
            connector: connection.connector.id,
            name: &connection.name,
            is_default: *need == connection.connector.id,
            metadata: surroundings.metadata.get(*need),
        })
        .collect();
    check_deployment(plan, &bound)
}
