//! EXPORTMI: reading a table, where it is authorised, to prove that something is not there.
//!
//! Table prefixes `FH` (FGLINH), `FL` (FGLINL) and `OA` (OOHEAD) were observed; `OX` (OXHEAD) and
//! the column names beyond the keys are unverified. A tenant that refuses a query is one where
//! absence cannot be proven: `check` probes the queries.

use crate::m3::reply::{Outcome, text};
use crate::m3::request::{MiRequest, MiTransaction};
use crate::settings::Settings;
use connector::RecipeCx;
use connector::operation::ask;
use model::{Fault, FaultClass};

/// A table and what is asked of it. `{}` stands for the company number.
pub struct Query {
    pub columns: &'static [&'static str],
    pub table: &'static str,
    /// The column of the company number.
    pub company: &'static str,
    /// The column of our reference.
    pub key: &'static str,
}

/// Journal batch heads by KEY1, with their status and voucher.
pub const JOURNAL_HEAD: Query = Query {
    columns: &["FHKEY1", "FHSTAT", "FHVONO"],
    table: "FGLINH",
    company: "FHCONO",
    key: "FHKEY1",
};
/// Journal batch lines by KEY1.
pub const JOURNAL_LINE: Query = Query {
    columns: &["FLKEY1", "FLLINE", "FLPARM"],
    table: "FGLINL",
    company: "FLCONO",
    key: "FLKEY1",
};
/// Batch orders by CUOR.
pub const BATCH_ORDER: Query = Query {
    columns: &["OXCUOR", "OXORNO", "OXORNR"],
    table: "OXHEAD",
    company: "OXCONO",
    key: "OXCUOR",
};
/// Orders by CUOR.
pub const ORDER: Query = Query {
    columns: &["OACUOR", "OAORNO", "OACUNO"],
    table: "OOHEAD",
    company: "OACONO",
    key: "OACUOR",
};

/// Between columns: no value of ours holds it.
const SEPARATOR: char = '|';

impl Query {
    /// The call. `key` is a reference of ours: letters and digits.
    pub fn request(&self, settings: &Settings, key: &str) -> MiRequest {
        let columns = self.columns.join(",");
        let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
        let query = format!(
            "{columns} from {} where {}={} and {}='{key}'",
            self.table, self.company, settings.company, self.key
        );
        let fields = [
            ("QERY", Some(query)),
            ("SEPC", Some(SEPARATOR.to_string())),
            ("HDRS", Some("0".to_owned())),
        ];
        MiRequest::one("EXPORTMI", MiTransaction::new("Select", fields))
    }

    /// The rows of an answer, each with its columns.
    pub fn rows(outcome: &Outcome) -> Vec<Vec<String>> {
        let rows = outcome.records.iter().map(|row| text(row, "REPL"));
        rows.map(|r| r.split(SEPARATOR).map(|v| v.trim().to_owned()).collect())
            .collect()
    }

    /// The rows under `key`; `None` where EXPORTMI may not be used or the list may be cut.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn ask(
        &self,
        cx: &RecipeCx<'_>,
        key: &str,
    ) -> Result<Option<Vec<Vec<String>>>, Fault> {
        let settings = cx.settings::<Settings>()?;
        if !settings.exportmi {
            return Ok(None);
        }
        let answer = match ask(cx, &self.request(settings, key).read()).await {
            Ok(answer) => answer,
            // Not authorised, or a column that this release does not have.
            Err(fault) if fault.class == FaultClass::Rejected => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let reply = crate::m3::reply::MiReply::read(&answer)?;
        let outcome = reply.outcome(0)?;
        Ok((!outcome.truncated).then(|| Self::rows(outcome)))
    }
}
