//! The formulas of a template one by one: what each comes to, whatever becomes of the others.

use crate::coercion::target::Place;
use crate::fact::Stop;
use crate::formula::Formula;
use crate::limits;
use crate::scope::{Bound, Here, Kept, Scope};
use crate::template::{Part, Template, conform_here, join};
use crate::value::Value;

/// One formula of a template, worked out.
pub struct Worked<'a> {
    /// Where it stands in the template, as in [`Template::formulas`]: `lines.to.item`.
    pub path: &'a str,
    /// The field that its value goes to: `lines[].item`.
    pub field: &'a str,
    pub formula: &'a Formula,
    /// The value as it goes there, or why there is none.
    pub outcome: Result<&'a Value, Stop>,
}

impl Template {
    /// Works out every formula by itself and tells `found` of each. Those of a list mapping are
    /// told once for each item. `is_known` says of a formula whether its names are known; one that
    /// has unknown ones is passed over, and so is what depends on the list that it names.
    pub fn each_formula(
        &self,
        scope: &Scope<'_>,
        is_known: &dyn Fn(&Formula) -> bool,
        found: &mut dyn FnMut(Worked<'_>),
    ) {
        let kept = Kept::new();
        let place = self.target().map(|target| target.root());
        let mut walk = Walk { is_known, found };
        walk.part(&self.part, Here::new(scope, &kept), place, "", "");
    }
}

struct Walk<'a> {
    is_known: &'a dyn Fn(&Formula) -> bool,
    found: &'a mut dyn FnMut(Worked<'_>),
}

impl Walk<'_> {
    fn part(
        &mut self,
        part: &Part,
        here: Here<'_>,
        place: Option<Place<'_>>,
        path: &str,
        field: &str,
    ) {
        match part {
            Part::Literal(_) => {}
            Part::Formula(formula) => {
                self.formula(formula, here, place, path, field);
            }
            Part::List(parts) => {
                let place = place.and_then(Place::item);
                let field = format!("{field}[]");
                for (n, part) in parts.iter().enumerate() {
                    self.part(part, here, place, &format!("{path}[{n}]"), &field);
                }
            }
            Part::Map(parts) => {
                for (name, part) in parts {
                    let place = place.and_then(|place| place.member(name));
                    self.part(part, here, place, &join(path, name), &join(field, name));
                }
            }
            Part::Each {
                source,
                variable,
                item,
            } => {
                let list = self.formula(source, here, None, &join(path, "each"), field);
                let Some(Value::List(items)) = list else {
                    return;
                };
                let place = place.and_then(Place::item);
                let (path, field) = (join(path, "to"), format!("{field}[]"));
                for value in items.iter().take(limits::LIST_ITEMS) {
                    let bound = Bound {
                        name: variable,
                        value,
                        outer: here.bound,
                    };
                    self.part(item, here.with(&bound), place, &path, &field);
                }
            }
        }
    }

    fn formula(
        &mut self,
        formula: &Formula,
        here: Here<'_>,
        place: Option<Place<'_>>,
        path: &str,
        field: &str,
    ) -> Option<Value> {
        if !(self.is_known)(formula) {
            return None;
        }
        let value = formula.eval_here(here);
        let value = value.and_then(|value| conform_here(value, place));
        (self.found)(Worked {
            path,
            field,
            formula,
            outcome: value.as_ref().map_err(Clone::clone),
        });
        value.ok()
    }
}
