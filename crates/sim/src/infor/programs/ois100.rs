//! OIS100MI, the way in: a temporary order is built up, to be submitted by Confirm.

use super::super::codes::{CHARGES, COUNTRIES, ORDER_TYPES, PAYMENT_METHODS, TERMS};
use super::super::money;
use super::super::nok::Nok;
use super::super::record::{Answer, Fields, Input, Outcome, Row};
use super::super::settings::ItemCheck;
use super::super::world::{Batch, Charge, Content, OrderLine, World};
use super::ois100_create;
use rust_decimal::Decimal;

pub fn run(world: &mut World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "AddBatchHead" => add_head(world, input),
        "ChgBatchHead" => change_head(world, input),
        "AddBatchLine" => add_line(world, input),
        "AddBatchText" => add_text(world, input),
        "AddBatchHeadChg" => add_charge(world, input),
        "AddBatchAddress" => add_address(world, input),
        "Confirm" => ois100_create::confirm(world, input),
        "DelBatchHead" => delete(world, input),
        "DelBatchLine" => delete_line(world, input),
        _ => return None,
    })
}

/// There is no such batch order.
pub fn absent(orno: &str) -> Nok {
    Nok::missing("ORNO", "Batch order", orno)
}

/// The batch order, if it may still be changed.
pub fn open<'a>(world: &'a mut World, input: &Input) -> Result<&'a mut Batch, Nok> {
    let orno = input.text("ORNO");
    let batch = world.batches.get_mut(orno).ok_or_else(|| absent(orno))?;
    if batch.orno.is_some() || batch.waiting {
        return Err(Nok::new(
            10,
            "ORNO",
            format!("Batch order {orno} is already submitted"),
        ));
    }
    Ok(batch)
}

fn check_head(input: &Input) -> Result<(), Nok> {
    let tables: [(&str, &str, bool); 6] = [
        (
            "ORTP",
            "Order type",
            ORDER_TYPES.iter().any(|o| o.0 == input.text("ORTP")),
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
        ("FACI", "Facility", input.text("FACI") == "100"),
        ("WHLO", "Warehouse", input.text("WHLO") == "100"),
    ];
    for (field, what, known) in tables {
        if let Some(value) = input.given(field).filter(|_| !known) {
            return Err(Nok::missing(field, what, value));
        }
    }
    Ok(())
}

fn add_head(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let cuno = input.text("CUNO").to_owned();
    let customer = world.customers.get(&cuno).ok_or_else(Nok::customer)?;
    if customer.get("STAT") != "20" {
        return Err(Nok::new(
            11,
            "CUNO",
            format!("Customer {cuno} is not definite"),
        ));
    }
    if customer.get("BLCD") == "1" {
        return Err(Nok::new(12, "CUNO", format!("Customer {cuno} is stopped")));
    }
    check_head(input)?;
    let mut head = Fields::new();
    for name in ["ORTP", "CUCD", "TEPY", "PYCD", "FACI", "WHLO", "PYNO"] {
        head.insert(name.to_owned(), customer.get(name).to_owned());
    }
    head.extend(own(input));
    head.entry("ORDT".to_owned())
        .or_insert_with(|| world.today());
    let currency = head.get("CUCD").cloned().unwrap_or_default();
    let reference = head.get("CUOR").cloned().unwrap_or_default();
    world.series.batch += 1;
    let orno = world.series.batch.to_string();
    let content = Content {
        cuno: cuno.clone(),
        currency,
        head,
        ..Content::default()
    };
    let batch = Batch {
        content,
        stat: "10".to_owned(),
        ..Batch::default()
    };
    world.batches.insert(orno.clone(), batch);
    world
        .index
        .batches_by_customer
        .entry(cuno)
        .or_default()
        .insert(orno.clone());
    Ok(Answer::wrote(Row::default().with("ORNO", orno)).about(&reference))
}

/// The fields of the call but for its keys.
fn own(input: &Input) -> impl Iterator<Item = (String, String)> {
    let keys = ["CONO", "DIVI", "ORNO", "CUNO", "PONR", "POSX"];
    let fields = input
        .fields
        .iter()
        .filter(move |(name, _)| !keys.contains(&name.as_str()));
    fields.map(|(name, value)| (name.clone(), value.clone()))
}

fn change_head(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let batch = open(world, input)?;
    check_head(input)?;
    if let Some(currency) = input.given("CUCD") {
        if !batch.content.lines.is_empty() && currency != batch.content.currency {
            return Err(Nok::new(
                13,
                "CUCD",
                "The currency cannot change once there are lines",
            ));
        }
        currency.clone_into(&mut batch.content.currency);
    }
    batch.content.head.extend(own(input));
    Ok(Answer::wrote(Row::default()).about(batch.content.get("CUOR")))
}

fn add_line(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let itno = input.text("ITNO").to_owned();
    let fault = ois100_create::item_fault(world, &itno);
    let (price, taxed) = world
        .items
        .get(&itno)
        .map_or((Decimal::ZERO, true), |i| (i.price, i.taxed));
    let (check, per_unit) = (world.settings.item_check, world.settings.discount_per_unit);
    let batch = open(world, input)?;
    if let Some(nok) = fault.filter(|_| check == ItemCheck::AtLine) {
        return Err(nok);
    }
    let quantity = input.decimal("ORQT")?.unwrap_or(Decimal::ONE);
    if quantity.is_zero() {
        return Err(Nok::new(15, "ORQT", "The quantity must not be zero"));
    }
    let price = input.decimal("SAPR")?.unwrap_or(price);
    let currency = batch.content.currency.clone();
    let amount = line_amount(input, quantity, price, per_unit)?;
    let amount = money::round(amount, &currency);
    if amount.abs() > money::LARGEST {
        return Err(Nok::new(19, "SAPR", "The line amount is too large"));
    }
    batch.next_line += 1;
    let ponr = batch.next_line;
    let fields = own(input).collect();
    let line = OrderLine {
        ponr,
        itno,
        quantity,
        price,
        amount,
        taxed,
        fields,
        status: 22,
    };
    batch.content.lines.push(line);
    let row = Row::default()
        .with("PONR", ponr)
        .with("POSX", 0)
        .with("ATNR", 0);
    Ok(Answer::wrote(row).about(batch.content.get("CUOR")))
}

/// Quantity times price, less DIA1-6 (amounts) and then DIP1-6 (per cent, one after the other).
fn line_amount(
    input: &Input,
    quantity: Decimal,
    price: Decimal,
    per_unit: bool,
) -> Result<Decimal, Nok> {
    let mut amount = quantity * price;
    for n in 1..=6 {
        if let Some(discount) = input.decimal(&format!("DIA{n}"))? {
            amount -= if per_unit {
                discount * quantity
            } else {
                discount
            };
        }
    }
    for n in 1..=6 {
        let field = format!("DIP{n}");
        if let Some(percent) = input.decimal(&field)? {
            if percent.is_sign_negative() || percent > Decimal::ONE_HUNDRED {
                return Err(Nok::new(
                    19,
                    &field,
                    "A discount is between 0 and 100 per cent",
                ));
            }
            amount -= amount * percent / Decimal::ONE_HUNDRED;
        }
    }
    Ok(amount)
}

fn add_text(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let batch = open(world, input)?;
    let line = u32::try_from(input.number("PONR")).unwrap_or(0);
    match input.text("TYPE") {
        "1" => {}
        "2" if batch.content.lines.iter().any(|l| l.ponr == line) => {}
        "2" => return Err(Nok::missing("PONR", "Line", input.text("PONR"))),
        other => return Err(Nok::new(5, "TYPE", format!("Type {other} is not valid"))),
    }
    batch.content.texts.push(input.fields.clone());
    Ok(Answer::wrote(Row::default()).about(batch.content.get("CUOR")))
}

fn add_charge(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let batch = open(world, input)?;
    let crid = input.text("CRID").to_owned();
    if !CHARGES.iter().any(|c| c.0 == crid) {
        return Err(Nok::missing("CRID", "Charge", &crid));
    }
    let currency = batch.content.currency.clone();
    if input.given("CUCD").is_some_and(|c| c != currency) {
        return Err(Nok::new(
            16,
            "CUCD",
            "A charge is in the currency of its order",
        ));
    }
    if batch.content.charges.iter().any(|c| c.crid == crid) {
        return Err(Nok::exists("CRID", "Charge", &crid));
    }
    let amount = input.amount("CRAM", &currency)?;
    batch.content.charges.push(Charge {
        crid,
        amount,
        invoiced: false,
    });
    Ok(Answer::wrote(Row::default()).about(batch.content.get("CUOR")))
}

fn add_address(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let batch = open(world, input)?;
    let country = input.given("CSCD");
    if let Some(country) = country.filter(|c| !COUNTRIES.iter().any(|k| k.0 == *c)) {
        return Err(Nok::missing("CSCD", "Country", country));
    }
    let adrt = input.text("ADRT");
    let taken = |fields: &Fields| fields.get("ADRT").is_some_and(|a| a == adrt);
    if batch.content.addresses.iter().any(taken) {
        return Err(Nok::exists("ADRT", "Address type", adrt));
    }
    batch.content.addresses.push(input.fields.clone());
    Ok(Answer::wrote(Row::default()).about(batch.content.get("CUOR")))
}

fn delete(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let batch = open(world, input)?;
    let (cuno, reference) = (
        batch.content.cuno.clone(),
        batch.content.get("CUOR").to_owned(),
    );
    world.batches.remove(input.text("ORNO"));
    if let Some(numbers) = world.index.batches_by_customer.get_mut(&cuno) {
        numbers.remove(input.text("ORNO"));
    }
    Ok(Answer::wrote(Row::default()).about(&reference))
}

fn delete_line(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let ponr = input.text("PONR").trim().parse::<u32>().unwrap_or(0);
    let batch = open(world, input)?;
    let before = batch.content.lines.len();
    batch.content.lines.retain(|l| l.ponr != ponr);
    if batch.content.lines.len() == before {
        return Err(Nok::missing("PONR", "Line", input.text("PONR")));
    }
    Ok(Answer::wrote(Row::default()).about(batch.content.get("CUOR")))
}
