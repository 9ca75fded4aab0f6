//! A dry run as a person reads it.

use comfy_table::{CellAlignment, Table, presets};
use engine::dry::{Origin, StepTrace, Trace, WouldBe};
use finance::Money;
use finance::journal::JournalEntry;
use model::Flow;
use serde_json::Value;

/// Longer values are cut; `--json` has them whole.
const VALUE_CHARS: usize = 300;

/// The steps in order, each write with its request and its entry, and how it ended.
pub fn tell(flow: &Flow, trace: &Trace) -> String {
    let mut text = format!("{}: a dry run; nothing is sent or stored\n", flow.id);
    for step in &trace.steps {
        tell_step(flow, trace, step, &mut text);
    }
    let because = trace.because.as_ref().map(|why| format!(": {why}"));
    put(
        &mut text,
        &format!(
            "\nIt ends `{}`{}\nChanges that it would make: {}",
            trace.state.as_str(),
            because.unwrap_or_default(),
            trace.effects.len()
        ),
    );
    for effect in &trace.effects {
        put(
            &mut text,
            &format!("  {} ({})", effect.operation, effect.at),
        );
    }
    text
}

fn tell_step(flow: &Flow, trace: &Trace, step: &StepTrace, text: &mut String) {
    let planned = flow.every_step().into_iter().find(|s| s.id == step.id);
    let title = planned.and_then(|s| s.title.as_ref());
    let title = title.map(|title| format!("  {title}")).unwrap_or_default();
    let case = step
        .case
        .map(|n| format!(", case {}", n + 1))
        .unwrap_or_default();
    put(
        text,
        &format!("\n{} [{}{case}]{title}", step.at, step.state.as_str()),
    );
    for met in &step.met {
        let key = met.key.as_deref().unwrap_or("*");
        let value = match (&met.value, &met.key) {
            (Some(value), _) => short(value),
            (None, Some(_)) => "nothing".into(),
            (None, None) => "the rules".into(),
        };
        let kind = met.kind.replace('_', " ");
        put(
            text,
            &format!("  met      {kind} {} / {key}: {value}", met.table),
        );
    }
    for made in &step.converted {
        let (field, rule) = (&made.field, made.rule);
        let line = format!("  convert  {field}: {} becomes {}", rule.from(), rule.to());
        put(text, &line);
    }
    if let Some(effect) = step.effect.and_then(|n| trace.effects.get(n)) {
        tell_effect(effect, text);
    }
    if let Some(output) = &step.output {
        let origin = match step.origin {
            Origin::Worked => "",
            Origin::Given => " (given)",
            Origin::Live => " (asked just now)",
            Origin::Store => " (from the store)",
            Origin::Invented => " (INVENTED)",
        };
        put(text, &format!("  gives    {}{origin}", short(output)));
    }
    if let Some(problem) = &step.problem {
        put(
            text,
            &format!("  problem  {}: {}", problem.path, problem.message),
        );
        if !problem.cure.is_empty() {
            put(text, &format!("  cure     {}", problem.cure));
        }
    }
}

fn tell_effect(effect: &WouldBe, text: &mut String) {
    let at = effect.peer.as_deref().unwrap_or("our own books");
    put(text, &format!("  would    {} at {at}", effect.operation));
    if let Some(identity) = &effect.identity {
        let key: String = identity.key.chars().take(16).collect();
        put(
            text,
            &format!(
                "  once as  {} {} (effect {key}…)",
                identity.kind, identity.reference
            ),
        );
    }
    if let Some(ledger) = &effect.ledger {
        put(text, &format!("  ledger   {ledger}"));
    }
    for read in &effect.assumed_absent {
        put(text, &format!("  first    {read}, taken to find nothing"));
    }
    match &effect.request {
        Some(request) => {
            put(
                text,
                &format!("  send     {} ({})", request.label, request.kind),
            );
            let content = serde_json::to_string_pretty(&request.content).unwrap_or_default();
            for line in content.lines() {
                put(text, &format!("           {line}"));
            }
        }
        None => {
            put(text, &format!("  with     {}", short(&effect.input)));
        }
    }
    if let Some(peer) = &effect.at_peer {
        let why = peer.why.as_ref().map(|why| format!(": {why}"));
        put(
            text,
            &format!("  there    {}{}", peer.state, why.unwrap_or_default()),
        );
        for difference in &peer.differences {
            put(text, &format!("           {difference}"));
        }
    }
    if let Some(entry) = &effect.entry {
        tell_entry(entry, text);
    }
}

fn tell_entry(entry: &JournalEntry, text: &mut String) {
    put(
        text,
        &format!(
            "  books    {} {} on {} in {}",
            entry.kind, entry.reference, entry.date, entry.currency
        ),
    );
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["account", "dimension", "debit", "credit", "text"]);
    for line in &entry.lines {
        let amount = Money::new(line.amount_minor.abs(), entry.currency).to_decimal();
        let amount = amount.to_string();
        let (debit, credit) = match line.amount_minor < 0 {
            true => (String::new(), amount),
            false => (amount, String::new()),
        };
        let dimension = line.dimension.clone().unwrap_or_default();
        table.add_row([
            line.account.clone(),
            dimension,
            debit,
            credit,
            line.text.clone(),
        ]);
    }
    for column in [2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.lines() {
        put(text, &format!("          {}", line.trim_end()));
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(VALUE_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn put(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
