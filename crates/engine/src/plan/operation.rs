//! Operations: found by id, their inputs held against their schemas.

use super::compile::Compiler;
use super::known::Known;
use super::nearest::nearest;
use super::surroundings::narrowed;
use super::{CallWork, Need, Work};
use crate::books;
use mapping::{Coercions, Shape};
use model::flow::{Coerce, Use};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// The schemas of operations, each made once per flow and connection.
#[derive(Default)]
pub(super) struct Operations(HashMap<(&'static str, Option<String>), Arc<Schemas>>);

pub(super) struct Schemas {
    input: Value,
    output: Known,
    shape: Arc<Shape>,
}

impl Operations {
    fn get(
        &mut self,
        id: &'static str,
        connection: Option<&String>,
        input: impl FnOnce() -> Value,
        output: impl FnOnce() -> Value,
    ) -> Arc<Schemas> {
        let place = (id, connection.cloned());
        let made = self.0.entry(place).or_insert_with(|| {
            let output = output();
            Arc::new(Schemas {
                input: input(),
                shape: Arc::new(Shape::from_schema(&output)),
                output: Known::of_document(id, output),
            })
        });
        Arc::clone(made)
    }
}

impl Compiler<'_> {
    pub(super) fn operation(&mut self, call: &Use, path: &str) -> Option<(Work, Known)> {
        let id = &call.operation;
        if let Some(book) = books::find(id) {
            if call.connection.is_some() {
                let message = format!("`{id}` is on our own books and has no connection");
                let at = format!("{path}.connection");
                self.error(&at, "misplaced_key", message, "remove it".into());
            }
            let input = || book.input_schema();
            let schemas = self
                .operations
                .get(book.id(), None, input, || book.output_schema());
            let coercions = self.coercions(&call.coerce, path);
            let with = format!("{path}.with");
            let with = self.input(&call.with, &with, &schemas.input, coercions);
            let shape = Arc::clone(&schemas.shape);
            return Some((Work::Book { book, with, shape }, schemas.output.clone()));
        }
        let Some((connector, operation)) = self.registry.operation(id) else {
            let cure = nearest(id, &self.all_operations());
            let message = format!("there is no operation `{id}`");
            self.error(&format!("{path}.use"), "unknown_operation", message, cure);
            // What its input holds is told all the same.
            self.template(&call.with, &format!("{path}.with"));
            return None;
        };
        self.need(connector.id, call.connection.as_ref());
        let connection = call.connection.as_ref();
        let need = Need::key(connector.id, connection.map(String::as_str));
        let known = self.surroundings.metadata.get(&need);
        let fields = known.and_then(|known| known.fields.get(operation.id()));
        let input = || match fields {
            Some(fields) => narrowed(operation.input_schema(), fields),
            None => operation.input_schema(),
        };
        let output = || operation.output_schema();
        let schemas = self
            .operations
            .get(operation.id(), connection, input, output);
        let coercions = self.coercions(&call.coerce, path);
        let with = format!("{path}.with");
        let with = self.input(&call.with, &with, &schemas.input, coercions);
        let work = CallWork {
            connector,
            connection: call.connection.clone(),
            need: Need::key(connector.id, call.connection.as_deref()),
            operation,
            with,
            written: call.with.clone(),
            coerce: call.coerce.clone(),
            shape: Arc::clone(&schemas.shape),
        };
        Some((Work::Call(work), schemas.output.clone()))
    }

    /// Notes a connection that the flow needs.
    pub(super) fn need(&mut self, connector: &'static str, connection: Option<&String>) {
        if connection.is_none() {
            self.connectors.insert(connector);
        }
        self.needs.insert(Need {
            connector,
            connection: connection.cloned(),
        });
    }

    /// The conversions that a step switches on.
    fn coercions(&mut self, coerce: &Coerce, path: &str) -> Coercions {
        let names = match coerce {
            Coerce::All => return Coercions::all(),
            Coerce::Off => return Coercions::none(),
            Coerce::Only(names) => names.clone().into(),
        };
        let read = Coercions::read(&names, &format!("{path}.coerce"));
        read.unwrap_or_else(|problems| {
            self.problems.extend(problems);
            Coercions::all()
        })
    }

    fn all_operations(&self) -> Vec<&'static str> {
        let ours = books::BOOKS.iter().map(|b| b.id());
        let theirs = self
            .registry
            .connectors()
            .flat_map(|c| c.operations.iter().map(|o| o.id()));
        ours.chain(theirs).collect()
    }
}
