//! Widths of MI fields, checked before anything is sent.
//!
//! Widths are those of a 14.x/15.x installation (generated metadata); they differ between releases,
//! so a connection may override each. Characters are counted, not bytes [unverified which M3
//! counts]. A value that does not fit is refused with a cut that would, never cut silently.

use crate::m3::request::MiRequest;
use crate::settings::Settings;
use model::Fault;

type Widths = &'static [(&'static str, usize)];

/// Fields that have the same width wherever they occur.
const ANYWHERE: Widths = &[
    ("CUNO", 10),
    ("PYNO", 10),
    ("ORNO", 10),
    ("ITNO", 15),
    ("CUNM", 36),
    ("CUA1", 36),
    ("CUA2", 36),
    ("CUA3", 36),
    ("CUA4", 36),
    ("PONO", 10),
    ("TOWN", 20),
    ("ECAR", 2),
    ("CSCD", 3),
    ("PHNO", 16),
    ("MAIL", 50),
    ("ALCU", 10),
    ("CUOR", 20),
    ("OREF", 30),
    ("CUCD", 3),
    ("TEPY", 3),
    ("PYCD", 3),
    ("ORTP", 3),
    ("FACI", 3),
    ("WHLO", 3),
    ("DIVI", 3),
    ("CUPO", 7),
    ("ITDS", 30),
    ("ORQT", 16),
    ("SAPR", 18),
    ("CRID", 6),
    ("CRAM", 17),
    ("CRD0", 30),
    ("FILE", 10),
    ("PK01", 30),
    ("A030", 30),
    ("CINO", 15),
    ("IRNO", 40),
    ("CKNO", 15),
    ("PYAM", 17),
    ("PYTP", 2),
    ("PBID", 10),
    ("KEY1", 15),
    ("INTN", 15),
    ("DESC", 40),
    ("PARM", 900),
    ("YREF", 30),
    ("OIVR", 15),
    ("OYEA", 4),
    ("TXID", 13),
    ("TXVR", 10),
    ("TX40", 40),
    ("TX60", 60),
    ("USID", 10),
];

/// Widths that differ in one program.
const OF_PROGRAM: &[(&str, Widths)] =
    &[("CRS610MI", &[("CUTM", 10)]), ("CUSEXTMI", &[("PK02", 30)])];

/// The width of a field, if it is known.
pub fn width(settings: &Settings, program: &str, transaction: &str, field: &str) -> Option<usize> {
    let own = [
        format!("{program}/{transaction}/{field}"),
        format!("{program}/{field}"),
    ];
    if let Some(width) = own.iter().find_map(|key| settings.field_widths.get(key)) {
        return Some(*width);
    }
    let of_program = OF_PROGRAM
        .iter()
        .filter(|(p, _)| *p == program)
        .flat_map(|(_, w)| *w);
    of_program
        .chain(ANYWHERE)
        .find(|(name, _)| *name == field)
        .map(|(_, width)| *width)
}

/// Refuses what M3 would refuse or garble.
///
/// # Errors
/// `Rejected`, naming field, limit and a cut that fits.
pub fn check(settings: &Settings, request: &MiRequest) -> Result<(), Fault> {
    for transaction in &request.transactions {
        for (field, value) in &transaction.record {
            if value.chars().any(char::is_control) {
                let message = format!("{field} holds a control character such as a line break");
                return Err(Fault::rejected(message)
                    .with_field(field)
                    .with_code("bad_character"));
            }
            let width = width(settings, &request.program, &transaction.transaction, field);
            let count = value.chars().count();
            if let Some(width) = width.filter(|width| count > *width) {
                let cut: String = value.chars().take(width).collect();
                let message = format!(
                    "{field} has {count} characters, M3 takes {width}; a cut that fits: `{}`",
                    cut.trim_end()
                );
                return Err(Fault::rejected(message)
                    .with_field(field)
                    .with_code("too_long"));
            }
        }
    }
    Ok(())
}
