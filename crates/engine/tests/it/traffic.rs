//! What real events say against a flow, and what an environment's connections and tables do.

use crate::app::{App, on_both, purchase};
use engine::traffic::Traffic;
use model::{Problem, Severity};

/// Sends a name to a field of 36 characters, and asks a table that has no row for some.
const FLOW: &str = "\
schema: 1
flow: customers
trigger: stripe.charge.succeeded
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: words
    set:
      plan: =charge.metadata.?plan.orValue('none')
      amount: =lookup('amounts', charge.amount)
  - id: customer
    use: infor.customer.create
    with:
      external_id: =charge.id
      name: =charge.billing_details.?name.orValue('none')
      address: =address(charge.billing_details.?address.orValue({}))
      currency: =upper(charge.currency)
  - id: told
    use: stripe.charge.update_metadata
    with:
      id: =charge.id
      metadata:
        number: =steps.customer.number
        words: =steps.words.plan
      as_of: =charge.created
";

async fn check(app: &App, text: &str) -> engine::CheckedWithin {
    let catalog = app.engine.catalog();
    let checked = app.engine.check_within(&catalog.environments()[0], text);
    checked.await.expect("the store answers")
}

fn told(problems: &[Problem]) -> Vec<String> {
    let told = problems.iter().map(|p| {
        let kind = match p.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        format!("{kind} {} {}", p.path, p.code)
    });
    told.collect()
}

fn message<'a>(problems: &'a [Problem], code: &str) -> &'a str {
    let found = problems.iter().find(|p| p.code == code);
    found.map_or("", |p| p.message.as_str())
}

#[tokio::test]
async fn real_events_say_what_was_empty_too_long_or_would_have_failed() {
    on_both(&[], |app| async move {
        app.put_row("amounts", "2400", "\"two\"").await;
        for n in 0..12 {
            let mut bought = purchase();
            if n == 3 {
                let name = "Augusta Ada King, Countess of Lovelace, of Ockham Park";
                bought.customer_details["name"] = name.into();
            }
            if n % 4 == 0 {
                bought.line_items[0].amount_subtotal = 1200;
            }
            app.stripe.purchase(&bought).expect("it is paid");
        }
        app.take_events().await;
        let checked = check(&app, FLOW).await;
        let traffic = checked.traffic.as_ref().expect("it has a trigger");
        assert_eq!((traffic.events, traffic.is_cut), (12, false));
        let of_traffic: Vec<Problem> = Traffic::warnings(traffic);
        assert_eq!(
            told(&of_traffic),
            [
                "warning steps.customer.with.name too_long_in_traffic",
                "warning steps.words.set.amount fails_in_traffic",
                "warning steps.words.set.plan always_empty",
            ]
        );
        let long = message(&of_traffic, "too_long_in_traffic");
        assert!(
            long.contains("1 of 12 events (8.3 %): 54 characters where 36 fit"),
            "{long}"
        );
        assert!(!long.contains("Ada"), "no value is told: {long}");
        let fails = message(&of_traffic, "fails_in_traffic");
        assert!(
            fails.contains("no row for it in 3 of 12 events (25.0 %)"),
            "{fails}"
        );
        assert_eq!(
            message(&of_traffic, "always_empty"),
            "`charge.metadata.plan` was empty in all 12 events of the last 30 days"
        );
        // The check tells all of it, each with its place in the text.
        let all = of_traffic.iter().all(|p| {
            let same = |q: &&Problem| (&q.path, &q.code) == (&p.path, &p.code);
            checked
                .problems
                .iter()
                .find(same)
                .is_some_and(|q| q.place.is_some())
        });
        assert!(all, "{:#?}", checked.problems);
        let name = "charge.billing_details.name";
        let field = traffic
            .fields
            .iter()
            .find(|f| f.path == name)
            .expect("the field");
        assert_eq!((field.present, field.of, field.longest), (12, 12, Some(54)));
        let formula = |path: &str| traffic.formulas.iter().find(|f| f.path == path);
        assert!(
            formula("steps.told.with.metadata.number").is_none(),
            "a peer gives it"
        );
        let words = formula("steps.told.with.metadata.words").expect("it is known");
        // Three of the events have no row, so that their runs end before.
        assert_eq!((words.worked, words.longest), (9, Some(4)));
        let catalog = app.engine.catalog();
        let of_trigger = app
            .engine
            .traffic_of_trigger(&catalog.environments()[0], "stripe.charge.succeeded")
            .await
            .expect("it is known");
        assert_eq!(
            (of_trigger.events, &of_trigger.fields),
            (12, &traffic.fields)
        );
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_tables_is_held_against_the_peers_fields() {
    let order = include_str!("../../../../flows/order-to-cash/flow.yaml");
    on_both(&[], |app| async move {
        for (table, key, value) in [
            ("items", "prod_mug", "\"MUG\""),
            ("payment_methods", "card", "\"CC\""),
            ("payment_terms", "pro", "\"N30\""),
            ("payment_terms", "team", "\"NET 30 DAYS\""),
            (
                "gl_accounts",
                "prod_mug",
                r#"{"account": "2400", "dimension": "M"}"#,
            ),
        ] {
            app.put_row(table, key, value).await;
        }
        let checked = check(&app, order).await;
        assert_eq!(
            told(&checked.problems),
            [
                "error steps.posting.set.deposit not_the_deposits_account",
                "warning steps.order.with.terms too_long",
            ],
            "{:#?}",
            checked.problems
        );
        let terms = message(&checked.problems, "too_long");
        assert!(terms.contains("`NET 30 DAYS` has 11 characters"), "{terms}");
        // A table that is not there, beside those that are.
        let text = order.replace("lookup('items'", "lookup('itemz'");
        let checked = check(&app, &text).await;
        assert_eq!(
            message(&checked.problems, "unknown_table"),
            "there is no lookup table `itemz`"
        );
    })
    .await;
}
