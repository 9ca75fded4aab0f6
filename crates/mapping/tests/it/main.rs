//! The mapping language from outside: what formulas give, what is refused and with which cure.

mod checks;
mod examples;
mod formulas;
mod hostile;
mod laws;
mod rules;
mod sheets;
mod table_laws;
mod templates;
mod world;
