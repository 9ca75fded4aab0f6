//! References of formulas to steps: `steps.order.number`.

use super::matching::Pairs;
use super::tree::Tree;
use crate::flow::document::{Body, Flow, OnError, Step, StepKind};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;

/// The old version, its steps under their new ids in every reference.
pub fn follow<'a>(from: &'a Flow, to: &Flow, pairs: &Pairs) -> Cow<'a, Flow> {
    let (old, new) = (Tree::new(&from.steps), Tree::new(&to.steps));
    let ids = pairs.iter().map(|(o, n)| {
        let id = |tree: &Tree<'_>, node: usize| tree.nodes[node].step.id.clone();
        (id(&old, o), id(&new, n))
    });
    let renamed: HashMap<String, String> = ids.filter(|(before, after)| before != after).collect();
    if renamed.is_empty() {
        return Cow::Borrowed(from);
    }
    let mut flow = from.clone();
    let mut change = |value: &mut Value| {
        rewrite_all(value, &|id| renamed.get(id).map(String::as_str));
    };
    let own = [&mut flow.key, &mut flow.order_by, &mut flow.output];
    own.into_iter().flatten().for_each(&mut change);
    flow.steps
        .iter_mut()
        .for_each(|step| templates(step, &mut change));
    Cow::Owned(flow)
}

/// Every value of a step and of the steps in it that may hold formulas.
fn templates(step: &mut Step, change: &mut impl FnMut(&mut Value)) {
    step.when.as_mut().into_iter().for_each(&mut *change);
    kind(&mut step.kind, change);
    if let OnError::Steps(steps) = &mut step.on_error {
        steps.iter_mut().for_each(|step| templates(step, change));
    }
}

fn kind(kind_: &mut StepKind, change: &mut impl FnMut(&mut Value)) {
    match kind_ {
        StepKind::Use(call) => change(&mut call.with),
        StepKind::Set { values } => change(values),
        StepKind::Choose { cases } => {
            for case in cases {
                case.when.as_mut().into_iter().for_each(&mut *change);
                match &mut case.body {
                    Body::One(one) => kind(one, change),
                    Body::Steps(body) => {
                        body.steps.iter_mut().for_each(|s| templates(s, change));
                        body.output.as_mut().into_iter().for_each(&mut *change);
                    }
                }
            }
        }
        StepKind::Check(check) => change(&mut check.condition),
        StepKind::Each(each) => {
            change(&mut each.list);
            each.body
                .steps
                .iter_mut()
                .for_each(|s| templates(s, change));
            each.body.output.as_mut().into_iter().for_each(&mut *change);
        }
        StepKind::Parallel { branches } => {
            let steps = branches.iter_mut().flat_map(|branch| &mut branch.steps);
            steps.for_each(|step| templates(step, change));
        }
        StepKind::Wait(wait) => change(&mut wait.until),
        StepKind::Approve(approve) => approve.show.as_mut().into_iter().for_each(change),
        StepKind::Call(call) => change(&mut call.with),
    }
}

fn rewrite_all<'a>(value: &mut Value, name: &impl Fn(&str) -> Option<&'a str>) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(other) = rewrite(text, name) {
                *text = other;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|v| rewrite_all(v, name)),
        Value::Object(map) => map.values_mut().for_each(|v| rewrite_all(v, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A text with other ids of steps where it is a formula that names them. What stands in quotes is
/// no reference.
pub fn rewrite<'t, 'a>(text: &'t str, name: &impl Fn(&str) -> Option<&'a str>) -> Cow<'t, str> {
    let is_formula = text.starts_with('=') && !text.starts_with("==");
    if !is_formula || !text.contains("steps") {
        return Cow::Borrowed(text);
    }
    let (mut out, mut copied) = (String::new(), 0);
    let (bytes, mut at) = (text.as_bytes(), 1);
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b'\'' | b'"') {
            at = behind_quoted(bytes, at);
        } else if is_word(*byte) {
            let end = behind_word(bytes, at);
            let is_steps = &text[at..end] == "steps" && !is_member(bytes, at);
            at = end;
            if let Some((from, to)) = is_steps.then(|| member(bytes, end)).flatten()
                && let Some(other) = name(&text[from..to])
            {
                out.push_str(&text[copied..from]);
                out.push_str(other);
                (copied, at) = (to, to);
            }
        } else {
            at += 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn behind_word(bytes: &[u8], at: usize) -> usize {
    let word = bytes[at..].iter().take_while(|b| is_word(**b));
    at + word.count()
}

/// Whether a dot stands before a word: it is a field of something else.
fn is_member(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].trim_ascii_end();
    before.ends_with(b".") || before.ends_with(b".?")
}

/// From where to where the name behind a dot stands.
fn member(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let blanks = |at: usize| {
        bytes[at..]
            .iter()
            .take_while(|b| b.is_ascii_whitespace())
            .count()
    };
    let at = at + blanks(at);
    let at = (bytes.get(at) == Some(&b'.')).then_some(at + 1)?;
    let at = at + blanks(at);
    let at = at + usize::from(bytes.get(at) == Some(&b'?'));
    let at = at + blanks(at);
    let end = behind_word(bytes, at);
    (end > at).then_some((at, end))
}

/// Behind a text in quotes that begins here; a text that is not closed goes to the end.
fn behind_quoted(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let triple = [quote; 3];
    let marks = if bytes[at..].starts_with(&triple) {
        3
    } else {
        1
    };
    let before = at.checked_sub(1).map(|n| bytes[n].to_ascii_lowercase());
    let is_raw = before == Some(b'r');
    let mut at = at + marks;
    while at < bytes.len() {
        if bytes[at] == b'\\' && !is_raw {
            at += 2;
        } else if bytes[at..].starts_with(&triple[..marks]) {
            return at + marks;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn only_references_are_rewritten() {
        let name = |id: &str| (id == "a").then_some("b");
        for (text, wanted) in [
            (
                "=steps.a.x + steps.ab.x + steps.a",
                "=steps.b.x + steps.ab.x + steps.b",
            ),
            (
                "=steps.?a.orValue('steps.a')",
                "=steps.?b.orValue('steps.a')",
            ),
            (
                "=charge.steps.a == steps . a",
                "=charge.steps.a == steps . b",
            ),
            ("=x ? steps.a : my_steps.a", "=x ? steps.b : my_steps.a"),
            (
                "='it\\'s steps.a' + r'\\' + steps.a",
                "='it\\'s steps.a' + r'\\' + steps.b",
            ),
            ("='''a'steps.a''' + steps.a", "='''a'steps.a''' + steps.b"),
            ("steps.a", "steps.a"),
            ("==steps.a", "==steps.a"),
            ("='é' + steps.a", "='é' + steps.b"),
        ] {
            assert_eq!(rewrite(text, &name), wanted);
        }
    }
}
