//! Checks a flow's document against the environment that it is to run in.

use crate::Engine;
use crate::bind::{Bindings, bind};
use crate::catalog::{Connection, Environment};
use crate::dry::DryRun;
use crate::dry::place::Place;
use crate::plan::{Surroundings, compile_document, compile_within};
use crate::shared::Shared;
use crate::traffic::Traffic;
use mapping::Coercion;
use model::{Problem, Severity};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a check in an environment found.
#[derive(Debug, Default)]
pub struct CheckedWithin {
    /// In the order of the text, each with its place.
    pub problems: Vec<Problem>,
    /// The conversions that operations' inputs make, or may make.
    pub conversions: Vec<Coercion>,
    /// What the environment's newest events came to; none if the flow cannot run there, or is
    /// started by no event.
    pub traffic: Option<Traffic>,
}

impl Engine {
    /// All that [`compile`](crate::compile) finds, and: whether the environment's connections have
    /// the fields, codes and abilities that the flow needs, whether what stands in its lookup tables
    /// fits where the flow sends it, and what its newest events would have come to. Where there are
    /// several connections of a connector, those of the flow's deployment are taken.
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
        let compiled = compile_document(text, self.shared.registry);
        let mut checked = CheckedWithin {
            problems: compiled.problems,
            ..CheckedWithin::default()
        };
        let Some(plan) = &compiled.plan else {
            return Ok(checked);
        };
        checked.conversions.clone_from(&plan.conversions);
        let catalog = self.shared.catalog();
        let own = catalog.connections_of(environment.id);
        let deployed = catalog.deployments().find(|d| {
            d.active && d.environment.id == environment.id && d.plan.flow.id == plan.flow.id
        });
        let wanted = deployed.map_or_else(Bindings::new, |deployed| {
            let names = deployed.bindings.iter();
            names.map(|(k, c)| (k.clone(), c.name.clone())).collect()
        });
        let bound = bind(plan, environment, &own, &wanted);
        let unfit = unfit(&self.shared, environment, &own, &bound.bindings, text).await?;
        // A literal that a field does not take is told there with the field's own name.
        let is_told = |p: &Problem| bound.problems.iter().any(|b| b.path == p.path);
        let of_fields = unfit.of_fields.into_iter().filter(|p| !is_told(p));
        let mut found: Vec<Problem> = of_fields.chain(unfit.of_rows).collect();
        found.extend(bound.problems);
        if !plan.triggers.is_empty() && bound.unbound.is_empty() {
            let place = Place::within(&self.shared, environment, plan, &DryRun::default());
            if let Ok(place) = place {
                checked.traffic = Some(self.traffic_at(environment, plan, &place).await?);
            }
            found.extend(checked.traffic.iter().flat_map(Traffic::warnings));
        }
        compiled.places.add_to(&mut found);
        checked.problems.append(&mut found);
        checked.problems.sort_by_key(|p| p.place);
        Ok(checked)
    }
}

/// What does not fit where a flow is bound, besides what is wrong with the flow everywhere.
#[derive(Debug, Default)]
pub(crate) struct Unfit {
    /// What the connections' fields do not take.
    pub(crate) of_fields: Vec<Problem>,
    /// What stands in lookup tables, or is not there.
    pub(crate) of_rows: Vec<Problem>,
}

impl Unfit {
    /// All of it.
    pub(crate) fn all(self) -> impl Iterator<Item = Problem> {
        self.of_fields.into_iter().chain(self.of_rows)
    }
}

/// Holds a document against what the bound connections say of their fields, and against what stands
/// in the environment's lookup tables. A table may be filled later: that it is not there is a
/// warning.
pub(crate) async fn unfit(
    shared: &Shared,
    environment: &Environment,
    connections: &[Arc<Connection>],
    bindings: &Bindings,
    text: &str,
) -> Result<Unfit, store::Error> {
    let named = |name: &String| connections.iter().find(|c| c.name == *name);
    let metadata = bindings
        .iter()
        .filter_map(|(need, name)| Some((need.clone(), named(name)?.session.metadata()?)));
    let fields = Surroundings {
        metadata: metadata.collect(),
        lookups: BTreeMap::new(),
    };
    let all = Surroundings {
        metadata: fields.metadata.clone(),
        lookups: shared.row_schemas(environment.id).await?,
    };
    let (registry, text) = (shared.registry, text.to_owned());
    // A flow may be long: compiling it must not hold up what works beside it.
    let compiled = tokio::task::spawn_blocking(move || {
        let found = |surroundings| compile_within(&text, registry, surroundings).problems;
        (found(&Surroundings::default()), found(&fields), found(&all))
    });
    let (everywhere, with_fields, with_rows) = compiled
        .await
        .map_err(|error| store::Error::Busy(format!("the flow cannot be checked: {error}")))?;
    let new = |found: Vec<Problem>, known: &[Problem]| -> Vec<Problem> {
        found.into_iter().filter(|p| !known.contains(p)).collect()
    };
    let mut of_rows = new(with_rows, &with_fields);
    for problem in of_rows.iter_mut().filter(|p| p.code == "unknown_table") {
        problem.severity = Severity::Warning;
    }
    Ok(Unfit {
        of_rows,
        of_fields: new(with_fields, &everywhere),
    })
}
