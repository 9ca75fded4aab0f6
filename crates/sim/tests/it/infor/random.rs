//! A long random sequence from a fixed seed: whatever happens, the books balance.

use super::Rig;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sim::infor::{BankLine, TEMPLATE};

#[tokio::test]
async fn the_ledger_balances_after_anything() {
    let rig = Rig::with(|s| s.partial_delivery_gap_s = Some(7_200)).await;
    let mut rng = StdRng::seed_from_u64(20_260_101);
    let currencies = [("USD", 2), ("EUR", 2), ("GBP", 2), ("JPY", 0), ("KWD", 3)];
    let items = ["MUG", "TSHIRT", "SUB-PRO", "NOTHING"];
    for n in 0..300_u32 {
        let (currency, places) = currencies[rng.random_range(0..5)];
        let minor: i64 = rng.random_range(1..100_000);
        let amount = rust_decimal::Decimal::new(minor, places).to_string();
        match rng.random_range(0..6) {
            0 | 1 => {
                let head = [
                    ("CUNO", "WEBGUEST"),
                    ("CUOR", &format!("R{n}")),
                    ("CUCD", currency),
                ];
                let orno = rig.call("OIS100MI/AddBatchHead", &head).await.get("ORNO");
                for _ in 0..rng.random_range(0..4) {
                    let item = items[rng.random_range(0..4)];
                    let quantity = rng.random_range(1..4).to_string();
                    let line = [
                        ("ORNO", orno.as_str()),
                        ("ITNO", item),
                        ("ORQT", &quantity),
                        ("SAPR", &amount),
                    ];
                    rig.call("OIS100MI/AddBatchLine", &line).await;
                }
                rig.call("OIS100MI/Confirm", &[("ORNO", &orno)]).await;
            }
            2 => {
                let key = format!("K{n}");
                let base = [("CONO", "100"), ("KEY1", key.as_str())];
                let mut head = base.to_vec();
                head.extend([("INTN", TEMPLATE), ("DESC", "random")]);
                rig.call("GLS840MI/AddBatchHead", &head).await.rows();
                let off = if rng.random_range(0..4) == 0 { 1 } else { 0 };
                for (i, value) in [(1, minor), (2, -minor - off)] {
                    let value = rust_decimal::Decimal::new(value, places).to_string();
                    let account = if i == 1 { "1010" } else { "2300" };
                    let parm = format!(
                        "I1{key:<15}{i:08}AAA{account:<10}{:<10}{value:>17}{currency}20260101t",
                        ""
                    );
                    let number = i.to_string();
                    let mut line = base.to_vec();
                    line.extend([("LINE", number.as_str()), ("PARM", parm.as_str())]);
                    rig.call("GLS840MI/AddBatchLine", &line).await.rows();
                }
                let update = rig.call("GLS840MI/UpdBatch", &base).await;
                assert_eq!(update.body["nrOfFailedTransactions"], off);
            }
            3 => {
                let invoices = rig.sim.invoices();
                let Some(invoice) = invoices.get(rng.random_range(0..invoices.len().max(1))) else {
                    continue;
                };
                let open = invoice.gross - invoice.paid;
                if open == 0 {
                    continue;
                }
                let places = currencies
                    .iter()
                    .find(|c| c.0 == invoice.currency)
                    .unwrap()
                    .1;
                let part = rng.random_range(1..=open);
                let part = rust_decimal::Decimal::new(part, places).to_string();
                let head = [
                    ("PBID", "0"),
                    ("BOPE", ["STR", "BNK"][rng.random_range(0..2)]),
                ];
                let pbid = rig.call("ARS040MI/AddBatchHead", &head).await.get("PBID");
                let line = [
                    ("PBID", pbid.as_str()),
                    ("TRNO", "1"),
                    ("CINO", &invoice.exin),
                    ("INYR", "2026"),
                    ("CUNO", &invoice.cuno),
                    ("PYAM", &part),
                    ("CUCD", &invoice.currency),
                    ("IRNO", "random"),
                ];
                rig.call("ARS040MI/AddBatchLine", &line)
                    .await
                    .rows_or_none();
                rig.call("ARS040MI/ControlBatch", &line[..1]).await;
            }
            4 => rig.sim.advance(rng.random_range(1..20_000)),
            _ => {
                let (reference, currency) = (format!("po_{n}"), currency.to_owned());
                let amount = if n % 5 == 0 { -minor } else { minor };
                rig.sim.book_bank_line(&BankLine {
                    reference,
                    currency,
                    amount,
                });
            }
        }
    }
    rig.sim.advance(30 * 86_400);
    rig.sim.run_jobs();
    rig.assert_balanced();
    let invoices = rig.sim.invoices();
    assert!(invoices.len() > 20, "{}", invoices.len());
    assert!(invoices.iter().filter(|i| i.paid > 0).count() > 5);
    for (currency, _) in currencies {
        let own = invoices.iter().filter(|i| i.currency == currency);
        let open: i64 = own.map(|i| i.gross - i.paid).sum();
        assert_eq!(rig.sim.balance("1100", currency), open, "{currency}");
    }
    assert!(invoices.iter().all(|i| i.paid <= i.gross));
    let sums: i64 = rig.sim.balances().values().flat_map(|b| b.get("USD")).sum();
    assert_eq!(sums, 0);
}
