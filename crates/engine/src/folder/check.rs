//! Whether a folder could be put in force, as far as that can be told without its environment.

use super::flows::FlowFiles;
use super::tables::Table;
use super::{Files, Folder, Found, Place};
use crate::dry::{DryError, run_sample};
use crate::plan::{Compiled, Need, Plan, check_calls, check_sample, compile_document};
use connector::Registry;
use mapping::rules::{RuleTable, ties};
use mapping::table::{RULES_MAX, TableKind};
use model::Problem;

/// Checks the forms of all files, flows with their samples and bindings, and tables of rules.
/// Nothing is sent.
pub async fn check(folder: &Folder, files: &Files, registry: Registry) -> Vec<Found> {
    let mut found = forms(folder, files);
    bindings_without_flow(folder, &mut found);
    connections(folder, registry, &mut found);
    let mut flows = Vec::new();
    for (id, held) in &folder.flows {
        // Places of problems are those of the file as it stands.
        let place = Place::Flow(id.clone()).to_string();
        let text = files.get(&place).unwrap_or(&held.text);
        let compiled = compile_document(text, registry);
        let told = compiled.problems.iter().cloned();
        found.extend(told.map(|problem| Found::new(&place, problem)));
        if let Some(plan) = &compiled.plan {
            bound(folder, id, plan, &mut found);
            found.extend(samples(id, held, plan, registry).await);
        }
        flows.push((id, compiled));
    }
    calls(&flows, &mut found);
    for (name, table) in &folder.tables {
        rules(name, table, &mut found);
    }
    found
}

/// Each file has one form, so that a change is a small difference.
fn forms(folder: &Folder, files: &Files) -> Vec<Found> {
    let written = folder.write();
    let other = files
        .iter()
        .filter(|(path, text)| written.get(*path) != Some(text));
    let told = other.map(|(path, _)| {
        let message = "the file is not in its one form";
        let cure = "`towpath env check --write` writes it";
        Found::new(path, Problem::error("", "not_formatted", message, cure))
    });
    let lacking = written.keys().filter(|path| !files.contains_key(*path));
    let lacking = lacking.map(|path| {
        let cure = "`towpath env check --write` writes it";
        Found::new(
            path,
            Problem::error("", "missing_file", "the file is missing", cure),
        )
    });
    told.chain(lacking).collect()
}

fn bindings_without_flow(folder: &Folder, found: &mut Vec<Found>) {
    let mut tell = |flow: &String, code: &str, message: String, cure: &str| {
        let problem = Problem::error(format!("flows.{flow}"), code, message, cure);
        found.push(Found::new(Place::Environment, problem));
    };
    for flow in folder.settings.flows.keys() {
        if !folder.flows.contains_key(flow) {
            let message = format!("there is no `{}`", Place::Flow(flow.clone()));
            tell(
                flow,
                "no_flow",
                message,
                "add the flow, or take its name out",
            );
        }
    }
    for flow in folder.flows.keys() {
        if !folder.settings.flows.contains_key(flow) {
            let message = format!("the flow `{flow}` is not bound to connections");
            tell(
                flow,
                "unbound",
                message,
                "name its connections below `flows:`",
            );
        }
    }
}

fn connections(folder: &Folder, registry: Registry, found: &mut Vec<Found>) {
    for (name, connection) in &folder.settings.connections {
        if registry.connector(&connection.connector).is_none() {
            let known: Vec<&str> = registry.connectors().map(|c| c.id).collect();
            let path = format!("connections.{name}.connector");
            let message = format!("there is no connector `{}`", connection.connector);
            let cure = format!("one of: {}", known.join(", "));
            let problem = Problem::error(path, "unknown_connector", message, cure);
            found.push(Found::new(Place::Environment, problem));
        }
    }
}

/// Whether every need of a flow is bound to a connection of its connector, and the company has
/// what the flow reads of it.
fn bound(folder: &Folder, flow: &str, plan: &Plan, found: &mut Vec<Found>) {
    let settings = &folder.settings;
    let Some(bindings) = settings.flows.get(flow) else {
        return;
    };
    let mut tell = |path: String, code: &str, message: String, cure: String| {
        let problem = Problem::error(path, code, message, cure);
        found.push(Found::new(Place::Environment, problem));
    };
    let mut needs = Vec::new();
    for need in &plan.needs {
        let key = Need::key(need.connector, need.connection.as_deref());
        let path = format!("flows.{flow}.{key}");
        match bindings.get(&key) {
            None => {
                let message = format!("the flow needs a connection of `{}`", need.connector);
                tell(
                    path,
                    "unbound",
                    message,
                    format!("add `{key}: <connection>`"),
                );
            }
            Some(name) => {
                let connection = settings.connections.get(name);
                if connection.is_none_or(|c| c.connector != need.connector) {
                    let message =
                        format!("no connection of `{}` is named `{name}`", need.connector);
                    tell(
                        path,
                        "unbound",
                        message,
                        "name one below `connections:`".into(),
                    );
                }
            }
        }
        needs.push(key);
    }
    for key in bindings.keys().filter(|key| !needs.contains(key)) {
        let path = format!("flows.{flow}.{key}");
        let message = format!("the flow needs no `{key}`");
        tell(path, "needless", message, "take it out".into());
    }
    let company = settings.company.to_value();
    for name in plan
        .company
        .iter()
        .filter(|n| company.get(n.as_str()).is_none())
    {
        let path = format!("company.settings.{name}");
        let message = format!("the flow `{flow}` reads `company.{name}`");
        tell(path, "missing_setting", message, "add it".into());
    }
}

async fn samples(flow: &str, held: &FlowFiles, plan: &Plan, registry: Registry) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, sample) in &held.samples {
        let place = Place::Sample(flow.to_owned(), id.clone());
        let mut problems = check_sample(&plan.flow, sample, registry);
        if !problems.iter().any(Problem::is_error) {
            match run_sample(plan, sample).await {
                Ok(verdict) => problems.extend(verdict.differences.into_iter().map(|difference| {
                    let cure = "correct the flow or the sample; `towpath flow test` shows more";
                    Problem::error("", "sample_fails", difference, cure)
                })),
                Err(DryError::Problems(wrong)) => problems.extend(wrong),
                Err(DryError::Store(error)) => {
                    let message = error.to_string();
                    problems.push(Problem::error("", "not_worked", message, "try again"));
                }
            }
        }
        found.extend(problems.into_iter().map(|p| Found::new(&place, p)));
    }
    found
}

fn calls(flows: &[(&String, Compiled)], found: &mut Vec<Found>) {
    let read: Vec<_> = flows.iter().filter_map(|(_, c)| c.flow.as_ref()).collect();
    let mut wrong = check_calls(&read);
    for (id, compiled) in flows {
        let mut problems = wrong.remove(*id).unwrap_or_default();
        compiled.places.add_to(&mut problems);
        let place = Place::Flow((*id).clone());
        found.extend(problems.into_iter().map(|p| Found::new(&place, p)));
    }
}

/// Whether the rules of a table can stand beside each other.
fn rules(name: &str, table: &Table, found: &mut Vec<Found>) {
    let Some(definition) = table.definition.as_ref() else {
        return;
    };
    if definition.kind != TableKind::Rules {
        return;
    }
    let place = Place::Rows(name.to_owned());
    let points = table.points();
    if points.len() > RULES_MAX {
        let message = format!("a table of rules has at most {RULES_MAX} rows through time");
        let problem = Problem::error("", "too_many_rows", message, "take some out");
        found.push(Found::new(place, problem));
        return;
    }
    let problems = match RuleTable::new(name, definition.clone(), &points) {
        Ok(rules) => ties(&rules, "rows"),
        Err(message) => vec![Problem::error(
            "",
            "wrong_rules",
            message,
            "correct the rules",
        )],
    };
    found.extend(problems.into_iter().map(|p| Found::new(&place, p)));
}
