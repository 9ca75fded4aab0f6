//! `flows/`: the versions in force with their samples.

use super::{Files, Found, Place, refuse_comments};
use model::Problem;
use model::flow::{Flow, OnComment, Sample, format, parse, parse_sample, write_sample};
use model::yaml::load;
use std::collections::BTreeMap;

/// A flow and its samples.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowFiles {
    pub flow: Flow,
    /// The document in its one form. A first line that tells an editor where the schema is stays.
    pub text: String,
    /// By id.
    pub samples: BTreeMap<String, Sample>,
}

impl FlowFiles {
    /// Reads a document and samples.
    ///
    /// # Errors
    /// The problems for which the text is no flow.
    pub fn new(text: &str) -> Result<Self, Vec<Problem>> {
        let formatted = format(text, OnComment::Note)?;
        let (flow, problems) = parse(&formatted.text);
        let flow = flow.ok_or(problems)?;
        Ok(Self {
            flow,
            text: formatted.text,
            samples: BTreeMap::new(),
        })
    }

    /// The texts of the samples, by id.
    pub fn sample_texts(&self) -> Vec<String> {
        self.samples.values().map(write_sample).collect()
    }
}

pub fn read(places: &BTreeMap<Place, &str>, found: &mut Vec<Found>) -> BTreeMap<String, FlowFiles> {
    let mut flows: BTreeMap<String, FlowFiles> = BTreeMap::new();
    for (place, text) in places {
        match place {
            Place::Flow(id) => match FlowFiles::new(text) {
                Ok(files) => {
                    named(place, id, &files.flow.id, found);
                    flows.insert(id.clone(), files);
                }
                Err(problems) => {
                    found.extend(problems.into_iter().map(|p| Found::new(place, p)));
                }
            },
            Place::Sample(flow, id) => {
                refuse_comments(place, &load(text).comments, found);
                let (sample, problems) = parse_sample(text);
                found.extend(problems.into_iter().map(|p| Found::new(place, p)));
                let Some(sample) = sample else { continue };
                named(place, id, &sample.id, found);
                match flows.get_mut(flow) {
                    Some(files) => drop(files.samples.insert(id.clone(), sample)),
                    None if places.contains_key(&Place::Flow(flow.clone())) => {}
                    None => {
                        let message = "there is no flow beside the sample";
                        let cure = "keep it in `samples/` beside `flow.yaml`";
                        let problem = Problem::error("", "no_flow", message, cure);
                        found.push(Found::new(place, problem));
                    }
                }
            }
            Place::Environment | Place::Definition(_) | Place::Rows(_) => {}
        }
    }
    flows
}

/// A file is named as what it holds.
fn named(place: &Place, name: &str, id: &str, found: &mut Vec<Found>) {
    if name != id {
        let message = format!("it is named `{name}` and holds `{id}`");
        let problem = Problem::error("", "other_name", message, "rename one of them");
        found.push(Found::new(place, problem));
    }
}

pub fn write(flows: &BTreeMap<String, FlowFiles>, files: &mut Files) {
    for (flow, held) in flows {
        files.insert(Place::Flow(flow.clone()).to_string(), held.text.clone());
        for (id, sample) in &held.samples {
            let place = Place::Sample(flow.clone(), id.clone());
            files.insert(place.to_string(), write_sample(sample));
        }
    }
}
