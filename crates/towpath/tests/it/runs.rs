//! `towpath runs` without a server.

use crate::program::{call, folder};
use std::net::TcpListener;

#[test]
fn without_a_server_it_says_how_to_start_one() {
    let folder = folder("");
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let called = call(folder.path(), &[], &["runs", "list", "--url", &url]);
    assert_eq!(called.code, Some(1));
    assert!(
        called.err.contains("no server answers at"),
        "{}",
        called.err
    );
    assert!(called.err.contains("towpath serve"), "{}", called.err);
}
