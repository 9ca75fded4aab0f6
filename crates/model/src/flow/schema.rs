//! The JSON Schema of a flow document, by which editors complete and check while one types.

use super::limits;
use super::start::InputKind;
use serde_json::{Map, Value, json};

/// The schema (draft 2020-12). What it cannot say, the check of the flow does.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A flow of Towpath",
        "type": "object",
        "required": ["schema", "flow", "trigger", "steps"],
        "additionalProperties": false,
        "properties": {
            "schema": {"const": 1, "description": "The form of the document."},
            "flow": {
                "type": "string", "pattern": "^[a-z0-9-]{1,64}$",
                "description": "The stable id.",
            },
            "title": title(),
            "note": note(),
            "trigger": {
                "description": "What starts the flow.",
                "anyOf": [
                    {"$ref": "#/$defs/start"},
                    {"type": "array", "minItems": 1, "maxItems": limits::STARTS,
                     "items": {"$ref": "#/$defs/start"}},
                ],
            },
            "inputs": {
                "description": "What a person, the API or another flow gives, by name.",
                "type": "object", "maxProperties": limits::INPUTS,
                "propertyNames": {"pattern": NAME},
                "additionalProperties": {"$ref": "#/$defs/input"},
            },
            "key": {
                "description": "The business key: one run per key and peer, ever.",
                "$ref": "#/$defs/template",
            },
            "order_by": {
                "description": "Runs that share it are worked one at a time.",
                "$ref": "#/$defs/template",
            },
            "own_events": {
                "description": "It is also started by events that our own writes cause.",
                "type": "boolean",
            },
            "steps": {"$ref": "#/$defs/steps"},
            "output": {
                "description": "What the flow gives to the flow that calls it.",
                "$ref": "#/$defs/template",
            },
        },
        "$defs": definitions(),
    })
}

const NAME: &str = "^[a-z][a-z0-9_]{0,63}$";

fn title() -> Value {
    json!({"type": "string", "maxLength": limits::TITLE_CHARS})
}

fn note() -> Value {
    json!({
        "type": "string", "maxLength": limits::NOTE_CHARS,
        "description": "Why it is so. Kept when the document is formatted, which comments are not.",
    })
}

fn span(description: &str) -> Value {
    json!({
        "type": "string", "pattern": "^[0-9]+[smhd]$", "description": description,
        "examples": ["30s", "15m", "72h", "30d"],
    })
}

fn name(description: &str) -> Value {
    json!({"type": "string", "pattern": NAME, "description": description})
}

fn definitions() -> Value {
    json!({
        "template": {
            "description": "A text that begins with `=` is a formula, `==x` is the text `=x`, \
                            `{each, as, to}` maps a list, anything else is itself.",
        },
        "formula": {"type": "string", "pattern": "^=[^=]"},
        "condition": {
            "description": "A formula that is true or false.",
            "anyOf": [{"$ref": "#/$defs/formula"}, {"type": "boolean"}],
        },
        "trigger": {
            "type": "string", "pattern": "\\.",
            "description": "connector.object.event",
        },
        "operation": {
            "type": "string", "pattern": "\\.",
            "description": "connector.object.verb",
        },
        "with": {"type": "object", "description": "The input, by field."},
        "start": start(),
        "input": input(),
        "steps": {
            "type": "array", "minItems": 1, "maxItems": limits::STEPS,
            "items": {"$ref": "#/$defs/step"},
        },
        "step": step(),
        "case": case(),
    })
}

fn start() -> Value {
    json!({
        "anyOf": [
            {"enum": ["manual", "api", "call"]},
            {"$ref": "#/$defs/trigger"},
            {"type": "object", "required": ["event"], "additionalProperties": false,
             "properties": {
                "event": {"$ref": "#/$defs/trigger"},
                "connection": {"type": "string",
                               "description": "Which of several connections of the connector."},
                "every": span("How often a polled peer is asked."),
             }},
            {"type": "object", "required": ["every"], "additionalProperties": false,
             "properties": {"every": span("How often, counted from 1970 in UTC.")}},
            {"type": "object", "required": ["cron", "zone"], "additionalProperties": false,
             "properties": {
                "cron": {"type": "string", "examples": ["0 2 * * 1-5"],
                         "description": "Minute, hour, day of month, month, day of week."},
                "zone": {"type": "string", "examples": ["Europe/Stockholm"],
                         "description": "The IANA time zone."},
             }},
        ],
    })
}

fn input() -> Value {
    let kinds: Vec<&str> = InputKind::ALL.into_iter().map(InputKind::as_str).collect();
    json!({
        "anyOf": [
            {"enum": kinds},
            {"type": "object", "required": ["type"], "additionalProperties": false,
             "properties": {
                "type": {"enum": kinds},
                "title": title(),
                "note": note(),
                "optional": {"type": "boolean"},
                "default": true,
                "one_of": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                "max_length": {"type": "integer", "minimum": 1},
             }},
        ],
    })
}

/// The keys of each block, by the key that says what is done.
fn blocks() -> Map<String, Value> {
    let template = json!({"$ref": "#/$defs/template"});
    let steps = json!({"$ref": "#/$defs/steps"});
    let blocks = json!({
        "use": {
            "use": {"$ref": "#/$defs/operation"},
            "connection": {"type": "string",
                           "description": "Which of several connections of the connector."},
            "coerce": {
                "description": "Which safe conversions of values are made; all if absent.",
                "anyOf": [{"const": "off"}, {"type": "array", "items": {"type": "string"}}],
            },
            "with": {"$ref": "#/$defs/with"},
        },
        "set": {"set": {"type": "object", "description": "Values by name."}},
        "choose": {"choose": {
            "type": "array", "minItems": 1, "maxItems": limits::CASES,
            "items": {"$ref": "#/$defs/case"},
            "description": "The first case that holds; a last case without `when` is otherwise.",
        }},
        "check": {
            "check": {"$ref": "#/$defs/condition"},
            "else": {"type": "string", "pattern": "^(skip$|reject \\S)",
                     "description": "`skip`, or `reject` and a sentence."},
        },
        "each": {
            "each": {"$ref": "#/$defs/formula"},
            "as": name("The item's name in the steps."),
            "at_once": {"type": "integer", "minimum": 1, "maximum": limits::AT_ONCE},
            "steps": steps,
            "output": template,
        },
        "parallel": {"parallel": {
            "type": "object", "minProperties": 2, "maxProperties": limits::BRANCHES,
            "propertyNames": {"pattern": NAME}, "additionalProperties": steps,
        }},
        "wait": {"wait": {
            "type": "object", "required": ["until", "at_most"], "additionalProperties": false,
            "properties": {
                "until": template,
                "at_most": span("A dead letter after that."),
            },
        }},
        "approve": {"approve": {
            "type": "object", "required": ["by", "at_most"], "additionalProperties": false,
            "properties": {
                "by": {"enum": ["operator", "editor", "approver", "admin"],
                       "description": "The role whose members may answer."},
                "show": template,
                "at_most": span("A dead letter after that."),
            },
        }},
        "call": {
            "call": {"type": "string", "description": "The id of the other flow."},
            "with": {"$ref": "#/$defs/with"},
        },
    });
    match blocks {
        Value::Object(blocks) => blocks,
        _ => Map::new(),
    }
}

/// What must stand beside the key that says what is done.
fn required(word: &str) -> Vec<&str> {
    match word {
        "check" => vec![word, "else"],
        "each" => vec![word, "as", "steps"],
        _ => vec![word],
    }
}

fn step() -> Value {
    let modifiers = json!({
        "id": name("Unique in the flow; formulas name its output `steps.<id>`."),
        "title": title(),
        "note": note(),
        "when": {"$ref": "#/$defs/condition"},
        "retry": span("How long a transient failure is retried."),
        "timeout": span("How long one call may take."),
        "on_error": {
            "description": "What becomes of the run when the step has failed for good.",
            "anyOf": [{"enum": ["stop", "continue"]}, {"$ref": "#/$defs/steps"}],
        },
    });
    one_of_the_blocks(&modifiers, &["id"], |_| true)
}

fn case() -> Value {
    let around = json!({"note": note(), "when": {"$ref": "#/$defs/condition"}});
    let mut case = one_of_the_blocks(&around, &[], |word| {
        matches!(word, "use" | "set" | "check" | "wait" | "call")
    });
    let list = json!({
        "required": ["steps"],
        "properties": {
            "note": true, "when": true,
            "steps": {"$ref": "#/$defs/steps"}, "output": {"$ref": "#/$defs/template"},
        },
        "additionalProperties": false,
    });
    if let Some(kinds) = case["oneOf"].as_array_mut() {
        kinds.push(list);
    }
    case["properties"]["steps"] = json!({"$ref": "#/$defs/steps"});
    case["properties"]["output"] = json!({"$ref": "#/$defs/template"});
    case
}

/// An object that is exactly one of the blocks. All keys stand in one list too, from which editors
/// complete.
fn one_of_the_blocks(around: &Value, needed: &[&str], fits: impl Fn(&str) -> bool) -> Value {
    let mut all = around.as_object().cloned().unwrap_or_default();
    let beside: Map<String, Value> = all.keys().map(|k| (k.clone(), Value::Bool(true))).collect();
    let mut kinds = Vec::new();
    for (word, keys) in blocks().into_iter().filter(|(word, _)| fits(word)) {
        let keys = keys.as_object().cloned().unwrap_or_default();
        let own = keys.keys().map(|k| (k.clone(), Value::Bool(true)));
        let own: Map<String, Value> = beside.clone().into_iter().chain(own).collect();
        kinds.push(json!({
            "required": required(&word), "properties": own, "additionalProperties": false,
        }));
        all.extend(keys);
    }
    json!({"type": "object", "required": needed, "properties": all, "oneOf": kinds})
}
