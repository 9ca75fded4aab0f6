//! The job in the crate `cel` by itself, with the functions that it needs and CEL lacks.

use cel::objects::{Key, Map};
use cel::{Context, Env, Program, Value};
use finance::{Currency, Money};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;

/// The job's programs, and the input that they read.
pub struct Job {
    context: Context<'static, 'static>,
    head: Vec<(String, Program)>,
    list: Program,
    line: Vec<(String, Program)>,
}

impl Job {
    pub fn new(job: &Json, charge: &Json, session: &Json, company: &model::Company) -> Self {
        let env = Arc::new(Env::stdlib().with_optional_support(true));
        let program = |source: &Json| {
            let source = source.as_str().and_then(|text| text.strip_prefix('='));
            env.compile(source.expect("a formula"))
                .expect("it compiles")
        };
        let programs = |map: &Json| -> Vec<(String, Program)> {
            let members = map.as_object().expect("a map").iter();
            let formulas = members.filter(|(_, value)| value.is_string());
            formulas
                .map(|(name, value)| (name.clone(), program(value)))
                .collect()
        };
        let mut context = Context::with_env(Arc::clone(&env));
        context
            .add_function("upper", |text: Arc<String>| text.to_uppercase())
            .expect("a new function");
        context
            .add_function("truncate", truncate)
            .expect("a new function");
        context
            .add_function("money", money)
            .expect("a new function");
        context.add_function("date", date).expect("a new function");
        context.add_variable_from_value("charge", present(charge));
        context.add_variable_from_value("session", present(session));
        context.add_variable_from_value("company", present(&company.to_value()));
        Self {
            head: programs(job),
            list: program(&job["lines"]["each"]),
            line: programs(&job["lines"]["to"]),
            context,
        }
    }

    /// The values of the 27 formulas, those of the lines three times.
    pub fn evaluate(&self) {
        for (_, program) in &self.head {
            drop(black_box(program.execute(&self.context)));
        }
        self.lines(|program, context| drop(black_box(program.execute(context))));
    }

    fn lines(&self, mut run: impl FnMut(&Program, &Context<'_, '_>)) {
        let Ok(Value::List(lines)) = self.list.execute(&self.context) else {
            panic!("the lines are a list");
        };
        for line in lines.iter() {
            let mut inner = self.context.new_inner_scope();
            inner.add_variable_from_value("line", line.clone());
            for (_, program) in &self.line {
                run(program, &inner);
            }
        }
    }

    /// The whole order, to compare.
    pub fn run(&self) -> Json {
        let mut order = json!({});
        for (name, program) in &self.head {
            order[name] = plain(&program.execute(&self.context).expect("a value"));
        }
        let mut values = Vec::new();
        self.lines(|program, context| {
            values.push(plain(&program.execute(context).expect("a value")));
        });
        let names = self.line.iter().map(|(name, _)| name);
        let lines = values.chunks(self.line.len()).map(|values| {
            let members = names.clone().cloned().zip(values.iter().cloned());
            Json::Object(members.collect())
        });
        order["lines"] = lines.collect();
        order
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`cel` passes arguments so")]
fn truncate(text: Arc<String>, most: i64) -> String {
    let most = usize::try_from(most).unwrap_or_default();
    match text.char_indices().nth(most) {
        None => text.as_ref().clone(),
        Some((at, _)) => text[..at].trim_end().to_owned(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`cel` passes arguments so")]
fn money(minor: i64, currency: Arc<String>) -> String {
    let currency: Currency = currency.parse().expect("a currency");
    Money::new(minor, currency).to_decimal().to_string()
}

#[expect(clippy::needless_pass_by_value, reason = "`cel` passes arguments so")]
fn date(seconds: i64, zone: Arc<String>) -> String {
    let moment = jiff::Timestamp::from_second(seconds).expect("a moment");
    let zone = jiff::tz::TimeZone::get(&zone).expect("a zone");
    moment
        .to_zoned_datetime(zone)
        .strftime("%Y-%m-%d")
        .to_string()
}

/// As our own side sees it: without members that are null, whole numbers signed.
fn present(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Int(number.as_i64().expect("a whole number")),
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(present).collect())),
        Json::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let map: HashMap<Key, Value> = members
                .map(|(name, value)| (Key::String(Arc::new(name.clone())), present(value)))
                .collect();
            Value::Map(Map { map: Arc::new(map) })
        }
    }
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::String(text) => json!(text.as_str()),
        other => panic!("{other:?} is not in the job"),
    }
}
