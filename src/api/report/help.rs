//! `help`: the table of commands, in ExaBGP's layouts.

use wire::json::{self, Dialect};

use crate::{
    FILTERS, Form,
    command::{COMMANDS, Command, Group},
};

/// The lines of the answer.
pub fn lines(dialect: Dialect, form: Form) -> Vec<String> {
    match (dialect, form) {
        (Dialect::V5, _) => action_first(),
        (Dialect::V6, Form::Text) => target_first(),
        (Dialect::V6, Form::Json) => vec![object()],
    }
}

/// Rows are sorted; those for peers sort by what stands before the command.
fn action_first() -> Vec<String> {
    let listed = COMMANDS.iter().filter(|command| command.usage().listed);
    let mut rows: Vec<_> = listed.map(|command| action_first_row(*command)).collect();
    rows.push("# ".to_owned());
    rows.sort();
    let mut lines = vec![String::new(), "available API commands are listed here:".to_owned(), "=".repeat(39)];
    lines.extend(
        ["", "filter can be: [local-ip <ip>][local-as <asn>][peer-as <asn>][router-id <router-id>]"].map(Into::into),
    );
    lines.extend(["", "command are:", "------------", ""].map(Into::into));
    lines.extend(rows);
    lines.push(String::new());
    lines
}

fn action_first_row(command: &dyn Command) -> String {
    let (usage, words) = (command.usage(), command.spelling().v4);
    if usage.group.has_peers() {
        format!("[neighbor <ip> [filters]] {words}")
    } else {
        format!("{words} {}", options(usage.options))
    }
}

fn target_first() -> Vec<String> {
    let mut rows: Vec<_> = supported().map(target_first_row).collect();
    rows.sort();
    let mut lines = vec![String::new(), "available API commands (v6 format):".to_owned(), "=".repeat(36)];
    lines.extend(
        ["", "filter can be: [local-ip <ip>][local-as <asn>][peer-as <asn>][router-id <router-id>]"].map(Into::into),
    );
    lines.extend(["", "commands:", "---------", ""].map(Into::into));
    lines.extend(rows);
    lines.push(String::new());
    lines
}

fn target_first_row(command: &dyn Command) -> String {
    let words = without_selector(command);
    if has_selector(command) {
        format!("[peer <ip> [filters]] {words}")
    } else {
        format!("{words} {}", options(command.usage().options))
    }
}

fn object() -> String {
    let mut commands: Vec<_> = supported().collect();
    commands.sort_by_key(|command| without_selector(*command));
    let mut out = String::from("{\"description\": \"Available API commands (v6 format)\", \"peer_filters\": [");
    let filters = FILTERS.iter().filter(|filter| **filter != "family-allowed");
    json::separated(&mut out, ", ", filters, |out, filter| json::string(out, filter));
    out.push_str("], \"commands\": [");
    json::separated(&mut out, ", ", commands, member);
    out + "]}"
}

fn member(out: &mut String, command: &dyn Command) {
    let usage = command.usage();
    out.push_str("{\"command\": ");
    json::string(out, &without_selector(command));
    let neighbor = has_selector(command);
    json::write(
        out,
        format_args!(", \"neighbor_support\": {neighbor}, \"json_support\": {}, \"options\": [", usage.json),
    );
    json::separated(out, ", ", usage.options, |out, option| json::string(out, option));
    out.push_str("]}");
}

fn supported() -> impl Iterator<Item = &'static dyn Command> {
    COMMANDS.iter().copied().filter(|command| command.usage().group != Group::Unsupported)
}

fn has_selector(command: &dyn Command) -> bool {
    command.spelling().v6.contains(" <selector>")
}

fn without_selector(command: &dyn Command) -> String {
    command.spelling().v6.replace(" <selector>", "").replace(" [<selector>]", "")
}

/// `[ a | b ] `, or nothing.
fn options(options: &[&str]) -> String {
    if options.is_empty() { String::new() } else { format!("[ {} ] ", options.join(" | ")) }
}
