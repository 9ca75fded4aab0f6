//! Infor: ION API sign-in, M3 transactions, canonical operations.
