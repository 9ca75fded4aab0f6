//! Texts beside rows: identities, their blocks, and which row has which.

use serde::Serialize;
use std::collections::BTreeMap;

/// A row: table, its field, its key values.
pub type TextKey = (String, String, Vec<String>);

/// A text block's name (TXVR) and language.
pub type BlockKey = (String, String);

/// One text block.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Block {
    /// TX40.
    pub title: String,
    /// TXEI: whether it is for outside eyes. Which digit means which is unverified.
    pub scope: String,
    pub lines: BTreeMap<u32, String>,
}

/// All texts of the company.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// Blocks by text identity (TXID).
    pub blocks: BTreeMap<u64, BTreeMap<BlockKey, Block>>,
    pub of_rows: BTreeMap<TextKey, u64>,
}

impl Texts {
    /// The blocks of an order's head, with their names.
    pub fn of_order(&self, orno: &str) -> Vec<(String, Block)> {
        let rows = self.of_rows.iter();
        let mine = rows.filter(|((file, _, keys), _)| file == "OOHEAD00" && keys[1] == orno);
        let blocks = mine.filter_map(|(_, text)| self.blocks.get(text)).flatten();
        blocks
            .map(|((name, _), block)| (name.clone(), block.clone()))
            .collect()
    }
}
