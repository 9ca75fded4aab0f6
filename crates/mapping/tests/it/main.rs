//! The mapping language from outside: what formulas give, what is refused and with which cure.

mod checks;
mod completion;
mod conformance;
mod examples;
mod fields;
mod formulas;
mod fuzz;
mod grammar;
mod hostile;
mod laws;
mod rules;
mod sheets;
mod table_laws;
mod templates;
mod textproto;
mod world;
