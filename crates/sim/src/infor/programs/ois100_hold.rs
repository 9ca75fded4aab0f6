//! OIS100MI, holding an order and letting it go.
//!
//! Public metadata says that LockOrder changes OAHOCD to 9 and ReleaseOrder to 0, and no more. That
//! nothing more of a held order is delivered, and that both calls may be repeated, is the sandbox's
//! choice [unverified].

use super::super::jobs;
use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::world::World;

pub fn run(world: &mut World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "LockOrder" => hold(world, input, true),
        "ReleaseOrder" => hold(world, input, false),
        _ => return None,
    })
}

fn hold(world: &mut World, input: &Input, held: bool) -> Result<Answer, Nok> {
    let orno = input.text("ORNO").to_owned();
    let order = world.orders.get_mut(&orno);
    let order = order.ok_or_else(|| Nok::missing("ORNO", "Order", &orno))?;
    let let_go = order.held && !held;
    order.held = held;
    let reference = order.content.get("CUOR").to_owned();
    if let_go {
        // What the hold stopped goes on as if the order were new.
        jobs::follow(world, &orno);
    }
    Ok(Answer::wrote(Row::default()).about(&reference))
}
