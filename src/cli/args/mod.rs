//! What was asked for. ExaBGP's ways of writing it are understood beside the usual one.

mod groups;
mod migrate;
mod offline;
mod talk;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::bail;
use clap::{Args, CommandFactory as _, Parser, Subcommand, error::ErrorKind};

pub(crate) use crate::healthcheck::options::Healthcheck;

use crate::healthcheck;
pub(crate) use groups::{Completion, Configuration, ConfigurationAction, Example, Export, Shell, ShellAction};
pub(crate) use migrate::{Bridge, Migrate, OutputPlace, Rewrite, Rewriting};
pub(crate) use offline::{Decode, Encode, Environment, Schema, Validate};
pub(crate) use talk::{Run, Status, Transport, Watch};

/// Verbs of ExaBGP, with those that exist here.
const VERBS: [&str; 18] = [
    "server",
    "reload",
    "validate",
    "configuration",
    "version",
    "cli",
    "run",
    "watch",
    "status",
    "healthcheck",
    "env",
    "decode",
    "encode",
    "shell",
    "schema",
    "completion",
    "migrate",
    "help",
];

/// Names of the program under which it is nothing but a health check.
const CHECKS: [&str; 2] = ["exabgp-healthcheck", "exactix-healthcheck"];

/// Verbs of which a second word says what they do: without one that is known, their usage is told, and the exit code is 1.
const GROUPS: [&str; 2] = ["configuration", "shell"];

/// The option behind which a program and its arguments stand.
const EXEC: &str = "--exec";

/// The shells that can be completed in.
pub(crate) const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// A BGP daemon made of supervised actors, compatible with ExaBGP.
#[derive(Debug, Parser)]
#[command(name = "exactix", version, infer_long_args = true, subcommand_required = true, arg_required_else_help = true)]
#[command(
    after_help = "exactix CONF is short for exactix server CONF.\n--env-file FILE, anywhere, names the file with settings for the environment."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run the daemon with a configuration.
    Server(Server),
    /// Have the running daemon read its configuration again, or say what that would change.
    Reload(Reload),
    /// Say a command to the running daemon, and print its answer.
    Run(Run),
    /// The same; without a command, talk with the daemon at a terminal.
    Cli(Run),
    /// Print what happens in the running daemon, as it happens.
    Watch(Watch),
    /// Say in a line how the running daemon does. The exit code is 0 when all is well, 1 when a neighbor is down or a part of the
    /// daemon is left alone or hangs, 2 when no daemon answers.
    Status(Status),
    /// Check configurations and say what is wrong with them.
    Validate(Validate),
    /// What ExaBGP has under this word: validate, export, example.
    Configuration(Configuration),
    /// Say what messages in hexadecimal mean.
    Decode(Decode),
    /// Say in hexadecimal what routes in words become.
    Encode(Encode),
    /// Show the settings of the environment, as an env file.
    Env(Environment),
    /// Check a service again and again, and announce its addresses accordingly; for a process of a configuration.
    Healthcheck(Box<Healthcheck>),
    /// Write a configuration in another form, or in the syntax of a later version of ExaBGP.
    Migrate(Migrate),
    /// Print our own form of the configuration as JSON Schema.
    Schema(Schema),
    /// Print the script that lets a shell complete the command line.
    Completion(Completion),
    /// Put that script where the shell finds it, or take it away.
    Shell(Shell),
    /// Say the version of the program, and of what it runs on.
    Version,
}

/// How to run the daemon.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "options of a command line")]
pub(crate) struct Server {
    /// Configurations in RON or in ExaBGP's form. Each of several runs in a process of its own, which is started again
    /// when it fails; with debug.rotate there is one process, which moves on to the next at each reload.
    #[arg(required = true)]
    pub(crate) configuration: Vec<PathBuf>,
    /// Log everything.
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// The same, as ExaBGP calls it.
    #[arg(short, long)]
    pub(crate) debug: bool,
    /// Send SIGUSR1 to the daemon after so many seconds, for tests of a reload.
    #[arg(short, long, value_name = "SECONDS")]
    pub(crate) signal: Option<u64>,
    /// Try each neighbor once, and end when all are gone.
    #[arg(short = '1', long)]
    pub(crate) once: bool,
    /// Only wait for connections.
    #[arg(short = 'P', long)]
    pub(crate) passive: bool,
    /// Write the log as one JSON object a line.
    #[arg(long)]
    pub(crate) log_json: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) pdb: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) memory: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(long, hide = true)]
    pub(crate) profile: Option<PathBuf>,
    /// This is the process for one of several configurations, of this name.
    #[arg(long, hide = true, value_name = "NAME")]
    pub(crate) instance: Option<PathBuf>,
}

/// What to ask the running daemon for.
#[derive(Debug, Args)]
pub(crate) struct Reload {
    /// Only say what would change; nothing is carried out.
    #[arg(short, long)]
    pub(crate) check: bool,
    /// Compare the configuration in force with this file; by default with the one the daemon was started with.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Answer as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// The control socket of the daemon; found by itself where there is one.
    #[arg(long, value_name = "PATH")]
    pub(crate) socket: Option<PathBuf>,
}

/// Whether an error is the usage of a verb that needs a second word, rather than a mistake in it.
pub(crate) fn is_usage(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// How a verb is used.
pub(crate) fn usage(verb: &str) -> String {
    let mut command = Arguments::command();
    command.build();
    command.find_subcommand_mut(verb).map(|verb| verb.render_help().to_string()).unwrap_or_default()
}

impl Verb {
    /// The configurations it is to read.
    pub(crate) fn configurations(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let (several, one): (&mut [PathBuf], Option<&mut PathBuf>) = match self {
            Self::Server(Server { configuration, .. }) | Self::Validate(Validate { configuration, .. }) => {
                (configuration, None)
            }
            Self::Decode(Decode { configuration, .. }) | Self::Encode(Encode { configuration, .. }) => {
                (&mut [], configuration.as_mut())
            }
            Self::Configuration(Configuration { action: Some(ConfigurationAction::Validate(options)) }) => {
                (&mut options.configuration, None)
            }
            Self::Configuration(Configuration { action: Some(ConfigurationAction::Export(options)) }) => {
                (&mut [], Some(&mut options.configuration))
            }
            Self::Reload(Reload { file, .. }) => (&mut [], file.as_mut()),
            _ => (&mut [], None),
        };
        several.iter_mut().chain(one)
    }
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn parse(arguments: Vec<OsString>) -> Result<Self, clap::Error> {
        let verb = arguments.get(1).and_then(|word| word.to_str()).unwrap_or_default();
        let unknown = |error: &clap::Error| error.kind() == ErrorKind::InvalidSubcommand && GROUPS.contains(&verb);
        Self::try_parse_from(usual_form(arguments.clone())).map_err(|error| {
            if unknown(&error) {
                clap::Error::raw(ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, usage(verb))
            } else {
                error
            }
        })
    }
}

/// `CONF` is `server CONF`, and `schema export` is `schema`.
fn usual_form(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let called = arguments.first().and_then(|path| Path::new(path).file_name());
    if called.is_some_and(|name| CHECKS.iter().any(|check| name == *check)) {
        arguments.insert(1, "healthcheck".into());
    }
    let word =
        |place: usize, arguments: &[OsString]| arguments.get(place).map(|word| word.to_string_lossy().into_owned());
    let asks_help =
        arguments.iter().any(|word| word == "-h" || word == "--help" || word == "-V" || word == "--version");
    match (word(1, &arguments), word(2, &arguments)) {
        (Some(first), Some(second)) if first == "schema" && second == "export" => drop(arguments.remove(2)),
        (Some(first), Some(second)) if first == "migrate" && second == "api" => end_options_at_exec(&mut arguments),
        (_, _) if is_client(&arguments) => arguments.insert(1, "cli".into()),
        (Some(first), _) if first == "healthcheck" => healthcheck::options::usual_form(&mut arguments),
        (Some(first), _) if !asks_help && !VERBS.contains(&first.as_str()) => arguments.insert(1, "server".into()),
        _ => {}
    }
    arguments
}

/// Whether the program goes by the name that ExaBGP has for its client.
fn is_client(arguments: &[OsString]) -> bool {
    let name = arguments.first().map(Path::new).and_then(Path::file_name);
    name.is_some_and(|name| name == "exabgp-cli" || name == "exabgpcli")
}

/// What follows `--exec` is of the program, whatever it looks like.
fn end_options_at_exec(arguments: &mut Vec<OsString>) {
    if let Some(place) = arguments.iter().position(|word| word == EXEC) {
        arguments.insert(place + 1, "--".into());
    }
}

/// Takes `--env-file FILE` out of the arguments, wherever it stands, but for those of a program that is to be run.
pub(crate) fn take_env_file(
    arguments: impl Iterator<Item = OsString>,
) -> anyhow::Result<(Vec<OsString>, Option<PathBuf>)> {
    let (mut kept, mut file) = (Vec::new(), None);
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        if argument == EXEC {
            kept.push(argument);
            kept.extend(arguments);
            break;
        }
        let text = argument.to_string_lossy();
        let found = match text.strip_prefix("--env-file") {
            Some("") => match arguments.next() {
                Some(next) => Some(PathBuf::from(next)),
                None => bail!("--env-file needs the name of a file"),
            },
            Some(rest) => rest.strip_prefix('=').map(PathBuf::from),
            None => None,
        };
        match found {
            Some(found) => file = file.or(Some(found)),
            None => kept.push(argument),
        }
    }
    Ok((kept, file))
}

#[cfg(test)]
mod tests {
    use config::{Form, migrate::Version};

    use super::*;

    fn parse(line: &str) -> Result<Verb, clap::Error> {
        let words = std::iter::once("exactix").chain(line.split_whitespace()).map(OsString::from);
        Arguments::parse(words.collect()).map(|arguments| arguments.verb)
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn forms_of_server() {
        for line in ["server my.conf", "my.conf", "-d my.conf", "server --verb my.conf", "-1 my.conf", "-", "server -"]
        {
            assert!(matches!(parse(line), Ok(Verb::Server(_))), "{line}");
        }
    }

    #[test]
    fn forms_of_validate() {
        for line in ["validate -nrv a.conf b.conf", "configuration validate -nrv a.conf b.conf"] {
            let options = match parse(line) {
                Ok(Verb::Validate(options)) => options,
                Ok(Verb::Configuration(Configuration { action: Some(ConfigurationAction::Validate(options)) })) => {
                    options
                }
                other => panic!("{line}: {other:?}"),
            };
            assert!(options.neighbor && options.route && options.verbose && options.configuration.len() == 2);
        }
    }

    #[test]
    fn forms_of_migrate() {
        let Ok(Verb::Migrate(options)) = parse("migrate --to ron -i my.conf") else { panic!() };
        assert!(options.rewriting.is_none() && options.place.in_place && options.to == Some(Form::Ron));
        let Ok(Verb::Migrate(options)) = parse("migrate conf -f 3.4 -t main -nvw my.conf") else { panic!() };
        let Some(Rewriting::Conf(options)) = options.rewriting else { panic!() };
        assert_eq!((options.from, options.to), (Version::V3, Version::Main));
        assert!(options.dry_run && options.verbose && options.wrap_api);
        for line in ["migrate --to xml my.conf", "migrate -i -o a my.conf", "migrate conf -f 2 -t 4 my.conf"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn what_a_program_gets_is_its_own() {
        let line = "migrate api -f 4 -t main -v --exec prog --exec -f 3 --env-file x";
        let words = std::iter::once("exactix").chain(line.split_whitespace()).map(OsString::from);
        let (kept, file) = take_env_file(words).unwrap();
        let Verb::Migrate(options) = Arguments::parse(kept).unwrap().verb else { panic!() };
        let Some(Rewriting::Api(options)) = options.rewriting else { panic!() };
        assert!(options.exec && options.verbose && file.is_none());
        assert_eq!(options.words, ["prog", "--exec", "-f", "3", "--env-file", "x"]);
        for line in ["migrate api -f 3.4 -t 5 x", "migrate api -f 4 -t 4 x", "migrate api x"] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn forms_of_run() {
        for line in ["run --json show neighbor --pipe", "cli --pipe --json show neighbor"] {
            let (Ok(Verb::Run(options)) | Ok(Verb::Cli(options))) = parse(line) else { panic!("{line}") };
            assert!(options.json && options.transport.pipe && options.transport.socket.is_none());
            assert_eq!(options.command, ["show", "neighbor"]);
        }
        let Ok(Verb::Run(options)) = parse("run --socket version") else { panic!() };
        assert_eq!(options.transport.socket, Some(None));
        let Ok(Verb::Run(options)) = parse("run --socket=/a version") else { panic!() };
        assert_eq!(options.transport.socket, Some(Some(PathBuf::from("/a"))));
        let words = ["/bin/exabgp-cli", "version"].map(OsString::from).to_vec();
        assert!(matches!(Arguments::parse(words).unwrap().verb, Verb::Cli(_)));
        assert!(parse("run --pipe --socket version").is_err());
    }

    #[test]
    fn forms_of_schema() {
        for line in ["schema neighbor --compact", "schema export neighbor --compact"] {
            let Ok(Verb::Schema(options)) = parse(line) else { panic!("{line}") };
            assert!(options.compact && options.section.as_deref() == Some("neighbor"));
        }
        assert!(matches!(parse("completion zsh"), Ok(Verb::Completion(_))));
    }

    #[test]
    fn mistakes() {
        for line in ["", "server", "server --nonsense my.conf", "healthcheck x", "completion tcsh"] {
            let error = parse(line).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn the_env_file_is_taken_out() {
        let words = |line: &str| line.split_whitespace().map(OsString::from).collect::<Vec<_>>().into_iter();
        for line in ["exactix --env-file x.env my.conf", "exactix my.conf --env-file=x.env"] {
            let (kept, file) = take_env_file(words(line)).unwrap();
            assert_eq!((kept.len(), file), (2, Some(PathBuf::from("x.env"))));
        }
        assert!(take_env_file(words("exactix --env-file")).is_err());
    }
}
