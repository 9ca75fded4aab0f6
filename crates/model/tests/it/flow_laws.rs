//! Laws of writing and reading.

use crate::generate::{flow, text, value};
use model::flow::{OnComment, format, parse, write};
use model::yaml::{Emitter, load};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_is_read_as_it_was_written(value in value(), key in text()) {
        let mut e = Emitter::new();
        e.value(&key, &value);
        e.list("list", [&value, &value], |e, v| e.plain(v));
        let text = e.finish();
        let loaded = load(&text);
        prop_assert_eq!(&loaded.problems, &[], "{}", text);
        let root = loaded.root.expect("a document");
        prop_assert_eq!(root.get(&key).expect("the key").to_value(), value.clone(), "{}", text);
        let list = root.get("list").expect("the list").to_value();
        prop_assert_eq!(list, serde_json::json!([value, value]), "{}", text);
        prop_assert!(loaded.comments.is_empty());
    }

    #[test]
    fn a_flow_is_read_as_it_was_written(flow in flow()) {
        let text = write(&flow);
        let (read, problems) = parse(&text);
        prop_assert_eq!(&problems, &[], "{}", text);
        let read = read.expect("a flow");
        prop_assert_eq!(&read, &flow, "{}", text);
        prop_assert_eq!(write(&read), text);
    }

    #[test]
    fn a_formatted_flow_is_formatted(flow in flow()) {
        let text = write(&flow);
        let formatted = format(&text, OnComment::Refuse).expect("it is a flow");
        prop_assert_eq!(formatted.text, text);
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "(?s).{0,200}") {
        let (flow, problems) = parse(&text);
        prop_assert!(flow.is_some() || !problems.is_empty());
    }

    #[test]
    fn a_cut_flow_is_read_without_a_panic(flow in flow(), kept in 0_usize..3_000) {
        let cut: String = write(&flow).chars().take(kept).collect();
        let (flow, problems) = parse(&cut);
        prop_assert!(flow.is_some() || !problems.is_empty());
    }
}
