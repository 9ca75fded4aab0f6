//! The calls that make a sales order.

use super::sales_order_create::{Input, Line};
use crate::m3::amount::{Amount, currency, unit_price};
use crate::m3::day;
use crate::m3::request::{MiRequest, MiTransaction};
use crate::settings::Settings;
use finance::Currency;
use model::Fault;
use rust_decimal::Decimal;

/// ADRT of a delivery address [unverified].
const DELIVERY: &str = "1";

fn one(transaction: &str, number: &str) -> MiRequest {
    MiRequest::one("OIS100MI", MiTransaction::by(transaction, "ORNO", number))
}

/// `AddBatchHead`: our reference is the customer's order number (CUOR), the source's own id is the
/// order reference (OREF) where it fits.
///
/// # Errors
/// `Rejected` if the date is none.
pub fn head(settings: &Settings, input: &Input, reference: String) -> Result<MiRequest, Fault> {
    let date = day::to_mi(&input.date).ok_or_else(|| {
        let message = format!("date: `{}` is no date of the form YYYY-MM-DD", input.date);
        Fault::rejected(message).with_field("date")
    })?;
    let source = Some(input.reference.clone()).filter(|r| r.chars().count() <= 30);
    let order_type = input
        .order_type
        .clone()
        .unwrap_or_else(|| settings.order_type.clone());
    let fields = [
        ("CUNO", Some(input.customer.clone())),
        ("ORTP", Some(order_type)),
        ("FACI", settings.facility.clone()),
        ("WHLO", settings.warehouse.clone()),
        ("ORDT", Some(date.clone())),
        ("RLDT", Some(date)),
        ("CUOR", Some(reference)),
        ("OREF", source),
        ("CUCD", Some(currency(&input.currency)?.code().to_owned())),
        ("TEPY", input.terms.clone()),
        ("PYCD", input.payment_method.clone()),
    ];
    let head = MiTransaction::new("AddBatchHead", fields).needs("ORNO");
    Ok(MiRequest::one("OIS100MI", head))
}

/// Lines, charge and delivery address, in one bulk call. Lines come first: element `n` is line
/// `n + 1`.
///
/// # Errors
/// `Rejected` if no unit price makes a line's amount.
pub fn parts(settings: &Settings, input: &Input, number: &str) -> Result<MiRequest, Fault> {
    let currency = currency(&input.currency)?;
    let mut parts = Vec::new();
    for (n, wanted) in input.lines.iter().enumerate() {
        parts.push(line(wanted, n + 1, number, currency)?);
    }
    if let Some(shipping) = shipping(input) {
        let fields = [
            ("ORNO", Some(number.to_owned())),
            ("CRID", Some(settings.shipping_charge.clone())),
            ("CRAM", Some(shipping.to_mi())),
        ];
        parts.push(MiTransaction::new("AddBatchHeadChg", fields));
    }
    if let Some(address) = input.deliver_to.as_ref().filter(|a| !a.is_empty()) {
        let mut fields = vec![
            ("ORNO", Some(number.to_owned())),
            ("ADRT", Some(DELIVERY.to_owned())),
            ("CUNM", address.name.clone()),
        ];
        fields.extend(address.fields()?);
        parts.push(MiTransaction::new("AddBatchAddress", fields));
    }
    Ok(MiRequest::bulk("OIS100MI", parts))
}

fn line(
    line: &Line,
    position: usize,
    number: &str,
    currency: Currency,
) -> Result<MiTransaction, Fault> {
    if line.quantity.0 <= Decimal::ZERO {
        let message = format!("line {position}: the quantity must be positive");
        return Err(Fault::rejected(message).with_field("ORQT"));
    }
    let price = unit_price(line.amount, line.quantity, currency).map_err(|mut fault| {
        fault.message = format!("line {position}: {}", fault.message);
        fault
    })?;
    let fields = [
        ("ORNO", Some(number.to_owned())),
        ("ITNO", Some(line.item.clone())),
        ("ORQT", Some(line.quantity.to_mi())),
        ("SAPR", Some(price.to_mi())),
        // The customer's line number: what a lost answer is checked by.
        ("CUPO", Some(position.to_string())),
        ("ITDS", line.description.clone()),
    ];
    Ok(MiTransaction::new("AddBatchLine", fields))
}

fn shipping(input: &Input) -> Option<Amount> {
    input.shipping.filter(|s| s.0 > Decimal::ZERO)
}

/// Whether more than lines is staged: what no transaction reads back.
pub fn has_extras(input: &Input) -> bool {
    shipping(input).is_some() || input.deliver_to.as_ref().is_some_and(|a| !a.is_empty())
}

/// `Confirm`.
pub fn confirm(number: &str) -> MiRequest {
    one("Confirm", number)
}

/// `DelBatchHead`.
pub fn delete(number: &str) -> MiRequest {
    one("DelBatchHead", number)
}

/// Status, final number and errors of a batch order, in one bulk call.
pub fn status(number: &str) -> MiRequest {
    let by = |transaction: &str| MiTransaction::by(transaction, "ORNO", number);
    let head = by("GetBatchHead").columns(&["STAT", "CUOR"]).needs("STAT");
    let parts = vec![head, by("GetOrderNo"), by("LstErrMsgOrder")];
    MiRequest::bulk("OIS100MI", parts)
}

/// The head of a batch order.
pub fn batch_head(number: &str) -> MiRequest {
    one("GetBatchHead", number)
}

/// Lines of a batch order.
pub fn batch_lines(number: &str) -> MiRequest {
    one("LstBatchLine", number)
}

/// A customer's batch orders.
pub fn batch_heads(customer: &str) -> MiRequest {
    let list = MiTransaction::by("LstBatchHead", "CUNO", customer);
    MiRequest::one("OIS100MI", list.columns(&["ORNO", "ORNR", "CUOR", "STAT"]))
}

/// A customer's orders; only those that are not wholly invoiced if `open`.
pub fn heads(customer: &str, open: bool) -> MiRequest {
    let to = open.then(|| "66".to_owned());
    let fields = [("CUNO", Some(customer.to_owned())), ("ORST", to)];
    let list = MiTransaction::new("LstHead", fields).columns(&["ORNO", "CUOR"]);
    MiRequest::one("OIS100MI", list)
}
