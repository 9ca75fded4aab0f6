//! CRS980MI, text blocks: texts beside the rows of any table, here beside order heads.
//!
//! A text identity (TXID) has blocks by TXVR and LNCD, a block has numbered lines. Which row has
//! which text is set by SetTextID, with the row's key in KV01, KV02 and the row's field in FLDI.
//! Observed in public client code: `OOHEAD00` with company and order number, `POTX`, `OSYTXH`. That
//! a block or a numbered line that exists is refused is the sandbox's choice [unverified].

use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::text::{Block, TextKey};
use super::super::world::{COMPANY, World};

/// The only table whose rows are checked.
const ORDER_HEAD: &str = "OOHEAD00";

pub fn run(world: &mut World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "GetTextID" => get(world, input),
        "RtvNewTextID" => Ok(new(world)),
        "SetTextID" => set(world, input),
        "AddTxtBlockHead" => add_head(world, input),
        "AddTxtBlockLine" => add_line(world, input),
        "LstTxtBlocks" => Ok(blocks(world, input)),
        "SltTxtBlock" => lines(world, input),
        _ => return None,
    })
}

/// The row's key, if the row is there.
fn row_key(world: &World, input: &Input) -> Result<TextKey, Nok> {
    let file = input.text("FILE");
    let keys = (1..=16).map(|n| input.text(&format!("KV{n:02}")).to_owned());
    let keys: Vec<String> = keys.collect();
    if file == ORDER_HEAD {
        if keys[0] != COMPANY {
            return Err(Nok::missing("KV01", "Company", &keys[0]));
        }
        if !world.orders.contains_key(&keys[1]) {
            return Err(Nok::missing("KV02", "Order", &keys[1]));
        }
    }
    Ok((file.to_owned(), input.text("FLDI").to_owned(), keys))
}

fn get(world: &World, input: &Input) -> Result<Answer, Nok> {
    let key = row_key(world, input)?;
    let text = world.texts.of_rows.get(&key).copied().unwrap_or(0);
    Ok(Answer::one(Row::default().with("TXID", text)))
}

fn new(world: &mut World) -> Answer {
    world.series.text += 1;
    Answer::wrote(Row::default().with("TXID", world.series.text))
}

fn set(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let key = row_key(world, input)?;
    let text = identity(world, input)?;
    world.texts.of_rows.insert(key, text);
    Ok(Answer::wrote(Row::default()))
}

/// TXID, if that number was given out.
fn identity(world: &World, input: &Input) -> Result<u64, Nok> {
    let given = input.text("TXID");
    let known = |text: &u64| *text > 0 && *text <= world.series.text;
    let text = given.trim().parse().ok().filter(known);
    text.ok_or_else(|| Nok::missing("TXID", "Text identity", given))
}

fn block_key(input: &Input) -> (String, String) {
    (input.text("TXVR").to_owned(), input.text("LNCD").to_owned())
}

fn add_head(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let text = identity(world, input)?;
    let key = block_key(input);
    let blocks = world.texts.blocks.entry(text).or_default();
    if blocks.contains_key(&key) {
        return Err(Nok::exists("TXVR", "Text block", &key.0));
    }
    let reference = key.0.clone();
    let block = Block {
        title: input.text("TX40").to_owned(),
        scope: input.text("TXEI").to_owned(),
        ..Block::default()
    };
    blocks.insert(key, block);
    Ok(Answer::wrote(Row::default()).about(&reference))
}

fn add_line(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let text = identity(world, input)?;
    let key = block_key(input);
    let blocks = world.texts.blocks.entry(text).or_default();
    let block = blocks.get_mut(&key);
    let block = block.ok_or_else(|| Nok::missing("TXVR", "Text block", &key.0))?;
    let next = block.lines.keys().next_back().map_or(1, |last| last + 1);
    let line = match input.given("LINO") {
        None => next,
        Some(given) => given.trim().parse().unwrap_or(0),
    };
    if block.lines.contains_key(&line) {
        return Err(Nok::exists("LINO", "Text line", &line.to_string()));
    }
    block.lines.insert(line, input.text("TX60").to_owned());
    Ok(Answer::wrote(Row::default()).about(&key.0))
}

fn blocks(world: &World, input: &Input) -> Answer {
    let text = input.text("TXID").trim().parse().unwrap_or(0);
    let blocks = world.texts.blocks.get(&text).into_iter().flatten();
    let rows = blocks.map(|((name, language), block)| {
        Row::default()
            .with("TXVR", name)
            .with("LNCD", language)
            .with("TX40", &block.title)
            .with("TXEI", &block.scope)
    });
    Answer::read(rows.collect())
}

fn lines(world: &World, input: &Input) -> Result<Answer, Nok> {
    let text = identity(world, input)?;
    let key = block_key(input);
    let blocks = world.texts.blocks.get(&text);
    let block = blocks.and_then(|blocks| blocks.get(&key));
    let block = block.ok_or_else(|| Nok::missing("TXVR", "Text block", &key.0))?;
    let rows = block
        .lines
        .iter()
        .map(|(line, words)| Row::default().with("LINO", line).with("TX60", words));
    Ok(Answer::read(rows.collect()).about(&key.0))
}
