//! CRS045MI, CRS055MI, CRS078MI and CRS175MI: reading the code tables.

use super::super::codes::{self, COUNTRIES};
use super::super::money::CURRENCIES;
use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};

pub fn run(program: &str, transaction: &str, input: &Input) -> Outcome {
    Some(match (program, transaction) {
        ("CRS045MI", "GetBasicData") => country(input),
        ("CRS045MI", "LstByCode") => {
            let from = input.text("CSCD");
            let rows = COUNTRIES.iter().filter(|c| c.0 >= from).map(country_row);
            Ok(Answer::read(rows.collect()))
        }
        ("CRS055MI", "GetBasicData") => currency(input),
        ("CRS078MI", "GetBasicData") => payment_type(input),
        ("CRS175MI", "LstGeneralCode") => list(input),
        ("CRS175MI", "GetGeneralCode") => get(input),
        _ => return None,
    })
}

fn country_row(country: &(&str, &str, &str)) -> Row {
    Row::default()
        .with("CSCD", country.0)
        .with("TX40", country.1)
        .with("TX15", country.1.chars().take(15).collect::<String>())
        .with("IISO", country.0)
        .with("CUCD", country.2)
}

fn country(input: &Input) -> Result<Answer, Nok> {
    let cscd = input.text("CSCD");
    let known = COUNTRIES.iter().find(|c| c.0 == cscd);
    let known = known.ok_or_else(|| Nok::missing("CSCD", "Country", cscd))?;
    Ok(Answer::one(country_row(known)))
}

fn currency(input: &Input) -> Result<Answer, Nok> {
    let cucd = input.text("CUCD");
    let known = CURRENCIES.iter().find(|c| c.0 == cucd);
    let (_, decimals, name) = known.ok_or_else(|| Nok::missing("CUCD", "Currency", cucd))?;
    let row = Row::default()
        .with("CUCD", cucd)
        .with("DCCD", decimals)
        .with("RAFA", 1);
    Ok(Answer::one(row.with("TX40", name)))
}

/// AIT1 isn't among the outputs that were observed: see [`codes::PaymentType`].
fn payment_type(input: &Input) -> Result<Answer, Nok> {
    let pytp = input.text("PYTP");
    let known = codes::payment_type(pytp);
    let known = known.ok_or_else(|| Nok::missing("PYTP", "Payment type", pytp))?;
    let row = Row::default()
        .with("STKY", known.pytp)
        .with("TX40", known.name)
        .with("PYCL", 1)
        .with("ARTP", 1)
        .with("AIT1", known.account);
    Ok(Answer::one(row))
}

fn code_row((key, name, parm): (String, String, String)) -> Row {
    Row::default()
        .with("STKY", key)
        .with("TX15", name.chars().take(15).collect::<String>())
        .with("TX40", name)
        .with("PARM", parm)
        .with("CHNO", 1)
}

fn constant(input: &Input) -> Result<Vec<(String, String, String)>, Nok> {
    let stco = input.text("STCO");
    codes::general(stco).ok_or_else(|| Nok::missing("STCO", "Constant", stco))
}

fn list(input: &Input) -> Result<Answer, Nok> {
    let from = input.text("STKY");
    let codes = constant(input)?
        .into_iter()
        .filter(|c| c.0.as_str() >= from);
    Ok(Answer::read(codes.map(code_row).collect()))
}

fn get(input: &Input) -> Result<Answer, Nok> {
    let stky = input.text("STKY");
    let code = constant(input)?.into_iter().find(|c| c.0 == stky);
    let code = code.ok_or_else(|| Nok::missing("STKY", "Code", stky))?;
    Ok(Answer::one(code_row(code)))
}
