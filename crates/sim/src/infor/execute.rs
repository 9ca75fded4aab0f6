//! Runs one transaction: the checks in M3's order, the business rules, and the shaping of rows.

use super::catalog::{self, Field, Kind, Transaction};
use super::nok::Nok;
use super::record::{Fields, Input, Row};
use super::world::{COMPANY, DIVISIONS, World};
use super::{agenda, day, programs};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// Options of a call, wherever they were given.
#[derive(Clone, Debug)]
pub struct Options {
    pub cono: Option<String>,
    pub divi: Option<String>,
    /// 0: no limit.
    pub maxrecs: Option<usize>,
    /// `maxrecs` came as a matrix option or in a bulk body.
    pub maxrecs_strong: bool,
    pub returncols: Vec<String>,
    pub excludeempty: bool,
    pub righttrim: bool,
    pub dateformat: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cono: None,
            divi: None,
            maxrecs: None,
            maxrecs_strong: false,
            returncols: Vec::new(),
            excludeempty: false,
            righttrim: true,
            dateformat: "YMD8".to_owned(),
        }
    }
}

/// One transaction to run.
#[derive(Clone, Debug)]
pub struct Call {
    pub program: String,
    pub transaction: String,
    pub fields: Fields,
}

impl Call {
    /// `PROGRAM/Transaction`.
    pub fn operation(&self) -> String {
        format!("{}/{}", self.program, self.transaction)
    }
}

/// How a call ended.
#[derive(Clone, Debug)]
pub enum End {
    /// Rows, ready to be written.
    Ok(Vec<Map<String, Value>>),
    /// Refused by business logic.
    Nok(Nok),
    /// Rejected before execution, with M3's error type.
    Terminated {
        kind: &'static str,
        message: String,
        field: String,
    },
}

/// What the journal needs beside the end.
pub struct Ran {
    pub end: End,
    pub executed: bool,
    pub committed: bool,
    pub reference: Option<String>,
}

fn rejected(kind: &'static str, field: &str, message: String) -> Ran {
    let end = End::Terminated {
        kind,
        message,
        field: field.to_owned(),
    };
    Ran {
        end,
        executed: false,
        committed: false,
        reference: None,
    }
}

fn refused(nok: Nok) -> Ran {
    Ran {
        end: End::Nok(nok),
        executed: true,
        committed: false,
        reference: None,
    }
}

/// Runs `call` at `now_s`, after everything that was due before.
pub fn run(world: &mut World, now_s: i64, call: &Call, options: &Options) -> Ran {
    agenda::catch_up(world, now_s);
    let Some(transaction) = catalog::find(&call.program, &call.transaction) else {
        let text = format!("Transaction {} not found", call.operation());
        return rejected("TransactionNotFound", "", text);
    };
    let mut input = Input {
        fields: call.fields.clone(),
    };
    // M3's buffers are fixed-width: blanks at the end never arrive.
    for value in input.fields.values_mut() {
        value.truncate(value.trim_end().len());
    }
    input.fields.retain(|_, value| !value.is_empty());
    for field in transaction.inputs.iter().filter(|f| f.required) {
        if input.given(&field.name).is_none() {
            let text = format!("Mandatory input field {} not found", field.name);
            return rejected("MandatoryInputFieldNotFound", &field.name, text);
        }
    }
    let known = |name: &str| transaction.inputs.iter().any(|f| f.name == name);
    if let Some(name) = input.fields.keys().find(|name| !known(name)).cloned() {
        if world.settings.refuse_unknown_fields {
            let text = format!("Input field {name} not found");
            return rejected("InputFieldNotFound", &name, text);
        }
        input.fields.retain(|name, _| known(name));
    }
    for field in &transaction.inputs {
        let length = input.text(&field.name).chars().count();
        if length > field.width {
            let (name, width) = (&field.name, field.width);
            let text = format!("Input field {name} is too long: {length}, at most {width}");
            return rejected("InputFieldTooLong", name, text);
        }
    }
    if let Err(nok) = syntax(&mut input, &transaction.inputs, &options.dateformat) {
        return refused(nok);
    }
    if let Err(nok) = authority(world, call, &input, options) {
        return refused(nok);
    }
    if known("DIVI")
        && let (None, Some(divi)) = (input.given("DIVI"), &options.divi)
    {
        let divi = divi.clone();
        input.fields.insert("DIVI".to_owned(), divi);
    }
    if transaction.writes
        && let Err(nok) = locked(world, &input)
    {
        return refused(nok);
    }
    change_case(world, &mut input);
    world.row_limit = if transaction.list {
        limit(world, options)
    } else {
        usize::MAX
    };
    let outcome = programs::run(world, &call.program, &call.transaction, &input);
    match outcome.expect("a unit test runs every transaction of the table") {
        Err(nok) => refused(nok),
        Ok(answer) => {
            let rows = shape(world, transaction, options, &answer.rows);
            let (committed, reference) = (answer.committed, answer.reference);
            Ran {
                end: End::Ok(rows),
                executed: true,
                committed,
                reference,
            }
        }
    }
}

/// Numbers and dates must read; dates become yyyyMMdd.
fn syntax(input: &mut Input, fields: &[Field], dateformat: &str) -> Result<(), Nok> {
    for field in fields {
        let Some(text) = input.given(&field.name).map(|t| t.trim().to_owned()) else {
            continue;
        };
        let name = &field.name;
        match field.kind {
            Kind::Text => {}
            Kind::Number => {
                if Decimal::from_str_exact(&text).is_err() {
                    return Err(Nok::new(
                        3,
                        name,
                        format!("Invalid number {text} in {name}"),
                    ));
                }
                input.fields.insert(name.clone(), text);
            }
            Kind::Date => {
                let Some(day) = day::parse(&text, dateformat) else {
                    return Err(Nok::new(7, name, format!("Invalid date {text} in {name}")));
                };
                input.fields.insert(name.clone(), day);
            }
        }
    }
    Ok(())
}

fn authority(world: &World, call: &Call, input: &Input, options: &Options) -> Result<(), Nok> {
    let company = input
        .given("CONO")
        .or(options.cono.as_deref())
        .unwrap_or(COMPANY);
    if company.trim_start_matches('0') != COMPANY {
        return Err(Nok::authority(format!(
            "Not authorised for company {company}"
        )));
    }
    let division = options
        .divi
        .as_deref()
        .filter(|d| !d.is_empty())
        .unwrap_or(DIVISIONS[0]);
    if !DIVISIONS.contains(&division) {
        return Err(Nok::missing("DIVI", "Division", division));
    }
    if world.settings.denied.contains(&call.program) {
        return Err(Nok::authority(format!(
            "Not authorised for program {}",
            call.program
        )));
    }
    Ok(())
}

fn locked(world: &World, input: &Input) -> Result<(), Nok> {
    for name in ["CUNO", "ORNO", "PBID", "KEY1"] {
        if input
            .given(name)
            .is_some_and(|number| world.settings.locked.contains(number))
        {
            let text = format!("Record {} is locked by user OPERATOR", input.text(name));
            return Err(Nok::new(8, name, text));
        }
    }
    Ok(())
}

fn change_case(world: &World, input: &mut Input) {
    for (name, value) in &mut input.fields {
        if world.settings.upper_case.contains(name) {
            *value = value.to_uppercase();
        } else if world.settings.lower_case.contains(name) {
            *value = value.to_lowercase();
        }
    }
}

/// How long a list may get. Longer ones are cut, and nothing says so.
fn limit(world: &World, options: &Options) -> usize {
    let ceiling = world.settings.row_ceiling.unwrap_or(usize::MAX);
    if world.settings.grid_mode && !options.maxrecs_strong {
        return ceiling.min(100);
    }
    ceiling.min(options.maxrecs.filter(|m| *m > 0).unwrap_or(usize::MAX))
}

/// Cuts the list, chooses the columns, and makes every value a string of the asked form.
fn shape(
    world: &World,
    transaction: &Transaction,
    options: &Options,
    rows: &[Row],
) -> Vec<Map<String, Value>> {
    let columns: Vec<&Field> = transaction
        .outputs
        .iter()
        .filter(|f| options.returncols.is_empty() || options.returncols.contains(&f.name))
        .collect();
    let rows = rows.iter().take(world.row_limit);
    rows.map(|row| {
        let mut record = Map::new();
        for field in &columns {
            let mut value = row.0.get(&field.name).cloned().unwrap_or_default();
            if value.is_empty() && options.excludeempty {
                continue;
            }
            match field.kind {
                Kind::Number if value.is_empty() => "0".clone_into(&mut value),
                Kind::Date if !value.is_empty() => value = day::show(&value, &options.dateformat),
                _ => {}
            }
            if !options.righttrim {
                value = format!("{value:<width$}", width = field.width);
            }
            record.insert(field.name.clone(), Value::String(value));
        }
        record
    })
    .collect()
}
