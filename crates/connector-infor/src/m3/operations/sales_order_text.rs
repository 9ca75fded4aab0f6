//! The calls that put a text on an order's head.
//!
//! Observed in public client code: the table `OOHEAD00` with company and order number as key, the
//! transfer file `OSYTXH`, the head's field `POTX` in FLDI. FLDI is missing in the metadata of a
//! 14.x/15.x installation, and what KFLD should hold differs between two clients [unverified].

use super::sales_order_note::Input;
use crate::m3::request::{MiRequest, MiTransaction};
use crate::settings::Settings;

const PROGRAM: &str = "CRS980MI";
/// The order head's table.
const ORDER_HEAD: &str = "OOHEAD00";
/// Where texts of sales are kept.
const TEXTS: &str = "OSYTXH";

fn some(value: &str) -> Option<String> {
    Some(value.to_owned())
}

/// The key of the order's row.
fn row(settings: &Settings, order: &str) -> [(&'static str, Option<String>); 4] {
    [
        ("FILE", some(ORDER_HEAD)),
        ("FLDI", some(&settings.order_text_field)),
        ("KV01", Some(settings.cono())),
        ("KV02", some(order)),
    ]
}

/// `GetTextID`.
pub fn look(settings: &Settings, order: &str) -> MiRequest {
    MiRequest::one(
        PROGRAM,
        MiTransaction::new("GetTextID", row(settings, order)).columns(&["TXID"]),
    )
}

/// `RtvNewTextID`. A number that is drawn and not used is lost, which harms nobody.
pub fn new_identity() -> MiRequest {
    let new = MiTransaction::by("RtvNewTextID", "FILE", TEXTS);
    MiRequest::one(PROGRAM, new.columns(&["TXID"]))
}

/// `SetTextID`.
pub fn attach(settings: &Settings, order: &str, text: &str) -> MiRequest {
    let fields = row(settings, order)
        .into_iter()
        .chain([("TXID", some(text))]);
    MiRequest::one(PROGRAM, MiTransaction::new("SetTextID", fields))
}

/// `AddTxtBlockHead`.
pub fn head(settings: &Settings, input: &Input, text: &str, block: &str) -> MiRequest {
    let fields = [
        ("TXID", some(text)),
        ("FILE", some(ORDER_HEAD)),
        ("KFLD", some(&input.number)),
        ("USID", some(&settings.text_user)),
        ("TFIL", some(TEXTS)),
        ("TXVR", some(block)),
        ("TX40", some(&input.reference)),
    ];
    MiRequest::one(PROGRAM, MiTransaction::new("AddTxtBlockHead", fields))
}

/// `AddTxtBlockLine` for each line.
pub fn lines(input: &Input, text: &str, block: &str) -> MiRequest {
    let line = |(n, words): (usize, &String)| {
        let fields = [
            ("TXID", some(text)),
            ("TFIL", some(TEXTS)),
            ("FILE", some(ORDER_HEAD)),
            ("TXVR", some(block)),
            ("LINO", Some((n + 1).to_string())),
            ("TX60", some(words)),
        ];
        MiTransaction::new("AddTxtBlockLine", fields)
    };
    MiRequest::bulk(PROGRAM, input.lines.iter().enumerate().map(line).collect())
}

fn read(transaction: &str, text: &str, block: Option<&str>) -> MiRequest {
    let fields = [
        ("TXID", some(text)),
        ("TFIL", some(TEXTS)),
        ("FILE", some(ORDER_HEAD)),
        ("TXVR", block.map(str::to_owned)),
    ];
    MiRequest::one(PROGRAM, MiTransaction::new(transaction, fields))
}

/// `LstTxtBlocks`.
pub fn blocks(text: &str) -> MiRequest {
    read("LstTxtBlocks", text, None)
}

/// `SltTxtBlock`.
pub fn read_lines(text: &str, block: &str) -> MiRequest {
    read("SltTxtBlock", text, Some(block))
}
