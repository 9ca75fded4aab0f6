//! The sandbox Infor M3.
