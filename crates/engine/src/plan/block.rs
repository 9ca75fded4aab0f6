//! The blocks of a flow, compiled.

use super::compile::Compiler;
use super::known::{self, Known};
use super::scope::ScopeKind;
use super::{ApproveWork, EachWork, FlowWork, Work, condition};
use model::flow::{Approve, Body, Branch, Call, Case, Each, StepKind};
use serde_json::json;

/// The roles that may approve.
const APPROVERS: [&str; 4] = ["operator", "editor", "approver", "admin"];

impl Compiler<'_> {
    /// What a step does, and what is known of its output.
    pub(super) fn work(
        &mut self,
        kind: &StepKind,
        path: &str,
        ordinal: i64,
    ) -> Option<(Work, Known)> {
        match kind {
            StepKind::Use(call) => self.operation(call, path),
            StepKind::Set { values } => {
                let template = self.template(values, &format!("{path}.set"));
                let known = self.known_of(&template);
                Some((Work::Set(template), known))
            }
            StepKind::Choose { cases } => self.choose(cases, path, ordinal),
            StepKind::Check(check) => {
                let condition = self.condition(&check.condition, &format!("{path}.check"));
                let known = Known::of(json!({"type": "boolean"}));
                Some((Work::Check(condition, check.otherwise.clone()), known))
            }
            StepKind::Each(each) => Some(self.each(each, path, ordinal)),
            StepKind::Parallel { branches } => Some(self.parallel(branches, ordinal)),
            StepKind::Wait(wait) => {
                let until = self.template(&wait.until, &format!("{path}.wait.until"));
                let known = self.known_of(&until);
                Some((Work::Wait(until, wait.at_most), known))
            }
            StepKind::Approve(approve) => Some(self.approve(approve, path)),
            StepKind::Call(call) => Some(self.flow_call(call, path)),
        }
    }

    fn choose(&mut self, cases: &[Case], path: &str, ordinal: i64) -> Option<(Work, Known)> {
        let (mut compiled, mut outputs) = (Vec::new(), Vec::new());
        let mut is_complete = true;
        for (n, case) in cases.iter().enumerate() {
            let at = format!("{path}.choose[{n}]");
            let when = case.when.as_ref();
            let when = when.map(|v| self.condition(v, &format!("{at}.when")));
            let always = when
                .as_ref()
                .is_some_and(|w| condition::constant(w) == Some(true));
            if always && n + 1 < cases.len() {
                let message = "the case holds always, so those after it never do".to_owned();
                let cure = "remove the cases after it, or its condition".to_owned();
                self.error(&format!("{at}.when"), "unreachable", message, cure);
            }
            let mark = self.assume(when.as_ref());
            let work = match &case.body {
                Body::One(kind) => self.work(kind, &at, ordinal),
                Body::Steps(body) => {
                    let place = format!("{at}.output");
                    let output = body.output.as_ref().map(|v| (v, place.as_str()));
                    let kind = ScopeKind::Case(n);
                    let (list, known, _) = self.nested(kind, ordinal, &[], &body.steps, output);
                    Some((Work::Steps(list), known))
                }
            };
            self.go_back(mark);
            match work {
                Some((work, known)) => {
                    compiled.push((when, work));
                    outputs.push(known);
                }
                None => is_complete = false,
            }
        }
        let known = Known::one_of(&outputs);
        is_complete.then_some((Work::Choose(compiled), known))
    }

    fn each(&mut self, each: &Each, path: &str, ordinal: i64) -> (Work, Known) {
        let list = self.template(&each.list, &format!("{path}.each"));
        let known = self.known_of(&list);
        let kind = known.schema.get("type").and_then(|t| t.as_str());
        if kind.is_some_and(|kind| kind != "array") {
            let message = format!("`{}` is no list", each.list.as_str().unwrap_or_default());
            let cure = "name a list".to_owned();
            self.error(&format!("{path}.each"), "wrong_type", message, cure);
        }
        let is_taken = self.names.contains_key(&each.name)
            || matches!(each.name.as_str(), "steps" | "error")
            || known::standard_names()
                .iter()
                .any(|(name, _)| *name == each.name);
        if is_taken {
            let message = format!("`{}` has a meaning here already", each.name);
            let cure = "give the item another name".to_owned();
            self.error(&format!("{path}.as"), "name_taken", message, cure);
        }
        let names = [(each.name.as_str(), known.item())];
        let place = format!("{path}.output");
        let output = each.body.output.as_ref().map(|v| (v, place.as_str()));
        let kind = ScopeKind::Item;
        let (body, known, _) = self.nested(kind, ordinal, &names, &each.body.steps, output);
        let work = EachWork {
            list,
            name: each.name.clone(),
            at_once: each.at_once.unwrap_or(1),
            body,
            is_read: true,
        };
        (Work::Each(work), known.listed())
    }

    fn parallel(&mut self, branches: &[Branch], ordinal: i64) -> (Work, Known) {
        let (mut compiled, mut members) = (Vec::new(), Vec::new());
        for branch in branches {
            let kind = ScopeKind::Branch(branch.name.clone());
            let (list, known, is_certain) = self.nested(kind, ordinal, &[], &branch.steps, None);
            compiled.push((branch.name.clone(), list));
            members.push((branch.name.clone(), known, is_certain));
        }
        (Work::Parallel(compiled), Known::map(&members))
    }

    fn approve(&mut self, approve: &Approve, path: &str) -> (Work, Known) {
        if !APPROVERS.contains(&approve.by.as_str()) {
            let message = format!("no role that may approve is named `{}`", approve.by);
            let cure = format!("one of: {}", APPROVERS.join(", "));
            self.error(&format!("{path}.approve.by"), "unknown_role", message, cure);
        }
        let show = approve.show.as_ref();
        let work = ApproveWork {
            by: approve.by.clone(),
            show: show.map(|v| self.template(v, &format!("{path}.approve.show"))),
            at_most: approve.at_most,
        };
        (Work::Approve(work), known::approval())
    }

    fn flow_call(&mut self, call: &Call, path: &str) -> (Work, Known) {
        self.calls.insert(call.flow.clone());
        let work = FlowWork {
            flow: call.flow.clone(),
            with: self.template(&call.with, &format!("{path}.with")),
        };
        (Work::Flow(work), Known::anything())
    }
}
