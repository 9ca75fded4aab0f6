//! MMS200MI, items and their sales prices.

use super::super::money;
use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::world::{Item, World};

pub fn run(world: &World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "Get" | "GetItmBasic" => find(world, input).map(|(itno, i)| Answer::one(row(itno, i))),
        "GetItmPrice" => find(world, input).map(|(_, item)| {
            let row = Row::default()
                .with("SAPR", item.price.normalize())
                .with("SACD", 1)
                .with("CUCS", &item.currency)
                .with("SPUN", "PCS")
                .with("SAPB", item.price.normalize())
                .with("VTCS", u8::from(item.taxed))
                .with("PDCC", money::decimals(&item.currency).unwrap_or(2));
            Answer::one(row)
        }),
        "LstItmByItm" => {
            let items = world.items.range(input.text("ITNO").to_owned()..);
            Ok(Answer::read(
                items.map(|(itno, item)| row(itno, item)).collect(),
            ))
        }
        _ => return None,
    })
}

fn find<'a>(world: &'a World, input: &'a Input) -> Result<(&'a str, &'a Item), Nok> {
    let itno = input.text("ITNO");
    let item = world.items.get(itno);
    Ok((
        itno,
        item.ok_or_else(|| Nok::missing("ITNO", "Item number", itno))?,
    ))
}

fn row(itno: &str, item: &Item) -> Row {
    Row::default()
        .with("ITNO", itno)
        .with("STAT", &item.stat)
        .with("ITDS", &item.name)
        .with("FUDS", &item.name)
        .with("UNMS", "PCS")
        .with("ITTY", "WEB")
        .with("SALE", 1)
        .with("VTCS", u8::from(item.taxed))
        .with("SPUN", "PCS")
        .with("PDCC", money::decimals(&item.currency).unwrap_or(2))
}
