//! Tests of the vocabulary's documents.

mod flow_diff;
mod flow_laws;
mod flow_reading;
mod generate;
