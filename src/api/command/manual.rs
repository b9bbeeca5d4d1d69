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
    let mut out = String::from(
        "# Commands\n\nEach can be written in either way at any time. A selector is `<ip>|*`, followed by any of \
         `local-ip`, `local-as`, `peer-as`, `router-id` and `family-allowed` with a value. Action first, several are \
         written `neighbor … , neighbor …`; target first, `peer [ … , … ]`.\n",
    );
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
    json::write(
        out,
        format_args!(
            "\n### {}\n\n```\n{selector}{}{syntax}\n{}{syntax}\n```\n\n{}\n",
            spelling.v4, spelling.v4, spelling.v6, usage.summary
        ),
    );
    if usage.group != Group::Unsupported {
        json::write(out, format_args!("Example: `{}`\n", usage.example));
    }
}

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
