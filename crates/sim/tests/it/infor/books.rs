//! The books for people.

use super::Rig;
use sim::infor::BankLine;

async fn page(rig: &Rig) -> String {
    let url = format!("{}/_sandbox/books", rig.sim.url());
    let response = rig.http.get(url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["content-type"],
        "text/html;charset=UTF-8"
    );
    response.text().await.unwrap()
}

#[tokio::test]
async fn the_page_shows_what_was_written_and_nothing_of_it_is_markup() {
    let rig = Rig::start().await;
    let empty = page(&rig).await;
    assert!(empty.contains("As of 2026-01-01 00:00 UTC"), "{empty}");
    assert!(empty.contains(">Orders</h2>\n<p>None yet.</p>"), "{empty}");

    let requests = rig.sim.journal().since(0).len();
    rig.order("Y30000", "<b>ch_1</b>", "EUR", &[("MUG", "2", "12.5")])
        .await
        .rows();
    rig.sim.invoice_all();
    rig.sim.book_bank_line(&BankLine {
        reference: "STRIPE po_1".into(),
        currency: "JPY".into(),
        amount: 5_000,
    });
    let asked = rig.sim.journal().since(0).len();
    let books = page(&rig).await;
    for shown in [
        "<td>&lt;b&gt;ch_1&lt;/b&gt;</td><td>Y30000</td><td>2026-01-01</td><td>2 × MUG</td>\
         <td>EUR</td><td class=\"amount\">25.00</td><td>SI800001</td>",
        "<td>AB10</td><td>STRIPE po_1</td><td>1000</td><td></td><td>JPY</td>\
         <td class=\"amount\">5000</td>",
        "<td>1100</td><td>Accounts receivable</td><td>EUR</td><td class=\"amount\">25.00</td>",
    ] {
        assert!(books.contains(shown), "no {shown} in {books}");
    }
    assert!(!books.contains("<b>"), "{books}");
    assert!(asked > requests);
    assert_eq!(
        rig.sim.journal().since(0).len(),
        asked,
        "a look is no request"
    );
}
