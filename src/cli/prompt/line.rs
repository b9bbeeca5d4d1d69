//! The line editor: what the terminal has to do with the prompt is here, and nothing else.

use std::{borrow::Cow, path::PathBuf, sync::PoisonError};

use reedline::{
    ColumnarMenu, Completer, CompletionResult, Emacs, FileBackedHistory, KeyCode, KeyModifiers, MenuBuilder as _,
    Prompt, PromptEditMode, PromptHistorySearch, Reedline, ReedlineEvent, ReedlineMenu, SearchDirection, SearchQuery,
    Signal, Span, Suggestion, default_emacs_keybindings,
};

use super::Shared;

/// Lines that are remembered.
const REMEMBERED: usize = 1000;
const MENU: &str = "completion";

/// What came of waiting for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// A line.
    Line(String),
    /// The line was given up.
    Given,
    /// The user leaves.
    End,
}

/// A terminal at which lines are typed.
pub(super) struct Editor(Reedline);

impl Editor {
    /// One that completes from these words and remembers lines where ExaBGP does.
    pub(super) fn new(words: Shared, colours: bool) -> Self {
        let mut keys = default_emacs_keybindings();
        let menu = ReedlineEvent::UntilFound(vec![ReedlineEvent::Menu(MENU.to_owned()), ReedlineEvent::MenuNext]);
        keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, menu);
        let editor = Reedline::create()
            .with_completer(Box::new(Words(words)))
            .with_menu(ReedlineMenu::EngineCompleter(Box::new(ColumnarMenu::default().with_name(MENU))))
            .with_quick_completions(true)
            .with_partial_completions(true)
            .with_edit_mode(Box::new(Emacs::new(keys)))
            .with_ansi_colors(colours);
        let remembered = history_file().and_then(|file| FileBackedHistory::with_file(REMEMBERED, file).ok());
        Self(match remembered.or_else(|| FileBackedHistory::new(REMEMBERED).ok()) {
            Some(history) => editor.with_history(Box::new(history)),
            None => editor,
        })
    }

    /// Waits for a line, which is remembered at once: nobody knows how the program ends.
    ///
    /// # Errors
    /// When the terminal fails.
    pub(super) fn read(&mut self) -> anyhow::Result<Typed> {
        let signal = self.0.read_line(&Sign)?;
        let _ = self.0.sync_history();
        Ok(match signal {
            Signal::Success(line) => Typed::Line(line),
            Signal::CtrlD => Typed::End,
            _ => Typed::Given,
        })
    }

    /// Empties the screen.
    ///
    /// # Errors
    /// When the terminal fails.
    pub(super) fn clear(&mut self) -> anyhow::Result<()> {
        Ok(self.0.clear_screen()?)
    }

    /// What was typed before, a line each.
    pub(super) fn history(&self) -> String {
        let query = SearchQuery::everything(SearchDirection::Forward, None);
        let entries = self.0.history().search(query).unwrap_or_default();
        entries.iter().flat_map(|entry| [entry.command_line.as_str(), "\n"]).collect()
    }
}

/// Where lines are remembered; nowhere if that cannot be known.
fn history_file() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty())?;
    Some(PathBuf::from(home).join(".exabgp_history"))
}

/// The words that a line can go on with.
struct Words(Shared);

impl Completer for Words {
    fn complete(&mut self, line: &str, place: usize) -> CompletionResult {
        let typed = line.get(..place).unwrap_or(line);
        let (start, words) = self.0.lock().unwrap_or_else(PoisonError::into_inner).candidates(typed);
        let suggestion = |value| Suggestion {
            value,
            span: Span::new(start, place),
            append_whitespace: true,
            ..Suggestion::default()
        };
        CompletionResult::fresh(words.into_iter().map(suggestion).collect::<Vec<_>>())
    }
}

/// What stands before the line.
struct Sign;

impl Prompt for Sign {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        "exactix".into()
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        "".into()
    }

    fn render_prompt_indicator(&self, _: PromptEditMode) -> Cow<'_, str> {
        "> ".into()
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        "".into()
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        format!("(search: {}) ", search.term).into()
    }
}
