//! The contract suite: lists, and a lost answer or a crash at each call of each writing recipe.

use crate::sandbox::{Sandbox, operation};
use connector::Session;
use connector::testing::{self, Case, Ended, Shell};
use connector_stripe::CONNECTOR;
use model::FaultClass;
use serde_json::{Value, json};
use sim::faults::Action;
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn the_lists_are_in_order() {
    assert_eq!(testing::check(&CONNECTOR), Vec::<String>::new());
}

/// The objects of a collection that carry the input's reference in their metadata `mark`.
async fn marked(sandbox: &Sandbox, collection: &str, mark: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut after = Value::Null;
    loop {
        let params = json!({"limit": 100, "starting_after": after});
        let input = json!({"path": collection, "params": params});
        let list = sandbox.run("stripe.api.get", input).await.unwrap();
        let page = list["body"]["data"].as_array().unwrap().clone();
        for object in &page {
            if object["metadata"]["mark"] == mark {
                found.push(object["id"].as_str().unwrap().to_owned());
            }
        }
        match page.last().filter(|_| list["body"]["has_more"] == true) {
            Some(last) => after = last["id"].clone(),
            None => return found,
        }
    }
}

/// A writing operation, where its objects are listed, and what makes a new one of each number.
struct Writing<'a> {
    id: &'static str,
    collection: &'static str,
    input: Box<dyn Fn(usize) -> Value + 'a>,
}

fn writing(sandbox: &Sandbox) -> [Writing<'_>; 3] {
    let meta = |n: usize| json!({"mark": n.to_string()});
    [
        Writing {
            id: "stripe.customer.create",
            collection: "/v1/customers",
            input: Box::new(
                move |n| json!({"reference": n.to_string(), "name": "Ada", "metadata": meta(n)}),
            ),
        },
        Writing {
            id: "stripe.product.create",
            collection: "/v1/products",
            input: Box::new(
                move |n| json!({"reference": n.to_string(), "name": "Shirt", "metadata": meta(n)}),
            ),
        },
        Writing {
            id: "stripe.refund.create",
            collection: "/v1/refunds",
            input: Box::new(move |n| {
                let charge = sandbox.sale("usd", 10_000).charge;
                let reference = n.to_string();
                let metadata = meta(n);
                json!({
                    "reference": reference, "charge": charge, "amount": 1_000, "metadata": metadata
                })
            }),
        },
    ]
}

fn mark(input: &Value) -> String {
    input["metadata"]["mark"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_makes_exactly_one_object() {
    let sandbox = Arc::new(Sandbox::start().await);
    for Writing {
        id,
        collection,
        input,
    } in writing(&sandbox)
    {
        let found = |input: &Value| {
            let mark = mark(input);
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(marked(&sandbox, collection, &mark))
            })
        };
        let case = Case {
            operation: operation(id),
            input,
            count: Box::new(|input| found(input).len()),
            number: Box::new(|input| found(input).pop()),
        };
        // The shell moves our clock; the sandbox's follows.
        let stripe = Arc::clone(&sandbox);
        let pass = move |span: Duration| {
            stripe
                .stripe
                .advance(i64::try_from(span.as_secs()).unwrap());
        };
        let clock = sandbox.clock.clone();
        let report = testing::lost_answers(&*sandbox.session, &clock, pass, &case).await;
        assert_eq!(
            report.asked, 0,
            "{id}: absence is provable: nobody is asked"
        );
        assert_eq!(report.exactly_once, 4, "{id}");
    }
}

/// A shell whose waiting lets the sandbox's time pass as well.
fn shell<'a>(sandbox: &'a Sandbox, session: &'a dyn Session, id: &str) -> Shell<'a> {
    let mut shell = Shell::new(session, operation(id), sandbox.clock.clone());
    shell.pass = Box::new(|span| {
        sandbox
            .stripe
            .advance(i64::try_from(span.as_secs()).unwrap())
    });
    shell
}

#[tokio::test]
async fn after_the_keys_life_it_looks_first() {
    let sandbox = Sandbox::start().await;
    for Writing {
        id,
        collection,
        input,
    } in writing(&sandbox)
    {
        for executed in [true, false] {
            let n = if executed { 1 } else { 2 };
            let input = input(n);
            let action = if executed {
                Action::DropAfter
            } else {
                Action::DropBefore
            };
            sandbox.plant("POST", collection, 1, action);
            let mut shell = shell(&sandbox, &*sandbox.session, id);
            // Waiting is what ends the key's life here.
            let days = &sandbox;
            shell.pass = Box::new(move |_| days.pass(DAY));
            let ended = shell.run(&input).await;
            assert!(
                matches!(
                    ended,
                    Ended::Done {
                        reused: false | true,
                        ..
                    }
                ),
                "{id}: {ended:?}"
            );
            assert_eq!(
                marked(&sandbox, collection, &mark(&input)).await.len(),
                1,
                "{id}"
            );
            let posts = shell.calls.iter().filter(|c| c.starts_with("POST")).count();
            assert_eq!(
                posts,
                if executed { 1 } else { 2 },
                "{id}: {:?}",
                shell.calls
            );
        }
    }
}

#[tokio::test]
async fn a_stored_failure_is_settled_by_looking_after_the_keys_life() {
    let sandbox = Sandbox::start().await;
    sandbox.plant("POST", "/v1/customers", 1, Action::Save500);
    let mut shell = shell(&sandbox, &*sandbox.session, "stripe.customer.create");
    let days = &sandbox;
    shell.pass = Box::new(move |_| days.pass(DAY));
    let input = json!({"reference": "1", "metadata": {"mark": "1"}});
    let ended = shell.run(&input).await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_eq!(marked(&sandbox, "/v1/customers", "1").await.len(), 1);
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_is_not_believed_before_looking() {
    let sandbox = Sandbox::start().await;
    for Writing {
        id,
        collection,
        input,
    } in writing(&sandbox)
    {
        for executed in [true, false] {
            let n = if executed { 3 } else { 4 };
            let input = input(n);
            let action = if executed {
                Action::DropAfter
            } else {
                Action::DropBefore
            };
            // First lost, then, when it is repeated, refused for another reason.
            sandbox.plant("POST", collection, 1, action);
            let mut shell = shell(&sandbox, &*sandbox.session, id);
            let planted = std::sync::atomic::AtomicBool::new(false);
            let there = &sandbox;
            shell.pass = Box::new(move |_| {
                if !planted.swap(true, std::sync::atomic::Ordering::SeqCst) {
                    there.refuse("POST", collection, 403, &[]);
                }
            });
            let ended = shell.run(&input).await;
            let count = marked(&sandbox, collection, &mark(&input)).await.len();
            if executed {
                assert!(matches!(ended, Ended::Done { .. }), "{id}: {ended:?}");
                assert_eq!(count, 1);
            } else {
                assert!(
                    matches!(&ended, Ended::Refused(f) if f.class == FaultClass::Rejected),
                    "{id}: {ended:?}"
                );
                assert_eq!(count, 0);
            }
        }
    }
}

#[tokio::test]
async fn a_refund_met_again_is_reused_and_another_amount_is_a_conflict() {
    let sandbox = Sandbox::start().await;
    let charge = sandbox.sale("usd", 10_000).charge;
    let input = |amount: i64| json!({"reference": "CN-1", "charge": charge, "amount": amount});
    let mut shell = shell(&sandbox, &*sandbox.session, "stripe.refund.create");
    let Ended::Done {
        output,
        reused: false,
    } = shell.run(&input(1_000)).await
    else {
        panic!("it is made");
    };
    assert_eq!(output["amount"], 1_000);
    let again = shell.run(&input(1_000)).await;
    assert!(matches!(again, Ended::Done { reused: true, .. }));
    assert!(matches!(shell.run(&input(2_000)).await, Ended::Conflict(_)));
    assert_eq!(sandbox.seen("POST /v1/refunds"), 1);
}
