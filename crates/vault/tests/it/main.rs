//! The vault from outside: keys in files and texts, sealing, changing the master key.

mod master;
mod rotation;
mod shown;
