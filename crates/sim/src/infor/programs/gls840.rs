//! GLS840MI, journal vouchers in: position-based lines, read by a template of GLS850.
//!
//! The layout of PARM is always the customer's own. The sandbox has one template, `STRIPE-POS1`
//! (columns count from 1):
//!
//! | columns | width | field | |
//! |---|---|---|---|
//! | 1-2 | 2 | record type | `I1` |
//! | 3-17 | 15 | KEY1 | left, blanks |
//! | 18-25 | 8 | LINE | right, zeros |
//! | 26-28 | 3 | DIVI | |
//! | 29-38 | 10 | AIT1, account | left, blanks |
//! | 39-48 | 10 | AIT2 | left, blanks |
//! | 49-65 | 17 | CUAM | right, blanks; point; debit positive, credit with a leading `-` |
//! | 66-68 | 3 | CUCD | |
//! | 69-76 | 8 | ACDT | yyyyMMdd |
//! | 77-116 | 40 | VTXT | left, blanks |
//!
//! The template puts KEY1 before the voucher text unless the text begins with it already, and
//! cuts the result to 40 characters.

use super::super::ledger::{self, Draft, Line};
use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::world::{COMPANY, DIVISIONS, Journal, World};
use super::super::{day, jobs, money, posting};

/// The GLS850 template that the sandbox has.
pub const TEMPLATE: &str = "STRIPE-POS1";

pub fn run(world: &mut World, transaction: &str, input: &Input) -> Outcome {
    let done = match transaction {
        "AddBatchHead" => add_head(world, input),
        "AddBatchLine" => add_line(world, input),
        "CtrlBatch" => control(world, input),
        "UpdBatch" => update(world, input),
        _ => return None,
    };
    Some(done.map(|committed| {
        let row = Row::default().with("CONO", COMPANY);
        Answer {
            committed,
            ..Answer::wrote(row)
        }
        .about(input.text("KEY1"))
    }))
}

type Key = (String, String);

fn key(input: &Input) -> Key {
    let divi = input.given("DIVI").unwrap_or(DIVISIONS[0]);
    (divi.to_owned(), input.text("KEY1").to_owned())
}

fn absent(key: &Key) -> Nok {
    Nok::missing("KEY1", "Journal batch", &key.1)
}

fn add_head(world: &mut World, input: &Input) -> Result<bool, Nok> {
    let key = key(input);
    if !DIVISIONS.contains(&key.0.as_str()) {
        return Err(Nok::missing("DIVI", "Division", &key.0));
    }
    if input.text("INTN") != TEMPLATE {
        return Err(Nok::missing("INTN", "Interface", input.text("INTN")));
    }
    if world.journals.contains_key(&key) {
        return Err(Nok::exists("KEY1", "Journal batch", &key.1));
    }
    let journal = Journal {
        intn: input.text("INTN").to_owned(),
        description: input.text("DESC").to_owned(),
        ..Journal::default()
    };
    world.journals.insert(key, journal);
    Ok(true)
}

fn add_line(world: &mut World, input: &Input) -> Result<bool, Nok> {
    let key = key(input);
    let journal = world.journals.get_mut(&key).ok_or_else(|| absent(&key))?;
    if journal.updated {
        return Err(updated(&key));
    }
    let line = u64::try_from(input.number("LINE")).unwrap_or(0);
    if journal.lines.contains_key(&line) {
        return Err(Nok::exists("LINE", "Line", input.text("LINE")));
    }
    journal.lines.insert(line, input.text("PARM").to_owned());
    Ok(true)
}

fn updated(key: &Key) -> Nok {
    Nok::new(
        40,
        "KEY1",
        format!("Journal batch {} is already updated", key.1),
    )
}

/// Checks without changing anything.
fn control(world: &World, input: &Input) -> Result<bool, Nok> {
    let key = key(input);
    voucher(world, &key)?;
    Ok(false)
}

fn update(world: &mut World, input: &Input) -> Result<bool, Nok> {
    let key = key(input);
    voucher(world, &key)?;
    let (now_s, at_once) = (world.now_s, world.settings.update_at_once);
    let journal = world.journals.get_mut(&key).ok_or_else(|| absent(&key))?;
    (journal.updated, journal.released_s) = (true, now_s);
    if at_once {
        post(world, &key);
    } else {
        posting::release(world);
    }
    Ok(true)
}

/// The date and lines of the voucher that the batch would make, or the first error.
fn voucher(world: &World, key: &Key) -> Result<(String, Vec<Line>), Nok> {
    let journal = world.journals.get(key).ok_or_else(|| absent(key))?;
    if journal.updated {
        return Err(updated(key));
    }
    build(world, key, journal)
}

fn build(world: &World, key: &Key, journal: &Journal) -> Result<(String, Vec<Line>), Nok> {
    let (mut lines, mut dates) = (Vec::new(), Vec::new());
    for (number, parm) in &journal.lines {
        let (date, line) = parse(key, *number, parm)?;
        if !ledger::has_account(&line.ait1) {
            return Err(Nok::missing("AIT1", "Account", &line.ait1));
        }
        if date < world.settings.open_from {
            return Err(Nok::new(
                36,
                "ACDT",
                format!("The period of {date} is closed"),
            ));
        }
        dates.push(date);
        lines.push(line);
    }
    dates.dedup();
    let [date] = &dates[..] else {
        let what = if dates.is_empty() {
            "The batch has no lines"
        } else {
            "Several dates"
        };
        return Err(Nok::new(41, "ACDT", what));
    };
    ledger::balanced(&lines).map_err(|difference| Nok::new(42, "CUAM", difference))?;
    Ok((date.clone(), lines))
}

/// Reads one PARM by the template's columns.
fn parse(key: &Key, number: u64, parm: &str) -> Result<(String, Line), Nok> {
    let chars: Vec<char> = parm.chars().collect();
    let cut = |from: usize, width: usize| -> String {
        chars
            .iter()
            .skip(from - 1)
            .take(width)
            .collect::<String>()
            .trim()
            .to_owned()
    };
    let refuse = |field: &str, value: &str| {
        Nok::new(
            43,
            "PARM",
            format!("Line {number}: {field} \"{value}\" is not valid"),
        )
    };
    let expect = |field: &str, value: String, right: bool| {
        if right {
            Ok(value)
        } else {
            Err(refuse(field, &value))
        }
    };
    let kind = cut(1, 2);
    let right = kind == "I1";
    expect("record type", kind, right)?;
    for (field, value, wanted) in [("KEY1", cut(3, 15), &key.1), ("DIVI", cut(26, 3), &key.0)] {
        let right = value == *wanted;
        expect(field, value, right)?;
    }
    let line = cut(18, 8);
    let right = line.parse() == Ok(number);
    expect("LINE", line, right)?;
    let currency = cut(66, 3);
    let right = money::decimals(&currency).is_some();
    let currency = expect("CUCD", currency, right)?;
    let amount = cut(49, 17);
    let amount = money::to_minor(&amount, &currency).ok_or_else(|| refuse("CUAM", &amount))?;
    let date = cut(69, 8);
    let date = day::parse(&date, "YMD8").ok_or_else(|| refuse("ACDT", &date))?;
    let text = cut(77, 40);
    let text = if text.starts_with(&key.1) {
        text
    } else {
        format!("{} {text}", key.1)
    };
    let mut line = Line::new(&cut(29, 10), amount, &currency, text.trim());
    line.ait2 = cut(39, 10);
    Ok((date, line))
}

/// Makes the voucher of an updated batch. A batch that can't be posted any more is marked so.
pub fn post(world: &mut World, key: &Key) -> Option<u64> {
    let journal = world.journals.get(key)?;
    let entered = world.today();
    let title = format!("{} {}", key.1, journal.description);
    let built = build(world, key, journal).map_err(|nok| nok.message);
    let follow_s = world.settings.bank_follows_after_s;
    let posted = built.and_then(|(date, lines)| {
        let transit: Vec<Line> = lines.iter().filter(|l| l.ait1 == "1005").cloned().collect();
        let (divi, feid) = (key.0.as_str(), "GL01");
        let draft = Draft {
            divi,
            date: &date,
            entered: &entered,
            feid,
            title: title.trim(),
            lines,
        };
        Ok((world.ledger.post(draft)?, transit))
    });
    let journal = world.journals.get_mut(key)?;
    match posted {
        Err(failure) => {
            journal.failure = Some(failure);
            None
        }
        Ok((voucher, transit)) => {
            journal.voucher = Some(voucher);
            if let Some(follow_s) = follow_s {
                jobs::bank_follows(world, &transit, follow_s);
            }
            Some(voucher)
        }
    }
}
