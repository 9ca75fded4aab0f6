//! Widths and types of MI fields, checked before anything is sent.
//!
//! M3 would refuse an over-long value as well, but late and in its own words; and some programs are
//! said to cut silently. Widths come from metadata of a 14.x/15.x installation and differ between
//! releases; those that nobody published are guesses of ours and marked `?` [unverified]. A field or
//! transaction that is not in the table is not checked: M3 does it. Characters are counted, not
//! bytes [unverified which of them M3 counts].

use crate::m3::request::MiTransaction;
use model::Fault;
use rust_decimal::Decimal;

/// Program, transaction (`*`: any of the program), and its fields as `NAME TYPEWIDTH`: text `A`,
/// number `N` (sign and point count), date `D` (yyyyMMdd).
const FIELDS: &[(&str, &str, &str)] = &[
    (
        "CRS610MI",
        "*",
        "CONO N3 DIVI A3 CUTM A10? CUNO A10 CUNM A36 CUA1 A36 CUA2 A36 CUA3 A36 CUA4 A36 PONO A10 \
         TOWN A20 ECAR A2 CSCD A3 FRCO A7 PHNO A16 PHN2 A16 TFNO A16 MAIL A50 LNCD A2 CUTP N1 \
         STAT A2 ALCU A10 YREF A30 YRE2 A30 IVGP A3 CESA A32 CUSU A10 VRNO A16 CUCD A3 VTCD N2 \
         TAXC A3 TECN A20 CORG A11 COR2 A11 CRLM N15 CRL2 N15 CRL3 N15 PYCD A3 TEPY A3 ORTP A3 \
         WHLO A3 FACI A3 PYNO A10 INRC A10 ADID A6 ADRT N2 MODL A3 TEDL A3 LMTS N18 CFC1 A10 \
         CFC6 A10 CFC0 A1",
    ),
    (
        "CUSEXTMI",
        "*",
        "CONO N3 FILE A10 PK01 A30 PK02 A30 PK03 A30 PK04 A30 PK05 A30 PK06 A30 PK07 A30 PK08 A30 \
         A030 A30 A130 A30 A230 A30 A330 A30 A430 A30 A530 A30 A630 A30 A730 A30 A830 A30 A930 A30 \
         A121 A120 N096 N21 N196 N21 N296 N21 VEXI N1? MIGR N1 TXID N13",
    ),
    (
        "OIS100MI",
        "*",
        "CONO N3 CUNO A10 ORTP A3 FACI A3 WHLO A3 RLDT D10 ORDT D10 CUDT D10 CUOR A20 OREF A30 \
         YREF A30 NREF A20 TRDP A10 PYRE A25 ID01 A10 ID02 A10 CUCD A3 TEPY A3 PYNO A10 PYCD A3 \
         INRC A10 ADID A6 MODL A3 TEDL A3 PROJ A7 OIVR A15 OYEA N4 LNCD A2 DISY A10 OTBA A16 \
         OTDP A15 ORNO A10 ITNO A15 ORQT A16 ALUN A3 SAPR A18 SPUN A3 SACD N5 DWDT D10 CUPO A7 \
         ITDS A30 TEDS A60 LTYP A1 POPN A30 DIA1 A16 DIA2 A16 DIA3 A16 DIA4 A16 DIA5 A16 DIA6 A16 \
         TYPE A1 TYTR A1? PARM A60? PONR N5 POSX N3 TXHE A10? TX40 A40 CRID A6 CRAM N17 CRFA N13 \
         CRD0 A30 TAXC A3 ADRT N2 CUNM A36 CUA1 A36 CUA2 A36 CUA3 A36 CUA4 A36 PONO A10 TOWN A20 \
         ECAR A2 CSCD A3 FRCO A7 PHNO A16 VRNO A16 CTYP A3? ORSL A2 ORST A2",
    ),
    (
        "OIS350MI",
        "*",
        "CONO N3 DIVI A3 ORNO A10 WHLO A3 DLIX N11 OOIN N1? TEPY A3 YEA4 N4 IVNO N9 INPX A6 \
         EXIN A14 PYNO A10",
    ),
    (
        "ARS200MI",
        "*",
        "CONO N3 DIVI A3 CUNO A10 PYNO A10 CINO A15 INYR N4 AAC0 N1? IVDT D10 FDIV A3? TDIV A3?",
    ),
    (
        "ARS040MI",
        "*",
        "CONO N3 DIVI A3 PBID N10 BOPE A3? BAAN A20? NADO N5? VONO N8 ACDT D10 BPYS N1? TRNO N7? \
         CINO A15 INYR N4 CUNO A10 PYAM N17 PYNO A10 PYTP A2 CUCD A3 ARAT N13 CKNO A15 IRNO A40 \
         AIT1 A10 AIT2 A10 AIT3 A10 AIT4 A10 AIT5 A10 AIT6 A10 AIT7 A10 CHAM N17? CHRI A6? \
         VTCD N2 VTAM N17",
    ),
    (
        "GLS840MI",
        "*",
        "CONO N3 DIVI A3 KEY1 A15 INTN A15 DESC A40 USID A10? LINE N8? PARM A900",
    ),
    (
        "GLS200MI",
        "*",
        "CONO N3 DIVI A3 YEA4 N4 VONO N8 VSER A3 JRNO N7 JSNO N7 FRDT D10 TODT D10?",
    ),
    ("MMS200MI", "*", "CONO N3 ITNO A15 LNCD A2"),
    ("CRS078MI", "*", "CONO N3 DIVI A3 PYTP A2"),
    (
        "EXPORTMI",
        "Select",
        "CONO N3 QERY A1000? SEPC A1? HDRS N1?",
    ),
];

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// `A`, `N` or `D`.
    pub kind: char,
    /// In characters.
    pub width: usize,
}

/// What `name` of the transaction takes, if the table knows it.
pub fn field(program: &str, transaction: &str, name: &str) -> Option<Field> {
    let specs = FIELDS
        .iter()
        .filter(|(p, t, _)| *p == program && (*t == "*" || *t == transaction));
    specs
        .flat_map(|(_, _, spec)| parse(spec))
        .find(|(field, _)| *field == name)
        .map(|(_, field)| field)
}

fn parse(spec: &'static str) -> impl Iterator<Item = (&'static str, Field)> {
    let mut words = spec.split_whitespace();
    std::iter::from_fn(move || {
        let (name, form) = (words.next()?, words.next()?);
        let (kind, width) = form.trim_end_matches('?').split_at_checked(1)?;
        let field = Field {
            kind: kind.chars().next()?,
            width: width.parse().ok()?,
        };
        Some((name, field))
    })
}

/// Refuses, before anything is sent, values that their fields cannot hold.
///
/// # Errors
/// `Rejected`, naming the field, its limit, the value's length and a cut that would fit.
pub fn check(program: &str, transaction: &MiTransaction) -> Result<(), Fault> {
    let label = || format!("{program}/{}", transaction.transaction);
    for (name, value) in &transaction.record {
        let Some(field) = field(program, &transaction.transaction, name) else {
            continue;
        };
        let length = value.chars().count();
        if length > field.width {
            let (label, width) = (label(), field.width);
            let message = match field.kind {
                'A' => {
                    let cut: String = value.chars().take(width).collect();
                    format!(
                        "{name} of {label} takes {width} characters, the value has {length}; the \
                         first {width} are `{cut}`"
                    )
                }
                _ => format!("{name} of {label} takes {width} digits, the value has {length}"),
            };
            return Err(Fault::rejected(message).with_field(name));
        }
        let wrong = match field.kind {
            'N' if Decimal::from_str_exact(value.trim()).is_err() => "a number",
            'D' if length != 8 || !value.bytes().all(|b| b.is_ascii_digit()) => {
                "a date of the form yyyyMMdd"
            }
            _ if value.chars().any(char::is_control) => "one line of text",
            _ => continue,
        };
        let message = format!("{name} of {} takes {wrong}", label());
        return Err(Fault::rejected(message).with_field(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_the_table_reads() {
        for (program, _, spec) in FIELDS {
            let words = spec.split_whitespace().count();
            assert_eq!(parse(spec).count() * 2, words, "{program}");
            for (name, field) in parse(spec) {
                assert!(
                    "AND".contains(field.kind) && field.width > 0,
                    "{program} {name}"
                );
                assert_eq!(name.len(), 4, "{program} {name}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_a_cut() {
        let name = "Ä".repeat(60);
        let add = |field, value: &str| MiTransaction::new("Add", [(field, Some(value.into()))]);
        let fault = check("CRS610MI", &add("CUNM", &name)).unwrap_err();
        assert_eq!(fault.field.as_deref(), Some("CUNM"));
        assert!(
            fault
                .message
                .contains("takes 36 characters, the value has 60")
        );
        assert!(fault.message.ends_with(&format!("`{}`", "Ä".repeat(36))));
        assert!(check("CRS610MI", &add("CUNM", &"Ä".repeat(36))).is_ok());
        assert!(check("CRS610MI", &add("CRL3", "12,5")).is_err());
        assert!(check("CRS610MI", &add("CUNM", "two\nlines")).is_err());
        assert!(check("EXT001MI", &add("ANYF", &name)).is_ok());
    }
}
