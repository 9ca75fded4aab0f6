//! The layers of the configuration, laid over each other; each value remembers where it is from.

use super::check::{self, Shape};
use super::{Config, DEFAULTS};
use anyhow::{Context, bail};
use model::Problem;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What the names of environment variables begin with.
const PREFIX: &str = "TOWPATH__";
/// The file that is read if it is there and no other is named.
const FILE: &str = "towpath.toml";

/// A value given on the command line.
#[derive(Clone)]
pub struct Flag {
    pub name: &'static str,
    /// `server.listen`
    pub path: &'static str,
    pub value: String,
}

/// The merged configuration before it is read.
pub struct Layers {
    pub table: Table,
    /// Where each value is from, by its path.
    pub origins: BTreeMap<String, String>,
    /// The file that was read.
    pub file: Option<PathBuf>,
}

impl Layers {
    /// Reads all layers: the file `named` or the usual one, `variables`, `flags`.
    ///
    /// # Errors
    /// If a file cannot be read or a variable cannot be placed.
    pub fn read(
        named: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        flags: Vec<Flag>,
    ) -> anyhow::Result<Self> {
        let defaults: Table = DEFAULTS.parse().context("the built-in defaults")?;
        let mut layers = Self {
            table: Table::new(),
            origins: BTreeMap::new(),
            file: None,
        };
        layers.lay(defaults, "default");
        let file = named.map(Path::to_path_buf).or_else(|| {
            let usual = PathBuf::from(FILE);
            usual.is_file().then_some(usual)
        });
        if let Some(file) = file {
            let origin = file.display().to_string();
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("read the config file `{origin}`"))?;
            let table: Table = text
                .parse()
                .map_err(|error| anyhow::anyhow!("{}", syntax(&origin, &text, &error)))?;
            layers.lay(table, &origin);
            layers.file = Some(file);
        }
        let shape = Shape::of_config();
        let mut variables: Vec<(String, String)> = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        variables.sort();
        for (name, text) in variables {
            let path: Vec<String> = name[PREFIX.len()..]
                .split("__")
                .map(str::to_ascii_lowercase)
                .collect();
            if path.iter().any(String::is_empty) {
                bail!("the variable `{name}` names no setting: write TOWPATH__SECTION__KEY");
            }
            let path = layers.existing(path);
            layers.set(&path, &text, &shape, &name)?;
        }
        for flag in flags {
            let path: Vec<String> = flag.path.split('.').map(ToOwned::to_owned).collect();
            layers.set(&path, &flag.value, &shape, flag.name)?;
        }
        Ok(layers)
    }

    /// The configuration.
    ///
    /// # Errors
    /// Everything that is wrong, at once, as far as it can be told at once.
    pub fn config(&self) -> Result<Config, Vec<Problem>> {
        let mut problems = check::unknown_keys(&self.table, &self.origins);
        if problems.is_empty() {
            match Value::Table(self.table.clone()).try_into::<Config>() {
                Ok(config) => return Ok(config),
                Err(error) => problems.push(check::misfit(&error)),
            }
        }
        Err(problems)
    }

    fn lay(&mut self, over: Table, origin: &str) {
        merge(&mut self.table, over, "", origin, &mut self.origins);
    }

    /// The path with names as they are written in the file: a variable's name has no `-` and no
    /// capitals.
    fn existing(&self, path: Vec<String>) -> Vec<String> {
        let mut here = Some(&self.table);
        let alike = |a: &str, b: &str| a.to_ascii_lowercase().replace('-', "_") == b;
        path.into_iter()
            .map(|name| {
                let found = here
                    .and_then(|t| t.keys().find(|k| alike(k, &name)))
                    .cloned();
                let name = found.unwrap_or(name);
                here = here.and_then(|t| t.get(&name)).and_then(Value::as_table);
                name
            })
            .collect()
    }

    fn set(
        &mut self,
        path: &[String],
        text: &str,
        shape: &Shape,
        origin: &str,
    ) -> anyhow::Result<()> {
        let value = shape.value(path, text);
        let Some((last, above)) = path.split_last() else {
            return Ok(());
        };
        let mut over = Table::from_iter([(last.clone(), value)]);
        for name in above.iter().rev() {
            over = Table::from_iter([(name.clone(), Value::Table(over))]);
        }
        let mut here = &self.table;
        for name in above {
            match here.get(name) {
                Some(Value::Table(inner)) => here = inner,
                Some(_) => bail!("`{origin}`: `{name}` is a value and holds no further settings"),
                None => break,
            }
        }
        self.lay(over, origin);
        Ok(())
    }
}

/// What is wrong with a file's TOML, and where. The line itself is left out: it may hold a secret.
fn syntax(origin: &str, text: &str, error: &toml::de::Error) -> String {
    let before = error
        .span()
        .and_then(|span| text.get(..span.start))
        .unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!(
        "the config file `{origin}`, line {line}: {}",
        error.message()
    )
}

fn merge(
    under: &mut Table,
    over: Table,
    path: &str,
    origin: &str,
    origins: &mut BTreeMap<String, String>,
) {
    for (name, value) in over {
        let at = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        match (under.get_mut(&name), value) {
            (Some(Value::Table(inner)), Value::Table(more)) => {
                merge(inner, more, &at, origin, origins);
            }
            (_, Value::Table(more)) => {
                let mut inner = Table::new();
                merge(&mut inner, more, &at, origin, origins);
                under.insert(name, Value::Table(inner));
            }
            (_, value) => {
                origins.insert(at, origin.to_owned());
                under.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn later_layers_win_and_say_where_they_are_from() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(
            file.path(),
            "[engine]\nin_flight = 7\n[log]\nfilter = \"warn\"\n",
        )
        .expect("written");
        let variables = [
            variable("TOWPATH__LOG__FILTER", "debug"),
            variable("TOWPATH__ENGINE__RETRY_SPAN", "1h"),
            variable("TOWPATH__ENGINE__IN_FLIGHT", "8"),
            variable("HOME", "/"),
        ];
        let flag = Flag {
            name: "--log",
            path: "log.filter",
            value: "trace".into(),
        };
        let layers = Layers::read(Some(file.path()), variables, vec![flag]).expect("read");
        let config = layers.config().expect("sound");
        assert_eq!(config.log.filter, "trace");
        assert_eq!(config.options().in_flight, 8);
        assert_eq!(config.options().retry.span.as_secs(), 3600);
        assert_eq!(layers.origins["log.filter"], "--log");
        assert_eq!(
            layers.origins["engine.in_flight"],
            "TOWPATH__ENGINE__IN_FLIGHT"
        );
        assert_eq!(layers.origins["server.listen"], "default");
    }

    #[test]
    fn a_secret_that_looks_like_a_number_stays_text() {
        let variables = [variable("TOWPATH__SERVER__API_TOKEN", "123456")];
        let layers = Layers::read(None, variables, Vec::new()).expect("read");
        let token = layers.config().expect("sound").api_token().expect("one");
        assert_eq!(
            token.map(|t| t.expose().to_owned()).as_deref(),
            Some("123456")
        );
    }

    #[test]
    fn a_variable_reaches_into_an_environment_with_a_dash() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let text = "[environments.my-test.connections.stripe]\nconnector = \"stripe\"\n";
        std::fs::write(file.path(), text).expect("written");
        let name = "TOWPATH__ENVIRONMENTS__MY_TEST__CONNECTIONS__STRIPE__CREDENTIAL__SECRET_KEY";
        let layers =
            Layers::read(Some(file.path()), [variable(name, "1")], Vec::new()).expect("read");
        let path = "environments.my-test.connections.stripe.credential.secret_key";
        assert_eq!(layers.origins[path], name);
    }

    #[test]
    fn every_section_of_the_reference_page_is_read() {
        let layers = Layers::read(None, [], Vec::new()).expect("read");
        assert!(layers.config().is_ok());
    }

    #[test]
    fn the_examples_of_the_reference_page_hold() {
        // The examples are the commented keys; uncommented, the page must be read as well.
        let text: String = DEFAULTS
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let layers = Layers::read(Some(file.path()), [], Vec::new()).expect("read");
        let config = layers.config().expect("sound");
        assert!(config.environments.contains_key("test"));
    }
}
