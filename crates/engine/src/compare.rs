//! What a plan needs of an environment besides its text: what is missing there, and what is
//! otherwise there than in the environment that the version comes from.

use crate::Engine;
use crate::bind::Binding;
use crate::catalog::Environment;
use crate::change::ChangeError;
use crate::deploy::Promoted;
use crate::lookups::definition;
use crate::plan::Plan;
use model::Problem;
use std::collections::BTreeMap;
use store::LookupTable;

/// Something that a plan needs and that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbound {
    /// `connection`, `setting`, `table`, `columns`, `rows`.
    pub kind: &'static str,
    pub name: String,
    pub sentence: String,
    pub cure: String,
}

/// Something that is otherwise in another environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `connection`, `setting`, `rows`.
    pub kind: &'static str,
    pub name: String,
    pub sentence: String,
}

/// Rows of a table that are compared one by one; a larger one only by its size.
const ROWS_COMPARED: usize = 10_000;
/// Rows that are named.
const ROWS_NAMED: usize = 5;

impl Unbound {
    fn new(kind: &'static str, name: &str, sentence: String, cure: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            sentence,
            cure: cure.to_owned(),
        }
    }

    /// As a problem. Tables stop a promotion only: a version may be put in force before they are
    /// filled, as a missing row is told when it is met.
    pub(crate) fn problem(&self, from: Option<&Promoted>) -> Problem {
        let path = match self.kind {
            "connection" => format!("bindings.{}", self.name),
            "setting" => self.name.clone(),
            _ => format!("lookups.{}", self.name),
        };
        let (code, message, cure) = ("unbound", self.sentence.as_str(), self.cure.as_str());
        let is_accepted = |from: &Promoted| self.kind == "rows" && from.accept.contains(&self.name);
        let stops = from.is_some_and(|from| !is_accepted(from));
        match stops || matches!(self.kind, "connection" | "setting") {
            true => Problem::error(path, code, message, cure),
            false => Problem::warning(path, code, message, cure),
        }
    }
}

impl Engine {
    /// What is missing in an environment, and what is otherwise than in `from`.
    pub(crate) async fn compared(
        &self,
        plan: &Plan,
        from: Option<&Environment>,
        to: &Environment,
        binding: &Binding,
    ) -> Result<(Vec<Unbound>, Vec<Difference>), ChangeError> {
        let mut unbound = not_bound(binding);
        let mut differs = Vec::new();
        let there = self.tables(to).await?;
        let here = match from {
            Some(from) => self.tables(from).await?,
            None => BTreeMap::new(),
        };
        for name in &plan.tables {
            let cure = "make it there, with its rows: `towpath lookup import` takes a file";
            let Some(table) = there.get(name) else {
                let sentence = format!("there is no lookup table `{name}` in `{}`", to.name);
                unbound.push(Unbound::new("table", name, sentence, cure));
                continue;
            };
            let rows = self.rows(to, table).await?;
            if rows.as_ref().is_some_and(BTreeMap::is_empty) {
                let sentence = format!("the lookup table `{name}` of `{}` has no rows", to.name);
                unbound.push(Unbound::new("rows", name, sentence, cure));
                continue;
            }
            if let Some((from, source)) = from.zip(here.get(name)) {
                unbound.extend(columns_lacking(name, source, table));
                let of_source = self.rows(from, source).await?;
                if let Some((was, is)) = of_source.zip(rows) {
                    unbound.extend(rows_lacking(name, &was, &is, from, to));
                    differs.extend(rows_that_differ(name, &was, &is, from, to));
                }
            }
        }
        if let Some(from) = from {
            differs.extend(settings_that_differ(plan, from, to));
            differs.extend(self.connections_that_differ(plan, from, to, binding));
        }
        Ok((unbound, differs))
    }

    async fn tables(
        &self,
        environment: &Environment,
    ) -> Result<BTreeMap<String, LookupTable>, ChangeError> {
        let tables = self.shared.store.lookup_tables(environment.id).await?;
        Ok(tables.into_iter().map(|t| (t.name.clone(), t)).collect())
    }

    /// The rows of a table as they are now, if they are not too many.
    async fn rows(
        &self,
        environment: &Environment,
        table: &LookupTable,
    ) -> Result<Option<BTreeMap<String, String>>, ChangeError> {
        let limit = i64::try_from(ROWS_COMPARED).unwrap_or(i64::MAX);
        if table.keys > limit {
            return Ok(None);
        }
        let (store, now) = (&self.shared.store, self.shared.clock.now());
        let rows = store
            .lookup_list(environment.id, &table.name, now, "", None, limit)
            .await?;
        Ok(Some(rows.into_iter().map(|r| (r.key, r.value)).collect()))
    }

    fn connections_that_differ(
        &self,
        plan: &Plan,
        from: &Environment,
        to: &Environment,
        binding: &Binding,
    ) -> Vec<Difference> {
        let catalog = self.catalog();
        let Some(source) = catalog.active(from.id, &plan.flow.id) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (need, name) in &binding.bindings {
            let is = catalog.connection(to.id, name);
            let was = source.bindings.get(need);
            let Some((was, is)) = was.zip(is) else {
                continue;
            };
            let sentence = format!(
                "`{need}` is `{}` ({}) in `{}` and `{}` ({}) in `{}`",
                was.name,
                was.session.peer(),
                from.name,
                is.name,
                is.session.peer(),
                to.name
            );
            found.push(Difference {
                kind: "connection",
                name: need.clone(),
                sentence,
            });
        }
        found
    }
}

/// What the bindings and the company lack.
fn not_bound(binding: &Binding) -> Vec<Unbound> {
    let missing = binding.problems.iter().filter_map(|problem| {
        let (kind, name) = match problem.code.as_str() {
            "unbound" | "ambiguous" | "unknown_connection" => {
                let name = problem.path.rsplit('.').next().unwrap_or_default();
                ("connection", name)
            }
            "missing_setting" => ("setting", problem.path.as_str()),
            _ => return None,
        };
        Some(Unbound::new(
            kind,
            name,
            problem.message.clone(),
            &problem.cure,
        ))
    });
    let mut found: Vec<Unbound> = missing.collect();
    found.dedup_by(|a, b| (a.kind, &a.name) == (b.kind, &b.name));
    found
}

fn columns_lacking(name: &str, source: &LookupTable, target: &LookupTable) -> Option<Unbound> {
    let columns = |table: &LookupTable| {
        let definition = table.definition.as_deref().map(definition)?.ok()?;
        let all = definition
            .keys
            .into_iter()
            .chain(definition.conditions)
            .chain(definition.columns);
        Some(all.map(|c| c.name).collect::<Vec<_>>())
    };
    let (was, is) = (columns(source)?, columns(target)?);
    let lacking: Vec<String> = was.into_iter().filter(|c| !is.contains(c)).collect();
    (!lacking.is_empty()).then(|| {
        let sentence = format!(
            "the lookup table `{name}` lacks the columns {}",
            lacking.join(", ")
        );
        Unbound::new("columns", name, sentence, "add them to its definition")
    })
}

fn rows_lacking(
    name: &str,
    was: &BTreeMap<String, String>,
    is: &BTreeMap<String, String>,
    from: &Environment,
    to: &Environment,
) -> Option<Unbound> {
    let lacking: Vec<&String> = was.keys().filter(|key| !is.contains_key(*key)).collect();
    (!lacking.is_empty()).then(|| {
        let sentence = format!(
            "the lookup table `{name}` of `{}` lacks {} that `{}` has: {}",
            to.name,
            counted(lacking.len(), "row"),
            from.name,
            some(&lacking)
        );
        let cure = "add them, or accept it (`--accept`) where the keys of the two are not the same";
        Unbound::new("rows", name, sentence, cure)
    })
}

fn rows_that_differ(
    name: &str,
    was: &BTreeMap<String, String>,
    is: &BTreeMap<String, String>,
    from: &Environment,
    to: &Environment,
) -> Option<Difference> {
    let other: Vec<&String> = was
        .iter()
        .filter(|(key, value)| is.get(*key).is_some_and(|v| v != *value))
        .map(|(key, _)| key)
        .collect();
    let more: Vec<&String> = is.keys().filter(|key| !was.contains_key(*key)).collect();
    let mut parts = Vec::new();
    if !other.is_empty() {
        let count = counted(other.len(), "row");
        parts.push(format!("{count} give something else: {}", some(&other)));
    }
    if !more.is_empty() {
        let count = counted(more.len(), "row");
        parts.push(format!(
            "{count} are not in `{}`: {}",
            from.name,
            some(&more)
        ));
    }
    (!parts.is_empty()).then(|| Difference {
        kind: "rows",
        name: name.to_owned(),
        sentence: format!(
            "the lookup table `{name}` of `{}`: {}",
            to.name,
            parts.join("; ")
        ),
    })
}

fn counted(n: usize, what: &str) -> String {
    match n {
        1 => format!("1 {what}"),
        _ => format!("{n} {what}s"),
    }
}

/// The first few names.
fn some(names: &[&String]) -> String {
    let mut shown: Vec<String> = names
        .iter()
        .take(ROWS_NAMED)
        .map(|n| format!("`{n}`"))
        .collect();
    if names.len() > ROWS_NAMED {
        shown.push("…".into());
    }
    shown.join(", ")
}

fn settings_that_differ(plan: &Plan, from: &Environment, to: &Environment) -> Vec<Difference> {
    let (was, is) = (from.company.to_value(), to.company.to_value());
    let mut found = Vec::new();
    for name in &plan.company {
        let (was, is) = (was.get(name), is.get(name));
        if let Some((was, is)) = was.zip(is).filter(|(was, is)| was != is) {
            found.push(Difference {
                kind: "setting",
                name: name.clone(),
                sentence: format!(
                    "`company.{name}` is {was} in `{}` and {is} in `{}`",
                    from.name, to.name
                ),
            });
        }
    }
    found
}
