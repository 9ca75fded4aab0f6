//! Formulas, templates and schemas made at random, by the grammar and by spoiling good ones: none
//! may panic, hang or take the stack. `cargo run --release -p mapping --example fuzz` runs it for
//! longer.

use crate::grammar::{Grammar, Random};
use crate::world::{World, world};
use mapping::{
    Coercions, Formula, FunctionTable, Schemas, Template, check, check_against, schema_of, type_of,
};
use serde_json::json;
use std::time::{Duration, Instant};

/// What has been tried.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub inputs: u64,
    /// Sources that compile.
    pub formulas: u64,
    /// Formulas that the checker has nothing against.
    pub sound: u64,
    /// Sound formulas that give a value.
    pub values: u64,
    pub templates: u64,
    pub slowest: Duration,
}

/// Tries inputs one after the other. An input is known by the seed and its number alone.
pub struct Fuzz {
    seed: u64,
    world: World,
    schemas: Schemas,
    pub tally: Tally,
}

impl Fuzz {
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            world: world(),
            schemas: schemas(),
            tally: Tally::default(),
        }
    }

    /// Input `n`, for a report.
    pub fn source(&self, n: u64) -> String {
        let mut random = Random::new(self.seed, n);
        let source = Grammar::new(&mut random).source();
        if !n.is_multiple_of(4) {
            return source;
        }
        // As in `formula`, where the cursor takes a number.
        random.below(source.len() + 1);
        let template = Grammar::new(&mut random).template(3);
        let target = Grammar::new(&mut random).schema(3);
        format!("{source}\n{template}\n{target}")
    }

    pub fn input(&mut self, n: u64) {
        let begun = Instant::now();
        let mut random = Random::new(self.seed, n);
        let source = Grammar::new(&mut random).source();
        self.formula(&source, &mut random);
        if n.is_multiple_of(4) {
            self.template(&mut random);
        }
        self.tally.inputs += 1;
        self.tally.slowest = self.tally.slowest.max(begun.elapsed());
    }

    fn formula(&mut self, source: &str, random: &mut Random) {
        let at = random.below(source.len() + 1);
        let offered = mapping::complete(source, at, &self.schemas);
        assert!(offered.iter().all(|one| one.from <= at), "{source}");
        let Ok(formula) = Formula::compile(source) else {
            return;
        };
        self.tally.formulas += 1;
        let problems = check(&formula, "x", &self.schemas);
        let shown = type_of(&formula, &self.schemas);
        assert!(formula.references().len() < 2_000);
        let scope = self.world.scope();
        let first = formula.eval(&scope);
        assert_eq!(
            first,
            formula.eval(&scope),
            "the same input, the same value: {source}"
        );
        if problems.is_empty() {
            self.tally.sound += 1;
        }
        if let Ok(value) = first {
            self.tally.values += u64::from(problems.is_empty());
            let kind = shown.kind;
            let absent = value.is_null() || kind == mapping::functions::signature::Kind::Any;
            // A sound formula gives what was foretold.
            assert!(
                !problems.is_empty() || absent || kind.holds(&value),
                "{source}: {kind} foretold, {value:?} found"
            );
        }
    }

    fn template(&mut self, random: &mut Random) {
        self.tally.templates += 1;
        let json = Grammar::new(random).template(3);
        let target = Grammar::new(random).schema(3);
        let table = FunctionTable::standard();
        let coercions = Coercions::all();
        let (template, _) = Template::compile_for(&json, "with", table, &target, coercions);
        let problems = check_against(&template, "with", &self.schemas, &target).problems;
        assert!(problems.len() < 10_000);
        let schema = schema_of(&template, &self.schemas);
        let scope = self.world.scope();
        let first = template.eval(&scope);
        assert_eq!(first, template.eval(&scope), "{json}");
        // What a template is known to give is at least a schema that can be read again.
        let (again, _) = Template::compile_for(&json, "with", table, &schema, Coercions::none());
        check_against(&again, "with", &self.schemas, &schema);
    }
}

/// Schemas of the world's names, with what may be missing and what is not known.
fn schemas() -> Schemas {
    let text = || json!({"type": "string"});
    let line = json!({"type": "object", "required": ["product", "quantity", "amount_total", "taxes"],
    "properties": {
        "product": text(), "quantity": {"type": "integer"}, "amount_total": {"type": "integer"},
        "taxes": {"type": "array", "items": {"type": "object", "required": ["amount"],
            "properties": {"amount": {"type": "integer"}}}},
    }});
    let mut schemas = Schemas::new();
    schemas.set(
        "charge",
        json!({
        "type": "object",
        "required": ["id", "amount", "currency", "created", "paid", "billing_details", "metadata"],
        "properties": {
            "id": text(), "amount": {"type": "integer"},
            "currency": {"type": "string", "pattern": "^[a-z]{3}$"},
            "created": {"type": "integer"}, "paid": {"type": "boolean"},
            "customer": {"type": ["string", "null"]}, "payment_intent": text(),
            "billing_details": {"type": "object", "required": ["name", "address"], "properties": {
                "name": text(), "email": {"type": ["string", "null"]},
                "address": {"type": "object", "additionalProperties": text()}}},
            "metadata": {"type": "object", "additionalProperties": text()},
        }}),
    );
    let order = json!({"type": "object", "required": ["number", "total"], "properties": {
        "number": {"type": "string", "maxLength": 10},
        "total": {"type": "string", "format": "decimal"}}});
    let session = json!({"type": "object", "required": ["lines"], "properties": {
        "lines": {"type": "array", "items": line}}});
    schemas.set_member("steps", "order", order.into(), true);
    schemas.set_member("steps", "session", session.into(), true);
    schemas.set("company", json!(true));
    schemas
}

/// No input takes longer; the machine may be busy and the build unoptimised.
pub const DEADLINE: Duration = Duration::from_secs(20);

#[test]
fn random_input_neither_panics_nor_hangs() {
    let mut fuzz = Fuzz::new(1);
    for n in 0..1_000 {
        fuzz.input(n);
    }
    let tally = fuzz.tally;
    // The generator must reach the deep end: values, and not syntax errors alone.
    assert!(
        tally.formulas > 300 && tally.sound > 60 && tally.values > 30,
        "{tally:?}"
    );
    assert!(tally.slowest < DEADLINE, "{tally:?}");
}

#[test]
fn an_input_is_known_by_its_number() {
    let fuzz = Fuzz::new(7);
    let again = Fuzz::new(7);
    for n in [0, 1, 500, 12_345] {
        assert_eq!(fuzz.source(n), again.source(n));
    }
}
