//! A company, a charge and a few facts that formulas are tried on.

use mapping::{Fact, Facts, Names, Scope, Shape, Value};
use serde_json::{Value as Json, json};

pub struct World {
    pub names: Names,
    pub facts: Facts,
    pub company: model::Company,
}

impl World {
    pub fn scope(&self) -> Scope<'_> {
        Scope {
            names: &self.names,
            facts: &self.facts,
            company: &self.company,
        }
    }

    /// The value of a formula as JSON, or its error.
    pub fn value(&self, source: &str) -> Result<Json, String> {
        let formula = mapping::Formula::compile(source).map_err(|problems| {
            let problems = problems
                .iter()
                .map(|p| format!("{} ({})", p.message, p.code));
            problems.collect::<Vec<_>>().join("; ")
        })?;
        let value = formula
            .eval(&self.scope())
            .map_err(|stop| stop.to_string())?;
        Ok(value.to_json())
    }
}

pub fn charge() -> Json {
    json!({
        "id": "ch_1",
        "amount": 12345,
        "currency": "eur",
        "created": 1_767_225_599,
        "paid": true,
        "customer": null,
        "payment_intent": "pi_1",
        "billing_details": {
            "name": "Ada Lovelace",
            "email": null,
            "address": {"line1": "Storgatan 1", "city": "Lund", "postal_code": "01234",
                "country": "SE"},
        },
        "metadata": {"plan": "premium"},
    })
}

/// Where sales are booked, by product and plan.
fn gl_accounts() -> mapping::RuleTable {
    let definition: mapping::TableDefinition = serde_json::from_value(json!({
        "kind": "rules",
        "conditions": [{"name": "product"}, {"name": "plan"}],
        "columns": [{"name": "account", "required": true}],
    }))
    .expect("a definition");
    let rule = |key: &str, value: Json| mapping::table::Point {
        key: key.into(),
        from: mapping::table::day::ALWAYS,
        value: Some(value),
    };
    let points = [
        rule(
            "plain",
            json!({"product": "prod_*", "priority": 9, "account": "3000"}),
        ),
        rule(
            "team",
            json!({"product": "prod_*", "plan": "team", "account": "3010"}),
        ),
    ];
    mapping::RuleTable::new("gl_accounts", definition, &points).expect("rules")
}

pub fn world() -> World {
    let shape = Shape::from_schema(&json!({
        "properties": {"order": {"properties": {
            "total": {"type": "string", "format": "decimal"},
        }}},
    }));
    let steps = json!({
        "order": {"number": "0000101", "total": "123.45"},
        "session": {"lines": [
            {"product": "prod_1", "quantity": 2, "amount_total": 10000, "taxes": [{"amount": 400}]},
            {"product": "prod_2", "quantity": 1, "amount_total": 2345, "taxes": []},
        ]},
    });
    let present = |json: &Json, shape: &Shape| Value::from_json(json, shape).expect("it fits");
    let names = Names::from_iter([
        ("charge", present(&charge(), &Shape::plain())),
        ("steps", present(&steps, &shape)),
    ]);
    let mut facts = Facts::default();
    let lookup = |table: &str, key: &str| Fact::Lookup {
        table: table.into(),
        key: key.into(),
        at: None,
    };
    let xref = |id: &str| Fact::Xref {
        kind: "order".into(),
        id: id.into(),
    };
    facts.insert(lookup("items", "prod_1"), Some(json!("A100")));
    facts.insert(lookup("items", "prod_9"), None);
    facts.insert(lookup("accounts", "books"), Some(json!({"gl": "3000"})));
    facts.insert(
        lookup("revenue", r#"["prod_1","team"]"#),
        Some(json!("3010")),
    );
    facts.insert(
        Fact::Lookup {
            table: "items".into(),
            key: "prod_1".into(),
            at: Some("2025-06-30".into()),
        },
        Some(json!("A099")),
    );
    let fact = Fact::Rules {
        table: "gl_accounts".into(),
        at: None,
    };
    let day = "2026-01-01".parse().expect("a day");
    facts.set_rules(fact, std::sync::Arc::new(gl_accounts()), day);
    facts.insert(xref("pi_1"), Some(json!("0000101")));
    facts.insert(xref("pi_9"), None);
    World {
        names,
        facts,
        company: model::Company {
            name: "Nordic Books".into(),
            currency: "SEK".into(),
            books_zone: "Europe/Stockholm".into(),
            collective_customer: "GUEST".into(),
            settings: json!({"division": "AAA"})
                .as_object()
                .cloned()
                .unwrap_or_default(),
        },
    }
}
