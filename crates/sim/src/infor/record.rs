//! What goes into a transaction and what comes out: flat records of text.

use super::money;
use super::nok::Nok;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Numbers in text fields stay below this.
const LIMIT: i64 = 1_000_000_000_000;

/// Field name to value.
pub type Fields = BTreeMap<String, String>;

/// The checked input of one transaction. Blank and absent are the same.
#[derive(Clone, Debug, Default)]
pub struct Input {
    pub fields: Fields,
}

impl Input {
    /// The value of `name`, `""` when absent.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The value of `name` if it isn't blank.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|v| !v.is_empty())
    }

    /// The number in `name`, 0 when absent. The syntax was checked before.
    pub fn number(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or(0)
    }

    /// The decimal in `name`, if given. Fields typed `A` may still hold an amount. At most six
    /// decimals and twelve digits before them, so that no product of two overflows.
    pub fn decimal(&self, name: &str) -> Result<Option<Decimal>, Nok> {
        let Some(text) = self.given(name) else {
            return Ok(None);
        };
        let value = Decimal::from_str_exact(text).ok();
        let value = value.filter(|v| v.scale() <= 6 && v.abs() < Decimal::from(LIMIT));
        match value {
            Some(value) => Ok(Some(value)),
            None => Err(Nok::new(
                3,
                name,
                format!("Invalid number {text} in field {name}"),
            )),
        }
    }

    /// The amount in `name` in minor units of `currency`.
    pub fn amount(&self, name: &str, currency: &str) -> Result<i64, Nok> {
        let text = self.given(name).unwrap_or("0");
        money::to_minor(text, currency).ok_or_else(|| {
            Nok::new(
                4,
                name,
                format!("Amount {text} does not fit the decimals of {currency}"),
            )
        })
    }
}

/// One row of output.
#[derive(Clone, Debug, Default)]
pub struct Row(pub Fields);

impl Row {
    /// The row with one more value.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "literals, numbers and strings read alike"
    )]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.insert(name.to_owned(), value.to_string());
        self
    }
}

/// What a transaction did.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub rows: Vec<Row>,
    /// The state changed.
    pub committed: bool,
    /// The caller's reference of the object that was read or changed.
    pub reference: Option<String>,
}

impl Answer {
    /// Rows that were only read.
    pub fn read(rows: Vec<Row>) -> Self {
        Self {
            rows,
            ..Self::default()
        }
    }

    /// One row that was only read.
    pub fn one(row: Row) -> Self {
        Self::read(vec![row])
    }

    /// The state changed; `row` is the answer.
    pub fn wrote(row: Row) -> Self {
        let rows = if row.0.is_empty() {
            Vec::new()
        } else {
            vec![row]
        };
        Self {
            rows,
            committed: true,
            reference: None,
        }
    }

    /// With the caller's reference, unless that is blank.
    #[must_use]
    pub fn about(mut self, reference: &str) -> Self {
        self.reference = Some(reference.trim().to_owned()).filter(|r| !r.is_empty());
        self
    }
}

/// What every program function returns; nothing means that it doesn't know the transaction.
pub type Outcome = Option<Result<Answer, Nok>>;
