//! Orders from the temporary number to the invoice.

use super::Rig;
use serde_json::json;
use sim::infor::ItemCheck;

#[tokio::test]
async fn an_order_is_built_confirmed_and_read_back() {
    let rig = Rig::start().await;
    let head = [
        ("CUNO", "WEBGUEST"),
        ("CUOR", "STaBcDeF0123456789xy"),
        ("CUCD", "EUR"),
    ];
    let temp = rig.call("OIS100MI/AddBatchHead", &head).await.get("ORNO");
    assert_eq!(rig.sim.orphan_batch_heads(), [temp.as_str()]);
    let orno = ("ORNO", temp.as_str());
    let line = [
        orno,
        ("ITNO", "MUG"),
        ("ORQT", "3"),
        ("SAPR", "9.99"),
        ("CUPO", "1"),
    ];
    assert_eq!(
        rig.call("OIS100MI/AddBatchLine", &line).await.get("PONR"),
        "1"
    );
    let line = [
        orno,
        ("ITNO", "TSHIRT"),
        ("ORQT", "1"),
        ("SAPR", "25"),
        ("DIA1", "2.50"),
    ];
    assert_eq!(
        rig.call("OIS100MI/AddBatchLine", &line).await.get("PONR"),
        "2"
    );
    let charge = [orno, ("CRID", "SHIP"), ("CRAM", "4.90")];
    rig.call("OIS100MI/AddBatchHeadChg", &charge)
        .await
        .rows_or_none();
    let text = [orno, ("TYPE", "1"), ("TYTR", "1"), ("PARM", "Thank you")];
    rig.call("OIS100MI/AddBatchText", &text)
        .await
        .rows_or_none();
    let address = [orno, ("ADRT", "1"), ("CUNM", "A Guest"), ("CSCD", "DE")];
    rig.call("OIS100MI/AddBatchAddress", &address)
        .await
        .rows_or_none();
    assert_eq!(
        rig.call("OIS100MI/LstBatchLine", &[orno])
            .await
            .rows()
            .len(),
        2
    );
    assert_eq!(
        rig.call("OIS100MI/GetBatchHead", &[orno]).await.get("STAT"),
        "10"
    );

    let confirmed = rig.call("OIS100MI/Confirm", &[orno]).await;
    let number = confirmed.get("ORNO");
    assert_ne!(number, temp);
    assert_eq!(confirmed.get("STAT"), "90");
    assert_eq!(rig.call("OIS100MI/Confirm", &[orno]).await.nok().1, "ORNO");
    assert_eq!(
        rig.call("OIS100MI/DelBatchHead", &[orno]).await.nok().1,
        "ORNO"
    );
    assert_eq!(
        rig.call("OIS100MI/GetOrderNo", &[orno]).await.get("ORNR"),
        number
    );
    let guest = [("CUNO", "WEBGUEST")];
    let batch = &rig.call("OIS100MI/LstBatchHead", &guest).await.rows()[0];
    assert_eq!(
        (&batch["ORNR"], batch["CUOR"].as_str()),
        (&number, "STaBcDeF0123456789xy")
    );
    let order = &rig.call("OIS100MI/LstHead", &guest).await.rows()[0];
    assert_eq!((&order["ORNO"], &order["CUOR"]), (&number, &batch["CUOR"]));

    // 3 * 9.99 + 25 - 2.50 + 4.90, VAT of 20 % inside, rounded per line.
    let head = rig.call("OIS100MI/GetHead", &[("ORNO", &number)]).await;
    assert_eq!(
        (head.get("TOPY"), head.get("VTAM")),
        ("57.37".into(), "9.57".into())
    );
    assert_eq!(
        (head.get("NTAM"), head.get("CUCD")),
        ("47.80".into(), "EUR".into())
    );
    let lines = rig
        .call("OIS100MI/LstLine", &[("ORNO", &number)])
        .await
        .rows();
    assert_eq!(
        (lines[0]["NLAM"].as_str(), lines[1]["NEPR"].as_str()),
        ("29.97", "22.5")
    );
    assert_eq!(rig.count("order", "STaBcDeF0123456789xy"), 1);
    assert!(rig.sim.orphan_batch_heads().is_empty());
}

#[tokio::test]
async fn currencies_keep_their_decimals() {
    let rig = Rig::start().await;
    for (currency, price, total) in [
        ("JPY", "333.4", "667"),
        ("KWD", "1.0005", "2.001"),
        ("USD", "0.005", "0.01"),
    ] {
        let confirmed = rig
            .order("Y30000", currency, currency, &[("MUG", "2", price)])
            .await;
        let number = confirmed.get("ORNO");
        let value = rig
            .call("OIS100MI/GetOrderValue", &[("ORNO", &number)])
            .await;
        assert_eq!(value.get("TOPY"), total);
    }
}

#[tokio::test]
async fn what_a_head_and_a_line_refuse() {
    let rig = Rig::start().await;
    for (cuno, code) in [("NOBODY", "XIM0002"), ("Y30001", "SIM0012")] {
        let answer = rig.call("OIS100MI/AddBatchHead", &[("CUNO", cuno)]).await;
        assert_eq!(answer.nok(), (code.into(), "CUNO".into()));
    }
    for field in ["ORTP", "CUCD", "TEPY", "PYCD", "FACI", "WHLO"] {
        let head = [("CUNO", "Y30000"), (field, "XX")];
        assert_eq!(
            rig.call("OIS100MI/AddBatchHead", &head).await.nok().1,
            field
        );
    }
    let temp = rig
        .call("OIS100MI/AddBatchHead", &[("CUNO", "Y30000")])
        .await
        .get("ORNO");
    for (field, value) in [
        ("ITNO", "NOTHING"),
        ("ITNO", "OLD-MUG"),
        ("ORQT", "0"),
        ("SAPR", "x"),
    ] {
        let mut line = vec![("ORNO", temp.as_str()), (field, value)];
        if field != "ITNO" {
            line.push(("ITNO", "MUG"));
        }
        assert_eq!(
            rig.call("OIS100MI/AddBatchLine", &line).await.nok().1,
            field
        );
    }
    let huge = [
        ("ORNO", temp.as_str()),
        ("ITNO", "MUG"),
        ("ORQT", "99999999999"),
        ("SAPR", "999999999999"),
    ];
    assert_eq!(
        rig.call("OIS100MI/AddBatchLine", &huge).await.nok().1,
        "SAPR"
    );
    let charge = [("ORNO", temp.as_str()), ("CRID", "NONE"), ("CRAM", "1")];
    assert_eq!(
        rig.call("OIS100MI/AddBatchHeadChg", &charge).await.nok().1,
        "CRID"
    );
    rig.sim.set(|s| s.locked = [temp.clone()].into());
    let line = [("ORNO", temp.as_str()), ("ITNO", "MUG")];
    let answer = rig.call("OIS100MI/AddBatchLine", &line).await;
    assert!(
        answer.body["results"][0]["errorMessage"]
            .as_str()
            .unwrap()
            .contains("OPERATOR")
    );
    rig.sim.set(|s| s.locked.clear());
    rig.call("OIS100MI/AddBatchLine", &line).await.rows();
    let first = [("ORNO", temp.as_str()), ("PONR", "1")];
    rig.call("OIS100MI/DelBatchLine", &first)
        .await
        .rows_or_none();
    assert_eq!(
        rig.call("OIS100MI/DelBatchLine", &first).await.nok().1,
        "PONR"
    );
    rig.call("OIS100MI/DelBatchHead", &[("ORNO", &temp)])
        .await
        .rows_or_none();
    assert_eq!(
        rig.call("OIS100MI/GetBatchHead", &[("ORNO", &temp)])
            .await
            .nok()
            .1,
        "ORNO"
    );
    assert!(rig.sim.orphan_batch_heads().is_empty() && rig.sim.orders().is_empty());
}

#[tokio::test]
async fn a_stopped_order_says_why() {
    let rig = Rig::with(|s| s.item_check = ItemCheck::AtConfirm).await;
    let cases: [(&str, super::Lines<'_>, &str, &str); 3] = [
        ("Y30000", &[], "20", "1"),
        (
            "Y30000",
            &[("MUG", "1", "1"), ("NOTHING", "1", "1")],
            "25",
            "2",
        ),
        ("Y30002", &[("MUG", "1", "5")], "30", "1"),
    ];
    for (n, (cuno, lines, stat, level)) in cases.into_iter().enumerate() {
        let confirmed = rig.order(cuno, &format!("R{n}"), "EUR", lines).await;
        assert_eq!(confirmed.get("STAT"), stat);
        let temp = confirmed.get("ORNO");
        let errors = rig
            .call("OIS100MI/LstErrMsgOrder", &[("ORNO", &temp)])
            .await
            .rows();
        assert_eq!(errors[0]["LEVL"], level);
        assert_eq!(
            rig.call("OIS100MI/GetOrderNo", &[("ORNO", &temp)])
                .await
                .get("ORNR"),
            ""
        );
    }
    assert!(rig.sim.orders().is_empty());
    assert_eq!(rig.sim.orphan_batch_heads().len(), 3);
}

#[tokio::test]
async fn an_asynchronous_order_appears_later() {
    let rig = Rig::with(|s| {
        s.confirm_after_s = Some(30);
        s.item_check = ItemCheck::AtConfirm;
    })
    .await;
    let good = rig
        .order("Y30000", "GOOD", "EUR", &[("MUG", "1", "10")])
        .await;
    let bad = rig
        .order("Y30000", "BAD", "EUR", &[("NOTHING", "1", "10")])
        .await;
    let (good, bad) = (good.get("ORNO"), bad.get("ORNO"));
    assert!(good.starts_with('9') && rig.sim.orders().is_empty());
    assert_eq!(
        rig.call("OIS100MI/Confirm", &[("ORNO", &good)])
            .await
            .nok()
            .1,
        "ORNO"
    );
    rig.sim.advance(29);
    assert_eq!(
        rig.call("OIS100MI/GetOrderNo", &[("ORNO", &good)])
            .await
            .get("ORNR"),
        ""
    );
    rig.sim.advance(1);
    assert_eq!(
        rig.call("OIS100MI/GetOrderNo", &[("ORNO", &good)])
            .await
            .get("ORNR"),
        "1000001"
    );
    assert_eq!(
        rig.call("OIS100MI/GetBatchHead", &[("ORNO", &bad)])
            .await
            .get("STAT"),
        "25"
    );
    let errors = rig
        .call("OIS100MI/LstErrMsgOrder", &[("ORNO", &bad)])
        .await
        .rows();
    assert!(errors[0]["TX60"].contains("NOTHING"));
    assert_eq!(
        (rig.count("order", "GOOD"), rig.count("order", "BAD")),
        (1, 0)
    );
}

#[tokio::test]
async fn the_clock_delivers_and_invoices() {
    let rig = Rig::start().await;
    let lines = [("MUG", "2", "12"), ("TSHIRT", "1", "25.50")];
    let orno = rig.order("Y30000", "R1", "EUR", &lines).await.get("ORNO");
    let status = async || {
        rig.call("OIS100MI/GetHead", &[("ORNO", &orno)])
            .await
            .get("ORST")
    };
    for expected in ["22", "33", "66", "77"] {
        assert_eq!(status().await, expected);
        rig.admin("clock", json!({"advance_s": 3_600})).await;
    }
    let invoices = rig
        .call("OIS350MI/LstAllInvByCO", &[("ORNO", &orno)])
        .await
        .rows();
    assert_eq!((invoices.len(), invoices[0]["IVAV"].as_str()), (1, "49.50"));
    let (number, year) = (invoices[0]["IVNO"].clone(), invoices[0]["YEA4"].clone());
    let key = [("YEA4", year.as_str()), ("IVNO", number.as_str())];
    assert_eq!(
        rig.call("OIS350MI/GetInvHead", &key).await.get("RAFC"),
        "49.50"
    );
    let lines = rig.call("OIS350MI/LstInvLine", &key).await.rows();
    assert!(lines.iter().all(|l| l["ORNO"] == orno) && lines.len() == 2);
    assert_eq!(
        rig.call("OIS350MI/LstInvHead", &key[..1])
            .await
            .rows()
            .len(),
        1
    );
    let open = [("ORNO", orno.as_str()), ("OOIN", "1")];
    assert_eq!(
        rig.call("OIS350MI/LstInvHeadByCo", &open)
            .await
            .rows()
            .len(),
        1
    );
    let row = &rig
        .call("ARS200MI/LstInvoices", &[("CUNO", "Y30000")])
        .await
        .rows()[0];
    assert_eq!(
        (row["CINO"].as_str(), row["RECO"].as_str()),
        ("SI800001", "0")
    );
    assert_eq!(rig.sim.balance("1100", "EUR"), 4_950);
    assert_eq!(rig.sim.balance("4000", "EUR"), -4_125);
    assert_eq!(rig.sim.balance("2000", "EUR"), -825);
    rig.assert_balanced();
}

#[tokio::test]
async fn partial_deliveries_make_an_invoice_each() {
    let rig = Rig::with(|s| s.partial_delivery_gap_s = Some(86_400)).await;
    let lines = [("MUG", "1", "10"), ("TSHIRT", "1", "20")];
    let orno = rig.order("Y30000", "R1", "USD", &lines).await.get("ORNO");
    rig.sim.advance(3 * 3_600);
    assert_eq!(rig.sim.invoices().len(), 1);
    let head = rig.call("OIS100MI/GetHead", &[("ORNO", &orno)]).await;
    assert_eq!(
        (head.get("ORSL"), head.get("ORST")),
        ("33".into(), "77".into())
    );
    rig.sim.advance(86_400);
    let amounts: Vec<i64> = rig.sim.invoices().iter().map(|i| i.gross).collect();
    assert_eq!(amounts, [1_000, 2_000]);
    rig.order("Y30000", "R2", "USD", &lines).await;
    assert_eq!(rig.sim.invoice_all().len(), 2);
    rig.assert_balanced();
}

#[tokio::test]
async fn prices_may_be_net() {
    let rig = Rig::with(|s| s.prices_include_vat = false).await;
    let orno = rig
        .order("Y30000", "R1", "USD", &[("MUG", "1", "10")])
        .await
        .get("ORNO");
    let head = rig.call("OIS100MI/GetHead", &[("ORNO", &orno)]).await;
    assert_eq!(
        (head.get("NTAM"), head.get("TOPY")),
        ("10.00".into(), "12.00".into())
    );
    rig.admin("jobs/run", json!({"job": "invoice"})).await;
    assert_eq!(rig.sim.balance("1100", "USD"), 1_200);
}
