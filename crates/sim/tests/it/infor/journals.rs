//! Journal vouchers by GLS840MI, their read-back, the bank's entries, and EXPORTMI.

use super::Rig;
use serde_json::json;
use sim::infor::TEMPLATE;

/// One PARM by the columns of the template.
fn parm(key: &str, line: u32, account: &str, amount: &str, currency: &str, text: &str) -> String {
    format!(
        "I1{key:<15}{line:08}AAA{account:<10}{:<10}{amount:>17}{currency}20260101{text:<40}",
        ""
    )
}

async fn head(rig: &Rig, key: &str) -> super::Answer {
    let fields = [
        ("CONO", "100"),
        ("KEY1", key),
        ("INTN", TEMPLATE),
        ("DESC", "Charge"),
    ];
    rig.call("GLS840MI/AddBatchHead", &fields).await
}

async fn line(rig: &Rig, key: &str, line: u32, parm: &str) -> super::Answer {
    let number = line.to_string();
    let fields = [
        ("CONO", "100"),
        ("KEY1", key),
        ("LINE", number.as_str()),
        ("PARM", parm),
    ];
    rig.call("GLS840MI/AddBatchLine", &fields).await
}

/// Account, amount, currency.
type Lines<'a> = &'a [(&'a str, &'a str, &'a str)];

/// A batch that debits and credits; returns what CtrlBatch answered.
async fn staged(rig: &Rig, key: &str, lines: Lines<'_>) -> super::Answer {
    head(rig, key).await.rows();
    for (n, (account, amount, currency)) in (1..).zip(lines) {
        line(
            rig,
            key,
            n,
            &parm(key, n, account, amount, currency, "txn_1"),
        )
        .await
        .rows();
    }
    rig.call("GLS840MI/CtrlBatch", &[("CONO", "100"), ("KEY1", key)])
        .await
}

#[tokio::test]
async fn a_journal_becomes_a_voucher_once() {
    let rig = Rig::start().await;
    let lines = [
        ("1010", "97.10", "USD"),
        ("6000", "2.90", "USD"),
        ("2300", "-100.00", "USD"),
    ];
    assert_eq!(staged(&rig, "STKEY1", &lines).await.get("CONO"), "100");
    let key = [("CONO", "100"), ("KEY1", "STKEY1")];
    rig.call("GLS840MI/UpdBatch", &key).await.rows();
    assert_eq!(rig.call("GLS840MI/UpdBatch", &key).await.nok().1, "KEY1");
    assert_eq!(
        (rig.count("journal", "STKEY1"), rig.sim.vouchers().len()),
        (1, 0)
    );
    rig.sim.advance(60);
    assert_eq!(rig.sim.balance("1010", "USD"), 9_710);
    assert_eq!(rig.sim.balance("2300", "USD"), -10_000);
    let day = [("FRDT", "20260101"), ("TODT", "20260101"), ("DIVI", "AAA")];
    let rows = rig.call("GLS200MI/LstVouchersByDt", &day).await.rows();
    assert!(rows.iter().all(|r| r["VTXT"] == "STKEY1 txn_1") && rows.len() == 3);
    let voucher = [
        ("DIVI", "AAA"),
        ("YEA4", "2026"),
        ("VONO", rows[0]["VONO"].as_str()),
    ];
    let lines = rig.call("GLS200MI/LstVoucherLines", &voucher).await.rows();
    assert_eq!(
        (lines[2]["CUAM"].as_str(), lines[2]["DBCR"].as_str()),
        ("-100.00", "C")
    );
    let top = rig.call("GLS200MI/GetVoucherHead", &voucher).await;
    assert_eq!(
        (top.get("CUAD"), top.get("CUAC")),
        ("100.00".into(), "100.00".into())
    );
    let mut one = voucher.to_vec();
    one.extend([("JRNO", lines[1]["JRNO"].as_str()), ("JSNO", "2")]);
    assert_eq!(
        rig.call("GLS200MI/GetVoucherLine", &one).await.get("AIT1"),
        "6000"
    );
    rig.assert_balanced();
}

#[tokio::test]
async fn the_posting_may_be_at_once_or_delayed() {
    let rig = Rig::with(|s| s.update_at_once = true).await;
    let lines = [("1010", "5", "JPY"), ("2300", "-5", "JPY")];
    for (n, (key, expected)) in [("NOW", 1), ("LATER", 1)].into_iter().enumerate() {
        if n == 1 {
            rig.sim
                .set(|s| (s.update_at_once, s.post_delay_s) = (false, 300));
        }
        staged(&rig, key, &lines).await.rows();
        rig.call("GLS840MI/UpdBatch", &[("CONO", "100"), ("KEY1", key)])
            .await
            .rows();
        assert_eq!(rig.sim.vouchers().len(), expected);
    }
    rig.sim.advance(299);
    assert_eq!(rig.sim.vouchers().len(), 1);
    rig.sim.advance(61);
    assert_eq!(rig.sim.vouchers().len(), 2);
}

#[tokio::test]
async fn what_control_refuses() {
    let rig = Rig::start().await;
    rig.sim.set(|s| s.open_from = "20260101".to_owned());
    let cases: [(&str, Lines<'_>, &str); 5] = [
        ("EMPTY", &[], "ACDT"),
        (
            "UNEVEN",
            &[("1010", "1.00", "USD"), ("2300", "-0.99", "USD")],
            "CUAM",
        ),
        (
            "MIXED",
            &[("1010", "1", "USD"), ("2300", "-1", "EUR")],
            "CUAM",
        ),
        (
            "NOACCOUNT",
            &[("1234", "1", "USD"), ("2300", "-1", "USD")],
            "AIT1",
        ),
        (
            "DECIMALS",
            &[("1010", "1.5", "JPY"), ("2300", "-1.5", "JPY")],
            "PARM",
        ),
    ];
    for (key, lines, field) in cases {
        assert_eq!(staged(&rig, key, lines).await.nok().1, field, "{key}");
        let update = rig
            .call("GLS840MI/UpdBatch", &[("CONO", "100"), ("KEY1", key)])
            .await;
        assert_eq!(update.nok().1, field);
    }
    rig.sim.set(|s| s.open_from = "20260201".to_owned());
    let lines = [("1010", "1", "USD"), ("2300", "-1", "USD")];
    assert_eq!(staged(&rig, "CLOSED", &lines).await.nok().1, "ACDT");
    assert_eq!(
        head(&rig, "CLOSED").await.nok(),
        ("SIM0002".into(), "KEY1".into())
    );
    let again = parm("CLOSED", 1, "1010", "1", "USD", "x");
    assert_eq!(
        line(&rig, "CLOSED", 1, &again).await.nok(),
        ("SIM0002".into(), "LINE".into())
    );
    assert_eq!(line(&rig, "ABSENT", 1, &again).await.nok().1, "KEY1");
    let long = "x".repeat(901);
    assert_eq!(
        line(&rig, "CLOSED", 9, &long).await.terminated(),
        "InputFieldTooLong"
    );
    assert!(rig.sim.vouchers().is_empty());
}

#[tokio::test]
async fn the_bank_books_what_arrives() {
    let rig = Rig::with(|s| s.bank_follows_after_s = Some(86_400)).await;
    let line = json!({"reference": "STRIPE po_1", "currency": "EUR", "amount": 12_345});
    rig.admin("bank", line).await;
    let rows = rig
        .call("GLS200MI/LstVouchersByDt", &[("FRDT", "20260101")])
        .await
        .rows();
    assert_eq!(
        (rows[0]["FEID"].as_str(), rows[0]["AIT1"].as_str()),
        ("AB10", "1000")
    );
    assert_eq!(
        (rows[1]["VTXT"].as_str(), rows[1]["CUAM"].as_str()),
        ("STRIPE po_1", "-123.45")
    );
    let later = json!({"reference": "po_2", "currency": "KWD", "amount": -1, "in_s": 10});
    rig.admin("bank", later).await;
    assert_eq!(rig.sim.balance("1000", "KWD"), 0);
    rig.sim.advance(10);
    assert_eq!(
        (
            rig.sim.balance("1000", "KWD"),
            rig.sim.balance("1005", "KWD")
        ),
        (-1, 1)
    );

    let lines = [("1005", "50", "USD"), ("1010", "-50", "USD")];
    staged(&rig, "PAYOUT", &lines).await.rows();
    rig.call("GLS840MI/UpdBatch", &[("CONO", "100"), ("KEY1", "PAYOUT")])
        .await
        .rows();
    rig.sim.advance(60);
    assert_eq!(rig.sim.balance("1005", "USD"), 5_000);
    rig.sim.advance(86_400);
    assert_eq!(
        (
            rig.sim.balance("1000", "USD"),
            rig.sim.balance("1005", "USD")
        ),
        (5_000, 0)
    );
    rig.assert_balanced();
}

#[tokio::test]
async fn tables_can_be_read_if_authorised() {
    let rig = Rig::start().await;
    staged(
        &rig,
        "STKEY1",
        &[("1010", "1", "USD"), ("2300", "-1", "USD")],
    )
    .await
    .rows();
    rig.order("Y30000", "R1", "EUR", &[("MUG", "1", "10")])
        .await;
    for (query, expected) in [
        (
            "FHKEY1,FHSTAT from FGLINH where FHCONO=100 and FHKEY1='STKEY1'",
            vec!["STKEY1;10"],
        ),
        ("FHKEY1 from FGLINH where FHKEY1='ABSENT'", vec![]),
        (
            "FLLINE from FGLINL where FLKEY1 like 'STK%' and FLLINE>1",
            vec!["2"],
        ),
        ("OXORNR from OXHEAD where OXCUOR='R1'", vec!["1000001"]),
        ("OAORNO from OOHEAD where OACUOR='R1'", vec!["1000001"]),
        ("F4PBID from FAR040 where F4IRNO='X'", vec![]),
    ] {
        let rows = rig
            .call("EXPORTMI/Select", &[("QERY", query), ("HDRS", "0")])
            .await
            .rows();
        let rows: Vec<&str> = rows.iter().map(|r| r["REPL"].as_str()).collect();
        assert_eq!(rows, expected, "{query}");
    }
    let wrong = [("QERY", "NOPE from FGLINH")];
    assert_eq!(rig.call("EXPORTMI/Select", &wrong).await.nok().1, "QERY");
    rig.sim.set(|s| s.exportmi = false);
    assert_eq!(rig.call("EXPORTMI/Select", &wrong).await.nok().0, "XAU0008");
}
