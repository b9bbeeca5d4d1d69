//! The commands: one table, both spellings.
//!
//! A new command is an [`Entry`] in its group's file and a line in [`COMMANDS`]. Help, documentation, shell
//! completion and the test that each example parses all read the table.

mod announce;
mod daemon;
mod dispatch;
mod dynamic;
mod eor;
mod fault;
mod group;
mod indexed;
mod lease;
mod manual;
mod neighbor;
mod operational;
mod refresh;
mod rib;
mod route;
mod session;
mod supervisor;
mod system;
mod watch;
mod watchdog;
mod withdraw;

pub use lease::parse;
pub use manual::manual;

use wire::{Words, json::Dialect};

use crate::{ApiError, Form, Selector, Verb};

/// All commands. The first whose words fit is taken, so the most frequent ones come first.
pub static COMMANDS: &[&dyn Command] = &[
    &announce::ROUTE,
    &withdraw::ROUTE,
    &announce::IPV4,
    &announce::IPV6,
    &withdraw::IPV4,
    &withdraw::IPV6,
    &announce::L2VPN,
    &withdraw::L2VPN,
    &announce::ATTRIBUTES,
    &announce::ATTRIBUTE,
    &withdraw::ATTRIBUTES,
    &withdraw::ATTRIBUTE,
    &announce::FLOW,
    &announce::VPLS,
    &operational::OPERATIONAL,
    &announce::SR_POLICY,
    &withdraw::FLOW,
    &withdraw::VPLS,
    &withdraw::SR_POLICY,
    &eor::EOR,
    &refresh::REFRESH,
    &watchdog::ANNOUNCE,
    &watchdog::WITHDRAW,
    &rib::FLUSH,
    &rib::CLEAR_IN,
    &rib::CLEAR_OUT,
    &rib::CLEAR,
    &rib::SHOW_IN,
    &rib::SHOW_OUT,
    &supervisor::SHOW,
    &neighbor::SHOW,
    &neighbor::LIST,
    &watch::WATCH,
    &neighbor::TEARDOWN,
    &dynamic::CREATE,
    &dynamic::DELETE,
    &group::START,
    &group::END,
    &group::INLINE,
    &indexed::LIST,
    &indexed::ADD,
    &indexed::REMOVE,
    &indexed::OF_FAMILY,
    &fault::INJECT,
    &fault::LIST,
    &fault::CLEAR,
    &session::ENABLE_ACK,
    &session::DISABLE_ACK,
    &session::SILENCE_ACK,
    &session::ENABLE_SYNC,
    &session::DISABLE_SYNC,
    &session::RESET,
    &session::PING,
    &session::BYE,
    &daemon::SHUTDOWN,
    &daemon::CHECK,
    &daemon::RELOAD,
    &daemon::RESTART,
    &daemon::STATUS,
    &supervisor::RESTART,
    &supervisor::QUARANTINE,
    &supervisor::RELEASE,
    &system::VERSION,
    &system::HELP,
    &system::QUEUE_STATUS,
    &system::API_VERSION,
    &system::CRASH,
];

/// Something a helper can ask for.
pub trait Command: Sync {
    /// The words it starts with.
    fn spelling(&self) -> Spelling;

    /// What to tell people about it.
    fn usage(&self) -> Usage;

    /// Reads what follows the words it starts with.
    ///
    /// # Errors
    /// When the words do not say what they should.
    fn parse(&self, words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError>;
}

/// The two ways to write a command. Either is understood at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spelling {
    /// Action first; `neighbor <selector>` may stand before it.
    pub v4: &'static str,
    /// Target first; `<selector>` and `[<selector>]` stand for a selector, needed or not.
    pub v6: &'static str,
}

/// What to tell people about a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// What follows the words it starts with.
    pub syntax: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// A whole line that works, action first.
    pub example: &'static str,
    /// The chapter it belongs to.
    pub group: Group,
    /// Words to choose from, as help lists them.
    pub options: &'static [&'static str],
    /// Whether ExaBGP's own help lists it.
    pub listed: bool,
    /// Whether it can answer in JSON.
    pub json: bool,
    /// What comes before `done`, as a sentence without a full stop; empty when nothing does.
    pub answers: &'static str,
}

/// Chapters of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Announce and withdraw.
    Routes,
    /// Other things for peers.
    Peers,
    /// Inspection.
    Show,
    /// A helper's own stream.
    Session,
    /// The daemon.
    Daemon,
    /// For tests.
    Fault,
    /// ExaBGP has it, this version does not.
    Unsupported,
}

impl Group {
    /// Whether a selector before the command means something.
    pub const fn has_peers(self) -> bool {
        matches!(self, Self::Routes | Self::Peers | Self::Unsupported)
    }
}

/// Who asks, and what is the same for all that they ask.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The name of the helper.
    pub service: &'a str,
    /// Which generation of the API it gets.
    pub dialect: Dialect,
    /// What the daemon says its version is.
    pub version: &'a str,
}

/// What dispatch found out about a line before its command reads the rest.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The peers it is for.
    pub to: Selector,
    /// Who asks.
    pub context: &'a Context<'a>,
    /// `sync` or `async` stood at the end.
    pub sync: Option<bool>,
    /// `json` or `text` stood at the end.
    pub json: Option<bool>,
}

impl Request<'_> {
    /// How to render the answer: text unless JSON is asked for, and the other way round in the 6.0.0 dialect.
    pub fn form(&self) -> Form {
        if self.json.unwrap_or(self.context.dialect == Dialect::V6) { Form::Json } else { Form::Text }
    }
}

/// Reads what follows the words a command starts with.
pub type Parser = fn(&mut Words<'_>, Request<'_>) -> Result<Verb, ApiError>;

/// A command written down as data.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The words it starts with.
    pub spelling: Spelling,
    /// What to tell people about it.
    pub usage: Usage,
    /// Reads the rest.
    pub parse: Parser,
}

impl Command for Entry {
    fn spelling(&self) -> Spelling {
        self.spelling
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn parse(&self, words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
        (self.parse)(words, request)
    }
}

impl Usage {
    /// Something with this summary, example and chapter, listed by ExaBGP's help and answered in text.
    const fn new(group: Group, summary: &'static str, example: &'static str) -> Self {
        Self { syntax: "", summary, example, group, options: &[], listed: true, json: false, answers: "" }
    }

    const fn syntax(self, syntax: &'static str) -> Self {
        Self { syntax, ..self }
    }

    const fn options(self, options: &'static [&'static str]) -> Self {
        Self { options, ..self }
    }

    /// ExaBGP's help does not list it.
    const fn unlisted(self) -> Self {
        Self { listed: false, ..self }
    }

    /// What comes before `done`.
    const fn answers(self, answers: &'static str) -> Self {
        Self { answers, ..self }
    }

    /// It can answer in JSON.
    const fn json(self) -> Self {
        Self { json: true, ..self }
    }
}
