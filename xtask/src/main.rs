//! Developer commands: `cargo xtask <command>`. Everything with logic is here, nothing in scripts.

mod bench;
mod command;
mod countries;
mod setup;
mod test;

use anyhow::{Result, bail};

const HELP: &str = "\
Developer commands of Towpath

  cargo xtask demo [ARGS]   build and run `towpath demo`; `--once` ends after the table
  cargo xtask test [ARGS]   set up, then every check and test; ARGS go to the test runner
  cargo xtask bench [ARGS]  compare with the bare programs; writes target/bench/report.json
  cargo xtask setup         install what tests need (PostgreSQL, the official Stripe CLI and SDKs)
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
