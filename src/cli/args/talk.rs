//! The options of verbs that talk with a running daemon.

use std::path::PathBuf;

use clap::Args;

/// How to get at the daemon.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Transport {
    /// Base name of the control pipes, in place of that of the environment.
    #[arg(long, value_name = "NAME")]
    pub(crate) pipename: Option<String>,
    /// Talk through the control pipes.
    #[arg(long, conflicts_with = "socket")]
    pub(crate) pipe: bool,
    /// Talk through the control socket: that which is found, or this one.
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true)]
    #[expect(clippy::option_option, reason = "an option that may have a value")]
    pub(crate) socket: Option<Option<PathBuf>>,
    /// No colours.
    #[arg(long)]
    pub(crate) no_color: bool,
    /// How long the daemon may be silent.
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pub(crate) timeout: u64,
}

/// What to say to the daemon.
#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) transport: Transport,
    /// Say the commands of this file, one a line, or of the standard input (-). Empty lines and those that start with # are
    /// left out; the exit code is 1 if one was refused.
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    pub(crate) batch: Option<PathBuf>,
    /// Have the answer in JSON, where there is such a one.
    #[arg(long)]
    pub(crate) json: bool,
    /// End with exit code 1 when the command is refused, or nothing is answered; ExaBGP ends with 0.
    #[arg(long)]
    pub(crate) strict: bool,
    /// The command; its words may be shortened.
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

/// How to ask how the daemon does.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Answer as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// How long the daemon may be silent.
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pub(crate) timeout: u64,
    /// The control socket of the daemon; found by itself where there is one.
    #[arg(long, value_name = "PATH")]
    pub(crate) socket: Option<PathBuf>,
}

/// Which events to print.
#[derive(Debug, Default, Args)]
pub(crate) struct Watch {
    /// Only of this neighbor, or of these: an address, which may be followed by filters as in the API.
    #[arg(short, long, value_name = "NEIGHBOR")]
    pub(crate) neighbor: Vec<String>,
    /// Only events of this type, or of these. Without one: state and all messages but keepalives.
    #[arg(short = 't', long = "type", value_name = "TYPE", value_parser = KINDS, value_delimiter = ',')]
    pub(crate) kind: Vec<String>,
    /// Print each as a line of JSON, as the helpers of a neighbor get them.
    #[arg(long)]
    pub(crate) json: bool,
    /// The control socket of the daemon; found by itself where there is one.
    #[arg(long, value_name = "PATH")]
    pub(crate) socket: Option<PathBuf>,
}

/// What can be watched; the last two choose a direction.
const KINDS: [&str; 12] = [
    "all",
    "state",
    "fsm",
    "negotiated",
    "open",
    "update",
    "notification",
    "keepalive",
    "refresh",
    "operational",
    "receive",
    "send",
];
