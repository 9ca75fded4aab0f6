//! GENERAL, MRS001MI and AUTCHKMI: who am I, what time is it, which transactions are there.

use super::super::catalog::{self, CATALOG};
use super::super::day;
use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::world::{COMPANY, DIVISIONS, World};

pub fn run(world: &World, program: &str, transaction: &str, input: &Input) -> Outcome {
    Some(match (program, transaction) {
        ("GENERAL", "GetUserInfo") => Ok(Answer::one(
            Row::default()
                .with("ZZUSID", "SIMUSER")
                .with("USFN", "Sandbox service user")
                .with("ZDCONO", COMPANY)
                .with("ZDDIVI", DIVISIONS[0])
                .with("ZDFACI", "100")
                .with("ZZWHLO", "100")
                .with("ZDLANC", "GB")
                .with("ZDDTFM", "YMD")
                .with("DSEP", ".")
                .with("TIZO", "UTC"),
        )),
        ("GENERAL", "GetServerTime") => Ok(Answer::one(
            Row::default()
                .with("DATE", world.today())
                .with("TIME", day::time(world.now_s))
                .with("LMTS", world.now_s * 1_000),
        )),
        ("MRS001MI", "LstPrograms") => Ok(Answer::read(
            CATALOG
                .values()
                .map(|p| {
                    Row::default()
                        .with("MINM", &p.name)
                        .with("MIDS", &p.title)
                        .with("VERS", "1")
                })
                .collect(),
        )),
        ("MRS001MI", "LstTransactions") => transactions(input),
        ("MRS001MI", "LstFields") => fields(input),
        ("AUTCHKMI", "ChkAuthority") => {
            let allowed = !world.settings.denied.contains(input.text("APGM"));
            let mut row = Row::default().with("ALPG", u8::from(allowed));
            for option in 1..=9 {
                row = row.with(&format!("ALO{option}"), u8::from(allowed));
            }
            Ok(Answer::one(row))
        }
        _ => return None,
    })
}

fn transactions(input: &Input) -> Result<Answer, Nok> {
    let name = input.text("MINM");
    let program = CATALOG
        .get(name)
        .ok_or_else(|| Nok::missing("MINM", "Program", name))?;
    let rows = program.transactions.iter().map(|t| {
        Row::default()
            .with("TRNM", &t.name)
            .with("TRDS", &t.title)
            .with("SIMU", if t.list { "M" } else { "S" })
            .with("STAT", "20")
            .with("VERS", "1")
            .with("CHNO", "1")
    });
    Ok(Answer::read(rows.collect()))
}

/// Positions count as an MI buffer does: program fields start after the 15 of the name.
fn fields(input: &Input) -> Result<Answer, Nok> {
    let (program, name) = (input.text("MINM"), input.text("TRNM"));
    let transaction =
        catalog::find(program, name).ok_or_else(|| Nok::missing("TRNM", "Transaction", name))?;
    let fields = match input.text("TRTP") {
        "I" => &transaction.inputs,
        "O" => &transaction.outputs,
        other => {
            return Err(Nok::new(
                5,
                "TRTP",
                format!("Type {other} is neither I nor O"),
            ));
        }
    };
    let mut from = 16;
    let rows = fields.iter().map(|f| {
        let row = Row::default()
            .with("FLNM", &f.name)
            .with("FLDS", &f.name)
            .with("FRPO", from)
            .with("TOPO", from + f.width - 1)
            .with("LENG", f.width)
            .with("TYPE", f.kind.letter())
            .with("MAND", u8::from(f.required));
        from += f.width;
        row
    });
    Ok(Answer::read(rows.collect()))
}
