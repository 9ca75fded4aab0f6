//! The mapping language from outside: what formulas give, what is refused and with which cure.

mod checks;
mod conformance;
mod examples;
mod fields;
mod formulas;
mod hostile;
mod templates;
mod textproto;
mod world;
