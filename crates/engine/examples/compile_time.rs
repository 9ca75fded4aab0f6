//! How long a flow takes to read, check and plan: `cargo run --release -p engine --example
//! compile_time`. Four times the steps are to take about four times as long.

use connector::Registry;
use std::fmt::Write;
use std::time::Instant;

const REGISTRY: Registry = Registry(&[&connector_stripe::CONNECTOR, &connector_infor::CONNECTOR]);

fn main() {
    println!("steps      bytes   shortest of 5");
    for count in [250, 500, 1_000, 2_000] {
        let text = long_flow(count);
        let times = (0..5).map(|_| {
            let begun = Instant::now();
            let (plan, problems) = engine::compile(&text, REGISTRY);
            assert!(plan.is_some() && problems.is_empty(), "{problems:?}");
            begun.elapsed()
        });
        let shortest = times.min().unwrap_or_default();
        println!("{count:>5} {:>10}   {shortest:?}", text.len());
    }
}

/// A flow of `count` steps that read, compute, choose, check and write.
fn long_flow(count: usize) -> String {
    let mut text = String::from(
        "schema: 1\nflow: long\ntrigger: stripe.charge.succeeded\nkey: =charge.id\n\
         order_by: =charge.id\nsteps:\n",
    );
    for n in 0..count / 5 {
        let before = n.saturating_sub(1);
        let seen = if n == 0 {
            "charge.amount".to_owned()
        } else {
            format!("steps.sum{before}.total")
        };
        write!(
            text,
            "  - id: read{n}\n    use: stripe.charge.get\n    with:\n      id: =charge.id\n\
             \x20 - id: sum{n}\n    set:\n      total: =steps.read{n}.amount + {seen}\n      \
             label: =upper(steps.read{n}.currency) + '-' + text({n})\n\
             \x20 - id: way{n}\n    choose:\n      - when: =steps.read{n}.paid\n        set:\n          \
             code: =steps.sum{n}.label\n      - set:\n          code: none\n\
             \x20 - id: check{n}\n    check: =steps.sum{n}.total >= {n}\n    else: skip\n\
             \x20 - id: told{n}\n    when: =has(charge.customer) && steps.way{n}.code != 'x'\n    \
             use: books.exception.open\n    with:\n      kind: note\n      \
             key: =charge.customer + ':{n}'\n      sentence: =steps.way{n}.code\n",
        )
        .expect("a text");
    }
    text
}
