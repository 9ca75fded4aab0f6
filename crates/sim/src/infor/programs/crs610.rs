//! CRS610MI, customers: made from a template, numbered by a series unless the caller chooses.

use super::super::codes::{COUNTRIES, ORDER_TYPES, PAYMENT_METHODS, TERMS};
use super::super::money;
use super::super::nok::Nok;
use super::super::record::{Answer, Fields, Input, Outcome, Row};
use super::super::world::{COMPANY, Customer, World};

pub fn run(world: &mut World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "Add" => add(world, input),
        "ChgBasicData" | "ChgFinancial" | "ChgOrderInfo" => change(world, input),
        "GetBasicData" | "GetFinancial" | "GetOrderInfo" => get(world, input),
        "LstByNumber" => Ok(by_number(world, input)),
        "LstByName" => Ok(by_name(world, input)),
        "LstTemplates" => Ok(Answer::read(
            world
                .templates
                .iter()
                .map(|(cuno, t)| Row(t.clone()).with("CUNO", cuno))
                .collect(),
        )),
        "AddAddress" => add_address(world, input),
        "GetAddress" => get_address(world, input),
        "Delete" => delete(world, input),
        _ => return None,
    })
}

fn add(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let number = input.text("CUTM");
    let template = world.templates.get(number);
    let mut fields = template
        .ok_or_else(|| Nok::missing("CUTM", "Customer template", number))?
        .clone();
    check(input)?;
    let cuno = match input.given("CUNO") {
        Some(cuno) if world.customers.contains_key(cuno) => {
            return Err(Nok::exists("CUNO", "Customer", cuno));
        }
        Some(cuno) => cuno.to_owned(),
        None => {
            world.series.customer += 1;
            format!("Y{}", world.series.customer)
        }
    };
    overlay(&mut fields, input);
    fields.remove("CUTM");
    fields.insert("CUNO".to_owned(), cuno.clone());
    fields
        .entry("PYNO".to_owned())
        .or_insert_with(|| cuno.clone());
    let stamp = world.stamp();
    let customer = Customer {
        fields,
        stamp,
        ..Customer::default()
    };
    let reference = customer.get("ALCU").to_owned();
    world.customers.insert(cuno.clone(), customer);
    Ok(Answer::wrote(Row::default().with("CUNO", cuno)).about(&reference))
}

fn change(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    check(input)?;
    let cuno = input.text("CUNO").to_owned();
    let mut customer = world
        .customers
        .get(&cuno)
        .ok_or_else(Nok::customer)?
        .clone();
    if let Some(payer) = input
        .given("PYNO")
        .filter(|p| !world.customers.contains_key(*p))
    {
        return Err(Nok::missing("PYNO", "Payer", payer));
    }
    overlay(&mut customer.fields, input);
    world.touch(&mut customer.stamp);
    let reference = customer.get("ALCU").to_owned();
    world.customers.insert(cuno.clone(), customer);
    Ok(Answer::wrote(Row::default().with("CUNO", cuno)).about(&reference))
}

/// The codes that a customer's fields point at must exist.
fn check(input: &Input) -> Result<(), Nok> {
    let tables: [(&str, &str, bool); 5] = [
        (
            "CSCD",
            "Country",
            COUNTRIES.iter().any(|c| c.0 == input.text("CSCD")),
        ),
        (
            "CUCD",
            "Currency",
            money::decimals(input.text("CUCD")).is_some(),
        ),
        (
            "TEPY",
            "Payment terms",
            TERMS.iter().any(|t| t.0 == input.text("TEPY")),
        ),
        (
            "PYCD",
            "Payment method",
            PAYMENT_METHODS.iter().any(|p| p.0 == input.text("PYCD")),
        ),
        (
            "ORTP",
            "Order type",
            ORDER_TYPES.iter().any(|o| o.0 == input.text("ORTP")),
        ),
    ];
    for (field, what, known) in tables {
        if let Some(value) = input.given(field).filter(|_| !known) {
            return Err(Nok::missing(field, what, value));
        }
    }
    match input.given("STAT") {
        None | Some("10" | "20" | "90") => Ok(()),
        Some(stat) => Err(Nok::new(5, "STAT", format!("Status {stat} is not valid"))),
    }
}

fn overlay(fields: &mut Fields, input: &Input) {
    for (name, value) in &input.fields {
        if !matches!(name.as_str(), "CONO" | "DIVI") {
            fields.insert(name.clone(), value.clone());
        }
    }
}

/// A customer as one wide row; each transaction shows the columns it has.
fn row(customer: &Customer) -> Row {
    Row(customer.fields.clone())
        .with("LMTS", customer.stamp.lmts)
        .with("LMDT", &customer.stamp.lmdt)
        .with("RGDT", &customer.stamp.rgdt)
        .with("CHNO", customer.stamp.chno)
}

fn get(world: &World, input: &Input) -> Result<Answer, Nok> {
    let cuno = input.text("CUNO");
    let customer = world.customers.get(cuno).ok_or_else(Nok::customer)?;
    let invoices = world.index.invoices_by_customer.get(cuno);
    let open = invoices
        .into_iter()
        .flatten()
        .filter_map(|n| world.invoices.get(n));
    let currency = customer.get("CUCD");
    let open = open
        .filter(|i| i.currency == currency)
        .map(|i| i.gross - i.paid)
        .sum();
    let row = row(customer).with("TOIN", money::to_text(open, currency));
    Ok(Answer::one(row).about(customer.get("ALCU")))
}

fn by_number(world: &World, input: &Input) -> Answer {
    let (from, since) = (input.text("CUNO").to_owned(), input.number("LMTS"));
    let customers = world.customers.range(from..).map(|(_, c)| c);
    Answer::read(
        customers
            .filter(|c| c.stamp.lmts > since)
            .map(row)
            .take(world.row_limit)
            .collect(),
    )
}

fn by_name(world: &World, input: &Input) -> Answer {
    let (from, since) = (input.text("CUNM").to_uppercase(), input.number("LMTS"));
    let mut found: Vec<&Customer> = world
        .customers
        .values()
        .filter(|c| c.get("CUNM").to_uppercase() >= from && c.stamp.lmts > since)
        .collect();
    found.sort_by_key(|c| c.get("CUNM").to_uppercase());
    Answer::read(found.into_iter().map(row).collect())
}

fn add_address(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    check(input)?;
    let cuno = input.text("CUNO").to_owned();
    let mut customer = world
        .customers
        .get(&cuno)
        .ok_or_else(Nok::customer)?
        .clone();
    let key = (input.text("ADRT").to_owned(), input.text("ADID").to_owned());
    if customer.addresses.contains_key(&key) {
        return Err(Nok::exists("ADID", "Address", &key.1));
    }
    let mut fields = Fields::new();
    overlay(&mut fields, input);
    world.touch(&mut customer.stamp);
    fields.insert("LMTS".to_owned(), customer.stamp.lmts.to_string());
    customer.addresses.insert(key.clone(), fields);
    let reference = customer.get("ALCU").to_owned();
    world.customers.insert(cuno.clone(), customer);
    let row = Row::default().with("CONO", COMPANY).with("CUNO", cuno);
    Ok(Answer::wrote(row.with("ADRT", key.0).with("ADID", key.1)).about(&reference))
}

fn get_address(world: &World, input: &Input) -> Result<Answer, Nok> {
    let customer = world
        .customers
        .get(input.text("CUNO"))
        .ok_or_else(Nok::customer)?;
    let key = (input.text("ADRT").to_owned(), input.text("ADID").to_owned());
    let fields = customer.addresses.get(&key);
    let fields = fields.ok_or_else(|| Nok::missing("ADID", "Address", &key.1))?;
    Ok(Answer::one(Row(fields.clone())))
}

fn delete(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let cuno = input.text("CUNO");
    let customer = world.customers.get(cuno).ok_or_else(Nok::customer)?;
    let used = world
        .index
        .orders_by_customer
        .get(cuno)
        .is_some_and(|o| !o.is_empty())
        || world
            .index
            .batches_by_customer
            .get(cuno)
            .is_some_and(|o| !o.is_empty());
    if used {
        return Err(Nok::new(6, "CUNO", format!("Customer {cuno} has orders")));
    }
    let reference = customer.get("ALCU").to_owned();
    world.customers.remove(cuno);
    Ok(Answer::wrote(Row::default()).about(&reference))
}
