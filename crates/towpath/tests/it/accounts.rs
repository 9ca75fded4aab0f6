//! Accounts, tokens and the audit trail, by who runs the machine.

use crate::program::{Called, call, folder, towpath};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const CONFIG: &str = "[store]\nsqlite = \"towpath.db\"\n";

fn with_input(folder: &Path, args: &[&str], input: &str) -> Called {
    let mut command = towpath(folder, &[], args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("an input");
    stdin.write_all(input.as_bytes()).expect("it is read");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    Called {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

#[test]
fn the_administrator_of_the_machine_needs_no_server() {
    let folder = folder(CONFIG);
    let at = folder.path();
    let new = [
        "account",
        "new",
        "--name",
        "Ada",
        "--email",
        "ada@example.com",
        "--role",
        "admin",
    ];
    let weak = with_input(at, &new, "short\n");
    assert_eq!(weak.code, Some(1), "{weak:?}");
    assert!(weak.err.contains("12 characters"), "{weak:?}");
    let made = with_input(at, &new, "correct horse battery\n");
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(
        made.out.ends_with("Ada <ada@example.com> admin\n"),
        "{made:?}"
    );
    let last = call(at, &[], &["account", "disable", "ada@example.com"]);
    assert!(last.err.contains("the last administrator"), "{last:?}");
    let token = [
        "token",
        "new",
        "--account",
        "ada@example.com",
        "--name",
        "nightly",
    ];
    let token = call(at, &[], &[&token[..], &["--role", "viewer"]].concat());
    assert!(
        token.out.starts_with("twp_") && token.out.trim().len() == 56,
        "{token:?}"
    );
    let list = call(at, &[], &["token", "list"]);
    assert!(
        list.out.contains("nightly") && !list.out.contains("twp_"),
        "{list:?}"
    );

    let verified = call(at, &[], &["audit", "verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(
        verified
            .out
            .starts_with("2 rows, each as it was written\nhead 2:"),
        "{verified:?}"
    );
    let head = verified
        .out
        .trim()
        .rsplit(' ')
        .next()
        .expect("a head")
        .to_owned();
    let forged = format!("2:{}", "0".repeat(64));
    let found = call(at, &[], &["audit", "verify", "--kept", &forged]);
    assert_eq!(found.code, Some(1), "{found:?}");
    assert!(
        found
            .out
            .starts_with("row 2: it is not the row whose hash was kept"),
        "{found:?}"
    );
    let same = call(at, &[], &["audit", "verify", "--kept", &head]);
    assert_eq!(same.code, Some(0), "{same:?}");
}
