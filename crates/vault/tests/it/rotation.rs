//! Changing the master key: data keys move, sealed values stay as they are.

use vault::{Error, Keyring, MasterKey};

fn master(byte: char) -> MasterKey {
    let text = format!("{}=", byte.to_string().repeat(43));
    MasterKey::from_text(&model::Secret::new(text)).unwrap()
}

#[test]
fn data_keys_move_to_the_new_master_key_and_values_stay() {
    let before = Keyring::from(master('A'));
    let (stored, key) = before.new_data_key().unwrap();
    let value = key.seal(b"a credential", b"credential");
    assert!(before.reseal(&stored).unwrap().is_none());

    let during = Keyring::new(master('E'), vec![master('A')]);
    let key = during.open_data_key(&stored).unwrap();
    assert_eq!(key.open(&value, b"credential").unwrap(), b"a credential");
    let moved = during.reseal(&stored).unwrap().expect("it moves");

    let after = Keyring::from(master('E'));
    let key = after.open_data_key(&moved).unwrap();
    assert_eq!(key.open(&value, b"credential").unwrap(), b"a credential");
    let error = after.open_data_key(&stored).unwrap_err();
    assert!(matches!(error, Error::OtherKey { .. }));
    let text = error.to_string();
    assert!(text.contains(&master('A').id().to_string()), "{text}");
}

#[test]
fn a_value_is_no_data_key() {
    let ring = Keyring::from(master('A'));
    let (_, key) = ring.new_data_key().unwrap();
    let value = key.seal(&[1; 32], b"body");
    assert!(ring.open_data_key(&value).is_err());
    assert!(ring.reseal(&value).is_err());
}
