//! Nothing that is printed gives a key or a value away.

use vault::{Keyring, MasterKey};

#[test]
fn debug_and_errors_show_neither_key_nor_value() {
    let text = "U0VDUkVUU0VDUkVUU0VDUkVUU0VDUkVUU0VDUkVUU0U=";
    let master = MasterKey::from_text(&model::Secret::new(text)).unwrap();
    let (stored, key) = master.new_data_key().unwrap();
    let sealed = key.seal(b"sk_live_value", b"credential");
    let refused = key.open(&sealed, b"body").unwrap_err();
    let ring = Keyring::from(master);
    let shown = format!("{ring:?} {key:?} {stored:?} {sealed:?} {refused:?} {refused}");
    for secret in ["SECRET", "U0VDUkVU", "sk_live", "83, 69", "115, 107"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("bytes)"), "{shown}");
}

#[test]
fn one_clone_opens_what_another_sealed() {
    let text = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let master = MasterKey::from_text(&model::Secret::new(text)).unwrap();
    let (stored, key) = master.new_data_key().unwrap();
    let long = vec![7; 3_000];
    for body in [&b""[..], b"x", &long] {
        let sealed = key.clone().seal(body, b"");
        assert_eq!(sealed.0.len(), body.len() + 33);
        let opened = master.open_data_key(&stored).unwrap().open(&sealed, b"");
        assert_eq!(opened.unwrap(), body);
    }
}
