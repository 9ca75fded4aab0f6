//! The books for people at `/_sandbox/books`: a page to read what the calls of a flow came to.

use super::app::App;
use super::ledger::{ACCOUNTS, Voucher};
use super::programs::ois100_order::totals;
use super::world::World;
use super::{agenda, day, money, reply};
use axum::response::Response;
use std::fmt::Display;

const PAGE: &str = include_str!("books.html");
/// So many rows of each kind are shown, the newest.
const MOST: usize = 100;
/// Where what customers paid ahead of an invoice is kept.
const DEPOSITS: &str = "2300";
/// What posts a line of the bank's statement.
const BANK: &str = "AB10";

/// The page as everything stands now.
pub fn page(app: &App) -> Response {
    let now_s = app.clock.now_s();
    let mut world = app.world.lock();
    agenda::catch_up(&mut world, now_s);
    let shown = PAGE
        .replace("STYLE", crate::PAGE_STYLE)
        .replace("TIME", &moment(now_s))
        .replace("TABLES", &tables(&world));
    reply::page(200, "text/html;charset=UTF-8", shown)
}

fn moment(now_s: i64) -> String {
    let time = day::time(now_s);
    let (hour, minute) = (&time[..2], &time[2..4]);
    format!("{} {hour}:{minute} UTC", dated(&day::of(now_s)))
}

/// `yyyyMMdd` as people write it.
fn dated(day: &str) -> String {
    match (day.get(..4), day.get(4..6), day.get(6..)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => day.to_owned(),
    }
}

fn tables(world: &World) -> String {
    let all = [
        balances(world),
        orders(world),
        invoices(world),
        customers(world),
        deposits(world),
        vouchers(world, ("vouchers", "Vouchers"), &|v| v.feid != BANK),
        vouchers(world, ("bank", "Bank lines"), &|v| v.feid == BANK),
        staged(world),
    ];
    let mut page = String::from("<nav aria-label=\"Tables\">");
    for table in &all {
        page.push_str(&format!("<a href=\"#{}\">{}</a>", table.id, table.title));
    }
    page.push_str("</nav>\n");
    page.extend(all.into_iter().map(Table::finish));
    page
}

fn balances(world: &World) -> Table {
    let head = ["Account", "Name", "Currency", "=Balance"];
    let mut table = Table::new("balances", "Balances, debit positive", &head);
    for (account, currencies) in world.ledger.balances() {
        let name = ACCOUNTS.iter().find(|a| a.0 == account);
        let name = name.map_or("", |a| a.1);
        for (currency, minor) in currencies {
            table.row(&[
                &account,
                &name,
                &currency,
                &money::to_text(minor, &currency),
            ]);
        }
    }
    table
}

fn orders(world: &World) -> Table {
    let head = [
        "Order",
        "Reference",
        "Customer",
        "Made",
        "Items",
        "Currency",
        "=Total",
        "Invoices",
    ];
    let mut table = Table::new("orders", "Orders", &head);
    for (orno, order) in world.orders.iter().rev().filter(|(_, o)| !o.history) {
        let content = &order.content;
        let items: Vec<String> = content
            .lines
            .iter()
            .map(|line| format!("{} × {}", line.quantity, line.itno))
            .collect();
        let made = world.index.invoices_by_order.get(orno);
        let invoices: Vec<String> = made
            .into_iter()
            .flatten()
            .filter_map(|number| world.invoices.get(number))
            .map(|invoice| invoice.exin.clone())
            .collect();
        let gross = totals(&world.settings, content).gross;
        table.row(&[
            orno,
            &content.get("CUOR"),
            &content.cuno,
            &dated(&order.created),
            &items.join(", "),
            &content.currency,
            &money::to_text(gross, &content.currency),
            &invoices.join(", "),
        ]);
    }
    table
}

fn invoices(world: &World) -> Table {
    let head = [
        "Invoice", "Order", "Customer", "Date", "Due", "Currency", "=Total", "=Paid", "Voucher",
    ];
    let mut table = Table::new("invoices", "Invoices", &head);
    for invoice in world.invoices.values().rev() {
        let text = |minor| money::to_text(minor, &invoice.currency);
        table.row(&[
            &invoice.exin,
            &invoice.orno,
            &invoice.cuno,
            &dated(&invoice.date),
            &dated(&invoice.due),
            &invoice.currency,
            &text(invoice.gross),
            &text(invoice.paid),
            &invoice.voucher,
        ]);
    }
    table
}

fn customers(world: &World) -> Table {
    let head = [
        "Customer",
        "Name",
        "Known outside as",
        "Country",
        "Currency",
    ];
    let mut table = Table::new("customers", "Customers", &head);
    for (cuno, customer) in world.customers.iter().rev() {
        let get = |name| customer.get(name);
        table.row(&[cuno, &get("CUNM"), &get("ALCU"), &get("CSCD"), &get("CUCD")]);
    }
    table
}

fn deposits(world: &World) -> Table {
    let title = format!("Deposits ({DEPOSITS}), debit positive");
    let head = ["Voucher", "Date", "Text", "Group", "Currency", "=Amount"];
    let mut table = Table::new("deposits", title, &head);
    for voucher in world.ledger.vouchers.iter().rev() {
        for line in voucher.lines.iter().filter(|l| l.ait1 == DEPOSITS) {
            table.row(&[
                &voucher.number,
                &dated(&voucher.date),
                &line.text,
                &line.ait2,
                &line.currency,
                &money::to_text(line.amount, &line.currency),
            ]);
        }
    }
    table
}

fn vouchers(
    world: &World,
    (id, title): (&'static str, &'static str),
    fits: &dyn Fn(&Voucher) -> bool,
) -> Table {
    let head = [
        "Voucher",
        "Date",
        "Posted by",
        "Text",
        "Account",
        "Group",
        "Currency",
        "=Amount",
    ];
    let mut table = Table::new(id, title, &head);
    for voucher in world.ledger.vouchers.iter().rev().filter(|v| fits(v)) {
        for line in &voucher.lines {
            table.row(&[
                &voucher.number,
                &dated(&voucher.date),
                &voucher.feid,
                &line.text,
                &line.ait1,
                &line.ait2,
                &line.currency,
                &money::to_text(line.amount, &line.currency),
            ]);
        }
    }
    table
}

/// Journal batches that the posting job has not taken yet, or refused.
fn staged(world: &World) -> Table {
    let head = ["Batch", "Description", "Lines", "State"];
    let mut table = Table::new("staged", "Journal batches not posted", &head);
    for ((_, key), batch) in world.journals.iter().filter(|(_, j)| j.voucher.is_none()) {
        let state = match (&batch.failure, batch.updated) {
            (Some(failure), _) => failure.as_str(),
            (None, true) => "waits for the posting job",
            (None, false) => "is being written",
        };
        table.row(&[key, &batch.description, &batch.lines.len(), &state]);
    }
    table
}

/// A table of the page. A column whose title begins with `=` holds amounts.
struct Table {
    id: &'static str,
    title: String,
    head: String,
    amounts: Vec<bool>,
    rows: String,
    count: usize,
}

impl Table {
    fn new(id: &'static str, title: impl Into<String>, head: &[&str]) -> Self {
        let amounts: Vec<bool> = head.iter().map(|one| one.starts_with('=')).collect();
        let mut text = String::new();
        for one in head {
            let name = one.trim_start_matches('=');
            let class = if one.starts_with('=') {
                " class=\"amount\""
            } else {
                ""
            };
            text.push_str(&format!("<th scope=\"col\"{class}>{name}</th>"));
        }
        Self {
            id,
            title: title.into(),
            head: text,
            amounts,
            rows: String::new(),
            count: 0,
        }
    }

    fn row(&mut self, cells: &[&dyn Display]) {
        self.count += 1;
        if self.count > MOST {
            return;
        }
        self.rows.push_str("<tr>");
        for (cell, is_amount) in cells.iter().zip(&self.amounts) {
            let class = if *is_amount { " class=\"amount\"" } else { "" };
            let text = escaped(&cell.to_string());
            self.rows.push_str(&format!("<td{class}>{text}</td>"));
        }
        self.rows.push_str("</tr>\n");
    }

    fn finish(self) -> String {
        let Self {
            id,
            title,
            head,
            rows,
            count,
            ..
        } = self;
        let more = match count.checked_sub(MOST) {
            Some(more) if more > 0 => format!("<p>{more} older ones are not shown.</p>\n"),
            _ => String::new(),
        };
        let body = if count == 0 {
            format!("<h2 id=\"{id}\">{title}</h2>\n<p>None yet.</p>\n")
        } else {
            format!(
                "<div class=\"scroll\" id=\"{id}\" tabindex=\"0\" role=\"region\" \
                 aria-label=\"{title}\">\n<table>\n<caption>{title}</caption>\n\
                 <thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
            )
        };
        body + &more
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
