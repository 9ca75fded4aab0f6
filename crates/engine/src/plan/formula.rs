//! Formulas, checked against what is known where they stand.

use super::compile::Compiler;
use super::known::Known;
use super::nearest::nearest;
use super::scope::{Scope, ScopeKind};
use mapping::{Segment, Template};
use model::Problem;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

impl Compiler<'_> {
    /// A template that is to be true or false.
    pub fn condition(&mut self, value: &Value, path: &str) -> Template {
        let is_formula = value
            .as_str()
            .is_some_and(|t| t.starts_with('=') && !t.starts_with("=="));
        if !is_formula && !value.is_boolean() {
            let message = "the condition is no formula".to_owned();
            self.error(path, "not_a_formula", message, "write `=` before it".into());
        }
        self.template(value, path)
    }

    /// Compiles a template and checks its formulas against what is known here.
    pub fn template(&mut self, value: &Value, path: &str) -> Template {
        let (template, problems) = Template::compile(value, path);
        let is_sound = !problems.iter().any(Problem::is_error);
        self.problems.extend(problems);
        if is_sound {
            self.show_steps(&template, path);
            let found = mapping::check_template(&template, path, &self.schemas);
            self.checked(&template, path, found);
        }
        template
    }

    /// Compiles the input of an operation and compares it with the operation's schema.
    pub fn input(
        &mut self,
        value: &Value,
        path: &str,
        schema: &Value,
        coercions: mapping::Coercions,
    ) -> Template {
        let table = mapping::FunctionTable::standard();
        let (template, problems) = Template::compile_for(value, path, table, schema, coercions);
        // What did not compile stands for nothing; that it is there is looked at all the same.
        let broken: Vec<String> = problems.iter().map(|p| p.path.clone()).collect();
        self.problems.extend(problems);
        self.show_steps(&template, path);
        let mut found = mapping::check_against(&template, path, &self.schemas, schema);
        found.problems.retain(|p| !broken.contains(&p.path));
        self.conversions.append(&mut found.coercions);
        self.checked(&template, path, found.problems);
        template
    }

    fn checked(&mut self, template: &Template, path: &str, found: Vec<Problem>) {
        // Which settings a company has, and how long they are, is known when the flow is deployed.
        let settings: BTreeSet<String> = template
            .formulas()
            .into_iter()
            .filter(|(_, formula)| formula.path().is_some_and(|p| p.root == "company"))
            .map(|(at, _)| match at.as_str() {
                "" => path.to_owned(),
                at => format!("{path}.{at}"),
            })
            .collect();
        let of_company = |p: &Problem| {
            (p.code == "maybe_missing" && p.message.starts_with("`company."))
                || (p.code == "may_be_too_long" && settings.contains(&p.path))
        };
        for problem in found.into_iter().filter(|p| !of_company(p)) {
            let problem = self.explain_absence(problem);
            self.problems.push(problem);
        }
        let references = template.references();
        let of_company = references.iter().filter(|r| r.root == "company");
        let settings = of_company.filter_map(|r| match r.segments.first() {
            Some(Segment::Field(name)) => Some(name.clone()),
            _ => None,
        });
        self.company.extend(settings);
    }

    /// Declares `steps` with those steps that a template's formulas name: all that they need to
    /// know, however many steps there are.
    fn show_steps(&mut self, template: &Template, path: &str) {
        // Each step that is named, and where first.
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        for (place, formula) in template.formulas() {
            let at = match place.as_str() {
                "" => path.to_owned(),
                place if place.starts_with('[') => format!("{path}{place}"),
                place => format!("{path}.{place}"),
            };
            let references = formula.references();
            for reference in references.iter().filter(|r| r.root == "steps") {
                match reference.segments.first() {
                    Some(Segment::Field(id)) => {
                        named.entry(id.clone()).or_insert_with(|| at.clone());
                    }
                    // A computed name may be that of any step that is seen here.
                    _ => named.extend(self.seen().map(|id| (id.to_owned(), at.clone()))),
                }
            }
        }
        if named.is_empty() {
            return;
        }
        let (mut properties, mut required, mut defs) = (Map::new(), Vec::new(), Map::new());
        for (id, at) in named {
            let (known, is_certain) = self.see(&id, &at);
            self.shown += 1;
            defs.extend(known.defs.iter().map(|(n, d)| (n.clone(), d.clone())));
            properties.insert(id.clone(), (*known.schema).clone());
            if is_certain {
                required.push(Value::String(id));
            }
        }
        self.schemas.set(
            "steps",
            json!({
                "type": "object", "properties": properties, "required": required, "$defs": defs,
            }),
        );
    }

    /// The ids of the steps whose output is seen here.
    fn seen(&self) -> impl Iterator<Item = &str> {
        let seen = self.steps.iter();
        let seen = seen.filter(|(_, s)| self.scopes.contains(s.scope, self.scope));
        seen.map(|(id, _)| id.as_str())
    }

    /// What is known of a step's output from here, and whether it surely is there.
    fn see(&mut self, id: &str, path: &str) -> (Known, bool) {
        let Some(symbol) = self.steps.get_mut(id) else {
            self.refuse_unseen(id, path);
            return (Known::anything(), true);
        };
        symbol.is_used = true;
        if !self.scopes.contains(symbol.scope, self.scope) {
            let place = self.scopes.hidden_in(symbol.scope, self.scope).clone();
            self.refuse_hidden(id, path, &place);
            return (Known::anything(), true);
        }
        self.references.insert(symbol.ordinal);
        let is_certain = match &symbol.doubt {
            None => true,
            Some(doubt) => doubt
                .unless
                .as_ref()
                .is_some_and(|parts| parts.iter().all(|part| self.conditions.contains(part))),
        };
        (symbol.output.clone(), is_certain)
    }

    fn refuse_unseen(&mut self, id: &str, path: &str) {
        if self.all.contains_key(id) {
            let message = format!("`steps.{id}` has not run when this is worked out");
            let cure = format!("move this behind the step `{id}`");
            self.error(path, "later_step", message, cure);
            return;
        }
        let known: Vec<&str> = self.seen().collect();
        let cure = if known.is_empty() {
            "no step has run before".to_owned()
        } else {
            nearest(id, &known)
        };
        self.error(
            path,
            "unknown_step",
            format!("there is no step `{id}`"),
            cure,
        );
    }

    fn refuse_hidden(&mut self, id: &str, path: &str, place: &Scope) {
        let holder = self
            .steps
            .iter()
            .find(|(_, s)| Some(s.ordinal) == place.step);
        let holder = holder.map(|(id, _)| id.clone());
        let (code, message) = match &place.kind {
            ScopeKind::Item => (
                "out_of_scope",
                format!("`steps.{id}` is worked for every item of an `each` and not seen outside"),
            ),
            ScopeKind::OnError => (
                "out_of_scope",
                format!("`steps.{id}` is worked only after a failure and not seen outside"),
            ),
            ScopeKind::Case(_) => (
                "other_branch",
                format!("`steps.{id}` is in a case that may not have been chosen"),
            ),
            ScopeKind::Branch(name) => (
                "other_branch",
                format!("`steps.{id}` is in the branch `{name}` and not seen outside it"),
            ),
            ScopeKind::Flow => ("out_of_scope", format!("`steps.{id}` is not seen here")),
        };
        let cure = match holder {
            Some(holder) => format!("use `steps.{holder}`, which gives what its steps give"),
            None => "move this into the same list of steps".to_owned(),
        };
        self.error(path, code, message, cure);
    }

    /// Says of a step that may be missing why it may be.
    fn explain_absence(&self, problem: Problem) -> Problem {
        let of_step = problem.message.strip_prefix("`steps.");
        let id = of_step.and_then(|rest| rest.strip_suffix("` may be missing"));
        let symbol = id
            .filter(|_| problem.code == "maybe_missing")
            .and_then(|id| self.steps.get(id));
        match (id, symbol.and_then(|s| s.doubt.as_ref())) {
            (Some(id), Some(doubt)) => Problem {
                code: "may_not_have_run".into(),
                message: format!("`steps.{id}` may have no output: {}", doubt.why),
                ..problem
            },
            _ => problem,
        }
    }

    /// What is known of a template's value.
    pub fn known_of(&self, template: &Template) -> Known {
        Known::of(mapping::schema_of(template, &self.schemas))
    }
}
