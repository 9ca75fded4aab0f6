//! Fingerprints for keys.

use crate::functions::{Function, text};
use sha2::{Digest, Sha256};

pub const SHA256: Function = Function {
    name: "sha256",
    signature: "sha256(text: text) -> text",
    doc: "The SHA-256 of the text's UTF-8 bytes, as 64 digits from 0 to f: a key of fixed length \
          for a text that is too long to be one. It hides nothing that can be guessed.",
    examples: &[(
        "sha256('abc')",
        "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"",
    )],
    run: |a, _| {
        let bytes = Sha256::digest(text(a, 0).as_bytes());
        let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(digits.concat().into())
    },
};
