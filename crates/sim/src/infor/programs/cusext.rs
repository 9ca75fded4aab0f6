//! CUSEXTMI, free fields beside the rows of any table.
//!
//! That PK01 of OCUSMA is the customer number is unverified. Other tables aren't checked for a row.

use super::super::nok::Nok;
use super::super::record::{Answer, Fields, Input, Outcome, Row};
use super::super::world::{ExtKey, Stamp, World};

pub fn run(world: &mut World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "AddFieldValue" => add(world, input),
        "ChgFieldValue" => change(world, input),
        "GetFieldValue" => get(world, input),
        "LstFieldValue" => Ok(list(world, input)),
        "DelFieldValue" => delete(world, input),
        _ => return None,
    })
}

const KEYS: [&str; 9] = [
    "FILE", "PK01", "PK02", "PK03", "PK04", "PK05", "PK06", "PK07", "PK08",
];

fn key(input: &Input) -> ExtKey {
    KEYS.iter()
        .map(|name| input.text(name).to_owned())
        .collect()
}

fn values(input: &Input) -> impl Iterator<Item = (String, String)> {
    let skip = |name: &str| KEYS.contains(&name) || matches!(name, "CONO" | "DIVI" | "VEXI");
    let given = input.fields.iter().filter(move |(name, _)| !skip(name));
    given.map(|(name, value)| (name.clone(), value.clone()))
}

fn absent(key: &ExtKey) -> Nok {
    Nok::missing("PK01", "Free fields of", &key[1])
}

fn add(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let key = key(input);
    if world.ext.contains_key(&key) {
        return Err(Nok::exists("PK01", "Free fields of", &key[1]));
    }
    let customer = key[0] == "OCUSMA" && input.text("VEXI") != "1";
    if customer && !world.customers.contains_key(&key[1]) {
        return Err(Nok::missing("PK01", "Row of OCUSMA", &key[1]));
    }
    let fields: Fields = values(input).collect();
    let stamp = world.stamp();
    let reference = fields.get("A030").cloned().unwrap_or_default();
    world.ext.insert(key, (fields, stamp));
    Ok(Answer::wrote(Row::default()).about(&reference))
}

fn change(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let key = key(input);
    let (mut fields, mut stamp) = world.ext.get(&key).ok_or_else(|| absent(&key))?.clone();
    fields.extend(values(input));
    world.touch(&mut stamp);
    let reference = fields.get("A030").cloned().unwrap_or_default();
    world.ext.insert(key, (fields, stamp));
    Ok(Answer::wrote(Row::default()).about(&reference))
}

fn row(key: &ExtKey, fields: &Fields, stamp: &Stamp) -> Row {
    let mut row = Row(fields.clone());
    for (name, value) in KEYS.iter().zip(key) {
        row = row.with(name, value);
    }
    row.with("LMTS", stamp.lmts)
        .with("LMDT", &stamp.lmdt)
        .with("RGDT", &stamp.rgdt)
        .with("CHNO", stamp.chno)
        .with("CHID", "SIMUSER")
}

fn get(world: &World, input: &Input) -> Result<Answer, Nok> {
    let key = key(input);
    let (fields, stamp) = world.ext.get(&key).ok_or_else(|| absent(&key))?;
    let reference = fields.get("A030").map_or("", String::as_str);
    Ok(Answer::one(row(&key, fields, stamp)).about(reference))
}

/// Rows of the file from the given key on.
fn list(world: &World, input: &Input) -> Answer {
    let key = key(input);
    let rows = world
        .ext
        .range(key.clone()..)
        .take_while(|(k, _)| k[0] == key[0]);
    Answer::read(
        rows.map(|(k, (fields, stamp))| row(k, fields, stamp))
            .collect(),
    )
}

fn delete(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let key = key(input);
    let (fields, _) = world.ext.remove(&key).ok_or_else(|| absent(&key))?;
    let reference = fields.get("A030").map_or("", String::as_str);
    Ok(Answer::wrote(Row::default()).about(reference))
}
