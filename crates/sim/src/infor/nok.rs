//! M3's "not OK": why a transaction refused its data.
//!
//! Real message ids are barely published. `XIM0002` and `XAU0008` are real; every other code is
//! `SIM####`, invented here, so that nobody mistakes it for one of M3's.

/// A business refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nok {
    pub message: String,
    pub code: String,
    pub field: String,
}

impl Nok {
    /// A refusal with the number of an invented code.
    pub fn new(number: u16, field: &str, message: impl Into<String>) -> Self {
        let code = format!("SIM{number:04}");
        Self {
            message: message.into(),
            code,
            field: field.to_owned(),
        }
    }

    /// The thing named by `field` doesn't exist.
    pub fn missing(field: &str, what: &str, value: &str) -> Self {
        Self::new(1, field, format!("{what} {value} does not exist"))
    }

    /// The thing named by `field` exists already.
    pub fn exists(field: &str, what: &str, value: &str) -> Self {
        Self::new(2, field, format!("{what} {value} already exists"))
    }

    /// The customer number is invalid: one of the two ids that are known from real installations.
    pub fn customer() -> Self {
        Self {
            message: "Customer number is invalid".to_owned(),
            code: "XIM0002".to_owned(),
            field: "CUNO".to_owned(),
        }
    }

    /// The user may not work in the company.
    pub fn authority(message: impl Into<String>) -> Self {
        let (code, field) = ("XAU0008".to_owned(), "CONO".to_owned());
        Self {
            message: message.into(),
            code,
            field,
        }
    }

    /// The text as M3 pads it: message, code and field in fixed columns, when `padded`.
    pub fn text(&self, padded: bool) -> String {
        if !padded {
            return self.message.clone();
        }
        format!("{:<56}{:<10}{:<10}", self.message, self.code, self.field)
    }
}
