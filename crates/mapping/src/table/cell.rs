//! One cell: read from what a person wrote, kept in one way, written as text.

use super::{Column, ColumnKind, TEXT_MAX, day};
use crate::number;
use serde_json::Value as Json;

/// What is wrong with a cell: a sentence and a cure.
pub(super) type Wrong = (String, String);

/// The cell as it is kept: a text, a whole number, a truth value. A decimal and a date are texts.
///
/// A text stands for any kind, as files have nothing else; a JSON number or truth value for its
/// own. Nothing is rounded, trimmed or guessed.
pub(super) fn read(column: &Column, given: &Json) -> Result<Json, Wrong> {
    match given {
        Json::String(text) => from_text(column, text),
        Json::Number(number) => match column.kind {
            ColumnKind::Number if number.is_i64() => Ok(given.clone()),
            ColumnKind::Decimal if number.is_i64() => Ok(Json::String(number.to_string())),
            ColumnKind::Decimal => Err((
                format!("the JSON number {number} may have lost digits"),
                format!("write it as a text: \"{number}\""),
            )),
            _ => Err(wrong_kind(column, &number.to_string())),
        },
        Json::Bool(_) if column.kind == ColumnKind::Bool => Ok(given.clone()),
        Json::Bool(value) => Err(wrong_kind(column, &value.to_string())),
        Json::Null => Err(("there is no value".into(), "leave the column out".into())),
        Json::Array(_) | Json::Object(_) => Err((
            format!("`{}` holds one value, not a list or a map", column.name),
            format!("give {}", expected(column)),
        )),
    }
}

fn from_text(column: &Column, text: &str) -> Result<Json, Wrong> {
    let length = text.chars().count();
    let most = column.max_length.unwrap_or(TEXT_MAX);
    match column.kind {
        _ if text.is_empty() => Err((
            "the text is empty".into(),
            "leave the column out, or give a value".into(),
        )),
        ColumnKind::Text if length > most => Err((
            format!(
                "the text has {length} characters, `{}` takes {most}",
                column.name
            ),
            "shorten it, or raise the column's `max_length`".into(),
        )),
        ColumnKind::Text => Ok(Json::String(text.into())),
        ColumnKind::Code if column.codes.iter().any(|code| code == text) => {
            Ok(Json::String(text.into()))
        }
        ColumnKind::Code => {
            let known = column.codes.iter().map(String::as_str);
            let cure = match crate::check::nearest(text, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("give {}", expected(column)),
            };
            Err((format!("`{}` is none of the codes", shown(text)), cure))
        }
        ColumnKind::Number => {
            let number: Option<i64> = text.parse().ok();
            // `007` and `+7` are texts that stand for a number; a column of texts keeps them.
            number
                .filter(|number| number.to_string() == text)
                .map(Json::from)
                .ok_or_else(|| {
                    let cure = "write digits alone, such as 30; if zeros in front matter, make \
                                the column a text";
                    let message = format!("`{}` is no whole number", shown(text));
                    (message, cure.into())
                })
        }
        ColumnKind::Decimal => match number::parse(text) {
            Ok(_) => Ok(Json::String(text.into())),
            Err(message) => Err((message, "write digits and a point, such as 12.30".into())),
        },
        ColumnKind::Bool => match text {
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            _ => Err(wrong_kind(column, text)),
        },
        ColumnKind::Date => match day::parse(text) {
            Ok(_) => Ok(Json::String(text.into())),
            Err(message) => Err((message, "write it as 2026-01-31".into())),
        },
    }
}

/// The cell as a file has it; nothing is an empty cell.
pub(super) fn to_text(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn wrong_kind(column: &Column, given: &str) -> Wrong {
    let what = expected(column);
    (
        format!("`{}` is not {what}", shown(given)),
        format!("give {what}"),
    )
}

fn expected(column: &Column) -> String {
    match column.kind {
        ColumnKind::Text => "a text".into(),
        ColumnKind::Number => "a whole number".into(),
        ColumnKind::Decimal => "a decimal such as 12.30".into(),
        ColumnKind::Bool => "true or false".into(),
        ColumnKind::Date => "a day such as 2026-01-31".into(),
        ColumnKind::Code => format!("one of: {}", column.codes.join(", ")),
    }
}

/// The beginning of a text, for a message.
pub fn shown(text: &str) -> String {
    let mut start: String = text.chars().take(40).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}
