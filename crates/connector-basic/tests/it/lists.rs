//! The lists of operations and triggers.

use connector_basic::mail::CONNECTOR;

#[test]
fn the_lists_are_sound() {
    assert_eq!(connector::testing::check(&CONNECTOR), Vec::<String>::new());
}

#[test]
fn the_schemas_name_what_they_need() {
    let operation = CONNECTOR.operations[0];
    let required = operation.input_schema()["required"].clone();
    assert_eq!(
        required,
        serde_json::json!(["reference", "to", "subject", "text"])
    );
    assert_eq!((CONNECTOR.settings)()["additionalProperties"], false);
    assert_eq!((CONNECTOR.credential)()["additionalProperties"], false);
}
