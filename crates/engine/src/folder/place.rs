//! Where the files of a folder are.

use std::fmt;

/// What a file is. In the order in which files are listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Environment,
    /// A flow, by its id.
    Flow(String),
    /// A flow's id and a sample's.
    Sample(String, String),
    /// What the columns of a table are.
    Definition(String),
    /// The rows of a table.
    Rows(String),
}

impl Place {
    /// What the file at `path` is; nothing for any other path, such as one that leads out of the
    /// folder.
    pub fn parse(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        match parts[..] {
            ["environment.yaml"] => Some(Self::Environment),
            ["flows", flow, "flow.yaml"] => Some(Self::Flow(id(flow)?)),
            ["flows", flow, "samples", sample] => {
                let sample = sample.strip_suffix(".yaml")?;
                Some(Self::Sample(id(flow)?, id(sample)?))
            }
            ["lookups", table] => match table.rsplit_once('.')? {
                (table, "yaml") => Some(Self::Definition(name(table)?)),
                (table, "csv") => Some(Self::Rows(name(table)?)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment.yaml"),
            Self::Flow(flow) => write!(f, "flows/{flow}/flow.yaml"),
            Self::Sample(flow, sample) => write!(f, "flows/{flow}/samples/{sample}.yaml"),
            Self::Definition(table) => write!(f, "lookups/{table}.yaml"),
            Self::Rows(table) => write!(f, "lookups/{table}.csv"),
        }
    }
}

impl From<&Place> for String {
    fn from(place: &Place) -> Self {
        place.to_string()
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

fn id(text: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_id = (1..=64).contains(&text.len()) && text.bytes().all(plain);
    is_id.then(|| text.to_owned())
}

fn name(text: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let is_name = (1..=64).contains(&text.len()) && text.bytes().all(plain);
    is_name.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn only_files_within_the_folder_have_a_place() {
        for path in [
            "environment.yaml",
            "flows/a-1/flow.yaml",
            "flows/a/samples/guest.yaml",
            "lookups/gl_accounts.yaml",
            "lookups/Items.csv",
        ] {
            let place = Place::parse(path).expect("a place");
            assert_eq!(place.to_string(), path);
        }
        for path in [
            "",
            "/environment.yaml",
            "../environment.yaml",
            "flows/../flow.yaml",
            "flows/a/../../x/flow.yaml",
            "flows/A/flow.yaml",
            "flows//flow.yaml",
            "flows/a\\b/flow.yaml",
            "flows/a/samples/.yaml",
            "flows/a/samples/x.yml",
            "lookups/.csv",
            "lookups/a.b.csv",
            "lookups/a/b.csv",
            "lookups/\0.csv",
            "C:/environment.yaml",
        ] {
            assert_eq!(Place::parse(path), None, "{path}");
        }
    }
}
