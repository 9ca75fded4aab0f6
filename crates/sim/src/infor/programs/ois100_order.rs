//! OIS100MI, the way out: orders that exist, their lines, status and value.
//!
//! Meanings that nobody published and the sandbox therefore chose: NTAM and ONET are net of VAT,
//! VTAM is the VAT, TOPY (to pay) is both together and is what the customer paid.

use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::settings::Settings;
use super::super::world::{Content, DIVISIONS, Order, OrderLine, World};
use super::super::{invoicing, money};
use rust_decimal::Decimal;

pub fn run(world: &World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "GetHead" => head(world, input),
        "LstHead" => list(world, input),
        "LstLine" => lines(world, input),
        "GetOrderValue" => value(world, input),
        _ => return None,
    })
}

/// What an order comes to, in minor units of its currency.
#[derive(Clone, Copy, Default)]
pub struct Totals {
    pub gross: i64,
    pub vat: i64,
}

impl Totals {
    /// Without VAT.
    pub fn net(self) -> i64 {
        self.gross - self.vat
    }
}

/// Lines and charges together, VAT rounded per line as on the invoice.
pub fn totals(settings: &Settings, content: &Content) -> Totals {
    let lines = content.lines.iter().map(|l| (l.amount, l.taxed));
    let charges = content.charges.iter().map(|c| (c.amount, true));
    lines
        .chain(charges)
        .fold(Totals::default(), |sum, (amount, taxed)| {
            let (include, percent) = (settings.prices_include_vat, settings.vat_percent);
            let (gross, vat) = invoicing::split(amount, taxed, include, percent, &content.currency);
            Totals {
                gross: sum.gross + gross,
                vat: sum.vat + vat,
            }
        })
}

/// Lowest and highest status of the lines (ORSL, ORST).
pub fn statuses(content: &Content) -> (String, String) {
    let statuses = content.lines.iter().map(|l| l.status);
    let low = statuses.clone().min().unwrap_or(77);
    let high = statuses.max().unwrap_or(77);
    (format!("{low:02}"), format!("{high:02}"))
}

/// Is the row's status within ORSL and ORST of the call?
pub fn within(row: &Row, input: &Input) -> bool {
    let status = |name: &str| row.0.get(name).map_or("", String::as_str);
    input
        .given("ORSL")
        .is_none_or(|from| status("ORSL") >= from)
        && input.given("ORST").is_none_or(|to| status("ORST") <= to)
}

/// A line, before or after Confirm.
pub fn line_row(line: &OrderLine) -> Row {
    Row(line.fields.clone())
        .with("PONR", line.ponr)
        .with("POSX", 0)
        .with("ITNO", &line.itno)
        .with("ORQT", line.quantity.normalize())
        .with("SAPR", line.price.normalize())
}

fn find<'a>(world: &'a World, input: &Input) -> Result<&'a Order, Nok> {
    let orno = input.text("ORNO");
    world
        .orders
        .get(orno)
        .ok_or_else(|| Nok::missing("ORNO", "Order", orno))
}

fn row(world: &World, orno: &str, order: &Order) -> Row {
    let content = &order.content;
    let (low, high) = statuses(content);
    let totals = totals(&world.settings, content);
    let text = |minor: i64| money::to_text(minor, &content.currency);
    let delivery = world.index.invoices_by_order.get(orno).map_or(0, Vec::len);
    Row(content.head.clone())
        .with("ORNO", orno)
        .with("STAT", "20")
        .with("ORSL", low)
        .with("ORST", high)
        .with("CUNO", &content.cuno)
        .with("DIVI", DIVISIONS[0])
        .with("CUCD", &content.currency)
        .with("NTAM", text(totals.net()))
        .with("ONET", text(totals.net()))
        .with("VTAM", text(totals.vat))
        .with("TOPY", text(totals.gross))
        .with("BRAM", text(totals.gross))
        .with("OBLC", 0)
        .with("DLIX", delivery)
        .with("CHID", "SIMUSER")
}

fn head(world: &World, input: &Input) -> Result<Answer, Nok> {
    let order = find(world, input)?;
    let row = row(world, input.text("ORNO"), order);
    Ok(Answer::one(row).about(order.content.get("CUOR")))
}

fn list(world: &World, input: &Input) -> Result<Answer, Nok> {
    let cuno = input.text("CUNO");
    world.customers.get(cuno).ok_or_else(Nok::customer)?;
    let numbers = world
        .index
        .orders_by_customer
        .get(cuno)
        .into_iter()
        .flatten();
    let rows = numbers.filter_map(|n| Some(row(world, n, world.orders.get(n)?)));
    Ok(Answer::read(
        rows.filter(|r| within(r, input))
            .take(world.row_limit)
            .collect(),
    ))
}

fn lines(world: &World, input: &Input) -> Result<Answer, Nok> {
    let order = find(world, input)?;
    let text = |minor: i64| money::to_text(minor, &order.content.currency);
    let only = input.given("ITNO");
    let lines = order
        .content
        .lines
        .iter()
        .filter(|l| only.is_none_or(|i| i == l.itno));
    let rows = lines.map(|line| {
        let reached = |status: u8| {
            let quantity = if line.status >= status {
                line.quantity
            } else {
                Decimal::ZERO
            };
            quantity.normalize()
        };
        let each = (Decimal::from(line.amount) / line.quantity).normalize();
        let places = money::decimals(&order.content.currency).unwrap_or(2);
        line_row(line)
            .with("NLAM", text(line.amount))
            .with(
                "NEPR",
                (each / Decimal::from(10_i64.pow(places)))
                    .round_dp(6)
                    .normalize(),
            )
            .with("ORST", format!("{:02}", line.status))
            .with("ALQT", reached(33))
            .with("DLQT", reached(66))
            .with("IVQT", reached(77))
    });
    Ok(Answer::read(rows.collect()).about(order.content.get("CUOR")))
}

fn value(world: &World, input: &Input) -> Result<Answer, Nok> {
    let order = find(world, input)?;
    let currency = &order.content.currency;
    let text = |minor: i64| money::to_text(minor, currency);
    let all = totals(&world.settings, &order.content);
    let invoices = world
        .index
        .invoices_by_order
        .get(input.text("ORNO"))
        .into_iter()
        .flatten();
    let invoiced =
        invoices
            .filter_map(|n| world.invoices.get(n))
            .fold(Totals::default(), |sum, invoice| Totals {
                gross: sum.gross + invoice.gross,
                vat: sum.vat + invoice.vat,
            });
    let row = Row::default()
        .with("NTAM", text(all.net()))
        .with("VTAM", text(all.vat))
        .with("TOPY", text(all.gross))
        .with("INTA", text(invoiced.net()))
        .with("IVTA", text(invoiced.vat))
        .with("ITOP", text(invoiced.gross))
        .with("CUCD", currency);
    Ok(Answer::one(row).about(order.content.get("CUOR")))
}
