//! Money, journal entries, posting rules, payout proof, deposits. Pure.
