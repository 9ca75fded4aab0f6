//! What commands print for who called them.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::process::exit;

/// Prints a line, like `println!`. Where the reader has gone (`| head`), the program ends quietly
/// instead of with a panic.
macro_rules! say {
    () => { crate::say::out(format_args!("\n")) };
    ($($arg:tt)*) => { crate::say::out(format_args!("{}\n", format_args!($($arg)*))) };
}

/// Prints a text as it is, like `print!`.
macro_rules! say_text {
    ($($arg:tt)*) => { crate::say::out(format_args!($($arg)*)) };
}

/// Writes to standard output, or ends the program: nobody would learn what it goes on to do.
pub fn out(text: Arguments<'_>) {
    written(std::io::stdout().lock().write_fmt(text));
}

/// The same for bytes.
pub fn bytes(bytes: &[u8]) {
    written(std::io::stdout().lock().write_all(bytes));
}

fn written(result: std::io::Result<()>) {
    match result {
        Ok(()) => {}
        // Who reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => exit(0),
        Err(error) => {
            eprintln!("towpath: standard output cannot be written: {error}");
            exit(1);
        }
    }
}
