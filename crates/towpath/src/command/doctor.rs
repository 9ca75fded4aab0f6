//! `towpath doctor`: whether this machine is ready, each finding with its cure.

use crate::cli::Sources;
use crate::config::Config;
use crate::connectors::REGISTRY;
use connector::http::{Http, Request};
use connector::{ConnectionConfig, Credential, Runtime};
use engine::{ConnectionSetup, EnvironmentSetup};
use model::clock::{Clock, Entropy};
use model::{Problem, Timestamp};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use store::Store;

/// Deliveries signed longer ago than five minutes are refused: warn long before.
const SKEW_WARN: Duration = Duration::from_secs(5);
const SKEW_FAIL: Duration = Duration::from_secs(60);
/// Below this the store may soon refuse deliveries.
const SPACE_WARN: u64 = 5 << 30;
const SPACE_FAIL: u64 = 500 << 20;

/// So many things that are wrong with a store are shown.
const WRONG_MAX: usize = 10;
/// What to do about a store that is not whole.
const DAMAGED: &str = "the store is damaged: stop the server, keep the files as they are for who \
    looks into it, and put back the last backup; what was written to the ERP since is not known to \
    it: compare the books with the ERP from its day on before the server is started again";

/// Checks configuration, keys, store, connections, clock and disk.
#[derive(clap::Args)]
#[command(after_help = "\
Ends with 1 if something fails. The store is opened, so stop a server that uses the same SQLite \
file first; connections are asked who we are and nothing else.

Examples:
  towpath doctor
  towpath --config /etc/towpath/towpath.toml doctor --time-url https://example.com/")]
pub struct Args {
    /// Whose clock ours is compared with, by the `Date` of its answer.
    #[arg(
        long,
        value_name = "URL",
        default_value = "https://api.stripe.com/healthcheck"
    )]
    time_url: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Warning,
    Failure,
}

struct Finding {
    verdict: Verdict,
    what: String,
    /// What is so, and what to do if it should not be.
    text: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, verdict: Verdict, what: &str, text: impl Into<String>) {
        let finding = Finding {
            verdict,
            what: what.to_owned(),
            text: text.into(),
        };
        let mark = match verdict {
            Verdict::Good => "ok  ",
            Verdict::Warning => "warn",
            Verdict::Failure => "FAIL",
        };
        say!("{mark}  {:<24} {}", finding.what, finding.text);
        self.0.push(finding);
    }

    fn problem(&mut self, what: &str, problem: &Problem) {
        let cure = if problem.cure.is_empty() {
            ""
        } else {
            "; cure: "
        };
        let text = format!(
            "{}: {}{cure}{}",
            problem.path, problem.message, problem.cure
        );
        self.add(Verdict::Failure, what, text);
    }

    fn failed(&self) -> bool {
        self.0.iter().any(|f| f.verdict == Verdict::Failure)
    }
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let mut findings = Findings::default();
    if let Some(config) = configuration(sources, &mut findings) {
        master_key(&config, &mut findings);
        space(&config, &mut findings);
        store(&config, &mut findings).await;
        let http = Http::new()?;
        connections(&config, &http, &mut findings).await;
        clock(&args.time_url, &http, &mut findings).await;
    }
    let failed = findings.failed();
    say!(
        "\n{}",
        if failed {
            "something must be put right first"
        } else {
            "ready"
        }
    );
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn configuration(sources: Sources, findings: &mut Findings) -> Option<Config> {
    const WHAT: &str = "configuration";
    let layers = match sources.layers() {
        Ok(layers) => layers,
        Err(error) => {
            findings.add(Verdict::Failure, WHAT, format!("{error:#}"));
            return None;
        }
    };
    let config = match layers.config() {
        Ok(config) => config,
        Err(problems) => {
            problems
                .iter()
                .for_each(|problem| findings.problem(WHAT, problem));
            return None;
        }
    };
    let file = layers
        .file
        .map_or("defaults only".into(), |f| f.display().to_string());
    findings.add(Verdict::Good, WHAT, file);
    match config.api_token() {
        Err(problem) => findings.problem("api token", &problem),
        Ok(None) if !config.server.listen.ip().is_loopback() => findings.add(
            Verdict::Warning,
            "api token",
            "none, and the server is reachable from outside: the API stays closed; set \
             `server.api_token_file`",
        ),
        Ok(_) => {}
    }
    Some(config)
}

fn master_key(config: &Config, findings: &mut Findings) {
    const WHAT: &str = "master key";
    let file = &config.vault.master_key_file;
    if config.has_master_key_file() && !file.exists() {
        // The doctor only looks: `serve` makes the key.
        let text = format!(
            "`{}` is not there yet; `towpath serve` makes it",
            file.display()
        );
        findings.add(Verdict::Warning, WHAT, text);
        return;
    }
    match config.master_key() {
        Ok(_) if config.has_master_key_file() => {
            findings.add(
                Verdict::Good,
                WHAT,
                format!("`{}`, only for its owner", file.display()),
            );
        }
        Ok(_) => findings.add(Verdict::Good, WHAT, "from the configuration"),
        Err(problem) => findings.problem(WHAT, &problem),
    }
}

/// Free space where the SQLite file is.
fn space(config: &Config, findings: &mut Findings) {
    const WHAT: &str = "disk space";
    let Ok(store::Settings::Sqlite { path, .. }) = config.store() else {
        return;
    };
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    match rustix::fs::statvfs(folder) {
        Ok(found) => {
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            let verdict = match free {
                0..SPACE_FAIL => Verdict::Failure,
                SPACE_FAIL..SPACE_WARN => Verdict::Warning,
                _ => Verdict::Good,
            };
            let text = format!("{} MiB free at `{}`", free >> 20, folder.display());
            findings.add(verdict, WHAT, text);
        }
        Err(error) => {
            let text = format!("`{}` cannot be asked: {error}", folder.display());
            findings.add(Verdict::Failure, WHAT, text);
        }
    }
}

async fn store(config: &Config, findings: &mut Findings) {
    const WHAT: &str = "store";
    let settings = match config.store() {
        Ok(settings) => settings,
        Err(problem) => return findings.problem(WHAT, &problem),
    };
    if let store::Settings::Sqlite { path, .. } = &settings
        && !path.exists()
    {
        let text = format!(
            "`{}` is not there yet; `towpath serve` makes it",
            path.display()
        );
        findings.add(Verdict::Warning, WHAT, text);
        return;
    }
    let store = match Store::open(settings).await {
        Ok(store) => store,
        Err(error) => {
            let text = error.to_string();
            let is_damaged = ["malformed", "not a database"]
                .iter()
                .any(|t| text.contains(t));
            findings.add(Verdict::Failure, WHAT, text);
            if is_damaged {
                findings.add(Verdict::Failure, WHAT, DAMAGED);
            }
            return;
        }
    };
    match (store.verify().await, store.size().await) {
        (Ok(wrong), Ok(size)) if wrong.is_empty() => {
            findings.add(Verdict::Good, WHAT, format!("whole, {} MiB", size >> 20));
        }
        (Ok(wrong), Ok(_)) => {
            let more = wrong.len().saturating_sub(WRONG_MAX);
            for text in wrong.iter().take(WRONG_MAX) {
                findings.add(
                    Verdict::Failure,
                    WHAT,
                    text.lines().collect::<Vec<_>>().join("; "),
                );
            }
            if more > 0 {
                findings.add(
                    Verdict::Failure,
                    WHAT,
                    format!("and {more} more of the kind"),
                );
            }
            findings.add(Verdict::Failure, WHAT, DAMAGED);
        }
        (Err(error), _) | (_, Err(error)) => {
            findings.add(Verdict::Failure, WHAT, error.to_string());
            findings.add(Verdict::Failure, WHAT, DAMAGED);
        }
    }
    store.close().await;
}

async fn connections(config: &Config, http: &Http, findings: &mut Findings) {
    let setup = match config.setup() {
        Ok(setup) => setup,
        Err(problems) => {
            problems
                .iter()
                .for_each(|problem| findings.problem("connections", problem));
            return;
        }
    };
    if setup.environments.is_empty() {
        findings.add(
            Verdict::Warning,
            "connections",
            "no environment is configured",
        );
    }
    for environment in setup.environments {
        flows(&environment, findings);
        for connection in &environment.connections {
            let what = format!("{}/{}", environment.name, connection.name);
            connect(&what, &environment, connection, http, findings).await;
        }
    }
}

fn flows(environment: &EnvironmentSetup, findings: &mut Findings) {
    for flow in &environment.flows {
        let what = format!("{}: flow", environment.name);
        let (_, problems) = engine::compile(&flow.text, REGISTRY);
        let wrong: Vec<_> = problems.iter().filter(|p| p.is_error()).collect();
        if wrong.is_empty() {
            findings.add(Verdict::Good, &what, &flow.origin);
        }
        for problem in wrong {
            findings.problem(&format!("{what} {}", flow.origin), problem);
        }
    }
}

async fn connect(
    what: &str,
    environment: &EnvironmentSetup,
    setup: &ConnectionSetup,
    http: &Http,
    findings: &mut Findings,
) {
    let Some(connector) = REGISTRY.connector(&setup.connector) else {
        let text = format!("there is no connector `{}`", setup.connector);
        return findings.add(Verdict::Failure, what, text);
    };
    let config = ConnectionConfig {
        name: setup.name.clone(),
        environment: environment.kind,
        settings: setup.settings.clone(),
        credential: Credential {
            current: setup.credential.clone(),
            next: setup.next_credential.clone(),
        },
    };
    let runtime = Runtime {
        clock: Clock::real(),
        entropy: Entropy::seeded(0),
        http: http.clone(),
    };
    match (connector.open)(config, runtime) {
        Err(problems) => problems
            .iter()
            .for_each(|problem| findings.problem(what, problem)),
        Ok(session) => match session.check().await {
            Ok(who) => findings.add(Verdict::Good, what, who),
            Err(fault) => findings.add(Verdict::Failure, what, fault.message),
        },
    }
    if connector.verify.is_some() && setup.webhook_secrets.is_empty() {
        let text = "it has no webhook secret: no delivery will be accepted";
        findings.add(Verdict::Warning, what, text);
    }
}

/// Compares our clock with another's: signatures hold a time.
async fn clock(url: &str, http: &Http, findings: &mut Findings) {
    const WHAT: &str = "clock";
    let request = Request {
        method: "GET",
        url,
        headers: Vec::new(),
        authorization: None,
        body: None,
        timeout: Duration::from_secs(10),
    };
    let reply = match http.send(request).await {
        Ok(reply) => reply,
        Err(fault) => {
            let text = format!("not compared, `{url}` does not answer: {}", fault.message);
            return findings.add(Verdict::Warning, WHAT, text);
        }
    };
    let now = Clock::real().now();
    let date = reply
        .header("date")
        .and_then(|d| jiff::fmt::rfc2822::parse(d).ok());
    let Some(date) = date else {
        return findings.add(
            Verdict::Warning,
            WHAT,
            format!("not compared: `{url}` has no `Date`"),
        );
    };
    let theirs = Timestamp(date.timestamp().as_microsecond());
    let skew = now.since(theirs).max(theirs.since(now));
    let verdict = match skew {
        skew if skew >= SKEW_FAIL => Verdict::Failure,
        skew if skew >= SKEW_WARN => Verdict::Warning,
        _ => Verdict::Good,
    };
    // The header has whole seconds.
    findings.add(
        verdict,
        WHAT,
        format!("{} s from that of `{url}`", skew.as_secs()),
    );
}
