//! Orders before and after Confirm.

use super::codes::CREDIT_ORDER_TYPE;
use super::record::Fields;
use rust_decimal::Decimal;
use serde::Serialize;

/// A line as it was entered.
#[derive(Clone, Debug, Serialize)]
pub struct OrderLine {
    pub ponr: u32,
    pub itno: String,
    pub quantity: Decimal,
    pub price: Decimal,
    /// Quantity times price less discounts, minor units of the order's currency.
    pub amount: i64,
    pub taxed: bool,
    pub fields: Fields,
    /// 22 to allocate, 33 allocated, 66 delivered, 77 invoiced.
    pub status: u8,
}

/// A charge on the head.
#[derive(Clone, Debug, Serialize)]
pub struct Charge {
    pub crid: String,
    pub amount: i64,
    pub invoiced: bool,
}

/// What a head and its lines have in common before and after Confirm.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Content {
    pub cuno: String,
    pub currency: String,
    pub head: Fields,
    pub lines: Vec<OrderLine>,
    pub charges: Vec<Charge>,
    pub texts: Vec<Fields>,
    pub addresses: Vec<Fields>,
}

impl Content {
    /// A value of the head, `""` when blank.
    pub fn get(&self, name: &str) -> &str {
        self.head.get(name).map_or("", String::as_str)
    }
}

/// A batch (temporary) order.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Batch {
    pub content: Content,
    /// 10 entered, 15/20/25/30/55 stopped, 90 order created.
    pub stat: String,
    /// Confirm was accepted and the order is still to be created.
    pub waiting: bool,
    /// The final number, once created.
    pub orno: Option<String>,
    /// Level, key and text of each error.
    pub errors: Vec<[String; 3]>,
    pub next_line: u32,
}

impl Batch {
    /// Whether it asks for a credit: of the credit type, with lines, not confirmed yet.
    pub fn is_credit_request(&self) -> bool {
        let open = self.orno.is_none() && !self.waiting;
        open && !self.content.lines.is_empty() && self.content.get("ORTP") == CREDIT_ORDER_TYPE
    }
}

/// A customer order.
#[derive(Clone, Debug, Serialize)]
pub struct Order {
    pub content: Content,
    pub created: String,
    /// Seeded history: never delivered or invoiced by the clock.
    pub history: bool,
    /// OAHOCD is 9: nothing more of it is delivered.
    pub held: bool,
}
