//! The options of `migrate`.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Subcommand};
use config::{Form, migrate::Version};

/// What to write in another form.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Migrate {
    #[command(subcommand)]
    pub(crate) rewriting: Option<Rewriting>,
    /// Configuration in RON or in ExaBGP's form, that of 3.4 and 4 included.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The form to write; the other one by default.
    #[arg(long, value_name = "ron|conf", value_parser = form)]
    pub(crate) to: Option<Form>,
    #[command(flatten)]
    pub(crate) place: OutputPlace,
}

/// Where the result goes.
#[derive(Debug, Args)]
pub(crate) struct OutputPlace {
    /// Write to this file in place of the standard output.
    #[arg(short, long, value_name = "FILE", conflicts_with = "in_place")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file, and keep the old one beside it with the time in its name.
    #[arg(short, long)]
    pub(crate) in_place: bool,
}

/// What ExaBGP calls migration.
#[derive(Debug, Subcommand)]
pub(crate) enum Rewriting {
    /// Rewrite a configuration of ExaBGP in the syntax of a later version.
    Conf(Rewrite),
    /// Translate commands of helpers, and the JSON they get, for a version that calls them otherwise.
    Api(Bridge),
}

/// What to translate.
#[derive(Debug, Args)]
pub(crate) struct Bridge {
    /// The version the helper is written for.
    #[arg(short, long, value_name = "4|5", value_parser = helper_version)]
    pub(crate) from: Version,
    /// The version of the daemon.
    #[arg(short, long, value_name = "5|main", value_parser = daemon_version)]
    pub(crate) to: Version,
    /// Say what is changed.
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Run the program that follows, and its arguments: what it prints is translated, and what it gets is translated back.
    #[arg(long)]
    pub(crate) exec: bool,
    /// A command, or JSON; without one, each line of the standard input.
    #[arg(value_name = "TEXT")]
    pub(crate) words: Vec<OsString>,
}

/// What to rewrite.
#[derive(Debug, Args)]
pub(crate) struct Rewrite {
    /// The version it is written for.
    #[arg(short, long, value_name = "3.4|4|5", value_parser = version)]
    pub(crate) from: Version,
    /// The version to rewrite it for.
    #[arg(short, long, value_name = "4|5|main", value_parser = version)]
    pub(crate) to: Version,
    #[command(flatten)]
    pub(crate) place: OutputPlace,
    /// Only say what would be changed.
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Say what is changed.
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Have helpers started through `exabgp migrate api`, so that they need not know the new API.
    #[arg(short, long)]
    pub(crate) wrap_api: bool,
    /// The configuration.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

fn form(text: &str) -> Result<Form, String> {
    match text {
        "ron" => Ok(Form::Ron),
        "conf" => Ok(Form::Exabgp),
        _ => Err("expected ron or conf".to_owned()),
    }
}

fn version(text: &str) -> Result<Version, String> {
    Version::from_name(text).ok_or_else(|| "expected 3.4, 4, 5 or main".to_owned())
}

fn helper_version(text: &str) -> Result<Version, String> {
    Version::from_name(text)
        .filter(|version| matches!(version, Version::V4 | Version::V5))
        .ok_or("expected 4 or 5".into())
}

fn daemon_version(text: &str) -> Result<Version, String> {
    Version::from_name(text).filter(|version| *version >= Version::V5).ok_or("expected 5 or main".into())
}
