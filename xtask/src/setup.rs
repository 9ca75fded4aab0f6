//! Installs what the tests need and the machine lacks. What cannot be installed is named in one line
//! with its cure.

use crate::command::{exists, root, run};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Versions of the official peers that judge the sandbox Stripe.
const STRIPE_CLI: &str = "@stripe/cli@1";
const STRIPE_NODE: &str = "stripe@23";
const STRIPE_PYTHON: &str = "stripe>=16,<17";
/// The SMTP server that the mail connector is tested against, and certificates for it.
const SMTP_PYTHON: [&str; 2] = ["aiosmtpd>=1.4.6,<2", "trustme>=1.2,<2"];

/// Installs everything; returns the variables that tell the tests where it is.
pub fn all() -> Result<Vec<(String, String)>> {
    postgres()?;
    let tools = root().join("target").join("tools");
    let mut variables = vec![("TOWPATH_REQUIRE_PEERS".to_owned(), "1".to_owned())];
    let node = tools.join("node");
    let cli = node.join("node_modules/@stripe/cli-linux-x64/bin/stripe");
    let sdk = node.join("node_modules/stripe/package.json");
    if !cli.is_file() || !sdk.is_file() {
        need("npm", "nodejs npm")?;
        std::fs::create_dir_all(&node)?;
        let at = text(&node);
        run(
            "npm",
            &[
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--prefix",
                &at,
                STRIPE_CLI,
                STRIPE_NODE,
            ],
        )?;
    }
    variables.push(("TOWPATH_STRIPE_CLI".to_owned(), text(&cli)));
    variables.push(("TOWPATH_STRIPE_NODE".to_owned(), text(&node)));
    let venv = tools.join("python");
    let python = venv.join("bin/python");
    let wanted = [&[STRIPE_PYTHON][..], &SMTP_PYTHON].concat();
    let marker = venv.join("ready");
    if std::fs::read_to_string(&marker).ok() != Some(wanted.join("\n")) {
        need("python3", "python3 python3-venv")?;
        run("python3", &["-m", "venv", &text(&venv)])?;
        let install = [&["-m", "pip", "install", "--quiet"][..], &wanted].concat();
        run(&text(&python), &install)?;
        std::fs::write(&marker, wanted.join("\n"))?;
    }
    variables.push(("TOWPATH_STRIPE_PYTHON".to_owned(), text(&python)));
    variables.push(("TOWPATH_SMTP_PYTHON".to_owned(), text(&python)));
    if let Some(corpus) = corpus() {
        variables.push(("TOWPATH_CORPUS".to_owned(), text(&corpus)));
    }
    Ok(variables)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Real event bodies, where the machine has them; they are no part of the project.
fn corpus() -> Option<PathBuf> {
    std::env::var_os("TOWPATH_CORPUS")
        .map(PathBuf::from)
        .filter(|p| p.is_dir())
}

fn postgres() -> Result<()> {
    if exists("initdb") || installed_postgres() {
        return Ok(());
    }
    apt(&["postgresql"])?;
    if installed_postgres() {
        Ok(())
    } else {
        bail!("PostgreSQL is missing: install `postgresql`")
    }
}

fn installed_postgres() -> bool {
    let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") else {
        return false;
    };
    versions
        .flatten()
        .any(|v| v.path().join("bin/initdb").is_file())
}

pub fn need(program: &str, packages: &str) -> Result<()> {
    if exists(program) {
        return Ok(());
    }
    let packages: Vec<&str> = packages.split(' ').collect();
    apt(&packages)?;
    if exists(program) {
        Ok(())
    } else {
        bail!("`{program}` is missing: install it")
    }
}

/// Installs Debian packages, if we may.
fn apt(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    let root = std::process::Command::new("id").arg("-u").output();
    if !exists("apt-get") || !root.is_ok_and(|o| o.stdout.starts_with(b"0\n")) {
        bail!("missing: {names}; install with `sudo apt-get install {names}` and run this again");
    }
    run("apt-get", &["update", "-qq"])?;
    let mut args = vec!["install", "-y", "-qq", "--no-install-recommends"];
    args.extend(packages);
    run("apt-get", &args)
}
