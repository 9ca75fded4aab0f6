//! Credentials and bodies, sealed under a master key.
