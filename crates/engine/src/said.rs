//! What a call was asked and what it was answered, for the run's trace: sealed, and cut to a length
//! that says so. A credential is in none of it: connections add theirs to what is sent, and take
//! them out of what they were answered.

use crate::seal::Purpose;
use crate::stop::Stop;
use connector::Call;
use model::Fault;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;
use std::cell::Cell;
use std::io;
use vault::{DataKey, Sealed};

/// Which calls are kept with what was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepCalls {
    #[default]
    All,
    /// Only those that failed.
    Failed,
}

/// So much is kept of each part of a call that failed, and of one that was answered: the answer's
/// substance is the step's result then.
const FAILED_BYTES: usize = 16 << 10;
const ANSWERED_BYTES: usize = 4 << 10;
/// A longer answer than this is kept as text, not taken apart.
const PARSED_BYTES: usize = 1 << 20;

#[derive(serde::Serialize)]
struct Said<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<T>,
    request: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<T>,
}

impl<'a> Said<&'a Value> {
    /// The same, each part with room of its own.
    fn shortened(&self, room: &'a [Cell<usize>; 3]) -> Said<Shortened<'a>> {
        Said {
            input: self.input.map(|value| Shortened(value, &room[0])),
            request: Shortened(self.request, &room[1]),
            answer: self.answer.map(|value| Shortened(value, &room[2])),
        }
    }
}

/// Writes so many bytes and refuses more.
struct Room<'a> {
    out: &'a mut Vec<u8>,
    left: usize,
}

impl io::Write for Room<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = (self.left.checked_sub(bytes.len())).ok_or(io::ErrorKind::StorageFull)?;
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Seals what was said. `input` is the step's, where this was the first call about it.
pub fn said(
    key: &DataKey,
    input: Option<&Value>,
    call: &Call,
    answer: &Result<Value, Fault>,
) -> Result<Sealed, Stop> {
    let heard = answer
        .as_ref()
        .err()
        .and_then(|fault| fault.answer.as_ref());
    let heard = heard.map(|heard| read(&heard.0));
    let bytes = match answer {
        Ok(_) => ANSWERED_BYTES,
        Err(_) => FAILED_BYTES,
    };
    let said = Said {
        input,
        request: &call.request,
        answer: answer.as_ref().ok().or(heard.as_ref()),
    };
    let sealed = key.seal_written(Purpose::Call.label(), |out| {
        let start = out.len();
        let whole = serde_json::to_writer(Room { out, left: bytes }, &said);
        whole.or_else(|_| {
            // It is too long as it is.
            out.truncate(start);
            let room = [Cell::new(bytes), Cell::new(bytes), Cell::new(bytes)];
            serde_json::to_writer(out, &said.shortened(&room))
        })
    });
    sealed.map_err(|e| Stop::bug(format!("seal what was said: {e}")))
}

/// An answer that was not taken: as JSON if it is some, so that persons in it are known by their
/// fields' names; otherwise its beginning, up to a whole word.
fn read(text: &str) -> Value {
    let json = (text.len() <= PARSED_BYTES).then(|| serde_json::from_str(text).ok());
    json.flatten().unwrap_or_else(|| {
        if text.len() <= FAILED_BYTES {
            return Value::String(text.to_owned());
        }
        let begin = &text[..text.floor_char_boundary(FAILED_BYTES - 100)];
        let begin = begin
            .rsplit_once(char::is_whitespace)
            .map_or("", |(b, _)| b);
        Value::String(format!("{begin} … ({} bytes in all)", text.len()))
    })
}

/// The name under which it is said how many fields are not kept.
const REST: &str = "…";

/// A value as it is written until the room is used up. What is left out is counted in its place.
struct Shortened<'a>(&'a Value, &'a Cell<usize>);

impl Shortened<'_> {
    fn spend(&self, bytes: usize) {
        self.1.set(self.1.get().saturating_sub(bytes));
    }

    fn is_full(&self) -> bool {
        self.1.get() == 0
    }
}

impl Serialize for Shortened<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let mut map = serializer.serialize_map(None)?;
                for (n, (name, value)) in fields.iter().enumerate() {
                    if self.is_full() {
                        let rest = format!("{} more were not kept", fields.len() - n);
                        map.serialize_entry(REST, &rest)?;
                        break;
                    }
                    self.spend(name.len() + 4);
                    map.serialize_entry(name, &Shortened(value, self.1))?;
                }
                map.end()
            }
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(None)?;
                for (n, value) in items.iter().enumerate() {
                    if self.is_full() {
                        let rest = format!("… {} more were not kept", items.len() - n);
                        list.serialize_element(&rest)?;
                        break;
                    }
                    self.spend(1);
                    list.serialize_element(&Shortened(value, self.1))?;
                }
                list.end()
            }
            // A part of a text could no longer be recognised as a person's.
            Value::String(text) if text.len() > self.1.get() => {
                self.spend(text.len());
                serializer.serialize_str(&format!("… {} bytes were not kept", text.len()))
            }
            Value::String(text) => {
                self.spend(text.len() + 2);
                serializer.serialize_str(text)
            }
            other => {
                self.spend(8);
                other.serialize(serializer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_too_long_is_left_out_and_counted() {
        let value = json!({
            "first": "kept", "list": [1, 2, {"deep": "x".repeat(60)}, 4], "last": true,
        });
        let room = Cell::new(80);
        let short = serde_json::to_value(Shortened(&value, &room)).expect("it is JSON");
        let expected = json!({
            "first": "kept", "list": [1, 2, {"deep": "… 60 bytes were not kept"}, "… 1 more were not kept"],
            "…": "1 more were not kept",
        });
        assert_eq!(short, expected);
        let whole = Cell::new(1_000);
        let kept = serde_json::to_value(Shortened(&value, &whole)).expect("it is JSON");
        assert_eq!(kept, value);
    }

    #[test]
    fn an_answer_that_is_no_json_is_cut_at_a_word() {
        let long = "word ".repeat(10_000);
        let Value::String(kept) = read(&long) else {
            panic!("it is a text");
        };
        assert!(kept.len() <= FAILED_BYTES, "{}", kept.len());
        assert!(kept.ends_with("word … (50000 bytes in all)"), "{kept}");
        assert_eq!(read("{\"error\": 1}"), json!({"error": 1}));
    }
}
