//! The options of verbs of which a second word says what they do: `configuration` and `shell`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{SHELLS, Validate};

/// What to do with a configuration.
#[derive(Debug, Args)]
pub(crate) struct Configuration {
    #[command(subcommand)]
    pub(crate) action: Option<ConfigurationAction>,
}

/// What ExaBGP can do with a configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigurationAction {
    /// The same as exactix validate.
    Validate(Validate),
    /// Print a configuration as it was understood, as JSON.
    Export(Export),
    /// Print a configuration to start from.
    Example(Example),
}

/// What to export, and how it looks.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Configuration in RON or in ExaBGP's form.
    pub(crate) configuration: PathBuf,
    /// Write to this file in place of the standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Blanks that each level is moved in.
    #[arg(short, long, value_name = "N", default_value = "2")]
    pub(crate) indent: u8,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) pdb: bool,
}

/// Which example.
#[derive(Debug, Args)]
pub(crate) struct Example {
    /// How much of it: a neighbor and what it needs, or every section.
    #[arg(value_parser = ["neighbor", "full"], default_value = "full")]
    pub(crate) which: String,
}

/// For which shell.
#[derive(Debug, Args)]
pub(crate) struct Completion {
    /// The shell; its manual says where the script goes.
    #[arg(value_parser = SHELLS)]
    pub(crate) shell: String,
}

/// What to do with the script.
#[derive(Debug, Args)]
pub(crate) struct Shell {
    #[command(subcommand)]
    pub(crate) action: Option<ShellAction>,
}

/// What can be done with the script.
#[derive(Debug, Subcommand)]
pub(crate) enum ShellAction {
    /// Put it where the shell looks for it.
    Install(WhichShell),
    /// Take it away again.
    Uninstall(WhichShell),
    /// The same as exactix completion.
    Completion(Completion),
}

/// The shell, or that of the user.
#[derive(Debug, Args)]
pub(crate) struct WhichShell {
    /// The shell; without one, that which SHELL names.
    #[arg(value_parser = SHELLS)]
    pub(crate) shell: Option<String>,
}
