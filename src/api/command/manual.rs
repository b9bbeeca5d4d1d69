//! The table of commands as a chapter of the documentation.

use wire::json;

use super::{COMMANDS, Command, Group};

/// The chapters, in their order, and what they are called.
const CHAPTERS: [(Group, &str); 7] = [
    (Group::Routes, "Routes"),
    (Group::Peers, "Peers"),
    (Group::Show, "Inspection"),
    (Group::Session, "A helper's own stream"),
    (Group::Daemon, "The daemon"),
    (Group::Fault, "Faults"),
    (Group::Unsupported, "Not supported"),
];

/// The table in Markdown.
pub fn manual() -> String {
    let mut out = String::from(HEAD);
    for (group, title) in CHAPTERS {
        json::write(&mut out, format_args!("\n## {title}\n"));
        let of_group = COMMANDS.iter().filter(|command| command.usage().group == group);
        of_group.for_each(|command| entry(&mut out, *command));
    }
    out
}

fn entry(out: &mut String, command: &dyn Command) {
    let (spelling, usage) = (command.spelling(), command.usage());
    let selector = if usage.group.has_peers() { "[neighbor <selector>] " } else { "" };
    let syntax = if usage.syntax.is_empty() { String::new() } else { format!(" {}", usage.syntax) };
    json::write(out, format_args!("\n### {}\n\n{}\n\n```\n", spelling.v4, usage.summary));
    json::write(out, format_args!("{selector}{}{syntax}\n", spelling.v4));
    if spelling.v6 != spelling.v4 || !selector.is_empty() {
        json::write(out, format_args!("{}{syntax}\n", spelling.v6));
    }
    out.push_str("```\n\n");
    match (usage.answers, usage.json) {
        ("", _) => {}
        (answers, false) => json::write(out, format_args!("Answer: {answers}.\n\n")),
        (answers, true) => json::write(out, format_args!("Answer, in JSON too: {answers}.\n\n")),
    }
    if usage.group != Group::Unsupported {
        json::write(out, format_args!("Example: `{}`\n", usage.example));
    }
}

const HEAD: &str = "\
# Commands

This page is written from the table of commands (`REGENERATE=1`). Helpers print commands, and people type them at the control
socket: one a line. Each can be written in either way at any time: action first, as ExaBGP 5 has it, or target first.

A selector is `<ip>` or `*`, followed by any of `local-ip`, `local-as`, `peer-as`, `router-id` and `family-allowed` with a value.
Action first, several are written `neighbor <selector> , neighbor <selector>`; target first, `peer [ <selector> , <selector> ]`.
Without one, every neighbor that the helper may command is meant. One that matches nobody is an error, and nothing happens.

Each line is answered with `done` or `error`, in the order of the lines; with version 6 of the API a line `error: <why>` comes
before `error`, otherwise the reason is in the log. What a command answers besides comes before that. `json` at the end of a
line asks for JSON, `text` for text; with version 6 of the API JSON is the usual form. `sync` at the end of a line that is about
routes has the acknowledgement wait until they were written to the sockets of the peers that are connected, `async` has it not
wait. `#` begins a comment, which is `done`; a line that begins with `debug ` is not answered. The words of routes are in
[ROUTES.md](ROUTES.md).

What announces routes may end with `lease <time>`, such as `lease 30s` or `lease 500ms`, before any of those words: the routes
are withdrawn unless they are announced again in that time.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_is_in_the_manual_once() {
        let manual = manual();
        for command in COMMANDS {
            let heading = format!("\n### {}\n", command.spelling().v4);
            assert_eq!(manual.matches(&heading).count(), 1, "{heading}");
        }
    }
}
