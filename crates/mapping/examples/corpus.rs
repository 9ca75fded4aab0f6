//! Writes the formulas that the benchmark compiles: `cargo run -p mapping --example corpus >
//! crates/mapping/benches/mapping/formulas.txt`. Three thousand, all different, of the shapes that flows
//! have: copies, defaults, conditions, texts, amounts, dates, lists, lookups, maps. The same every
//! time: nothing is drawn at random.

use std::collections::BTreeSet;

const COUNT: usize = 3_000;

/// Texts that are always there.
const TEXTS: &[&str] = &[
    "charge.id",
    "charge.currency",
    "charge.status",
    "charge.payment_method_details.type",
    "charge.billing_details.name",
    "charge.billing_details.address.city",
    "charge.billing_details.address.country",
    "charge.billing_details.address.line1",
    "charge.billing_details.address.postal_code",
    "charge.outcome.risk_level",
    "charge.outcome.network_status",
    "charge.payment_method_details.card.brand",
    "charge.payment_method_details.card.funding",
    "charge.payment_method_details.card.last4",
    "company.books_zone",
    "company.currency",
    "session.mode",
    "steps.customer.number",
    "steps.order.number",
    "run.id",
];

/// Texts that may be missing: the map, and the member.
const MAYBE: &[(&str, &str)] = &[
    ("charge", "customer"),
    ("charge", "payment_intent"),
    ("charge", "description"),
    ("charge", "receipt_email"),
    ("charge", "failure_code"),
    ("charge.billing_details", "email"),
    ("charge.billing_details", "phone"),
    ("charge.billing_details.address", "line2"),
    ("charge.billing_details.address", "state"),
    ("charge.metadata", "plan"),
    ("charge.metadata", "channel"),
    ("charge.metadata", "order_number"),
    ("charge.metadata", "cost_centre"),
    ("charge.metadata", "buyer"),
];

const NUMBERS: &[&str] = &[
    "charge.amount",
    "charge.amount_captured",
    "charge.amount_refunded",
    "charge.outcome.risk_score",
    "session.shipping_amount",
    "steps.money.fee",
    "steps.money.net",
];

const MOMENTS: &[&str] = &[
    "charge.created",
    "event.created",
    "steps.money.available_on",
];

const FLAGS: &[&str] = &[
    "charge.paid",
    "charge.captured",
    "charge.refunded",
    "charge.disputed",
    "charge.livemode",
    "session.found",
];

const WORDS: &[&str] = &[
    "premium", "basic", "web", "shop", "SE", "DE", "card", "none", "N30",
];

const TABLES: &[&str] = &["items", "gl_accounts", "payment_terms", "payment_methods"];

fn main() {
    let mut met = BTreeSet::new();
    let mut formulas = Vec::new();
    let mut families = families();
    // One of each family in turn, so that the shapes are mixed from the first line on.
    while formulas.len() < COUNT {
        let before = formulas.len();
        for family in &mut families {
            if let Some(formula) = family.next()
                && formulas.len() < COUNT
                && met.insert(formula.clone())
            {
                formulas.push(formula);
            }
        }
        assert!(formulas.len() > before, "only {before} formulas");
    }
    println!("{}", formulas.join("\n"));
}

type Family = Box<dyn Iterator<Item = String>>;

/// Every pair of two lists, the second running faster at an uneven step, so that neighbours differ.
fn pairs<A: Copy + 'static, B: Copy + 'static>(
    a: &'static [A],
    b: &'static [B],
) -> impl Iterator<Item = (A, B)> {
    let all = a.len() * b.len();
    (0..all).map(move |n| (a[(n * 7 + n / a.len()) % a.len()], b[n % b.len()]))
}

fn families() -> Vec<Family> {
    let mut families = texts();
    families.extend(conditions());
    families.extend(amounts());
    families.extend(lists());
    families
}

fn texts() -> Vec<Family> {
    vec![
        Box::new(TEXTS.iter().map(|t| (*t).to_owned())),
        Box::new(MAYBE.iter().map(|(of, name)| format!("{of}.?{name}"))),
        Box::new(pairs(MAYBE, WORDS).map(|((of, n), w)| format!("{of}.?{n}.orValue('{w}')"))),
        Box::new(pairs(MAYBE, TEXTS).map(|((of, n), text)| format!("{of}.?{n}.orValue({text})"))),
        Box::new(
            pairs(TEXTS, &[10, 15, 20, 30, 36, 50]).map(|(t, n)| format!("truncate({t}, {n})")),
        ),
        Box::new(pairs(TEXTS, &["upper", "lower", "trim"]).map(|(t, f)| format!("{f}({t})"))),
        Box::new(pairs(TEXTS, TEXTS).map(|(a, b)| format!("{a} + ' ' + {b}"))),
        Box::new(pairs(TEXTS, &[2, 3, 5, 8]).map(|(t, n)| format!("pad_left({t}, {n}, '0')"))),
        Box::new(pairs(TEXTS, &["-", " ", "/"]).map(|(t, s)| format!("{t}.replace('{s}', '')"))),
        Box::new(
            pairs(TEXTS, MAYBE).map(|(t, (of, n))| {
                format!("upper(truncate({of}.?{n}.orValue(''), 12)) + ':' + {t}")
            }),
        ),
        Box::new(pairs(TABLES, TEXTS).map(|(table, t)| format!("lookup('{table}', {t})"))),
        Box::new(pairs(TABLES, MAYBE).map(|(table, (of, n))| {
            format!("lookup_or('{table}', {of}.?{n}.orValue('none'), 'MISC')")
        })),
    ]
}

fn conditions() -> Vec<Family> {
    vec![
        Box::new(pairs(TEXTS, WORDS).map(|(t, w)| format!("{t} == '{w}'"))),
        Box::new(pairs(FLAGS, NUMBERS).map(|(f, n)| format!("{f} && {n} > 0"))),
        Box::new(pairs(MAYBE, TEXTS).map(|((of, n), t)| format!("has({of}.{n}) ? {of}.{n} : {t}"))),
        Box::new(
            pairs(MAYBE, WORDS)
                .map(|((of, n), w)| format!("{of}.?{n}.orValue('') == '{w}' ? 'N30' : 'N00'")),
        ),
        Box::new(
            pairs(TEXTS, WORDS)
                .map(|(t, w)| format!("{t}.startsWith('{w}') || {t}.contains('-{w}')")),
        ),
        Box::new(
            pairs(TEXTS, FLAGS)
                .map(|(t, f)| format!("{t} in ['card', 'sepa_debit', 'SE'] && !{f}")),
        ),
        Box::new(pairs(FLAGS, MAYBE).map(|(f, (of, n))| {
            format!("{f} && has({of}.{n}) && {of}.{n}.size() > 3 && charge.amount >= 100")
        })),
        Box::new(
            pairs(TEXTS, FLAGS).map(|(t, f)| {
                format!("{f} ? ({t}.matches('^[a-z]+$') ? 'word' : 'other') : 'none'")
            }),
        ),
    ]
}

fn amounts() -> Vec<Family> {
    vec![
        Box::new(NUMBERS.iter().map(|n| (*n).to_owned())),
        Box::new(
            pairs(
                NUMBERS,
                &["charge.currency", "'eur'", "'jpy'", "company.currency"],
            )
            .map(|(n, c)| format!("money({n}, {c})")),
        ),
        Box::new(pairs(NUMBERS, NUMBERS).map(|(a, b)| format!("{a} - {b}"))),
        Box::new(
            pairs(NUMBERS, &[100, 1000, 12, 365])
                .map(|(n, by)| format!("div({n}, {by}, 2, 'half_up')")),
        ),
        Box::new(
            pairs(NUMBERS, &["0.25", "0.19", "1.5", "0.029"])
                .map(|(n, rate)| format!("round({n} * number('{rate}'), 2, 'half_even')")),
        ),
        Box::new(
            pairs(
                MOMENTS,
                &["company.books_zone", "'UTC'", "'Europe/Stockholm'"],
            )
            .map(|(m, zone)| format!("date({m}, {zone})")),
        ),
        Box::new(
            pairs(MOMENTS, TEXTS)
                .map(|(m, t)| format!("date({m}, company.books_zone) + ' ' + {t}")),
        ),
        Box::new(pairs(NUMBERS, TEXTS).map(|(n, t)| format!("{t} + ' ' + text({n})"))),
        Box::new(pairs(NUMBERS, NUMBERS).map(|(a, b)| format!("min({a}, max({b}, 100))"))),
    ]
}

fn lists() -> Vec<Family> {
    const ITEMS: &[&str] = &["product", "description", "price"];
    const COUNTS: &[&str] = &["quantity", "amount_total", "amount_tax"];
    let few = [1, 2, 3, 5, 10, 25, 100];
    vec![
        Box::new(ITEMS.iter().map(|i| format!("session.lines.map(l, l.{i})"))),
        Box::new(
            pairs(COUNTS, &[1, 2, 3, 5, 10, 25, 100])
                .map(|(c, n)| format!("session.lines.filter(l, l.{c} > {n}).map(l, l.product)")),
        ),
        Box::new(
            pairs(COUNTS, NUMBERS).map(|(c, n)| format!("sum(session.lines.map(l, l.{c})) == {n}")),
        ),
        Box::new(
            pairs(ITEMS, WORDS)
                .map(|(i, w)| format!("session.lines.exists(l, l.{i} == 'prod_{w}')")),
        ),
        Box::new(pairs(ITEMS, TEXTS).map(|(i, t)| {
            format!("join(session.lines.map(l, truncate(l.{i}, 20)), ', ') + ' ' + {t}")
        })),
        Box::new(pairs(TEXTS, MAYBE).map(|(t, (of, n))| {
            format!("{{'code': {t}, ?'more': {of}.?{n}, 'amount': charge.amount}}")
        })),
        Box::new(pairs(COUNTS, TEXTS).map(|(c, t)| {
            format!(
                "session.lines.map(l, {{'item': lookup('items', l.product), '{c}': l.{c}, \
                 'text': truncate(l.description, 30), 'for': {t}}})"
            )
        })),
        Box::new(
            TEXTS
                .iter()
                .flat_map(move |t| few.map(|n| format!("[{t}, 'x{n}'].filter(x, x.size() > {n})"))),
        ),
    ]
}
