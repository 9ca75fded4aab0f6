//! Lookup tables and rules in runs: the day they are asked for, what a run meets and keeps, what is
//! missing and is added.

use crate::app::{App, on_both, purchase};
use engine::{LookupError, NewRow};
use mapping::TableDefinition;
use mapping::table::day;
use model::RunState;
use model::ids::RunId;
use serde_json::{Value, json};
use sim::faults::Action;
use std::time::Duration;

/// Asks a table twice, with a call in between that may be away.
const ASKS: &str = "\
schema: 1
flow: asks
trigger: stripe.charge.succeeded
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: before
    set:
      item: =lookup('items', 'mug')
      missing: =lookup_or('items', 'cup', 'none')
  - id: money
    use: stripe.charge.balance_transaction
    with:
      charge: =charge.id
  - id: after
    set:
      item: =lookup('items', 'mug')
      other: =lookup_or('items', 'cup', 'none')
      dish: =lookup_or('items', 'dish', 'none')
  - id: made
    use: stripe.product.create
    with:
      reference: ='r ' + charge.id
      name: =steps.after.item
";

/// Derives an account, and looks two parts up.
const DERIVES: &str = "\
schema: 1
flow: derives
trigger: stripe.charge.succeeded
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: account
    set:
      gl: >-
        =derive('gl_accounts', {'currency': charge.currency, 'amount': charge.amount})
      rate: =lookup('rates', [charge.currency, 'std']).rate * 2
  - id: made
    use: stripe.product.create
    with:
      reference: ='r ' + charge.id
      name: =steps.account.gl.account
";

/// Looks a row up that is named by the amount.
const BY_AMOUNT: &str = "\
schema: 1
flow: by-amount
trigger: stripe.charge.succeeded
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: found
    set:
      text: =lookup('amounts', charge.amount)
  - id: made
    use: stripe.product.create
    with:
      reference: ='r ' + charge.id
      name: =steps.found.text
";

fn definition(json: Value) -> TableDefinition {
    serde_json::from_value(json).expect("a definition")
}

fn gl_accounts() -> TableDefinition {
    definition(json!({
        "kind": "rules",
        "conditions": [{"name": "currency"}, {"name": "amount", "type": "number"}],
        "columns": [{"name": "account", "required": true, "max_length": 8}],
    }))
}

fn new_row(key: &[&str], value: Value, valid_from: &str) -> NewRow {
    NewRow {
        key: key.iter().map(|part| (*part).to_owned()).collect(),
        value: (!value.is_null()).then_some(value),
        valid_from: valid_from.into(),
        valid_to: String::new(),
    }
}

impl App {
    async fn define(&self, table: &str, definition: &TableDefinition) {
        let catalog = self.engine.catalog();
        let environment = &catalog.environments()[0];
        let defined = self
            .engine
            .lookup_define(environment, table, "", definition, "test");
        defined.await.expect("it is defined");
    }

    async fn put(&self, table: &str, rows: &[NewRow]) -> Result<usize, LookupError> {
        let catalog = self.engine.catalog();
        let environment = &catalog.environments()[0];
        self.engine
            .lookup_put(environment, table, rows, "test")
            .await
    }

    async fn replay_missing(&self, table: &str) -> engine::ReplayedMissing {
        let catalog = self.engine.catalog();
        let done = self
            .engine
            .replay_missing(&catalog.environments()[0], table, "test");
        let done = done.await.expect("the store answers");
        self.engine.settled().await;
        done
    }

    /// What a run met.
    async fn met(&self, run: RunId) -> Option<engine::Met> {
        let catalog = self.engine.catalog();
        let met = self.engine.lookups_of_run(&catalog.environments()[0], run);
        met.await.expect("the store answers")
    }

    /// The names of the products that were made, in order.
    fn committed_names(&self) -> Vec<String> {
        let entries = self.stripe.journal().since(0);
        let made = entries
            .iter()
            .filter(|e| e.committed && e.operation == "POST /v1/products");
        made.filter_map(|e| Some(e.fields.get("name")?.as_str()?.to_owned()))
            .collect()
    }

    async fn step(&self, run: RunId) -> (RunState, Option<String>) {
        let run = self.engine.store().run(run).await.expect("a run");
        (run.state, run.fault.map(|(_, message)| message))
    }
}

#[tokio::test]
async fn a_run_goes_on_with_the_rows_it_met_also_after_a_restart() {
    on_both(&[ASKS], |mut app| async move {
        app.put("items", &[new_row(&["mug"], json!("A"), "")])
            .await
            .expect("stored");
        app.stripe.purchase(&purchase()).expect("it is paid");
        // The read is away: what was met is written with the commit of the retry.
        app.take_events_with_fault(Action::Status {
            status: 503,
            code: None,
            message: None,
            headers: std::collections::BTreeMap::new(),
        })
        .await;
        app.are("retry", 1).await;
        let rows = [
            new_row(&["mug"], json!("B"), ""),
            new_row(&["cup"], json!("C"), ""),
            new_row(&["dish"], json!("D"), ""),
        ];
        assert_eq!(app.put("items", &rows).await.expect("stored"), 3);
        app.restart().await;
        app.stripe.faults().clear();
        for _ in 0..5 {
            app.pass(Duration::from_secs(120)).await;
        }
        app.are("done", 1).await;
        let run = app.all_runs().await[0].id;
        let made = app.committed_names();
        assert_eq!(made.last().map(String::as_str), Some("A"), "{made:?}");
        let met = app.met(run).await.expect("it met a table");
        assert_eq!(met.tables.get("items"), Some(&1));
        let rows: Vec<_> = met
            .rows
            .iter()
            .map(|row| (row.key.as_str(), row.version.map(|v| v.version)))
            .collect();
        // Also the key that it asked for only after the change is as it was at the start.
        assert_eq!(rows, [("cup", None), ("dish", None), ("mug", Some(1))]);
        assert!(
            met.rows.iter().all(|row| row.at == "2026-11-24"),
            "{:?}",
            met.rows
        );
        // A replay is a new run.
        let how = engine::Replay {
            from_start: true,
            ..engine::Replay::default()
        };
        let again = app
            .engine
            .replay(&[run], &how, "test")
            .await
            .expect("replayed");
        app.engine.settled().await;
        let met = app.met(again[0]).await.expect("it met a table");
        assert_eq!(met.tables.get("items"), Some(&2));
        assert_eq!(met.rows[2].version.map(|v| v.version), Some(2));
    })
    .await;
}

#[tokio::test]
async fn a_row_is_looked_up_on_the_books_date_of_the_event() {
    on_both(&[BY_AMOUNT], |app| async move {
        let rows = [
            new_row(&["2400"], json!("old"), ""),
            new_row(&["2400"], json!("today"), "2026-11-24"),
            new_row(&["2400"], json!("tomorrow"), "2026-11-25"),
        ];
        app.put("amounts", &rows).await.expect("stored");
        app.stripe.purchase(&purchase()).expect("it is paid");
        // It is worked days after it happened.
        app.infor.advance(10 * 86_400);
        app.clock.advance(Duration::from_secs(10 * 86_400));
        app.take_events().await;
        app.are("done", 1).await;
        let made = app.committed_names();
        assert_eq!(made.last().map(String::as_str), Some("today"), "{made:?}");
    })
    .await;
}

#[tokio::test]
async fn one_added_row_clears_all_that_missed_it_and_no_other() {
    on_both(&[BY_AMOUNT], |app| async move {
        for amount in [2400, 1200, 2400, 2400, 3600] {
            let mut bought = purchase();
            bought.line_items[0].amount_subtotal = amount;
            app.stripe.purchase(&bought).expect("it is paid");
        }
        app.take_events().await;
        app.are("dead", 5).await;
        let nothing = app.replay_missing("amounts").await;
        assert_eq!((nothing.runs.len(), nothing.still_missing), (0, 5));
        app.put("amounts", &[new_row(&["2400"], json!("two"), "")])
            .await
            .expect("stored");
        let done = app.replay_missing("amounts").await;
        assert_eq!(
            (done.runs.len(), done.still_missing, done.more),
            (3, 2, false)
        );
        assert_eq!(done.failed, []);
        app.are("done", 3).await;
        let letters = app.engine.store().dead_letters(
            app.environment(),
            store::LetterFilter::default(),
            store::Page::first(10),
        );
        let mut keys: Vec<_> = letters
            .await
            .expect("letters")
            .into_iter()
            .filter_map(|stored| stored.letter.missing_row)
            .collect();
        keys.sort();
        let row = |key: &str| ("amounts".to_owned(), key.to_owned());
        assert_eq!(keys, [row("1200"), row("3600")]);
        let again = app.replay_missing("amounts").await;
        assert_eq!(
            (again.runs.len(), again.still_missing),
            (0, 2),
            "once is enough"
        );
    })
    .await;
}

#[tokio::test]
async fn rules_derive_and_a_missing_rule_is_a_dead_letter_that_a_rule_cures() {
    on_both(&[DERIVES], |app| async move {
        let rates = definition(json!({
            "keys": [{"name": "currency"}, {"name": "class"}],
            "columns": [{"name": "rate", "type": "decimal", "required": true}],
        }));
        app.define("rates", &rates).await;
        let rate = new_row(&["usd", "std"], json!({"rate": "0.125"}), "");
        app.put("rates", &[rate]).await.expect("stored");
        app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        let run = app.all_runs().await[0].id;
        let (state, fault) = app.step(run).await;
        assert_eq!(state, RunState::Dead);
        let fault = fault.unwrap_or_default();
        assert!(fault.contains("no table of rules `gl_accounts`"), "{fault}");

        app.define("gl_accounts", &gl_accounts()).await;
        let euro = new_row(&["euro"], json!({"currency": "eur", "account": "3000"}), "");
        app.put("gl_accounts", &[euro]).await.expect("stored");
        let how = engine::Replay::default();
        app.engine
            .replay(&[run], &how, "test")
            .await
            .expect("replayed");
        app.engine.settled().await;
        let run = app.all_runs().await[1].id;
        let (_, fault) = app.step(run).await;
        let fault = fault.unwrap_or_default();
        assert!(
            fault.contains("the table `gl_accounts` has no rule for amount `2400`, currency `usd`")
                && fault.contains("the closest is `euro`: currency is `usd`"),
            "{fault}"
        );
        let letter = app.engine.store().dead_letter(run).await.expect("a letter");
        let attributes = r#"{"amount":2400,"currency":"usd"}"#.to_owned();
        assert_eq!(
            letter.letter.missing_row,
            Some(("gl_accounts".into(), attributes))
        );

        let small = json!({"currency": "usd", "amount": "..<2400", "account": "3001"});
        app.put("gl_accounts", &[new_row(&["small"], small, "")])
            .await
            .expect("stored");
        assert_eq!(app.replay_missing("gl_accounts").await.still_missing, 1);
        let large = json!({"currency": "usd", "amount": "2400..", "account": "3002"});
        app.put("gl_accounts", &[new_row(&["large"], large, "")])
            .await
            .expect("stored");
        let done = app.replay_missing("gl_accounts").await;
        assert_eq!((done.runs.len(), done.still_missing), (1, 0));
        let (state, fault) = app.step(done.runs[0]).await;
        assert_eq!(state, RunState::Done, "{fault:?}");
        let made = app.committed_names();
        assert_eq!(made.last().map(String::as_str), Some("3002"), "{made:?}");
        let met = app.met(done.runs[0]).await.expect("it met tables");
        assert_eq!(met.tables.get("gl_accounts"), Some(&4));
        // Which rule won is kept with the run, and why can be told of the table as it was then.
        let pick = &met.rules[0].pick;
        assert_eq!(met.rules.len(), 1);
        assert_eq!(
            (pick.table.as_str(), pick.rule.as_str()),
            ("gl_accounts", "large")
        );
        assert_eq!(pick.attributes, r#"{"amount":2400,"currency":"usd"}"#);
        let catalog = app.engine.catalog();
        let why = app.engine.why_rules_won(&catalog.environments()[0], &met);
        let asks = [
            "currency is `usd`, as `usd` asks",
            "amount is `2400`, as `2400..` asks",
        ];
        assert_eq!(why.await.expect("the store answers"), [asks]);
    })
    .await;
}

#[tokio::test]
async fn a_row_is_refused_that_a_deployed_flow_would_send_where_it_is_not_taken() {
    let order = include_str!("../../../../flows/order-to-cash/flow.yaml");
    on_both(&[order], |app| async move {
        let found = codes(
            app.put("payment_terms", &[new_row(&["pro"], json!("NET30"), "")])
                .await,
        );
        assert_eq!(found, [("rows".to_owned(), "too_long".to_owned())]);
        let account = |number: &str| {
            let row = json!({"account": number, "dimension": "GOODS"});
            [new_row(&["prod_mug"], row, "")]
        };
        let refused = app.put("gl_accounts", &account("2400")).await;
        let found = codes(refused);
        assert_eq!(
            found,
            [("rows".to_owned(), "not_the_deposits_account".to_owned())]
        );
        assert_eq!(
            app.put("gl_accounts", &account("2300"))
                .await
                .expect("it fits"),
            1
        );
        let terms = [new_row(&["pro"], json!("N30"), "")];
        assert_eq!(app.put("payment_terms", &terms).await.expect("it fits"), 1);
        // What no flow asks for is not held against one.
        let other = [new_row(&["x"], json!("anything of any length"), "")];
        assert_eq!(app.put("other", &other).await.expect("stored"), 1);
    })
    .await;
}

fn codes(refused: Result<impl std::fmt::Debug, LookupError>) -> Vec<(String, String)> {
    match refused {
        Err(LookupError::Problems(problems)) => {
            problems.into_iter().map(|p| (p.path, p.code)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_does_not_fit_the_definition_is_refused_whole() {
    on_both(&[BY_AMOUNT], |app| async move {
        app.define("gl_accounts", &gl_accounts()).await;
        let rows = [
            new_row(&["a"], json!({"currency": "usd", "account": "1"}), ""),
            new_row(
                &["b"],
                json!({"amount": "9..1", "account": "123456789"}),
                "1.1.2026",
            ),
            new_row(&["c", "d"], json!({"acount": "1"}), ""),
        ];
        let found = codes(app.put("gl_accounts", &rows).await);
        let pair = |path: &str, code: &str| (path.to_owned(), code.to_owned());
        assert_eq!(
            found,
            [
                pair("rows[1].amount", "wrong_value"),
                pair("rows[1].account", "wrong_value"),
                pair("rows[1].valid_from", "wrong_date"),
                pair("rows[2].key", "wrong_key"),
                pair("rows[2].acount", "unknown_column"),
                pair("rows[2].account", "missing_value"),
            ]
        );
        app.put("gl_accounts", &rows[..1]).await.expect("stored");
        // Another that may hold too, at the same rank.
        let tie = new_row(&["b"], json!({"amount": "1..", "account": "2"}), "");
        assert_eq!(
            codes(app.put("gl_accounts", &[tie]).await),
            [pair("rows", "tie")]
        );
        let apart = new_row(
            &["b"],
            json!({"amount": "1..", "account": "2", "priority": 1}),
            "",
        );
        app.put("gl_accounts", &[apart]).await.expect("stored");
        // A table with rows takes only a definition that they fit.
        app.put(
            "plain",
            &[new_row(&["x"], json!({"account": "too long"}), "")],
        )
        .await
        .expect("a table without a definition takes anything");
        let short = definition(json!({
            "keys": [{"name": "product"}],
            "columns": [{"name": "account", "max_length": 3}],
        }));
        let catalog = app.engine.catalog();
        let environment = &catalog.environments()[0];
        let defined = app
            .engine
            .lookup_define(environment, "plain", "", &short, "test");
        assert_eq!(
            codes(defined.await),
            [pair("row x, column account", "wrong_value")]
        );
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_row_takes_no_other_row_away() {
    on_both(&[BY_AMOUNT], |app| async move {
        let row = |value: &str, from: &str, to: &str| NewRow {
            valid_to: to.into(),
            ..new_row(&["k"], json!(value), from)
        };
        let rows = [
            row("july", "2026-07-01", ""),
            row("spring", "2026-03-01", "2026-06-30"),
        ];
        assert_eq!(app.put("amounts", &rows).await.expect("stored"), 2);
        let january = row("january", "2026-01-01", "2026-02-28");
        assert_eq!(app.put("amounts", &[january]).await.expect("stored"), 1);
        let pair = |path: &str, code: &str| (path.to_owned(), code.to_owned());
        let long = row("long", "2026-01-15", "2026-08-31");
        let found = codes(app.put("amounts", &[long]).await);
        assert_eq!(found, [pair("rows[0].valid_to", "row_within")]);
        let twice = [row("a", "2026-09-01", ""), row("b", "2026-09-01", "")];
        assert_eq!(
            codes(app.put("amounts", &twice).await),
            [pair("rows[1]", "row_twice")]
        );
        for (on, value) in [
            ("2026-02-28", Some("\"january\"")),
            ("2026-03-01", Some("\"spring\"")),
            ("2026-07-01", Some("\"july\"")),
            ("2025-12-31", None),
        ] {
            let at = day::end(day::parse(on).expect("a day"));
            let (store, keys) = (app.engine.store(), ["k".to_owned()]);
            let found = store.lookup_rows(app.environment(), "amounts", &keys, at, None);
            let found = found.await.expect("rows").rows.pop().map(|row| row.value);
            assert_eq!(found.as_deref(), value, "{on}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_is_imported_whole_and_exported_byte_for_byte() {
    on_both(&[BY_AMOUNT], |app| async move {
        app.define("gl_accounts", &gl_accounts()).await;
        let catalog = app.engine.catalog();
        let environment = &catalog.environments()[0];
        let import = |text: &'static str, end_missing, dry_run| {
            let engine = app.engine.clone();
            async move {
                engine
                    .lookup_import(
                        environment,
                        "gl_accounts",
                        text.as_bytes(),
                        end_missing,
                        dry_run,
                        "test",
                    )
                    .await
            }
        };
        let first = "rule,priority,currency,amount,account,valid_from,valid_to\n\
            default,,,,3999,,\n\
            euro,,eur|sek,,003000,,2026-12-31\n";
        let dry = import(first, false, true).await.expect("it fits");
        assert_eq!(dry.diff.changes.len(), 3);
        let store = app.engine.store();
        let count = async || {
            let points = store.lookup_points(environment.id, "gl_accounts", i64::MAX, 10);
            points.await.expect("points").len()
        };
        assert_eq!(count().await, 0, "a dry run writes nothing");
        import(first, false, false).await.expect("it fits");
        let exported = app.engine.lookup_export(environment, "gl_accounts", b',');
        assert_eq!(exported.await.expect("a file"), first.as_bytes());
        let same = import(first, true, false).await.expect("it fits");
        assert_eq!((same.diff.changes.len(), same.diff.unchanged), (0, 2));
        let less = "rule,priority,currency,amount,account,valid_from,valid_to\n\
            default,,,,3999,,\n";
        import(less, true, false).await.expect("it fits");
        let at = |text: &str| day::parse(text).expect("a day");
        let euro = json!({"currency": "eur", "amount": 1});
        for (on, account) in [("2026-11-23", "003000"), ("2026-11-24", "3999")] {
            let told = app
                .engine
                .lookup_explain(environment, "gl_accounts", &euro, at(on));
            let picked = told.await.expect("it answers").picked.expect("a rule");
            assert_eq!(picked.value.to_json(), json!({"account": account}), "{on}");
        }
        let tie = "rule,priority,currency,amount,account\ndefault,,,,1\nother,,,,2\n";
        assert_eq!(codes(import(tie, false, false).await).len(), 1);
    })
    .await;
}
