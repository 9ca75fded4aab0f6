//! Payments: staged by ARS040MI, posted by the job, read back from ARS200MI and GLS200MI.

use super::Rig;
use serde_json::json;

/// One order of 100 USD, invoiced.
async fn invoiced(rig: &Rig) -> String {
    rig.order("Y30000", "R1", "USD", &[("MUG", "1", "100")])
        .await;
    let number = rig.sim.invoice_all()[0];
    rig.sim
        .invoices()
        .iter()
        .find(|i| i.number == number)
        .unwrap()
        .exin
        .clone()
}

/// A batch with one line and its control. Returns PBID.
async fn pay(rig: &Rig, bope: &str, cino: &str, amount: &str, reference: &str) -> String {
    let head = [("PBID", "0"), ("BOPE", bope)];
    let pbid = rig.call("ARS040MI/AddBatchHead", &head).await.get("PBID");
    let line = line(&pbid, cino, amount, reference);
    rig.call("ARS040MI/AddBatchLine", &line)
        .await
        .rows_or_none();
    pbid
}

fn line<'a>(
    pbid: &'a str,
    cino: &'a str,
    amount: &'a str,
    reference: &'a str,
) -> [(&'a str, &'a str); 8] {
    [
        ("PBID", pbid),
        ("TRNO", "1"),
        ("CINO", cino),
        ("INYR", "2026"),
        ("CUNO", "Y30000"),
        ("PYAM", amount),
        ("CUCD", "USD"),
        ("IRNO", reference),
    ]
}

#[tokio::test]
async fn a_payment_is_staged_and_then_posted_by_the_job() {
    let rig = Rig::start().await;
    let cino = invoiced(&rig).await;
    let pbid = pay(&rig, "STR", &cino, "100", "STPAY1").await;
    assert_eq!(rig.count("payment", "STPAY1"), 0);
    let batch = [("PBID", pbid.as_str())];
    rig.call("ARS040MI/ControlBatch", &batch)
        .await
        .rows_or_none();
    assert_eq!(
        rig.call("ARS040MI/ControlBatch", &batch).await.nok().1,
        "PBID"
    );
    let late = line(&pbid, &cino, "1", "LATE");
    assert_eq!(
        rig.call("ARS040MI/AddBatchLine", &late).await.nok().1,
        "PBID"
    );
    assert_eq!(rig.count("payment", "STPAY1"), 1);
    let invoice = [
        ("PYNO", "Y30000"),
        ("CINO", &cino),
        ("INYR", "2026"),
        ("CUNO", "Y30000"),
    ];
    let staged = rig.call("ARS200MI/GetInvTotInfo", &invoice).await;
    assert_eq!(
        (staged.get("OCUA"), staged.get("RECO")),
        ("100.00".into(), "0".into())
    );
    rig.sim.advance(60);
    let posted = rig.call("ARS200MI/GetInvTotInfo", &invoice).await;
    assert_eq!(
        (posted.get("PCUA"), posted.get("RECO")),
        ("100.00".into(), "9".into())
    );
    assert_eq!(
        (
            rig.sim.balance("2300", "USD"),
            rig.sim.balance("1100", "USD")
        ),
        (10_000, 0)
    );
    let rows = rig
        .call("ARS200MI/LstInvByDivi", &[("CUNO", "Y30000")])
        .await
        .rows();
    assert_eq!(
        (rows[1]["TRCD"].as_str(), rows[1]["CUAM"].as_str()),
        ("20", "-100.00")
    );
    let open = [("CUNO", "Y30000"), ("AAC0", "1")];
    assert!(
        rig.call("ARS200MI/LstInvoices", &open)
            .await
            .rows()
            .is_empty()
    );
    let day = [("FRDT", "20260101"), ("DIVI", "AAA")];
    let lines = rig.call("GLS200MI/LstVouchersByDt", &day).await.rows();
    let lines: Vec<_> = lines.iter().filter(|l| l["VTXT"] == "STPAY1").collect();
    assert_eq!(
        (lines[0]["AIT1"].as_str(), lines[1]["AIT1"].as_str()),
        ("2300", "1100")
    );
    rig.assert_balanced();
}

#[tokio::test]
async fn the_payment_type_decides_the_account() {
    let rig = Rig::with(|s| s.job_every_s = None).await;
    let cino = invoiced(&rig).await;
    let pbid = pay(&rig, "BNK", &cino, "40", "STPAY2").await;
    let charge = [("PBID", pbid.as_str()), ("CHAM", "1.50"), ("CUCD", "USD")];
    rig.call("ARS040MI/AddBatchCharge", &charge)
        .await
        .rows_or_none();
    rig.call("ARS040MI/ControlBatch", &charge[..1])
        .await
        .rows_or_none();
    rig.sim.advance(86_400);
    assert_eq!(rig.sim.balance("1000", "USD"), 0);
    rig.admin("jobs/run", json!({})).await;
    assert_eq!(rig.sim.balance("1000", "USD"), 3_850);
    assert_eq!(
        (
            rig.sim.balance("6000", "USD"),
            rig.sim.balance("1100", "USD")
        ),
        (150, 6_000)
    );
    assert_eq!(rig.sim.payments().values().next().unwrap().status, 9);
}

#[tokio::test]
async fn control_finds_what_is_wrong() {
    let rig = Rig::start().await;
    let cino = invoiced(&rig).await;
    for (cino, amount, field) in [("800001", "10", "CINO"), (cino.as_str(), "100.01", "PYAM")] {
        let pbid = pay(&rig, "STR", cino, amount, "BAD").await;
        let answer = rig.call("ARS040MI/ControlBatch", &[("PBID", &pbid)]).await;
        assert_eq!(answer.nok().1, field);
    }
    let answer = rig
        .call("ARS040MI/AddBatchHead", &[("PBID", "0"), ("BOPE", "XXX")])
        .await;
    assert_eq!(answer.nok().1, "BOPE");
    assert_eq!(rig.count("payment", "BAD"), 0);
}

#[tokio::test]
async fn who_chooses_the_batch_number() {
    let rig = Rig::start().await;
    let head = [("PBID", "4711"), ("BOPE", "STR")];
    assert_eq!(
        rig.call("ARS040MI/AddBatchHead", &head).await.get("PBID"),
        "4711"
    );
    assert_eq!(
        rig.call("ARS040MI/AddBatchHead", &head).await.nok().0,
        "SIM0002"
    );
    rig.sim.set(|s| s.pbid_by_caller = false);
    let head = [("PBID", "4712"), ("BOPE", "STR")];
    assert_eq!(
        rig.call("ARS040MI/AddBatchHead", &head).await.nok().1,
        "PBID"
    );
    let none = rig.call("ARS040MI/AddBatchHead", &head[1..]).await;
    assert_eq!(none.terminated(), "MandatoryInputFieldNotFound");
}

#[tokio::test]
async fn a_double_payment_is_counted_and_the_second_fails() {
    let rig = Rig::start().await;
    let cino = invoiced(&rig).await;
    for _ in 0..2 {
        let pbid = pay(&rig, "STR", &cino, "100", "TWICE").await;
        rig.call("ARS040MI/ControlBatch", &[("PBID", &pbid)])
            .await
            .rows_or_none();
    }
    assert_eq!(rig.count("payment", "TWICE"), 2);
    assert_eq!(rig.sim.run_jobs().len(), 1);
    let batches = rig.sim.payments();
    assert!(
        batches
            .values()
            .any(|b| b.failure.as_deref().is_some_and(|f| f.contains("exceeds")))
    );
    rig.assert_balanced();
}
