//! How long sealing and opening a body take: `cargo run --release -p vault --example rates`.

use model::Secret;
use std::time::{Duration, Instant};
use vault::{Error, MasterKey};

const ROUNDS: u32 = 100_000;

fn main() -> Result<(), Error> {
    let text = Secret::new("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let (_, key) = MasterKey::from_text(&text)?.new_data_key()?;
    for size in [300, 3_000, 30_000] {
        let body = vec![b'x'; size];
        let mut sealed = key.seal(&body, b"body");
        let seal = each(|| {
            sealed = key.seal(&body, b"body");
            Ok(())
        })?;
        let mut opened = Vec::new();
        let open = each(|| {
            opened = key.open(&sealed, b"body")?;
            Ok(())
        })?;
        assert_eq!(opened, body);
        println!("{size} bytes: seal {seal:?}, open {open:?}");
    }
    Ok(())
}

/// The mean time of one round.
fn each(mut round: impl FnMut() -> Result<(), Error>) -> Result<Duration, Error> {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        round()?;
    }
    Ok(start.elapsed() / ROUNDS)
}
