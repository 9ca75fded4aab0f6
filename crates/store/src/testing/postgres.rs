//! A PostgreSQL server for tests, out of the system's binaries.

use super::Folder;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio_postgres::NoTls;

/// A running server. It trusts every local connection and syncs to disk as a real one does.
#[derive(Debug)]
pub struct Postgres {
    folder: Folder,
    binaries: PathBuf,
    server: Child,
    port: u16,
    databases: AtomicU64,
}

/// Whether tests on PostgreSQL are left out on purpose.
#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the tests, not of the program"
)]
pub fn is_left_out() -> bool {
    std::env::var("TOWPATH_TEST_SQLITE_ONLY").is_ok_and(|value| value == "1")
}

/// The folder with `initdb` and `postgres`, the newest release first.
#[expect(
    clippy::disallowed_methods,
    reason = "the search path of the machine that tests"
)]
fn binaries() -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    places.sort();
    places.reverse();
    let path = std::env::var("PATH").unwrap_or_default();
    places.extend(std::env::split_paths(&path));
    places
        .into_iter()
        .find(|p| p.join("initdb").is_file() && p.join("postgres").is_file())
}

/// Whether we are root, whom PostgreSQL refuses to serve.
fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    uid.and_then(|ids| ids.split_whitespace().nth(1)) == Some("0")
}

/// A command as a user that PostgreSQL accepts; `nobody` exists everywhere.
fn command(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]);
    command.arg(program);
    command
}

impl Postgres {
    /// The one server of this process.
    ///
    /// # Panics
    /// If PostgreSQL is not installed or does not start; the message says what to do.
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    /// Starts a server on a free port of 127.0.0.1 and a socket in its folder.
    ///
    /// # Panics
    /// If PostgreSQL is not installed or does not start; the message says what to do.
    pub fn start() -> Self {
        let binaries = binaries().expect(
            "PostgreSQL is not installed: install Debian's package `postgresql`, or set \
             TOWPATH_TEST_SQLITE_ONLY=1 to test on SQLite alone",
        );
        let folder = Folder::new("postgres");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("the folder is ours");
        if is_root() {
            let mut chown = Command::new("chown");
            let owned = run(chown.args(["-R", "nobody:nogroup"]).arg(folder.path()));
            assert!(owned.0, "chown: {}", owned.1);
        }
        let mut initdb = command(&binaries.join("initdb"));
        initdb
            .arg("-D")
            .arg(&data)
            .args(["-U", "towpath", "-A", "trust", "-E", "UTF8", "-N"]);
        let made = run(&mut initdb);
        assert!(made.0, "initdb: {}", made.1);
        let port = free_port();
        let mut server = command(&binaries.join("postgres"));
        server.arg("-D").arg(&data).arg("-k").arg(folder.path());
        server.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        server.args(["-c", "shared_buffers=64MB", "-c", "max_connections=200"]);
        let log = fs::File::create(folder.path().join("log")).expect("the folder is ours");
        server
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let server = server.spawn().expect("the server's binary can be started");
        let this = Self {
            folder,
            binaries,
            server,
            port,
            databases: AtomicU64::new(0),
        };
        watch(this.server.id(), this.folder.path());
        this.wait();
        this
    }

    fn wait(&self) {
        let begun = Instant::now();
        loop {
            let mut ready = Command::new(self.binaries.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if run(&mut ready).0 {
                return;
            }
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "PostgreSQL did not start: {log}"
            );
            // The server is another process: there is nothing else to wait on.
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// How to reach a database of this server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://towpath@127.0.0.1:{}/{database}", self.port)
    }

    /// The address of an empty database that nobody else has.
    ///
    /// # Panics
    /// If the server does not make it.
    pub async fn fresh_database(&self) -> String {
        let n = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test{n}");
        let (client, connection) = tokio_postgres::connect(&self.url("postgres"), NoTls)
            .await
            .expect("it is running");
        let driver = tokio::spawn(connection);
        let made = client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await;
        made.expect("the server makes a database");
        drop(client);
        // The driver ends with its client.
        drop(driver.await);
        self.url(&name)
    }

    /// The folder of its socket, data and log.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// Stops the server and deletes its folder when this process is gone, however it ended: the shared
/// server is never dropped.
fn watch(server: u32, folder: &Path) {
    let script = r#"while kill -0 "$1" && kill -0 "$2"; do sleep 0.3; done 2>/dev/null
        kill -INT "$2"; sleep 1; rm -rf "$3""#;
    let mut watcher = Command::new("sh");
    watcher.args([
        "-c",
        script,
        "towpath-watcher",
        &std::process::id().to_string(),
    ]);
    watcher.arg(server.to_string()).arg(folder);
    watcher
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // The child is never waited for: it ends after us.
    drop(watcher.spawn().expect("there is a shell"));
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it is bound").port()
}

fn run(command: &mut Command) -> (bool, String) {
    match command.output() {
        Ok(output) => (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ),
        Err(error) => (false, error.to_string()),
    }
}
