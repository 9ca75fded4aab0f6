//! What an operation on our own books reads of them: the store's, or those that a sample gives.

use super::BookStop;
use finance::deposit::Deposit;
use finance::journal::JournalEntry;
use finance::{Currency, Money};
use model::ids::EnvironmentId;
use model::{Fault, Problem};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use store::{DepositRecord, DepositUse, Store};

/// Where an operation reads.
pub enum View<'a> {
    Stored {
        store: &'a Store,
        environment: EnvironmentId,
    },
    Given(&'a GivenBooks),
}

/// An entry of our books.
pub struct Entry {
    pub entry: JournalEntry,
    /// Whether the ERP has it; one that is only on its way is not booked yet.
    pub is_booked: bool,
}

impl View<'_> {
    /// The entries of references, of all kinds.
    pub async fn entries(&self, references: &[String]) -> Result<Vec<Entry>, store::Error> {
        Ok(match self {
            Self::Stored { store, environment } => {
                let stored = store.entries(*environment, references).await?;
                let entries = stored.into_iter().map(|record| Entry {
                    is_booked: record.state != "sent",
                    entry: record.entry,
                });
                entries.collect()
            }
            Self::Given(given) => {
                let asked = |e: &&JournalEntry| references.contains(&e.reference);
                let entries = given.entries.iter().filter(asked).map(|entry| Entry {
                    is_booked: true,
                    entry: entry.clone(),
                });
                entries.collect()
            }
        })
    }

    /// A charge's deposit; nothing if there never was one.
    pub async fn deposit(&self, charge: &str) -> Result<Option<Deposit>, BookStop> {
        Ok(match self {
            Self::Stored { store, environment } => {
                let charge = [charge.to_owned()];
                let record = store.deposits(*environment, &charge).await?.pop();
                record.as_ref().map(of_record).transpose()?
            }
            Self::Given(given) => given.deposits.get(charge).cloned(),
        })
    }

    /// What a use took from a deposit, if it has taken anything. Books that are given have no uses.
    pub async fn deposit_use(&self, use_key: &str) -> Result<Option<DepositUse>, store::Error> {
        match self {
            Self::Stored { store, environment } => store.deposit_use(*environment, use_key).await,
            Self::Given(_) => Ok(None),
        }
    }
}

fn of_record(record: &DepositRecord) -> Result<Deposit, Fault> {
    let currency = |code: &str| {
        code.parse::<Currency>()
            .map_err(|e| Fault::bug(format!("deposit {}: {e}", record.charge)))
    };
    Ok(Deposit {
        charge: record.charge.clone(),
        presentment: Money::new(
            record.presentment_minor,
            currency(&record.presentment_currency)?,
        ),
        presentment_left: record.presentment_left,
        settlement: Money::new(
            record.settlement_minor,
            currency(&record.settlement_currency)?,
        ),
        settlement_left: record.settlement_left,
    })
}

/// Books as a sample gives them.
#[derive(Clone, Debug, Default)]
pub struct GivenBooks {
    deposits: BTreeMap<String, Deposit>,
    entries: Vec<JournalEntry>,
}

/// A deposit as a sample writes it, amounts in minor units.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenDeposit {
    presentment_minor: i64,
    presentment_currency: Currency,
    settlement_minor: i64,
    settlement_currency: Currency,
    /// What no invoice has consumed yet; all of it if absent.
    presentment_left: Option<i64>,
}

impl GivenDeposit {
    fn of(self, charge: &str) -> Deposit {
        let presentment = Money::new(self.presentment_minor, self.presentment_currency);
        let settlement = Money::new(self.settlement_minor, self.settlement_currency);
        let opened = Deposit::open(charge, presentment, settlement);
        let left = self.presentment_left.unwrap_or(presentment.minor);
        opened.less(&opened.apply(presentment.minor - left))
    }
}

impl GivenBooks {
    /// Reads the books of a sample; nothing if it gives none.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(given: &Map<String, Value>) -> Result<Option<Self>, Vec<Problem>> {
        let (mut books, mut problems) = (Self::default(), Vec::new());
        for (name, value) in given {
            match (name.as_str(), value) {
                ("deposits", Value::Object(deposits)) => {
                    for (charge, value) in deposits {
                        let at = format!("given.books.deposits.{charge}");
                        let given: Option<GivenDeposit> = part(&at, value, &mut problems);
                        let deposit = given.map(|given| (charge.clone(), given.of(charge)));
                        books.deposits.extend(deposit);
                    }
                }
                ("entries", Value::Array(entries)) => {
                    for (n, value) in entries.iter().enumerate() {
                        let at = format!("given.books.entries[{n}]");
                        books.entries.extend(part(&at, value, &mut problems));
                    }
                }
                _ => {
                    let at = format!("given.books.{name}");
                    let message = "books have `deposits`, a map by charge, and a list of `entries`";
                    let cure = "write the one or the other";
                    problems.push(Problem::error(at, "bad_books", message, cure));
                }
            }
        }
        match problems.is_empty() {
            true => Ok((!given.is_empty()).then_some(books)),
            false => Err(problems),
        }
    }
}

fn part<T: DeserializeOwned>(at: &str, value: &Value, problems: &mut Vec<Problem>) -> Option<T> {
    T::deserialize(value)
        .map_err(|error| {
            let cure = "write it as the books hold it, amounts in minor units";
            problems.push(Problem::error(at, "bad_books", error.to_string(), cure));
        })
        .ok()
}
