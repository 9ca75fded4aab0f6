//! How a process of the bench is asked from outside: a line in, a line of JSON out.

use serde_json::Value;
use std::io::{BufRead, Write};

/// Answers each line of standard input. The process ends when standard input does, so that none
/// outlives the bench.
pub fn answer(state: impl Fn(&str) -> Value + Send + 'static) {
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let mut out = std::io::stdout().lock();
            if writeln!(out, "{}", state(&line))
                .and_then(|()| out.flush())
                .is_err()
            {
                break;
            }
        }
        std::process::exit(0);
    });
}
