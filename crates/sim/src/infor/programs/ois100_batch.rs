//! OIS100MI, reading batch orders: their state, errors, lines and final number.

use super::super::money;
use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::world::{Batch, World};
use super::ois100::absent;
use super::ois100_order as orders;

pub fn run(world: &World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "LstErrMsgOrder" => errors(world, input),
        "GetOrderNo" => number(world, input),
        "GetBatchHead" => head(world, input),
        "LstBatchHead" => list(world, input),
        "LstBatchLine" => lines(world, input),
        _ => return None,
    })
}

fn find<'a>(world: &'a World, input: &Input) -> Result<&'a Batch, Nok> {
    let orno = input.text("ORNO");
    world.batches.get(orno).ok_or_else(|| absent(orno))
}

fn errors(world: &World, input: &Input) -> Result<Answer, Nok> {
    let batch = find(world, input)?;
    let rows = batch.errors.iter().map(|[level, key, text]| {
        let (id, text) = text.split_once(' ').unwrap_or(("", text));
        Row::default()
            .with("LEVL", level)
            .with("MDTA", key)
            .with("TX60", text)
            .with("MSID", id)
    });
    Ok(Answer::read(rows.collect()).about(batch.content.get("CUOR")))
}

fn number(world: &World, input: &Input) -> Result<Answer, Nok> {
    let batch = find(world, input)?;
    let orno = batch.orno.clone().unwrap_or_default();
    Ok(Answer::one(Row::default().with("ORNR", orno)).about(batch.content.get("CUOR")))
}

fn row(world: &World, number: &str, batch: &Batch) -> Row {
    let order = batch.orno.as_ref().and_then(|o| world.orders.get(o));
    let (low, high) = orders::statuses(order.map_or(&batch.content, |o| &o.content));
    let gross = orders::totals(&world.settings, &batch.content);
    Row(batch.content.head.clone())
        .with("ORNO", number)
        .with("ORNR", batch.orno.as_deref().unwrap_or(""))
        .with("CUNO", &batch.content.cuno)
        .with("CUCD", &batch.content.currency)
        .with("STAT", &batch.stat)
        .with("ORSL", low)
        .with("ORST", high)
        .with("NTAM", money::to_text(gross.net(), &batch.content.currency))
}

fn head(world: &World, input: &Input) -> Result<Answer, Nok> {
    let batch = find(world, input)?;
    let row = row(world, input.text("ORNO"), batch);
    Ok(Answer::one(row).about(batch.content.get("CUOR")))
}

fn list(world: &World, input: &Input) -> Result<Answer, Nok> {
    let cuno = input.text("CUNO");
    world.customers.get(cuno).ok_or_else(Nok::customer)?;
    let numbers = world
        .index
        .batches_by_customer
        .get(cuno)
        .into_iter()
        .flatten();
    let rows = numbers.filter_map(|n| Some(row(world, n, world.batches.get(n)?)));
    Ok(Answer::read(
        rows.filter(|r| orders::within(r, input))
            .take(world.row_limit)
            .collect(),
    ))
}

fn lines(world: &World, input: &Input) -> Result<Answer, Nok> {
    let batch = find(world, input)?;
    let rows = batch.content.lines.iter().map(orders::line_row);
    Ok(Answer::read(rows.collect()).about(batch.content.get("CUOR")))
}
