//! How long a diff of two versions with 1,000 steps takes: `cargo run --release -p model --example
//! diff_time`.

use model::flow::diff::diff;
use model::flow::{Flow, Step, StepKind, Use};
use serde_json::json;
use std::time::Instant;

const STEPS: usize = 1_000;
const TRIES: usize = 20;

fn version(id: impl Fn(usize) -> String, terms: &str) -> Flow {
    let step = |n: usize| Step {
        id: id(n),
        title: None,
        note: None,
        when: None,
        kind: StepKind::Use(Use {
            operation: "infor.sales_order.create".into(),
            with: json!({
                "customer": format!("=steps.{}.number", id(n.saturating_sub(1))),
                "reference": format!("=charge.id + '{n}'"),
                "date": "=date(charge.created, company.books_zone)",
                "terms": terms,
                "lines": {"each": "=input.lines", "as": "line", "to": {"item": format!("=line.item_{n}"),
                    "quantity": "=line.quantity", "amount": "=money(line.amount, charge.currency)"}},
            }),
            connection: None,
            coerce: model::flow::Coerce::All,
        }),
        retry: None,
        timeout: None,
        on_error: model::flow::OnError::Stop,
    };
    Flow {
        id: "large".into(),
        title: "large".into(),
        note: None,
        starts: Vec::new(),
        inputs: Vec::new(),
        key: None,
        order_by: None,
        own_events: false,
        steps: (0..STEPS).map(step).collect(),
        output: None,
    }
}

fn main() {
    let base = version(|n| format!("s{n}"), "N00");
    let mut reversed = base.clone();
    reversed.steps.reverse();
    let stories = [
        ("nothing differs", base.clone()),
        (
            "one field of every step",
            version(|n| format!("s{n}"), "N30"),
        ),
        ("every step renamed", version(|n| format!("t{n}"), "N00")),
        (
            "every step renamed and changed",
            version(|n| format!("t{n}"), "N30"),
        ),
        ("the order turned round", reversed),
        ("all steps are others", {
            let mut flow = version(|n| format!("u{n}"), "N60");
            for (n, step) in flow.steps.iter_mut().enumerate() {
                step.kind = StepKind::Set {
                    values: json!({"number": n}),
                };
            }
            flow
        }),
    ];
    for (name, to) in stories {
        let mut times: Vec<_> = (0..TRIES)
            .map(|_| {
                let begun = Instant::now();
                let count = diff(&base, &to).len();
                (begun.elapsed(), count)
            })
            .collect();
        times.sort();
        let (median, count) = times[TRIES / 2];
        println!(
            "{name:32} {count:5} changes, median {median:?}, worst {:?}",
            times[TRIES - 1].0
        );
    }
}
