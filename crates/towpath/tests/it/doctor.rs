//! `towpath doctor`, with a sandbox to speak to.

use crate::program::{ENVIRONMENT, call, folder, towpath};
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Child, Stdio};

/// A sandbox in a process of its own; ends with the test.
struct Sandbox {
    child: Child,
    url: String,
    account: String,
    key: String,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn sandbox() -> Sandbox {
    let here = tempfile::tempdir().expect("a folder");
    let mut child = towpath(here.path(), &[], &["sandbox", "stripe", "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let out = BufReader::new(child.stdout.take().expect("an output"));
    let mut lines = out.lines().map(|line| line.expect("a line"));
    let mut word = |name: &str| {
        let line = lines.find(|line| line.starts_with(name));
        let line = line.unwrap_or_else(|| panic!("no line of the {name}"));
        line.rsplit(' ').next().expect("a word").to_owned()
    };
    let (url, account, key) = (word("sandbox Stripe"), word("account"), word("secret key"));
    Sandbox {
        child,
        url,
        account,
        key,
    }
}

fn config(sandbox: &Sandbox, account: &str) -> String {
    ENVIRONMENT
        .replace("acct_1", account)
        .replace("http://127.0.0.1:9", &sandbox.url)
        .replace(
            "secret_key = \"sk_test_1\"",
            "secret_key_file = \"stripe-key\"",
        )
}

#[test]
fn a_machine_that_is_ready_is_called_so_and_one_that_is_not_is_told_why() {
    let sandbox = sandbox();
    let good = folder(&config(&sandbox, &sandbox.account));
    let args = ["doctor", "--time-url", sandbox.url.as_str()];

    let called = call(good.path(), &[], &args);
    assert_eq!(called.code, Some(1), "{}", called.out);
    assert!(
        called.out.contains("`stripe-key` cannot be read"),
        "{}",
        called.out
    );

    std::fs::write(good.path().join("stripe-key"), format!("{}\n", sandbox.key)).expect("written");
    assert_eq!(call(good.path(), &[], &["migrate"]).code, Some(0));
    let called = call(good.path(), &[], &args);
    assert_eq!(called.code, Some(0), "{}", called.out);
    for text in [
        "ok    configuration",
        "ok    store",
        "ok    test/stripe",
        "ok    clock",
        "ready",
    ] {
        assert!(called.out.contains(text), "{text}\n{}", called.out);
    }
    assert!(!called.out.contains(&sandbox.key), "{}", called.out);

    // A key that others may read, and another account's key.
    let key = good.path().join("towpath.key");
    std::fs::write(&key, "x").expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&key, open).expect("permitted");
    }
    let other = config(&sandbox, "acct_another");
    std::fs::write(good.path().join("towpath.toml"), other).expect("written");
    let called = call(good.path(), &[], &args);
    assert_eq!(called.code, Some(1));
    for text in [
        "FAIL  master key",
        "chmod 600",
        "FAIL  test/stripe",
        "acct_another",
    ] {
        assert!(called.out.contains(text), "{text}\n{}", called.out);
    }
}

/// Writes over a part of the file, as a failing disk does.
fn damage(file: &Path, at: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new()
        .write(true)
        .open(file)
        .expect("it is there");
    file.seek(SeekFrom::Start(at)).expect("it is long enough");
    file.write_all(bytes).expect("written");
}

#[test]
fn a_damaged_store_is_called_so_with_what_to_do() {
    // A page that is read at the start, one that is not, and the head of the file.
    for (what, at, bytes) in [
        ("a page", 10 * 8_192, vec![0xa5; 8_192]),
        ("another page", 50 * 8_192, vec![0xa5; 8_192]),
        ("the head", 0, vec![0; 100]),
    ] {
        let here = folder("");
        assert_eq!(call(here.path(), &[], &["migrate"]).code, Some(0));
        // All of the log is in the file by now; with it, the damage would be healed.
        for name in ["towpath.db-wal", "towpath.db-shm"] {
            std::fs::remove_file(here.path().join(name)).expect("it is there");
        }
        let args = ["doctor", "--time-url", "http://127.0.0.1:9/"];
        let called = call(here.path(), &[], &args);
        assert_eq!(called.code, Some(0), "{}", called.out);
        std::fs::remove_file(here.path().join("towpath.db-wal")).expect("it is there");
        damage(&here.path().join("towpath.db"), at, &bytes);
        let called = call(here.path(), &[], &args);
        assert_eq!(called.code, Some(1), "{what}: {}", called.out);
        for text in [
            "FAIL  store",
            "put back the last backup",
            "something must be put right",
        ] {
            assert!(called.out.contains(text), "{what}: {text}\n{}", called.out);
        }
        eprintln!("{what}:\n{}", called.out);
    }
}
