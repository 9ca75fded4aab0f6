//! Formulas: compile, check references, evaluate, with our functions. Pure.
