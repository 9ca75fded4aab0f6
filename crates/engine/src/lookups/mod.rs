//! Lookup tables: what a run meets of them, and what a person does to them.

mod change;
mod fits;
mod loaded;
mod meet;
mod read;
mod replay;
mod sheet;

pub use change::{LookupError, NewRow};
pub(crate) use loaded::LoadedTables;
pub(crate) use meet::{Meeting, failed};
pub use meet::{Met, MetRow, MetRule};
pub(crate) use read::row_schema;
pub use replay::ReplayedMissing;
pub use sheet::Imported;
pub(crate) use sheet::Replace;

use crate::Engine;
use crate::catalog::Environment;
use crate::seal::{Purpose, open};
use mapping::table::day::{self, Date};
use mapping::table::{Point, TableDefinition};
use model::ids::RunId;
use store::LookupVersion;

impl Engine {
    /// Today, by the calendar of an environment's books.
    ///
    /// # Errors
    /// If the books have no such time zone.
    pub fn books_today(&self, environment: &Environment) -> Result<Date, LookupError> {
        day::in_zone(self.shared.clock.now(), &environment.company.books_zone)
            .map_err(LookupError::Refused)
    }

    /// Which tables and rows a run has met; nothing if it has met none, or if its note cannot be
    /// opened, which the log says.
    ///
    /// # Errors
    /// The store's.
    pub async fn lookups_of_run(
        &self,
        environment: &Environment,
        run: RunId,
    ) -> Result<Option<Met>, store::Error> {
        let Some(sealed) = self.shared.store.lookups_of_run(run).await? else {
            return Ok(None);
        };
        match open(&environment.key, Purpose::Lookups, &sealed) {
            Ok(met) => Ok(Some(met)),
            Err(stop) => {
                tracing::error!(run.id = %run, error = ?stop, "what it met cannot be opened");
                Ok(None)
            }
        }
    }
}

impl Engine {
    /// Why each rule that won in a run won, in the order of [`Met::rules`]: what of its conditions
    /// held.
    ///
    /// # Errors
    /// The store's.
    pub async fn why_rules_won(
        &self,
        environment: &Environment,
        met: &Met,
    ) -> Result<Vec<Vec<String>>, LookupError> {
        let mut whys = Vec::with_capacity(met.rules.len());
        for MetRule { pick, .. } in &met.rules {
            let revision = met.tables.get(&pick.table).copied().unwrap_or(0);
            let loaded = self.shared.table_at(environment.id, &pick.table, revision);
            let loaded = loaded.await?;
            let attributes = serde_json::from_str(&pick.attributes).ok();
            let attributes = attributes.and_then(|json| mapping::value_map(&json).ok());
            let asked = loaded.rules.as_ref().zip(attributes);
            whys.push(match (asked, day::parse(&pick.at)) {
                (Some((rules, attributes)), Ok(at)) => rules.explain(&attributes, at).why,
                _ => Vec::new(),
            });
        }
        Ok(whys)
    }
}

/// A stored definition.
pub(crate) fn definition(text: &str) -> Result<TableDefinition, serde_json::Error> {
    serde_json::from_str(text)
}

/// Stored versions as points, in the same order.
pub(crate) fn points(versions: Vec<LookupVersion>) -> Result<Vec<Point>, serde_json::Error> {
    let point = |version: LookupVersion| {
        let value = version.value.as_deref().map(serde_json::from_str);
        Ok(Point {
            key: version.key,
            from: version.valid_from,
            value: value.transpose()?,
        })
    };
    versions.into_iter().map(point).collect()
}
