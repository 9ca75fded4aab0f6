//! The MI programs, one file each: their business rules over the [`World`].

mod abs100;
pub(super) mod ars040;
mod ars200;
mod codes;
mod crs610;
mod crs980;
mod cusext;
mod exportmi;
mod general;
mod gls200;
pub(super) mod gls840;
mod mms200;
mod ois100;
mod ois100_batch;
pub(super) mod ois100_create;
mod ois100_hold;
pub(super) mod ois100_order;
mod ois350;

use super::record::{Input, Outcome};
use super::world::World;

/// Runs `transaction` of `program` on an input whose form was checked.
pub fn run(world: &mut World, program: &str, transaction: &str, input: &Input) -> Outcome {
    match program {
        "GENERAL" | "MRS001MI" | "AUTCHKMI" => general::run(world, program, transaction, input),
        "CRS610MI" => crs610::run(world, transaction, input),
        "CRS980MI" => crs980::run(world, transaction, input),
        "CUSEXTMI" => cusext::run(world, transaction, input),
        "OIS100MI" => ois100::run(world, transaction, input)
            .or_else(|| ois100_batch::run(world, transaction, input))
            .or_else(|| ois100_hold::run(world, transaction, input))
            .or_else(|| ois100_order::run(world, transaction, input)),
        "OIS350MI" => ois350::run(world, transaction, input),
        "ARS200MI" => ars200::run(world, transaction, input),
        "ARS040MI" => ars040::run(world, transaction, input),
        "ABS100MI" => abs100::run(transaction, input),
        "GLS840MI" => gls840::run(world, transaction, input),
        "GLS200MI" => gls200::run(world, transaction, input),
        "CRS045MI" | "CRS055MI" | "CRS078MI" | "CRS175MI" => {
            codes::run(program, transaction, input)
        }
        "MMS200MI" => mms200::run(world, transaction, input),
        "EXPORTMI" => exportmi::run(world, transaction, input),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalog::CATALOG;
    use super::super::{seed, settings::Settings};
    use super::*;

    #[test]
    fn every_transaction_of_the_table_is_there() {
        let mut world = seed::world(Settings::default(), 1_767_225_600);
        for program in CATALOG.values() {
            for transaction in &program.transactions {
                let (program, name) = (&program.name, &transaction.name);
                let outcome = run(&mut world, program, name, &Input::default());
                assert!(outcome.is_some(), "{program}/{name}");
            }
        }
    }
}
