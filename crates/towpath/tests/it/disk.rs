//! A disk that is full, and one that fails, under the real binary.

use crate::sandbox::{Sandboxes, Towpath, kept};
use model::RunState;
use std::fs::File;
use std::io::Write;
use std::process::Command;
use std::time::Duration;
use store::{Settings, Store};

/// What a sale makes is there once.
fn once_each(sandboxes: &Sandboxes, sold: usize) {
    for ((kind, reference), count) in sandboxes.infor.postings_per_reference() {
        assert_eq!(count, 1, "Infor has {count} of {kind} {reference}");
    }
    let orders = sandboxes.infor.orders();
    assert_eq!(orders.values().filter(|o| !o.history).count(), sold);
}

/// A mount of one's own needs no rights where the kernel gives users a namespace of their own.
fn can_mount() -> bool {
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]);
    command.output().is_ok_and(|output| output.status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_answers_503_and_takes_up_again_when_there_is_room() {
    if !can_mount() {
        eprintln!("left out: no file system can be mounted here (unshare -rm)");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).expect("a folder");
    let settings = Settings::sqlite(disk.join("towpath.db"));
    let sandboxes = Sandboxes::start().await;
    // Only the binary and its children see the small disk.
    let mount = format!(
        "mount -t tmpfs -o size=12m tmpfs '{}' && exec \"$0\" \"$@\"",
        disk.display()
    );
    let before = ["unshare", "-rm", "sh", "-c", mount.as_str()];
    let mut towpath = Towpath::start_under(&sandboxes, &settings, &before).await;
    towpath.fill_lookups().await;
    sandboxes.sell(0);
    towpath.finish(&sandboxes).await;

    // The disk as the process sees it; something else fills it to the last byte.
    let seen = format!("/proc/{}/root{}", towpath.id(), disk.display());
    let ballast = format!("{seen}/ballast");
    let mut file = File::create(&ballast).expect("the disk of the process is seen");
    let (mut block, mut written) = (vec![1_u8; 1 << 20], 0_usize);
    while !block.is_empty() {
        match file.write(&block) {
            Ok(n) => written += n,
            Err(_) => block.truncate(block.len() / 2),
        }
    }
    assert!(written > 4 << 20, "{written} bytes of ballast");
    // An open file keeps its place although it is removed.
    drop(file);
    let taken = sandboxes.answered(200);
    for n in 1..6 {
        sandboxes.sell(n);
    }
    // Some pages of the log are there to be written over; then there is no more.
    for _ in 0..200 {
        if sandboxes.answered(503) > 0 {
            break;
        }
        sandboxes.pass(3_600).await;
        sandboxes.sell(6);
        sandboxes.stripe.settled().await;
    }
    let refused = sandboxes.answered(503);
    assert!(
        refused > 0,
        "{} were taken",
        sandboxes.answered(200) - taken
    );
    assert_eq!(towpath.ended(), None, "a full disk is no reason to end");
    assert!(towpath.is_alive().await);

    std::fs::remove_file(&ballast).expect("it is there");
    let sold = sandboxes.stripe.state()["charges"].as_u64();
    let sold = usize::try_from(sold.unwrap_or(0)).expect("a few");
    towpath.finish(&sandboxes).await;
    assert_eq!(towpath.ended(), None);
    once_each(&sandboxes, sold);
    eprintln!("{refused} deliveries were answered with 503; {sold} sales stand once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_ends_the_process_and_what_was_acknowledged_is_there() {
    let (store, guard) = store::testing::sqlite().await;
    store.close().await;
    let settings = guard.settings();
    let sandboxes = Sandboxes::start().await;
    // A write beyond this fails with EFBIG, which is no full disk: to SQLite it is SQLITE_IOERR,
    // as any other failure of the device. (The unit is 512 bytes.)
    let limit = "trap '' XFSZ; ulimit -f 1600; exec \"$0\" \"$@\"";
    let before = ["sh", "-c", limit];
    let mut towpath = Towpath::start_under(&sandboxes, &settings, &before).await;
    towpath.fill_lookups().await;
    let mut sold = 0;
    let ended = loop {
        if let Some(status) = towpath.ended() {
            break status;
        }
        assert!(sold < 2_000, "it never came to its limit");
        for _ in 0..10 {
            sandboxes.sell(sold);
            sold += 1;
        }
        towpath.live_for(Duration::from_millis(100)).await;
    };
    let log = std::fs::read_to_string(sandboxes.log()).expect("a log");
    assert!(log.contains("the disk failed"), "{log}");
    {
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(ended.signal(), Some(6), "it aborts: {ended}\n{log}");
    }
    let acknowledged = sandboxes.acknowledged();
    assert!(!acknowledged.is_empty());

    // The disk is replaced, and everything goes on.
    let mut towpath = Towpath::start(&sandboxes, &settings).await;
    towpath.finish(&sandboxes).await;
    towpath.kill();
    once_each(&sandboxes, sold);
    let store = Store::open(settings).await.expect("the store opens");
    kept(&store, &acknowledged).await;
    let counts = store.counts().await.expect("counts");
    assert_eq!(counts.runs_in(RunState::Dead), 0);
    eprintln!(
        "{} events were acknowledged before it ended; all are there",
        acknowledged.len()
    );
    store.close().await;
}
