//! `exactix cli`: a prompt at which one talks with the running daemon.

mod hang_up;
mod line;
mod link;
mod state;
mod table;
mod vocabulary;

use std::{
    io::{self, IsTerminal as _, Write as _},
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
};

use config::Env;

use crate::{
    args::Run,
    control::{End, Interrupt},
    run as said,
};
use line::{Editor, Typed};
use link::{Link, Met};
use state::{State, Step};
use vocabulary::Vocabulary;

/// Words that both the prompt and what completes lines have.
type Shared = Arc<Mutex<Vocabulary>>;

/// Talks with the daemon until the user leaves; a command on the command line is said alone. Without a terminal there is
/// nobody to talk with: the daemon is asked for help, as ExaBGP does.
pub(crate) fn run(mut options: Run, env: &Env) -> anyhow::Result<i32> {
    if !options.command.is_empty() || options.batch.is_some() {
        return said::run(&options, env);
    }
    if !io::stdin().is_terminal() {
        options.command = vec!["help".to_owned()];
        return said::run(&options, env);
    }
    let mut link = Link::new(options.transport.clone(), env)?;
    let interrupt = Rc::new(Interrupt::new()?);
    link.heed(interrupt.clone());
    hang_up::watch();
    let words: Shared = Arc::new(Mutex::new(Vocabulary::new()));
    let colours = !options.transport.no_color && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let editor = Editor::new(words.clone(), colours);
    Session { link, interrupt, words, editor, state: State::default() }.talk()
}

/// A user at a prompt.
struct Session<'a> {
    link: Link<'a>,
    interrupt: Rc<Interrupt>,
    words: Shared,
    editor: Editor,
    state: State,
}

impl Session<'_> {
    fn talk(&mut self) -> anyhow::Result<i32> {
        self.learn();
        loop {
            let typed = self.editor.read()?;
            // What was meant for an earlier answer does not end the wait for the next.
            self.interrupt.forget();
            let step = match typed {
                Typed::Line(line) => self.state.read(&line),
                Typed::Given => Step::Nothing,
                Typed::End => Step::Quit,
            };
            match step {
                Step::Nothing => {}
                Step::Quit => {
                    self.link.bye();
                    return Ok(0);
                }
                Step::Clear => self.editor.clear()?,
                Step::History => print(&self.editor.history())?,
                Step::Tell(text) => print(&format!("{text}\n"))?,
                Step::Ask { line, expanded, json } => self.ask(&line, expanded, json)?,
            }
        }
    }

    /// What fails is told, and the prompt comes back.
    fn ask(&mut self, line: &str, expanded: bool, json: bool) -> anyhow::Result<()> {
        if expanded {
            print(&format!("command: {line}\n"))?;
        }
        match self.link.ready(|| drop(print("the daemon is away, trying again\n"))) {
            Ok(Met::Before) => {}
            Ok(met) => {
                let what = if met == Met::Another { "the daemon was started anew" } else { "connected again" };
                print(&format!("{what}\n"))?;
                self.learn();
            }
            Err(error) => return print(&format!("{error:#}\n")),
        }
        match self.link.ask(line) {
            Ok(answer) => {
                print(&state::shown(&answer.lines, json))?;
                match said::about(answer.end, line) {
                    Some(about) => print(&format!("{about}\n"))?,
                    None if answer.lines.is_empty() => print("done\n")?,
                    None => {}
                }
                if answer.end == End::Done {
                    self.learn_peers();
                }
                Ok(())
            }
            Err(error) => print(&format!("{error:#}: it may have been carried out or not\n")),
        }
    }

    fn learn(&mut self) {
        if let Ok(help) = self.link.ask("help") {
            self.words.lock().unwrap_or_else(PoisonError::into_inner).learn_commands(&help.lines);
        }
        self.learn_peers();
    }

    fn learn_peers(&mut self) {
        if let Ok(peers) = self.link.ask("peer list") {
            self.words.lock().unwrap_or_else(PoisonError::into_inner).learn_peers(&peers.lines);
        }
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
