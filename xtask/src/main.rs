//! Developer commands: `cargo xtask <command>`. Everything with logic is here, nothing in scripts.

mod bench;
mod command;
mod countries;
mod setup;
mod test;
mod web;

use anyhow::{Result, bail};

const HELP: &str = "\
Developer commands of Towpath

  cargo xtask demo [ARGS]   build and run `towpath demo`; `--once` ends after the table
  cargo xtask test [ARGS]   set up, then every check and test; ARGS go to the test runner
  cargo xtask web           install what the web app needs and build it into web/dist
  cargo xtask browser [ARGS] drive the binary and its sandboxes in a real browser (ARGS go to vitest)
  cargo xtask openapi       write web/openapi.json anew, from which the web app's client is made
  cargo xtask bench [ARGS]  compare with the bare programs; writes target/bench/report.json
  cargo xtask setup         install what tests need (PostgreSQL, Stripe's CLI and SDKs, aiosmtpd)
  cargo xtask countries     make the data of addresses anew from its public sources
  cargo xtask fmt           format everything
";

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let command = args.next();
    let rest: Vec<String> = args.collect();
    match command.as_deref() {
        Some("demo") => command::demo(&rest),
        Some("test") => test::all(&rest),
        Some("web") => web::build(),
        Some("browser") => web::browser(&rest),
        Some("openapi") => web::openapi(),
        Some("bench") => bench::run(&rest),
        Some("setup") => setup::all().map(drop),
        Some("countries") => countries::write(),
        Some("fmt") => command::run("cargo", &["fmt", "--all"]),
        None | Some("help" | "-h" | "--help") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}
