//! Dry runs: they come to what runs come to, and change nothing.

use crate::app::{App, REGISTRY, on_both, purchase};
use engine::dry::{DryRun, Ended, Origin, Reads, StepEnd, dry_run};
use engine::{Plan, Purpose};
use model::flow::Given;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use store::run::StepState;

pub const ORDER: &str = include_str!("../../../../flows/order-to-cash/flow.yaml");
pub const FLOWS: [&str; 5] = [
    ORDER,
    include_str!("../../../../flows/book-transactions/flow.yaml"),
    include_str!("../../../../flows/apply-payment/flow.yaml"),
    include_str!("../../../../flows/refund/flow.yaml"),
    BLOCKS,
];

/// Every block; one failure that the flow answers.
pub const BLOCKS: &str = "\
schema: 1
flow: blocks
trigger: stripe.charge.succeeded
key: =charge.id + ':blocks'
steps:
  - id: all
    each: =['a', 'b', 'c']
    as: outer
    steps:
      - id: wanted
        check: =outer != 'b'
        else: skip
      - id: linked
        use: books.cross_reference.set
        with:
          kind: letter
          id: =charge.id + outer
          value: =outer
      - id: both
        parallel:
          plain:
            - id: name
              set:
                is: =outer
          deep:
            - id: inner
              each: =range(2)
              as: n
              steps:
                - id: pair
                  set:
                    is: =outer + text(n)
                    price: =money(n, 'EUR')
  - id: gone
    use: stripe.charge.get
    on_error:
      - id: noted
        set:
          is: =error.step
    with:
      id: ch_none
  - id: way
    choose:
      - when: =has(steps.gone)
        set:
          is: there
      - steps:
          - id: first
            set:
              is: =size(steps.all)
          - id: second
            set:
              is: =steps.first.is + 1
";

/// The rows that a purchase of a mug needs.
pub async fn fill(app: &App) {
    let goods = r#"{"account": "2300", "dimension": "GOODS"}"#;
    for (table, key, value) in [
        ("items", "prod_mug", "\"MUG\""),
        ("gl_accounts", "prod_mug", goods),
        ("payment_methods", "card", "\"CC\""),
    ] {
        app.put_row(table, key, value).await;
    }
}

/// What every run was given, and what each step of its own list gave.
struct Worked {
    plan: std::sync::Arc<Plan>,
    state: model::RunState,
    body: Value,
    /// By step id; none if it has no output.
    outputs: BTreeMap<String, (StepState, Option<Value>)>,
}

async fn worked(app: &App) -> Vec<Worked> {
    let (store, catalog) = (app.engine.store(), app.engine.catalog());
    let key = &catalog.environments()[0].key;
    let filter = store::RunFilter::default();
    let page = store::Page::first(100);
    let runs = store.runs(app.environment(), filter, page).await;
    let mut found = Vec::new();
    let runs = runs.expect("runs").into_iter();
    for run in runs.filter(|run| run.state != model::RunState::Covered) {
        let deployment = catalog.deployment(run.deployment).expect("it is loaded");
        let event = store.event(run.event).await.expect("an event");
        let body = key
            .open(&event.body, Purpose::Body.label())
            .expect("it opens");
        let (_, steps, _) = store.journal(run.id).await.expect("the journal");
        let own = steps.iter().filter(|s| s.scope == 0 && s.index == 0);
        let outputs = own.map(|row| {
            let sealed = row.output.as_ref().filter(|_| row.state == StepState::Done);
            let output = sealed.map(|sealed| {
                let plain = key.open(sealed, Purpose::Step.label()).expect("it opens");
                let record: Value = serde_json::from_slice(&plain).expect("JSON");
                mapping::record::read(&record).expect("a record").to_json()
            });
            let step = deployment.plan.step(row.step).expect("a step");
            (step.id.clone(), (row.state, output))
        });
        found.push(Worked {
            state: run.state,
            body: serde_json::from_slice(&body).expect("JSON"),
            outputs: outputs.collect(),
            plan: std::sync::Arc::clone(&deployment.plan),
        });
    }
    found
}

#[tokio::test]
async fn a_dry_run_gives_what_the_run_gave() {
    on_both(&FLOWS, |app| async move {
        fill(&app).await;
        let sale = app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        app.call("/v1/refunds", &format!("charge={}&amount=500", sale.charge))
            .await;
        for _ in 0..4 {
            app.take_events().await;
            app.engine.watch().await;
            app.pass(Duration::from_secs(61)).await;
        }
        app.infor.invoice_all();
        app.engine.watch().await;
        app.pass(Duration::from_secs(301)).await;
        app.engine.watch().await;
        app.engine.settled().await;
        let catalog = app.engine.catalog();
        let environment = &catalog.environments()[0];
        let (mut flows, mut compared) = (std::collections::BTreeSet::new(), 0);
        for run in worked(&app).await {
            let outputs = run.outputs.iter();
            let given = outputs.filter_map(|(id, (_, o))| Some((id.clone(), o.clone()?)));
            let dry = DryRun {
                body: run.body,
                given: Given {
                    steps: given.filter(|(id, _)| id != "gone").collect::<Map<_, _>>(),
                    ..Given::default()
                },
                reads: Reads::Live,
                ..DryRun::default()
            };
            let trace = app.engine.dry_run(environment, &run.plan, &dry).await;
            let trace = trace.expect("it begins");
            let flow = &run.plan.flow.id;
            assert_eq!(
                trace.state.as_str(),
                run.state.as_str(),
                "{flow}: {trace:?}"
            );
            for (id, (state, output)) in &run.outputs {
                let step = trace.steps.iter().find(|s| s.at == *id);
                let step = step.or_else(|| trace.steps.iter().find(|s| s.id == *id));
                let step = step.unwrap_or_else(|| panic!("{flow}: no {id} in {trace:?}"));
                let same = match state {
                    StepState::Done => step.state == StepEnd::Done,
                    StepState::Skipped => step.state == StepEnd::Skipped,
                    StepState::Failed => step.state == StepEnd::Failed,
                    StepState::Begun => true,
                };
                assert!(same, "{flow}: {id}: {state:?}, {:?}", step.state);
                assert_eq!(step.output, *output, "{flow}: {id}");
                compared += 1;
            }
            flows.insert(flow.clone());
        }
        assert_eq!(flows.len(), FLOWS.len(), "{flows:?}");
        assert!(compared > 40, "{compared}");
    })
    .await;
}

#[tokio::test]
async fn reads_are_sent_and_writes_are_shown() {
    on_both(&[BLOCKS], |app| async move {
        fill(&app).await;
        app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        let body = worked(&app).await.remove(0).body;
        let (plan, problems) = engine::compile(ORDER, REGISTRY);
        let plan = plan.unwrap_or_else(|| panic!("{problems:?}"));
        let catalog = app.engine.catalog();
        let environment = &catalog.environments()[0];
        let before = app.engine.store().counts().await.expect("counts");
        let last = |journal: &sim::journal::Journal| journal.since(0).last().map_or(0, |e| e.seq);
        let since = (last(app.stripe.journal()), last(app.infor.journal()));
        let steps = json!({
            "customer": {"number": "WEBGUEST", "marked": true},
            "order": {"number": "1000001"},
            "placed": {"number": "1000001", "total": "24.00", "currency": "USD"},
        });
        let dry = DryRun {
            body,
            given: Given {
                steps: steps.as_object().expect("a map").clone(),
                ..Given::default()
            },
            until: None,
            reads: Reads::Live,
        };
        let trace = app
            .engine
            .dry_run(environment, &plan, &dry)
            .await
            .expect("it begins");
        assert_eq!(trace.state, Ended::Done, "{trace:?}");
        let step = |id: &str| trace.steps.iter().find(|s| s.id == id).expect("a step");
        assert_eq!(step("session").origin, Origin::Live);
        assert_eq!(
            step("lines").output.as_ref().expect("lines")["order"][0]["item"],
            "MUG"
        );
        let journal = trace
            .effects
            .iter()
            .find(|e| e.operation == "infor.journal.post");
        let journal = journal.expect("an entry");
        let request = journal.request.as_ref().expect("a request");
        assert_eq!(
            (request.label.as_str(), request.kind.as_str()),
            ("GLS840MI/AddBatchHead", "stage")
        );
        let entry = journal.entry.as_ref().expect("an entry");
        entry.assert_balanced();
        assert_eq!(entry.debit_minor(), 2400);
        assert_eq!(journal.ledger, None);
        assert!(journal.at_peer.is_some(), "{journal:?}");
        let update = trace
            .effects
            .iter()
            .find(|e| e.operation == "infor.customer.update");
        let there = update.and_then(|e| e.at_peer.as_ref()).expect("it is read");
        let name = |said: &String| {
            said.starts_with("`name` is ") && said.ends_with(" there and would be \"Ada Lovelace\"")
        };
        assert!(there.differences.iter().any(name), "{there:?}");
        // Nobody has changed anything, neither there nor here.
        assert_eq!(app.engine.store().counts().await.expect("counts"), before);
        let sent = app.stripe.journal().since(since.0);
        assert!(!sent.is_empty());
        for call in &sent {
            assert!(call.operation.starts_with("GET "), "{}", call.operation);
        }
        for call in app.infor.journal().since(since.1) {
            let writes = ["Add", "Chg", "Upd", "Dlt", "Confirm", "Lock"];
            let name = call.operation.rsplit('/').next().unwrap_or_default();
            assert!(
                !writes.iter().any(|w| name.starts_with(w)),
                "{}",
                call.operation
            );
        }
        let id = journal.identity.as_ref().expect("an identity");
        let peer = model::Peer(journal.peer.clone().expect("a peer"));
        let row = app
            .engine
            .store()
            .effect(&peer, &id.kind, &id.reference)
            .await;
        assert!(row.expect("the store answers").is_none());
    })
    .await;
}

fn compiled(text: &str) -> Plan {
    let (plan, problems) = engine::compile(text, REGISTRY);
    plan.unwrap_or_else(|| panic!("{problems:?}"))
}

fn charge() -> Value {
    json!({"id": "evt_1", "type": "charge.succeeded", "created": 1_795_510_800,
           "data": {"object": {"id": "ch_1", "amount": 700, "currency": "eur"}}})
}

#[tokio::test]
async fn it_stops_at_a_step_and_says_what_was_made_up() {
    let plan = compiled(
        "schema: 1\nflow: up-to\ntrigger: stripe.charge.succeeded\nsteps:\n  - id: money\n    \
         use: stripe.charge.balance_transaction\n    with:\n      charge: =charge.id\n  - id: twice\n    \
         set:\n      amount: =steps.money.amount * 2\n  - id: never\n    check: =false\n    \
         else: reject not reached\n",
    );
    let dry = DryRun {
        body: charge(),
        until: Some("twice".into()),
        ..DryRun::default()
    };
    let trace = dry_run(&plan, &dry).await.expect("it begins");
    assert_eq!(trace.state, Ended::Reached);
    assert_eq!(trace.steps.len(), 2);
    assert_eq!(trace.steps[0].origin, Origin::Invented);
    assert_eq!(trace.steps[1].output, Some(json!({"amount": 0})));
    let all = DryRun { until: None, ..dry };
    let trace = dry_run(&plan, &all).await.expect("it begins");
    assert_eq!(
        (trace.state, trace.because.as_deref()),
        (Ended::Dead, Some("not reached"))
    );
}

#[tokio::test]
async fn rules_and_cross_references_may_be_given() {
    let plan = compiled(
        "schema: 1\nflow: derives\ntrigger: stripe.charge.succeeded\nsteps:\n  - id: account\n    \
         set:\n      number: \"=derive('accounts', {'plan': 'gold'}).account\"\n      order: \
         =xref('order', charge.id)\n",
    );
    let rules = json!({"accounts": {
        "conditions": [{"name": "plan"}], "columns": [{"name": "account"}],
        "rows": {"gold": {"priority": 1, "plan": "gold", "account": "2310"},
                 "rest": {"priority": 9, "plan": null, "account": "2300"}},
    }});
    let dry = DryRun {
        body: charge(),
        given: Given {
            rules: rules.as_object().expect("a map").clone(),
            cross_references: Map::from_iter([("order".to_owned(), json!({"ch_1": "17"}))]),
            ..Given::default()
        },
        ..DryRun::default()
    };
    let trace = dry_run(&plan, &dry).await.expect("it begins");
    let output = trace.steps[0].output.clone();
    assert_eq!(
        output,
        Some(json!({"number": "2310", "order": "17"})),
        "{trace:?}"
    );
    let none = DryRun {
        given: Given::default(),
        ..dry
    };
    let trace = dry_run(&plan, &none).await.expect("it begins");
    let problem = trace.steps[0].problem.as_ref().expect("a problem");
    assert_eq!(
        (trace.state, problem.code.as_str()),
        (Ended::Dead, "no_table")
    );
}

#[tokio::test]
async fn what_cannot_begin_is_refused_with_all_that_is_wrong() {
    let plan = compiled(BLOCKS);
    let dry = DryRun {
        body: json!({"id": "evt_1"}),
        until: Some("nothing".into()),
        reads: Reads::Live,
        given: Given {
            steps: Map::from_iter([("nobody".to_owned(), json!({}))]),
            ..Given::default()
        },
    };
    let engine::dry::DryError::Problems(problems) = dry_run(&plan, &dry).await.expect_err("wrong")
    else {
        panic!("no store is asked");
    };
    let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(paths, ["given.steps.nobody", "until", "reads"]);
    let dry = DryRun {
        body: json!({"id": "evt_1"}),
        ..DryRun::default()
    };
    let error = dry_run(&plan, &dry).await.expect_err("no subject");
    assert!(format!("{error:?}").contains("the event has no subject at `/data/object`"));
}

#[tokio::test]
async fn a_run_without_an_end_is_cut() {
    let plan = compiled(
        "schema: 1\nflow: long\ntrigger: stripe.charge.succeeded\nsteps:\n  - id: many\n    each: \
         =range(6000)\n    as: n\n    steps:\n      - id: one\n        set:\n          is: =n\n",
    );
    let dry = DryRun {
        body: charge(),
        ..DryRun::default()
    };
    let trace = dry_run(&plan, &dry).await.expect("it begins");
    assert_eq!((trace.state, trace.steps.len()), (Ended::Cut, 5_000));
}
