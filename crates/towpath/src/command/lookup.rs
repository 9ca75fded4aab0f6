//! `towpath lookup`: the lookup tables of a server that is running.

use super::client::{Client, ClientArgs, segment};
use super::runs::{cell, table};
use crate::cli::Sources;
use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The lookup tables of a server that is running.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  towpath lookup list
  towpath lookup define gl_accounts gl_accounts.json
  towpath lookup show items --at 2026-01-31
  towpath lookup put items --key prod_1 --value MUG-1 --replay-missing
  towpath lookup put rates --key prod_1 --key team account=3000 --from 2026-01-01
  towpath lookup end items --key prod_1 --from 2027-01-01
  towpath lookup import gl_accounts accounts.csv --dry-run
  towpath lookup export gl_accounts accounts.csv
  towpath lookup derive gl_accounts product=prod_1 plan=team")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// The environment; may be left out if there is only one.
    #[arg(long, global = true)]
    environment: Option<String>,
    /// Prints what the API answers.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Subcommand)]
enum What {
    /// Lists the tables.
    List,
    /// Says what the columns of a table are, and makes it if it is not there.
    Define {
        /// The table's name.
        table: String,
        /// The definition, JSON: kind, keys or conditions, columns.
        file: PathBuf,
    },
    /// Shows the rows of a table as they are on a day.
    Show(ShowArgs),
    /// Stores a row.
    Put(PutArgs),
    /// Ends a row from a day on.
    End {
        /// The table's name.
        table: String,
        #[command(flatten)]
        key: Key,
        /// The first day on which it no longer is, YYYY-MM-DD.
        #[arg(long, value_name = "DAY")]
        from: String,
    },
    /// Reads a CSV file into a table. The file says the whole time of every key that it names.
    Import(ImportArgs),
    /// Writes a table as a CSV file. Imported again it changes nothing.
    Export {
        /// The table's name.
        table: String,
        /// Where to; the standard output if left out.
        file: Option<PathBuf>,
        /// `;` between cells instead of `,`.
        #[arg(long)]
        semicolon: bool,
    },
    /// Shows every version of a row.
    History {
        /// The table's name.
        table: String,
        #[command(flatten)]
        key: Key,
    },
    /// Asks a table of rules, and tells why it answers so.
    Derive {
        /// The table's name.
        table: String,
        /// Every attribute that the table asks for; an empty one is absent.
        #[arg(value_name = "NAME=VALUE")]
        attributes: Vec<String>,
        /// On this day, YYYY-MM-DD; today unless given.
        #[arg(long, value_name = "DAY")]
        at: Option<String>,
    },
    /// Works the dead letters again that missed what a table has now.
    ReplayMissing {
        /// The table's name.
        table: String,
    },
}

/// The key of a row.
#[derive(clap::Args)]
struct Key {
    /// The key, of a rule its name; once for each part.
    #[arg(long, required = true, value_name = "PART")]
    key: Vec<String>,
}

impl Key {
    fn json(&self) -> Value {
        match self.key.as_slice() {
            [one] => json!(one),
            parts => json!(parts),
        }
    }

    fn text(&self) -> String {
        match self.key.as_slice() {
            [one] => one.clone(),
            parts => json!(parts).to_string(),
        }
    }
}

#[derive(clap::Args)]
struct ShowArgs {
    /// The table's name.
    table: String,
    /// On this day, YYYY-MM-DD; today unless given.
    #[arg(long, value_name = "DAY")]
    at: Option<String>,
    /// Rows whose key begins with a text.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// How many at most, up to 200.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Those after this key; what a list ends with if there are more.
    #[arg(long, value_name = "KEY")]
    after: Option<String>,
}

#[derive(clap::Args)]
struct PutArgs {
    /// The table's name.
    table: String,
    #[command(flatten)]
    key: Key,
    /// The columns.
    #[arg(value_name = "COLUMN=VALUE", conflicts_with_all = ["value", "value_json"])]
    columns: Vec<String>,
    /// The row's value, if it is one text.
    #[arg(long, value_name = "TEXT", conflicts_with = "value_json")]
    value: Option<String>,
    /// The row's value, if it is anything else.
    #[arg(long, value_name = "JSON")]
    value_json: Option<String>,
    /// The first day, YYYY-MM-DD; always unless given.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Works the dead letters again that missed it.
    #[arg(long)]
    replay_missing: bool,
}

#[derive(clap::Args)]
struct ImportArgs {
    /// The table's name.
    table: String,
    /// The file: CSV in UTF-8, its header names the columns.
    file: PathBuf,
    /// Only says what it would change.
    #[arg(long)]
    dry_run: bool,
    /// Ends keys that the file does not name, from today on.
    #[arg(long)]
    end_missing: bool,
    /// Works the dead letters again that missed what is there now.
    #[arg(long)]
    replay_missing: bool,
}

/// A server, and which environment of it.
struct Lookups {
    client: Client,
    environment: Option<String>,
    json: bool,
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let lookups = Lookups {
        client: Client::new(args.client, sources)?,
        environment: args.environment,
        json: args.json,
    };
    match args.what {
        What::List => lookups.list().await?,
        What::Define { table, file } => lookups.define(&table, &file).await?,
        What::Show(args) => lookups.show(args).await?,
        What::Put(args) => lookups.put(args).await?,
        What::End { table, key, from } => lookups.end(&table, &key, &from).await?,
        What::Import(args) => lookups.import(args).await?,
        What::Export {
            table,
            file,
            semicolon,
        } => lookups.export(&table, file.as_deref(), semicolon).await?,
        What::History { table, key } => lookups.history(&table, &key).await?,
        What::Derive {
            table,
            attributes,
            at,
        } => return lookups.derive(&table, &attributes, at).await,
        What::ReplayMissing { table } => lookups.replay_missing(&table).await?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Lookups {
    /// The path of a table's resource, with the environment.
    fn path(&self, table: &str, rest: &str) -> String {
        let path = format!("/lookups/{}{rest}", segment(table));
        match &self.environment {
            Some(name) => format!("{path}?environment={}", segment(name)),
            None => path,
        }
    }

    /// Prints what the API answered, if that is asked for.
    fn printed(&self, answer: &Value) -> anyhow::Result<bool> {
        if self.json {
            say!("{}", serde_json::to_string_pretty(answer)?);
        }
        Ok(self.json)
    }

    async fn list(&self) -> anyhow::Result<()> {
        let query = [("environment", self.environment.clone())];
        let answer = self.client.get("/lookups", &query).await?;
        if !self.printed(&answer)? {
            let columns = ["name", "kind", "keys", "revision", "description"];
            say!("{}", table(&columns, &answer["data"]));
        }
        Ok(())
    }

    async fn define(&self, table: &str, file: &Path) -> anyhow::Result<()> {
        let name = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("read `{name}`"))?;
        let definition: Value =
            serde_json::from_str(&text).with_context(|| format!("`{name}` is no JSON"))?;
        let path = self.path(table, "/definition");
        let answer = self.client.put(&path, &definition).await?;
        if !self.printed(&answer)? {
            say!("`{table}` is defined, revision {}", answer["revision"]);
        }
        Ok(())
    }

    async fn show(&self, args: ShowArgs) -> anyhow::Result<()> {
        let query = [
            ("environment", self.environment.clone()),
            ("at", args.at),
            ("search", args.search),
            ("limit", Some(args.limit.to_string())),
            ("after", args.after),
        ];
        let path = format!("/lookups/{}", segment(&args.table));
        let answer = self.client.get(&path, &query).await?;
        if self.printed(&answer)? {
            return Ok(());
        }
        let columns = ["key", "value", "valid_from", "version", "changed_by"];
        say!("{}", table(&columns, &answer["data"]));
        if let Some(next) = answer["next"].as_str() {
            say!("more: --after '{next}'");
        }
        Ok(())
    }

    async fn put(&self, args: PutArgs) -> anyhow::Result<()> {
        let value = match (args.value, args.value_json) {
            (Some(text), _) => Value::String(text),
            (None, Some(text)) => {
                serde_json::from_str(&text).context("`--value-json` is no JSON")?
            }
            (None, None) if args.columns.is_empty() => {
                bail!("give the row: COLUMN=VALUE, `--value` or `--value-json`")
            }
            (None, None) => Value::Object(pairs(&args.columns)?),
        };
        if value.is_null() {
            bail!("null is no value; `towpath lookup end` ends a row");
        }
        let row = json!({"key": args.key.json(), "value": value, "valid_from": args.from,
            "valid_to": args.to});
        let body = json!({"rows": [row], "replay_missing": args.replay_missing});
        let answer = self.client.put(&self.path(&args.table, ""), &body).await?;
        self.changed(&answer)
    }

    fn changed(&self, answer: &Value) -> anyhow::Result<()> {
        if self.printed(answer)? {
            return Ok(());
        }
        match answer["changed"].as_u64() {
            Some(0) => say!("it was so already"),
            _ => say!("stored"),
        }
        if answer["replayed"].is_object() {
            replayed(&answer["replayed"]);
        }
        Ok(())
    }

    async fn end(&self, table: &str, key: &Key, from: &str) -> anyhow::Result<()> {
        let body = json!({"key": key.json(), "from": from});
        let path = self.path(table, "/end");
        let answer = self.client.post(&path, &body).await?;
        self.changed(&answer)
    }

    async fn import(&self, args: ImportArgs) -> anyhow::Result<()> {
        let name = args.file.display();
        let file = std::fs::read(&args.file).with_context(|| format!("read `{name}`"))?;
        let query = [
            ("environment", self.environment.clone()),
            ("dry_run", Some(args.dry_run.to_string())),
            ("end_missing", Some(args.end_missing.to_string())),
            ("replay_missing", Some(args.replay_missing.to_string())),
        ];
        let path = format!("/lookups/{}/import", segment(&args.table));
        let answer = self.client.post_csv(&path, &query, file).await?;
        if self.printed(&answer)? {
            return Ok(());
        }
        let changes = answer["changes"].as_array().map_or(&[][..], Vec::as_slice);
        if !changes.is_empty() {
            let columns = ["change", "key", "valid_from", "before", "after"];
            say!("{}\n", table(&columns, &answer["changes"]));
        }
        let count = |name: &str| answer[name].as_u64().unwrap_or_default();
        let all = count("added") + count("changed") + count("ended");
        let left = all.saturating_sub(u64::try_from(changes.len()).unwrap_or(u64::MAX));
        if left > 0 {
            say!("and {left} more");
        }
        say!(
            "{} added, {} changed, {} ended, {} unchanged",
            count("added"),
            count("changed"),
            count("ended"),
            count("unchanged")
        );
        if args.dry_run {
            say!("nothing was written: without `--dry-run` it is");
        }
        if answer["replayed"].is_object() {
            replayed(&answer["replayed"]);
        }
        Ok(())
    }

    async fn export(
        &self,
        table: &str,
        file: Option<&Path>,
        semicolon: bool,
    ) -> anyhow::Result<()> {
        let delimiter = semicolon.then(|| "semicolon".to_owned());
        let query = [
            ("environment", self.environment.clone()),
            ("delimiter", delimiter),
        ];
        let path = format!("/lookups/{}/export", segment(table));
        let bytes = self.client.get_bytes(&path, &query).await?;
        match file {
            Some(file) => {
                std::fs::write(file, &bytes).with_context(|| format!("write `{}`", file.display()))
            }
            None => {
                crate::say::bytes(&bytes);
                Ok(())
            }
        }
    }

    async fn history(&self, name: &str, key: &Key) -> anyhow::Result<()> {
        let query = [
            ("environment", self.environment.clone()),
            ("key", Some(key.text())),
        ];
        let path = format!("/lookups/{}/history", segment(name));
        let answer = self.client.get(&path, &query).await?;
        if !self.printed(&answer)? {
            let columns = ["valid_from", "version", "value", "changed_by", "changed_at"];
            say!("{}", table(&columns, &answer["data"]));
        }
        Ok(())
    }

    async fn derive(
        &self,
        table: &str,
        attributes: &[String],
        at: Option<String>,
    ) -> anyhow::Result<ExitCode> {
        let body = json!({"attributes": pairs(attributes)?, "at": at});
        let path = self.path(table, "/derive");
        let answer = self.client.post(&path, &body).await?;
        let found = answer["rule"].is_string();
        if !self.printed(&answer)? {
            match answer["nothing"].as_str() {
                Some(sentence) => say!("{sentence}"),
                None => say!(
                    "{} by the rule `{}`",
                    answer["value"],
                    cell(&answer["rule"])
                ),
            }
            for why in answer["why"].as_array().into_iter().flatten() {
                say!("  {}", cell(why));
            }
            for near in answer["near"].as_array().into_iter().flatten() {
                let reasons = near["reasons"].as_array().into_iter().flatten().map(cell);
                let reasons: Vec<String> = reasons.collect();
                say!("not `{}`: {}", cell(&near["rule"]), reasons.join(", "));
            }
        }
        Ok(if found {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    async fn replay_missing(&self, table: &str) -> anyhow::Result<()> {
        let path = self.path(table, "/replay-missing");
        let answer = self.client.post(&path, &json!({})).await?;
        if !self.printed(&answer)? {
            replayed(&answer);
        }
        Ok(())
    }
}

/// `name=value` as a map of texts.
fn pairs(given: &[String]) -> anyhow::Result<Map<String, Value>> {
    let mut map = Map::new();
    for pair in given {
        let (name, value) = pair
            .split_once('=')
            .with_context(|| format!("`{pair}` is not NAME=VALUE"))?;
        if map.insert(name.to_owned(), json!(value)).is_some() {
            bail!("`{name}` is given twice");
        }
    }
    Ok(map)
}

fn replayed(done: &Value) {
    say!(
        "{} dead letters are worked again, {} still miss something",
        done["replayed"],
        done["still_missing"]
    );
    for failed in done["failed"].as_array().into_iter().flatten() {
        say!(
            "  not {}: {}",
            cell(&failed["run"]),
            cell(&failed["reason"])
        );
    }
    if done["more"] == true {
        say!("there are more: run `towpath lookup replay-missing` again");
    }
}
