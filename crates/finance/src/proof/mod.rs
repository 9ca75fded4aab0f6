//! Proving the books: Stripe's balance, our entries and the ERP say the same, or each difference
//! has a name.
//!
//! [`prove`] compares the three by sums, which is cheap and always done. Where the sums do not
//! explain a difference, [`compare`] names the vouchers it comes from.

mod books;
mod difference;
mod vouchers;

pub use books::{Books, BooksProof, Tally, prove};
pub use difference::{Between, Cause, Difference};
pub use vouchers::{Voucher, compare};
