//! Deposits: what a charge brought and no invoice has consumed yet.

use super::{Book, BookCx, BookStop, Booked, read, schema, write};
use async_trait::async_trait;
use finance::deposit::{Application, Deposit, application_entry};
use finance::journal::{JournalEntry, JournalError};
use finance::posting::PostingRules;
use finance::{Currency, Money};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{DepositRecord, DepositWrite};

/// `books.deposit.open`
pub struct Open;
/// `books.deposit.get`
pub struct Get;
/// `books.deposit.take`
pub struct Take;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OpenInput {
    /// `ch_…`
    charge: String,
    #[serde(default)]
    payment_intent: Option<String>,
    /// What the customer paid, in minor units.
    presentment_minor: i64,
    presentment_currency: Currency,
    /// What it was in the balance's currency, gross, in minor units.
    settlement_minor: i64,
    settlement_currency: Currency,
}

#[derive(Serialize, JsonSchema)]
struct OpenOutput {
    charge: String,
}

#[async_trait]
impl Book for Open {
    fn id(&self) -> &'static str {
        "books.deposit.open"
    }

    fn title(&self) -> &'static str {
        "Open deposit"
    }

    fn doc(&self) -> &'static str {
        "Notes what a charge brought, for the invoices of its order to consume. Opening it again \
         with the same amounts changes nothing."
    }

    fn input_schema(&self) -> Value {
        schema::<OpenInput>()
    }

    fn output_schema(&self) -> Value {
        schema::<OpenOutput>()
    }

    fn example(&self) -> Value {
        json!({"charge": "ch_1", "payment_intent": "pi_1", "presentment_minor": 10000,
               "presentment_currency": "EUR", "settlement_minor": 10000,
               "settlement_currency": "EUR"})
    }

    async fn run(&self, cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop> {
        let input: OpenInput = read(self.id(), input)?;
        if input.presentment_minor <= 0 || input.settlement_minor <= 0 {
            let message = format!("the deposit of {} is not a positive amount", input.charge);
            return Err(Fault::rejected(message).into());
        }
        let mut booked = Booked {
            output: json!({"charge": input.charge}),
            ..Booked::default()
        };
        booked.link("deposit", &input.charge, &input.charge);
        booked.deposits.push(DepositWrite::Open(DepositRecord {
            environment: cx.environment,
            charge: input.charge,
            payment_intent: input.payment_intent,
            presentment_currency: input.presentment_currency.to_string(),
            presentment_minor: input.presentment_minor,
            presentment_left: input.presentment_minor,
            settlement_currency: input.settlement_currency.to_string(),
            settlement_minor: input.settlement_minor,
            settlement_left: input.settlement_minor,
            opened_at: cx.now,
        }));
        Ok(booked)
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GetInput {
    /// `ch_…`
    charge: String,
}

#[derive(Serialize, JsonSchema)]
struct GetOutput {
    /// Whether there is or was a deposit.
    found: bool,
    /// What is left in the balance's currency, in minor units; -1 where there never was one.
    left_minor: i64,
}

#[async_trait]
impl Book for Get {
    fn id(&self) -> &'static str {
        "books.deposit.get"
    }

    fn title(&self) -> &'static str {
        "Get deposit"
    }

    fn doc(&self) -> &'static str {
        "What is left of a charge's deposit."
    }

    fn input_schema(&self) -> Value {
        schema::<GetInput>()
    }

    fn output_schema(&self) -> Value {
        schema::<GetOutput>()
    }

    fn example(&self) -> Value {
        json!({"charge": "ch_1"})
    }

    fn is_read(&self) -> bool {
        true
    }

    async fn run(&self, cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop> {
        let input: GetInput = read(self.id(), input)?;
        let deposit = cx.books.deposit(&input.charge).await?;
        let output = GetOutput {
            found: deposit.is_some(),
            left_minor: deposit.map_or(-1, |d| d.settlement_left),
        };
        Ok(Booked {
            output: write(self.id(), &output)?,
            ..Booked::default()
        })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TakeInput {
    /// `ch_…`
    charge: String,
    /// The ERP's number of what consumes it, with its year: it consumes once.
    use_key: String,
    /// How much it needs at most, in minor units of the customer's currency.
    open_minor: i64,
    /// The books' date of the entry, `YYYY-MM-DD`.
    date: String,
}

#[derive(Serialize, JsonSchema)]
struct TakeOutput {
    /// What was taken, in minor units of the customer's currency.
    taken_minor: i64,
    currency: Currency,
    /// The same in the balance's currency, in minor units.
    settlement_minor: i64,
    settlement_currency: Currency,
    /// Nothing is left of the deposit.
    closes: bool,
    /// J5: debit deposits, credit receivables; absent if nothing was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<JournalEntry>,
}

#[async_trait]
impl Book for Take {
    fn id(&self) -> &'static str {
        "books.deposit.take"
    }

    fn title(&self) -> &'static str {
        "Take from deposit"
    }

    fn doc(&self) -> &'static str {
        "Takes from a charge's deposit what an invoice has open, as far as it is there, once per \
         invoice; the last part closes it exactly. Waits until the deposit is open."
    }

    fn input_schema(&self) -> Value {
        schema::<TakeInput>()
    }

    fn output_schema(&self) -> Value {
        schema::<TakeOutput>()
    }

    fn example(&self) -> Value {
        json!({"charge": "ch_1", "use_key": "ch_1:800001:2026", "open_minor": 10000,
               "date": "2026-11-24"})
    }

    async fn run(&self, cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop> {
        let input: TakeInput = read(self.id(), input)?;
        let Some(standing) = standing(cx, &input.charge, &input.use_key).await? else {
            return Err(BookStop::Await {
                kind: "deposit".into(),
                id: input.charge,
            });
        };
        // A use that took its part before takes the same part, whatever is left by now.
        let application = match &standing.taken {
            Some(taken) => taken.clone(),
            None => standing.deposit.apply(input.open_minor),
        };
        let taken_minor = application.presentment.minor;
        let entry = if taken_minor == 0 {
            None
        } else {
            // One revision of the rules is known so far: the default chart.
            let rules = PostingRules::default();
            match application_entry(&input.use_key, &input.date, &application, None, &rules) {
                Ok(entry) => Some(entry),
                // Less than one minor unit of the balance's currency: nothing to book.
                Err(JournalError::Empty(_)) => None,
                Err(error) => return Err(Fault::bug(error.to_string()).into()),
            }
        };
        let output = TakeOutput {
            taken_minor,
            currency: application.presentment.currency,
            settlement_minor: application.settlement.minor,
            settlement_currency: application.settlement.currency,
            closes: application.closes,
            entry,
        };
        let mut booked = Booked {
            output: write(self.id(), &output)?,
            ..Booked::default()
        };
        booked
            .deposits
            .extend(standing.take(&input.use_key, &application));
        Ok(booked)
    }
}

/// A charge's deposit as it stands, and what `use_key` has taken from it before.
pub(super) struct Standing {
    pub deposit: Deposit,
    pub taken: Option<Application>,
}

/// Reads a charge's deposit; nothing if there never was one.
pub(super) async fn standing(
    cx: &BookCx<'_>,
    charge: &str,
    use_key: &str,
) -> Result<Option<Standing>, BookStop> {
    let Some(deposit) = cx.books.deposit(charge).await? else {
        return Ok(None);
    };
    let earlier = cx.books.deposit_use(use_key).await?;
    let taken = earlier.map(|earlier| Application {
        presentment: Money::new(earlier.presentment_minor, deposit.presentment.currency),
        settlement: Money::new(earlier.settlement_minor, deposit.settlement.currency),
        closes: deposit.presentment_left == 0,
    });
    Ok(Some(Standing { deposit, taken }))
}

impl Standing {
    /// What `use_key` writes when it takes `part`: nothing if it took it before, or nothing is taken.
    pub(super) fn take(&self, use_key: &str, part: &Application) -> Option<DepositWrite> {
        let (presentment, settlement) = (part.presentment.minor, part.settlement.minor);
        if self.taken.is_some() || (presentment <= 0 && settlement <= 0) {
            return None;
        }
        Some(DepositWrite::Take {
            use_key: use_key.to_owned(),
            charge: self.deposit.charge.clone(),
            presentment_left_before: self.deposit.presentment_left,
            presentment_minor: presentment,
            settlement_minor: settlement,
        })
    }
}
