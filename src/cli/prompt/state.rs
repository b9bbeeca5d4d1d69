//! What a line typed at the prompt means, and how the answer to it is shown. Neither the terminal nor the daemon is here.

use api::{Detail, Show, Verb};

use super::table;
use crate::{run, shortcuts};

/// What is settled at the prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct State {
    /// Answers are asked for in JSON.
    json: bool,
    /// Answers are shown as JSON.
    shown_as_json: bool,
}

/// What to do about a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing was typed.
    Nothing,
    /// Say this to the daemon, and show the answer like that.
    Ask {
        /// The command.
        line: String,
        /// It is another one than was typed.
        expanded: bool,
        /// The answer is shown as JSON.
        json: bool,
    },
    /// Tell the user.
    Tell(String),
    /// Empty the screen.
    Clear,
    /// Show what was typed before.
    History,
    /// Leave.
    Quit,
}

impl State {
    /// What a line means; `set` is carried out.
    pub(crate) fn read(&mut self, typed: &str) -> Step {
        let words: Vec<&str> = typed.split_ascii_whitespace().collect();
        match words[..] {
            [] => Step::Nothing,
            [comment, ..] if comment.starts_with('#') => Step::Nothing,
            ["exit" | "quit" | "q"] => Step::Quit,
            ["clear"] => Step::Clear,
            ["history"] => Step::History,
            ["set", ref rest @ ..] => self.set(rest),
            _ => self.ask(typed.trim_ascii(), &words),
        }
    }

    fn set(&mut self, words: &[&str]) -> Step {
        match words {
            ["encoding", form @ ("json" | "text")] => self.json = *form == "json",
            ["display", form @ ("json" | "text")] => self.shown_as_json = *form == "json",
            ["sync", on @ ("on" | "off")] => {
                let line = if *on == "on" { "enable-sync" } else { "disable-sync" };
                return Step::Ask { line: line.to_owned(), expanded: false, json: false };
            }
            [] => {
                let form = |json| if json { "json" } else { "text" };
                let told = format!("encoding {}\ndisplay {}", form(self.json), form(self.shown_as_json));
                return Step::Tell(told);
            }
            _ => return Step::Tell(SET.to_owned()),
        }
        Step::Tell(format!("{} is set", words.join(" ")))
    }

    /// `json` or `text` at either end chooses for this one command.
    fn ask(self, typed: &str, words: &[&str]) -> Step {
        let (bare, chosen) = match words {
            [form @ ("json" | "text"), _, ..] => (typed.strip_prefix(form).unwrap_or(typed).trim_ascii(), Some(*form)),
            [_, .., form @ ("json" | "text")] => (typed.strip_suffix(form).unwrap_or(typed).trim_ascii(), Some(*form)),
            _ => (typed, None),
        };
        let json = chosen.map_or(self.shown_as_json, |form| form == "json");
        let full = shortcuts::expanded(bare);
        if matches!(run::understood(&full), Some(Verb::Watch { .. })) {
            return Step::Tell(WATCH.to_owned());
        }
        let expanded = full.split_ascii_whitespace().ne(bare.split_ascii_whitespace());
        let wanted = json || (self.json && chosen.is_none() && !is_page(&full));
        let line = if wanted { run::in_json(full) } else { full };
        Step::Ask { line, expanded, json }
    }
}

/// What the daemon lays out for people better than a table would.
fn is_page(line: &str) -> bool {
    matches!(
        run::understood(line),
        Some(Verb::Show { what: Show::Neighbor { detail: Detail::Extensive | Detail::Configuration, .. }, .. })
    )
}

/// The lines of an answer as they are shown.
pub(crate) fn shown(lines: &[String], json: bool) -> String {
    let text = if json { table::pretty(lines) } else { table::table(lines) };
    text.unwrap_or_else(|| lines.iter().flat_map(|line| [line, "\n"]).collect())
}

const WATCH: &str = "events would come in between: exactix watch shows them";
const SET: &str = "set encoding json|text, set display json|text or set sync on|off";

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(line: &str, expanded: bool, json: bool) -> Step {
        Step::Ask { line: line.to_owned(), expanded, json }
    }

    #[test]
    fn words_of_the_prompt_itself() {
        let mut state = State::default();
        for (typed, step) in [
            ("", Step::Nothing),
            ("  # nothing", Step::Nothing),
            (" quit ", Step::Quit),
            ("exit", Step::Quit),
            ("q", Step::Quit),
            ("clear", Step::Clear),
            ("history", Step::History),
            ("watch update", Step::Tell(WATCH.to_owned())),
            ("set display maybe", Step::Tell(SET.to_owned())),
            ("set sync on", ask("enable-sync", false, false)),
            ("set sync off", ask("disable-sync", false, false)),
        ] {
            assert_eq!(state.read(typed), step, "{typed}");
        }
        assert_eq!(state, State::default());
    }

    #[test]
    fn the_form_of_answers_is_chosen_for_all_or_for_one() {
        let mut state = State::default();
        assert_eq!(state.read("s n s"), ask("show neighbor summary", true, false));
        assert_eq!(state.read("json s n s"), ask("show neighbor summary json", true, true));
        assert_eq!(state.read("show neighbor summary json"), ask("show neighbor summary json", false, true));
        state.read("set display json");
        assert_eq!(state.read("show neighbor summary"), ask("show neighbor summary json", false, true));
        assert_eq!(state.read("show neighbor summary text"), ask("show neighbor summary", false, false));
        state.read("set display text");
        state.read("set encoding json");
        assert_eq!(state.read("show neighbor summary"), ask("show neighbor summary json", false, false));
        assert_eq!(state.read("show neighbor extensive"), ask("show neighbor extensive", false, false));
        assert_eq!(state.read("set"), Step::Tell("encoding json\ndisplay text".to_owned()));
    }

    #[test]
    fn answers() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(shown(&lines("a\nb"), false), "a\nb\n");
        assert_eq!(shown(&lines("exabgp 5"), true), "exabgp 5\n");
        assert_eq!(shown(&lines("{\"a\": 1}"), true), "{\n  \"a\": 1\n}\n");
    }
}
