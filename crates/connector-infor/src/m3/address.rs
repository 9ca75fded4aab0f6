//! Addresses: from their neutral form to M3's fields.

use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Who lives there (CUNM), if not the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 36))]
    pub name: Option<String>,
    /// Up to four lines of 36 characters (CUA1 to CUA4).
    #[serde(default)]
    #[schemars(length(max = 4), inner(length(max = 36)))]
    pub lines: Vec<String>,
    /// TOWN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 20))]
    pub city: Option<String>,
    /// PONO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 10))]
    pub postal_code: Option<String>,
    /// ECAR: the site's own code of the state or area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2))]
    pub state: Option<String>,
    /// CSCD: the site's own code of the country; often ISO's two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 3))]
    pub country: Option<String>,
}

/// A field and its value.
pub type Field = (&'static str, Option<String>);

impl Address {
    /// Whether it says anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// M3's names of its parts.
    pub const COLUMNS: [&'static str; 8] = [
        "CUA1", "CUA2", "CUA3", "CUA4", "TOWN", "PONO", "ECAR", "CSCD",
    ];

    /// From M3's fields; those that are blank are absent.
    pub fn read(field: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            name: None,
            lines: ["CUA1", "CUA2", "CUA3", "CUA4"]
                .into_iter()
                .filter_map(&field)
                .collect(),
            city: field("TOWN"),
            postal_code: field("PONO"),
            state: field("ECAR"),
            country: field("CSCD"),
        }
    }

    /// M3's fields. CUA1 is mandatory where an address is given, so a place without a street has
    /// its city there, or its country.
    ///
    /// # Errors
    /// `Rejected` if it has more than four lines.
    pub fn fields(&self) -> Result<Vec<Field>, Fault> {
        let lines: Vec<&String> = self.lines.iter().filter(|l| !l.trim().is_empty()).collect();
        if lines.len() > 4 {
            let message = format!("the address has {} lines, M3 has room for 4", lines.len());
            return Err(Fault::rejected(message).with_field("CUA4"));
        }
        let line = |n: usize| lines.get(n).map(|l| (*l).clone());
        let mut places = [&self.city, &self.country].into_iter().flatten();
        let first = line(0).or_else(|| places.find(|p| !p.trim().is_empty()).cloned());
        Ok(vec![
            ("CUA1", first),
            ("CUA2", line(1)),
            ("CUA3", line(2)),
            ("CUA4", line(3)),
            ("TOWN", self.city.clone()),
            ("PONO", self.postal_code.clone()),
            ("ECAR", self.state.clone()),
            ("CSCD", self.country.clone()),
        ])
    }
}
