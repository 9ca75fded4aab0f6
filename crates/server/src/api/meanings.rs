//! What the codes of dead letters mean, and what to do about each.

use axum::Json;
use model::FaultClass;
use serde::Serialize;
use store::DeadLetter;
use utoipa::ToSchema;

/// A code and what it means.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub struct MeaningOut {
    code: &'static str,
    title: &'static str,
    /// What happened.
    what: &'static str,
    /// What is so with the money and the books.
    money: &'static str,
    /// What to do about it.
    cure: &'static str,
}

/// All meanings.
#[derive(Serialize, ToSchema)]
pub struct MeaningsOut {
    data: Vec<MeaningOut>,
}

const MISSING_ROW: &str = "missing_row";
const UNANSWERED: &str = "unanswered";

/// One row for each code that a letter may have.
const MEANINGS: &[MeaningOut] = &[
    MeaningOut {
        code: MISSING_ROW,
        title: "A lookup row is missing",
        what: "The flow looked a key up in one of your tables, and the table has no row for it on \
               that day.",
        money: "The step was not sent. What the run did before is done and is not repeated.",
        cure: "Add the row; its dry run shows what it would change. Then retry all that miss it.",
    },
    MeaningOut {
        code: UNANSWERED,
        title: "It is not known whether it happened",
        what: "Something was sent to another system, no answer came, and that system has no way to \
               tell whether it took it.",
        money: "It may be booked or not. Nothing is sent again before a person has looked.",
        cure: "Look for it in the other system by the reference that is shown, and answer: it \
               exists under this number, or it does not exist and is to be made again.",
    },
    MeaningOut {
        code: "rejected",
        title: "The other system refused it",
        what: "The other system's rules, or our own check before sending, did not accept what was \
               sent. Its own words stand in the message.",
        money: "Nothing was booked by this step. What the run did before is done and is not \
                repeated.",
        cure: "Put right what the message names: in the other system, in a lookup table, in the \
               flow, or in this one payload. Then try it, and retry.",
    },
    MeaningOut {
        code: "not_found",
        title: "What was asked for is not there",
        what: "The other system has no object under the id or the number that the flow asked for.",
        money: "Nothing was booked by this step.",
        cure: "Look whether it was deleted, or stands under another number. Make it, or correct \
               the value, and retry.",
    },
    MeaningOut {
        code: "conflict",
        title: "It exists with other content",
        what: "What was to be made exists already, and its amount, currency or counterparty is \
               another than would be written now.",
        money: "What was there stays as it is. Nothing was written over it.",
        cure: "Compare both. If what exists is right, correct the payload or the flow; if not, \
               correct it in the other system by a reversal, and retry.",
    },
    MeaningOut {
        code: "unauthorized",
        title: "The credential was refused",
        what: "The other system did not accept our credential, also after it was renewed.",
        money: "Nothing was booked by this step.",
        cure: "Give the connection a new credential; what waits for it goes on by itself. Then \
               retry what had been given up.",
    },
    MeaningOut {
        code: "rate_limited",
        title: "Too many calls for too long",
        what: "The other system took no more calls, for as long as it was tried.",
        money: "Nothing was booked by this step.",
        cure: "Lower the connection's limits, or have the other system's raised. Then retry.",
    },
    MeaningOut {
        code: "transient",
        title: "The other system could not be reached",
        what: "The other system did not answer, or answered that it cannot now, for as long as it \
               was tried.",
        money: "Nothing was booked by this step.",
        cure: "Look at the connection's state. When the other system is back, retry.",
    },
    MeaningOut {
        code: "unknown",
        title: "The answer does not tell",
        what: "Something was sent, and what came back cannot be trusted.",
        money: "It may be booked or not. A retry looks for it by its reference first.",
        cure: "Retry: what is there is met, not made again.",
    },
    MeaningOut {
        code: "bug",
        title: "A defect of Towpath",
        what: "Towpath came to a state that must not be. The run was stopped.",
        money: "Nothing more was sent. What the run did before is done and is not repeated.",
        cure: "Report it with the run's id. After the repair, retry.",
    },
];

/// The code of a letter.
pub fn code(letter: &DeadLetter) -> &'static str {
    code_of(
        letter.class,
        letter.question.is_some(),
        letter.missing_row.is_some(),
    )
}

/// The same, by what it is made of.
pub fn code_of(class: FaultClass, is_question: bool, misses_row: bool) -> &'static str {
    match (is_question, misses_row) {
        (true, _) => UNANSWERED,
        (false, true) => MISSING_ROW,
        (false, false) => class.as_str(),
    }
}

/// Says what every code of a dead letter means and what to do about it.
#[utoipa::path(get, path = "/api/v1/meanings", tag = "dead letters",
    operation_id = "list_meanings", responses((status = OK, body = MeaningsOut)))]
pub async fn list() -> Json<MeaningsOut> {
    let data = MEANINGS.to_vec();
    Json(MeaningsOut { data })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_one_meaning() {
        let told: Vec<&str> = MEANINGS.iter().map(|meaning| meaning.code).collect();
        let classes = FaultClass::ALL.into_iter();
        let mut codes: BTreeSet<&str> = classes.map(|c| code_of(c, false, false)).collect();
        codes.extend([MISSING_ROW, UNANSWERED]);
        assert_eq!(told.len(), codes.len());
        assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), codes);
    }
}
