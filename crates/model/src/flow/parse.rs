//! Reads a flow document from YAML and reports everything that is wrong with it.

use super::document::{Case, Check, Else, Flow, Step, StepKind, Wait};
use crate::problem::Problem;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::time::Duration;

/// The longest document that is read.
const DOCUMENT_MAX_BYTES: usize = 1 << 20;
/// The most steps of a flow.
const STEPS_MAX: usize = 2_000;

/// Reads `text`. Returns the flow if enough of it was understood, and every problem.
pub fn parse(text: &str) -> (Option<Flow>, Vec<Problem>) {
    if text.len() > DOCUMENT_MAX_BYTES {
        let problem = Problem::error(
            "",
            "document_too_long",
            format!(
                "the document has {} bytes, at most {DOCUMENT_MAX_BYTES} are read",
                text.len()
            ),
            "split the flow",
        );
        return (None, vec![problem]);
    }
    match serde_saphyr::from_str::<Value>(text) {
        Ok(Value::Object(map)) => {
            let mut reader = Reader::default();
            let flow = reader.flow(&map);
            (flow, reader.problems)
        }
        Ok(_) => {
            let cure = "begin with `schema: 1` and `flow: <id>`";
            (
                None,
                vec![Problem::error(
                    "",
                    "not_a_flow",
                    "the document is not a map of keys",
                    cure,
                )],
            )
        }
        Err(error) => {
            let cure = "quote a formula that holds `: ` or ` #`, and indent with blanks";
            (
                None,
                vec![Problem::error(
                    "",
                    "not_yaml",
                    one_line(&error.to_string()),
                    cure,
                )],
            )
        }
    }
}

/// Reads a span of time: `30s`, `15m`, `72h`, `30d`.
pub fn parse_span(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let number: u64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
    ids: BTreeSet<String>,
}

/// The keys of which a step has exactly one.
const KINDS: [&str; 5] = ["use", "set", "choose", "check", "wait"];

impl Reader {
    fn error(&mut self, path: &str, code: &str, message: impl Into<String>, cure: &str) {
        self.problems
            .push(Problem::error(path, code, message, cure));
    }

    fn flow(&mut self, map: &Map<String, Value>) -> Option<Flow> {
        let known = [
            "schema",
            "flow",
            "title",
            "note",
            "trigger",
            "key",
            "order_by",
            "own_events",
            "steps",
        ];
        self.unknown_keys("", map, &known);
        if map.get("schema").and_then(Value::as_i64) != Some(1) {
            self.error(
                "schema",
                "unknown_schema",
                "`schema` must be 1",
                "write `schema: 1`",
            );
        }
        let id = self.text("flow", map.get("flow"))?;
        if !is_id(&id) {
            let cure = "use lower-case letters, digits and hyphens, 64 at most";
            self.error("flow", "bad_id", format!("`{id}` is no flow id"), cure);
        }
        let title = match map.get("title") {
            Some(value) => self.text("title", Some(value)).unwrap_or_default(),
            None => id.clone(),
        };
        let triggers = match map.get("trigger") {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(many)) => many
                .iter()
                .filter_map(|v| self.text("trigger", Some(v)))
                .collect(),
            _ => {
                let cure = "write `trigger: stripe.charge.succeeded` or a list";
                self.error("trigger", "missing", "the flow has no trigger", cure);
                Vec::new()
            }
        };
        let steps = match map.get("steps") {
            Some(Value::Array(list)) if list.len() <= STEPS_MAX => self.steps(list),
            Some(Value::Array(list)) => {
                let message = format!("{} steps, at most {STEPS_MAX}", list.len());
                self.error("steps", "too_many_steps", message, "split the flow");
                Vec::new()
            }
            _ => {
                self.error(
                    "steps",
                    "missing",
                    "the flow has no steps",
                    "add a list `steps:`",
                );
                Vec::new()
            }
        };
        let own_events = match map.get("own_events") {
            None => false,
            Some(Value::Bool(own)) => *own,
            Some(_) => {
                let message = "`own_events` is neither true nor false";
                let cure = "write `own_events: true`, or leave it out";
                self.error("own_events", "not_bool", message, cure);
                false
            }
        };
        Some(Flow {
            id,
            title,
            triggers,
            key: map.get("key").cloned(),
            order_by: map.get("order_by").cloned(),
            own_events,
            steps,
            note: map.get("note").and_then(Value::as_str).map(str::to_owned),
        })
    }

    fn steps(&mut self, list: &[Value]) -> Vec<Step> {
        list.iter()
            .enumerate()
            .filter_map(|(n, v)| self.step(n, v))
            .collect()
    }

    fn step(&mut self, n: usize, value: &Value) -> Option<Step> {
        let at = format!("steps[{n}]");
        let Value::Object(map) = value else {
            self.error(
                &at,
                "not_a_step",
                "a step is a map of keys",
                "begin it with `- id:`",
            );
            return None;
        };
        let id = self.text(&format!("{at}.id"), map.get("id"))?;
        let path = format!("steps.{id}");
        if !is_step_id(&id) {
            let cure = "use lower-case letters, digits and underscores, beginning with a letter";
            self.error(&path, "bad_id", format!("`{id}` is no step id"), cure);
        }
        if !self.ids.insert(id.clone()) {
            self.error(
                &path,
                "duplicate_id",
                format!("two steps are named `{id}`"),
                "rename one",
            );
        }
        let known = [
            "id", "title", "note", "when", "retry", "timeout", "use", "with", "set", "choose",
            "check", "else", "wait",
        ];
        self.unknown_keys(&path, map, &known);
        let kind = self.kind(&path, map)?;
        Some(Step {
            id,
            title: map.get("title").and_then(Value::as_str).map(str::to_owned),
            when: map.get("when").cloned(),
            retry: self.span(&format!("{path}.retry"), map.get("retry")),
            timeout: self.span(&format!("{path}.timeout"), map.get("timeout")),
            kind,
            note: map.get("note").and_then(Value::as_str).map(str::to_owned),
        })
    }

    fn kind(&mut self, path: &str, map: &Map<String, Value>) -> Option<StepKind> {
        let present: Vec<&str> = KINDS.into_iter().filter(|k| map.contains_key(*k)).collect();
        let [kind] = present[..] else {
            let message = if present.is_empty() {
                "the step does nothing".to_owned()
            } else {
                format!("the step is both {}", present.join(" and "))
            };
            let cure = "give it exactly one of use, set, choose, check, wait";
            self.error(path, "step_kind", message, cure);
            return None;
        };
        let value = &map[kind];
        match kind {
            "use" => Some(StepKind::Use {
                operation: self.text(&format!("{path}.use"), Some(value))?,
                with: match map.get("with") {
                    None => Value::Object(Map::new()),
                    Some(with @ Value::Object(_)) => with.clone(),
                    Some(_) => {
                        let at = format!("{path}.with");
                        self.error(
                            &at,
                            "not_a_map",
                            "`with` is not a map",
                            "write `field: value`",
                        );
                        return None;
                    }
                },
            }),
            "set" => match value {
                Value::Object(_) => Some(StepKind::Set {
                    values: value.clone(),
                }),
                _ => {
                    let at = format!("{path}.set");
                    self.error(
                        &at,
                        "not_a_map",
                        "`set` is not a map",
                        "write `name: value`",
                    );
                    None
                }
            },
            "check" => Some(StepKind::Check(Check {
                condition: value.clone(),
                otherwise: self.otherwise(path, map.get("else")),
            })),
            "wait" => self.wait(path, value),
            _ => self.choose(path, value),
        }
    }

    fn otherwise(&mut self, path: &str, value: Option<&Value>) -> Else {
        match value.and_then(Value::as_str) {
            Some("skip") => Else::Skip,
            Some(text) if text.starts_with("reject ") => {
                Else::Reject(text["reject ".len()..].trim().to_owned())
            }
            _ => {
                let cure = "write `else: skip` or `else: reject <a sentence>`";
                self.error(
                    &format!("{path}.else"),
                    "missing",
                    "the check has no `else`",
                    cure,
                );
                Else::Skip
            }
        }
    }

    fn wait(&mut self, path: &str, value: &Value) -> Option<StepKind> {
        let at = format!("{path}.wait");
        let Some(map) = value.as_object() else {
            self.error(
                &at,
                "not_a_map",
                "`wait` is not a map",
                "write `until:` and `at_most:`",
            );
            return None;
        };
        self.unknown_keys(&at, map, &["until", "at_most"]);
        let until = map.get("until").cloned();
        let at_most = self.span(&format!("{at}.at_most"), map.get("at_most"));
        if until.is_none() || at_most.is_none() {
            let cure = "write `until: =<formula>` and `at_most: 30d`";
            self.error(&at, "missing", "`wait` needs `until` and `at_most`", cure);
        }
        Some(StepKind::Wait(Wait {
            until: until?,
            at_most: at_most?,
        }))
    }

    fn choose(&mut self, path: &str, value: &Value) -> Option<StepKind> {
        let at = format!("{path}.choose");
        let Some(list) = value.as_array().filter(|l| !l.is_empty()) else {
            self.error(
                &at,
                "not_a_list",
                "`choose` is not a list of cases",
                "begin with `- when:`",
            );
            return None;
        };
        let mut cases = Vec::new();
        for (n, case) in list.iter().enumerate() {
            let at = format!("{at}[{n}]");
            let Some(map) = case.as_object() else {
                self.error(
                    &at,
                    "not_a_map",
                    "a case is a map of keys",
                    "begin it with `when:`",
                );
                continue;
            };
            self.unknown_keys(
                &at,
                map,
                &[
                    "note", "when", "use", "with", "set", "check", "else", "wait",
                ],
            );
            if map.get("when").is_none() && n + 1 < list.len() {
                let message = "only the last case may lack `when`; the cases after it never run";
                self.error(
                    &at,
                    "unreachable",
                    message,
                    "move it to the end or give it a `when`",
                );
            }
            if let Some(kind) = self.kind(&at, map) {
                cases.push(Case {
                    when: map.get("when").cloned(),
                    kind,
                });
            }
        }
        Some(StepKind::Choose { cases })
    }

    fn span(&mut self, path: &str, value: Option<&Value>) -> Option<Duration> {
        let value = value?;
        let span = value.as_str().and_then(parse_span);
        if span.is_none() {
            let cure = "write a whole number and s, m, h or d: `30s`, `72h`";
            self.error(
                path,
                "bad_span",
                format!("{value} is no span of time"),
                cure,
            );
        }
        span
    }

    fn text(&mut self, path: &str, value: Option<&Value>) -> Option<String> {
        match value {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            Some(_) => {
                self.error(
                    path,
                    "not_text",
                    format!("`{path}` is not a text"),
                    "quote it",
                );
                None
            }
            None => {
                self.error(path, "missing", format!("`{path}` is missing"), "add it");
                None
            }
        }
    }

    fn unknown_keys(&mut self, path: &str, map: &Map<String, Value>, known: &[&str]) {
        for key in map.keys().filter(|k| !known.contains(&k.as_str())) {
            let at = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            let cure = format!("one of: {}", known.join(", "));
            self.error(
                &at,
                "unknown_key",
                format!("`{key}` is not a key here"),
                &cure,
            );
        }
    }
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_step_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_flow() {
        let (flow, problems) = parse(
            "schema: 1\nflow: demo\ntrigger: [stripe.charge.succeeded]\nkey: =charge.id\nsteps:\n\
             - id: paid\n  check: =charge.paid\n  else: skip\n\
             - id: account\n  choose:\n  - when: =charge.livemode\n    set:\n      terms: N30\n  \
             - set:\n      terms: N00\n\
             - id: parent\n  wait:\n    until: =xref('order', charge.id)\n    at_most: 30d\n",
        );
        assert_eq!(problems, []);
        let flow = flow.expect("it is a flow");
        assert_eq!(flow.steps.len(), 3);
        assert_eq!(flow.title, "demo");
    }

    #[test]
    fn reports_every_problem() {
        let (_, problems) = parse(
            "schema: 2\nflow: Demo\nsteps:\n- id: a\n- id: a\n  use: x\n  set: {}\n- id: b\n  \
             check: =true\n- id: c\n  use: x\n  retry: soon\n  colour: red\n",
        );
        let codes: Vec<&str> = problems.iter().map(|p| p.code.as_str()).collect();
        assert_eq!(
            codes,
            [
                "unknown_schema",
                "bad_id",
                "missing",
                "step_kind",
                "duplicate_id",
                "step_kind",
                "missing",
                "unknown_key",
                "bad_span"
            ]
        );
        assert!(problems.iter().all(|p| !p.cure.is_empty()));
    }
}
