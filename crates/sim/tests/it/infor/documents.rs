//! What an order gets besides its lines: texts, a hold, a request for credit.

use super::Rig;

const ROW: [(&str, &str); 3] = [("FILE", "OOHEAD00"), ("FLDI", "POTX"), ("KV01", "100")];

async fn order(rig: &Rig) -> String {
    let lines = [("MUG", "2", "12")];
    rig.order("WEBGUEST", "ST1", "USD", &lines)
        .await
        .get("ORNO")
}

#[tokio::test]
async fn an_order_gets_a_text() {
    let rig = Rig::start().await;
    let orno = order(&rig).await;
    let row: Vec<_> = ROW.into_iter().chain([("KV02", orno.as_str())]).collect();
    assert_eq!(rig.call("CRS980MI/GetTextID", &row).await.get("TXID"), "0");
    let new = [("FILE", "OSYTXH")];
    let text = rig.call("CRS980MI/RtvNewTextID", &new).await.get("TXID");
    let block = [("TXID", text.as_str()), ("TFIL", "OSYTXH"), ("TXVR", "STB")];
    let line: Vec<_> = block
        .into_iter()
        .chain([("LINO", "1"), ("TX60", "Paid twice")])
        .collect();
    // No line without its head, no block and no line twice.
    let refused = rig.call("CRS980MI/AddTxtBlockLine", &line).await.nok();
    assert_eq!(refused, ("SIM0001".into(), "TXVR".into()));
    let head: Vec<_> = block
        .into_iter()
        .chain([("FILE", "OOHEAD00"), ("KFLD", orno.as_str())])
        .chain([("USID", "ME"), ("TX40", "re_1")])
        .collect();
    rig.call("CRS980MI/AddTxtBlockHead", &head)
        .await
        .rows_or_none();
    let refused = rig.call("CRS980MI/AddTxtBlockHead", &head).await.nok();
    assert_eq!(refused, ("SIM0002".into(), "TXVR".into()));
    rig.call("CRS980MI/AddTxtBlockLine", &line)
        .await
        .rows_or_none();
    let refused = rig.call("CRS980MI/AddTxtBlockLine", &line).await.nok();
    assert_eq!(refused, ("SIM0002".into(), "LINO".into()));
    // Nobody sees it until it is set on the order.
    assert!(rig.sim.order_texts(&orno).is_empty());
    let set: Vec<_> = row.iter().copied().chain([("TXID", &*text)]).collect();
    rig.call("CRS980MI/SetTextID", &set).await.rows_or_none();
    assert_eq!(rig.call("CRS980MI/GetTextID", &row).await.get("TXID"), text);
    let listed = rig.call("CRS980MI/LstTxtBlocks", &block[..2]).await;
    assert_eq!(listed.get("TX40"), "re_1");
    let read = rig.call("CRS980MI/SltTxtBlock", &block).await;
    assert_eq!(read.get("TX60"), "Paid twice");
    assert_eq!(rig.sim.order_texts(&orno).len(), 1);
    assert_eq!(rig.count("note", "STB"), 1);
    let other: Vec<_> = ROW.into_iter().chain([("KV02", "404")]).collect();
    let refused = rig.call("CRS980MI/GetTextID", &other).await.nok();
    assert_eq!(refused.1, "KV02");
}

#[tokio::test]
async fn a_held_order_is_not_delivered_until_it_is_let_go() {
    let rig = Rig::start().await;
    let orno = order(&rig).await;
    let number = [("ORNO", orno.as_str())];
    for _ in 0..2 {
        rig.call("OIS100MI/LockOrder", &number).await.rows_or_none();
    }
    rig.sim.advance(30 * 86_400);
    assert!(rig.sim.invoice_all().is_empty());
    let head = rig.call("OIS100MI/GetHead", &number).await;
    assert_eq!(head.get("ORST"), "33");
    rig.call("OIS100MI/ReleaseOrder", &number)
        .await
        .rows_or_none();
    rig.sim.advance(30 * 86_400);
    assert_eq!(rig.sim.invoices().len(), 1);
    let refused = rig.call("OIS100MI/LockOrder", &[("ORNO", "404")]).await;
    assert_eq!(refused.nok().1, "ORNO");
}

#[tokio::test]
async fn a_credit_request_waits_for_a_person() {
    let rig = Rig::start().await;
    let head = [("CUNO", "WEBGUEST"), ("ORTP", "CR1"), ("CUOR", "STC")];
    let head: Vec<_> = head
        .into_iter()
        .chain([("CUCD", "USD"), ("OIVR", "SI800001"), ("OYEA", "2026")])
        .collect();
    let number = rig.call("OIS100MI/AddBatchHead", &head).await.get("ORNO");
    assert_eq!(rig.sim.orphan_batch_heads(), [number.as_str()]);
    let line = [("ORNO", &*number), ("ITNO", "MUG"), ("ORQT", "-1")];
    let line: Vec<_> = line.into_iter().chain([("SAPR", "15")]).collect();
    rig.call("OIS100MI/AddBatchLine", &line).await.rows();
    assert!(rig.sim.orphan_batch_heads().is_empty());
    assert_eq!(rig.count("credit_request", "STC"), 1);
    assert!(rig.sim.vouchers().is_empty());
}
