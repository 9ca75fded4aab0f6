//! Flows of every shape, made at random.

use model::flow::{
    Approve, Body, Branch, Call, Case, Check, Coerce, Each, Else, EventStart, Flow, Input,
    InputKind, OnError, Schedule, Start, Step, StepKind, Steps, Use, Wait,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use serde_json::{Map, Value};
use std::time::Duration;

/// Texts that YAML makes trouble with.
const ODD: &[&str] = &[
    "NO",
    "off",
    "1_000",
    "007",
    "2026-11-24",
    "12:30",
    "~",
    "null",
    "=1 ? 'a' : 'b'",
    "==literal",
    "=a # b",
    "- x",
    "a: b",
    "x:",
    "# x",
    "'quoted'",
    "\"double\"",
    "a\nb",
    "a\n\n  b\n",
    " lead",
    "trail ",
    "a\tb",
    "%",
    "@x",
    "`y`",
    "*z",
    "&z",
    "!t",
    "|",
    ">",
    "{a}",
    "[b]",
    "1.5",
    "0x1F",
    "yes",
    "<<",
    "=",
    "---",
    "...",
    "é",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "\u{0}",
    "😀",
    "a  b",
    "\r\n",
    "\\",
    "?",
    "? a",
    "a\n",
    "\n",
    "\n\n",
    "a\n\n",
    ".inf",
    "1e3",
    "+1",
    "-",
    "-1",
    "key: >-",
    "true",
    "False",
    " ",
    "a'b\"c",
    "…",
];

/// Texts that YAML makes trouble with, and any others.
pub fn text() -> impl Strategy<Value = String> {
    let long = vec("[a-z&|=()' ]{1,20}", 5..30).prop_map(|words| format!("={}", words.join(" ")));
    prop_oneof![
        4 => proptest::sample::select(ODD).prop_map(str::to_owned),
        3 => "[ -~]{1,30}",
        2 => "\\PC{1,20}",
        1 => "(?s).{1,20}",
        2 => long,
    ]
}

/// Any JSON value without fractions.
pub fn value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::String),
        Just(Value::String(String::new())),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            map_of(inner).prop_map(Value::Object),
        ]
    })
    .boxed()
}

fn map_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    vec((text(), inner), 0..4).prop_map(|members| members.into_iter().collect())
}

fn object() -> impl Strategy<Value = Value> {
    map_of(value()).prop_map(Value::Object)
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,8}"
}

/// A text of one line that is not blank at its ends.
fn line() -> impl Strategy<Value = String> {
    "[!-~][ -~é…]{0,60}[!-~]"
}

fn note() -> impl Strategy<Value = String> {
    prop_oneof![line(), "[a-z]{1,5}(\n[a-z ]{0,9}[a-z]){1,3}\n?"]
}

fn span() -> impl Strategy<Value = Duration> {
    prop_oneof![1_u64..900, (1_u64..14).prop_map(|m| m * 60)].prop_map(Duration::from_secs)
}

fn start() -> impl Strategy<Value = Start> {
    let event = (
        "[a-z]{1,6}\\.[a-z]{1,6}\\.[a-z]{1,6}",
        of(line()),
        of(span()),
    );
    let event = event.prop_map(|(trigger, connection, every)| {
        let every = every.filter(|span| span.as_secs() >= 10);
        Start::Event(EventStart {
            trigger,
            connection,
            every,
        })
    });
    let every = (60_u64..100_000).prop_map(Duration::from_secs);
    let cron = (line(), line()).prop_map(|(pattern, zone)| Schedule::Cron { pattern, zone });
    prop_oneof![
        3 => event,
        1 => every.prop_map(|span| Start::Schedule(Schedule::Every(span))),
        1 => cron.prop_map(Start::Schedule),
        1 => Just(Start::Manual),
        1 => Just(Start::Api),
        1 => Just(Start::Call),
    ]
}

fn input() -> impl Strategy<Value = Input> {
    let kind = proptest::sample::select(&InputKind::ALL[..]);
    let texts = (of(line()), of(note()));
    (
        name(),
        kind,
        texts,
        any::<bool>(),
        vec(line(), 0..3),
        of(1_u32..99),
    )
        .prop_map(
            |(name, kind, (title, note), is_optional, one_of, max_length)| {
                let is_text = kind == InputKind::Text;
                let default = match kind {
                    InputKind::Text => one_of.first().map(|t| t.clone().into()),
                    InputKind::Integer => Some(7.into()),
                    InputKind::Boolean => Some(true.into()),
                    _ => None,
                };
                Input {
                    name,
                    kind,
                    title,
                    note,
                    is_optional,
                    default,
                    one_of: if is_text { one_of } else { Vec::new() },
                    max_length: max_length.filter(|_| is_text),
                }
            },
        )
}

fn simple_kind() -> BoxedStrategy<StepKind> {
    let coerce = prop_oneof![
        Just(Coerce::All),
        Just(Coerce::Off),
        vec(line(), 1..3).prop_map(Coerce::Only),
    ];
    let call = (line(), object(), of(line()), coerce);
    let call = call.prop_map(|(operation, with, connection, coerce)| {
        StepKind::Use(Use {
            operation,
            with,
            connection,
            coerce,
        })
    });
    let otherwise = prop_oneof![Just(Else::Skip), line().prop_map(Else::Reject)];
    let check = (value(), otherwise).prop_map(|(condition, otherwise)| {
        StepKind::Check(Check {
            condition,
            otherwise,
        })
    });
    let wait =
        (value(), span()).prop_map(|(until, at_most)| StepKind::Wait(Wait { until, at_most }));
    let flow = (line(), object()).prop_map(|(flow, with)| StepKind::Call(Call { flow, with }));
    prop_oneof![
        call,
        object().prop_map(|values| StepKind::Set { values }),
        check,
        wait,
        flow,
    ]
    .boxed()
}

fn step(kind: BoxedStrategy<StepKind>) -> BoxedStrategy<Step> {
    let texts = (of(line()), of(note()));
    (
        texts,
        of(value()),
        kind,
        of(span()),
        of(span()),
        any::<bool>(),
    )
        .prop_map(
            |((title, note), when, kind, retry, timeout, goes_on)| Step {
                id: String::new(),
                title,
                note,
                when,
                kind,
                retry,
                timeout,
                on_error: if goes_on {
                    OnError::Continue
                } else {
                    OnError::Stop
                },
            },
        )
        .boxed()
}

fn steps() -> BoxedStrategy<Vec<Step>> {
    let leaf = vec(step(simple_kind()), 1..4);
    leaf.prop_recursive(3, 20, 3, |inner| {
        let list = (inner.clone(), of(value()))
            .prop_map(|(steps, output)| Steps { steps, output })
            .boxed();
        let body = prop_oneof![
            simple_kind().prop_map(|kind| Body::One(Box::new(kind))),
            list.clone().prop_map(Body::Steps),
        ];
        let case = (of(line()), value(), body).prop_map(|(note, when, body)| Case {
            note,
            when: Some(when),
            body,
        });
        let choose = (vec(case, 1..4), any::<bool>()).prop_map(|(mut cases, otherwise)| {
            if let Some(last) = cases.last_mut().filter(|_| otherwise) {
                last.when = None;
            }
            StepKind::Choose { cases }
        });
        let each = ("=[a-z.]{1,20}", name(), of(1_u32..64), list).prop_map(
            |(list, name, at_once, body)| {
                StepKind::Each(Each {
                    list: list.into(),
                    name,
                    at_once,
                    body,
                })
            },
        );
        let branches = vec((name(), inner.clone()), 2..4).prop_map(|named| {
            let named = named.into_iter().enumerate();
            let branches = named.map(|(n, (name, steps))| Branch {
                name: format!("{name}{n}"),
                steps,
            });
            StepKind::Parallel {
                branches: branches.collect(),
            }
        });
        let approve = (line(), of(value()), span())
            .prop_map(|(by, show, at_most)| StepKind::Approve(Approve { by, show, at_most }));
        let kind =
            prop_oneof![2 => simple_kind(), 1 => choose.boxed(), 1 => each.boxed(), 1 => branches.boxed(), 1 => approve.boxed()].boxed();
        let handled = (step(kind), of(inner)).prop_map(|(mut step, steps)| {
            if let Some(steps) = steps {
                step.on_error = OnError::Steps(steps);
            }
            step
        });
        vec(handled, 1..4)
    })
    .boxed()
}

/// A flow that can be read: its ids differ, its optional values are values.
pub fn flow() -> BoxedStrategy<Flow> {
    let texts = (of(line()), of(note()));
    let keys = (of(value()), of(value()), of(value()));
    (
        "[a-z0-9-]{1,20}",
        texts,
        vec(start(), 1..4),
        vec(input(), 0..4),
        keys,
        steps(),
    )
        .prop_map(
            |(id, (title, note), mut starts, mut inputs, (key, order_by, output), mut steps)| {
                starts.dedup();
                let mut seen = Vec::new();
                starts.retain(|start| {
                    let is_new = !seen.contains(start);
                    seen.push(start.clone());
                    is_new
                });
                for (n, input) in inputs.iter_mut().enumerate() {
                    input.name = format!("{}{n}", input.name);
                }
                number(&mut steps, &mut 0);
                Flow {
                    title: title.unwrap_or_else(|| id.clone()),
                    id,
                    note,
                    starts,
                    inputs,
                    key,
                    order_by,
                    own_events: steps.len() % 2 == 0,
                    steps,
                    output,
                }
            },
        )
        .boxed()
}

fn number(steps: &mut [Step], next: &mut usize) {
    for step in steps {
        step.id = format!("s{next}");
        *next += 1;
        for list in step.nested_mut() {
            number(list, next);
        }
    }
}
