//! Where the master key comes from, and what is refused with which cure.

use model::Secret;
use std::collections::HashSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::Barrier;
use std::thread;
use vault::{Error, MasterKey};

const ZEROS: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[test]
fn a_new_key_is_its_owners_only_and_stays_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let made = MasterKey::from_file_or_new(&path).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let (sealed, key) = made.new_data_key().unwrap();
    let body = key.seal(b"a body", b"body");

    let read = MasterKey::from_file_or_new(&path).unwrap();
    assert_eq!(read.id(), made.id());
    let key = read.open_data_key(&sealed).unwrap();
    assert_eq!(key.open(&body, b"body").unwrap(), b"a body");
    let files = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files, 1, "no draft is left behind");
}

#[test]
fn processes_that_start_together_end_with_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let start = Barrier::new(8);
    let one = || {
        start.wait();
        MasterKey::from_file_or_new(&path).unwrap().id()
    };
    let ids: HashSet<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(ids.len(), 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_others_may_read_is_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    MasterKey::from_file_or_new(&path).unwrap();
    for mode in [0o640, 0o604, 0o660, 0o644] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let error = MasterKey::from_file(&path).unwrap_err().to_string();
        let cure = format!("chmod 600 {}", path.display());
        assert!(error.contains(&cure), "{mode:o}: {error}");
        assert!(error.contains(&format!("{mode:o}")), "{error}");
        assert!(MasterKey::from_file_or_new(&path).is_err());
    }
    for mode in [0o600, 0o400] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        assert!(MasterKey::from_file(&path).is_ok(), "{mode:o}");
    }
}

#[test]
fn what_is_no_key_is_refused_and_never_repeated() {
    for text in ["", "c2hvcnQ=", "not base 64 at all!", "é"] {
        let error = MasterKey::from_text(&Secret::new(text)).unwrap_err();
        assert!(matches!(error, Error::Key(_)));
        assert!(text.is_empty() || !error.to_string().contains(text));
    }
    let line = Secret::new(format!("{ZEROS}\n"));
    assert!(MasterKey::from_text(&line).is_ok(), "a line's end is fine");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let missing = MasterKey::from_file(&path).unwrap_err().to_string();
    assert!(missing.contains("master.key"), "{missing}");
    fs::write(&path, "c2hvcnQ=").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let short = MasterKey::from_file_or_new(&path).unwrap_err().to_string();
    assert!(short.contains("5 bytes instead of 32"), "{short}");
    assert!(short.contains("master.key"), "{short}");
    assert_eq!(fs::read(&path).unwrap(), b"c2hvcnQ=", "it is left alone");
    let nowhere = folder.path().join("no/such/folder/key");
    let error = MasterKey::from_file_or_new(&nowhere).unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
}
