//! What was asked for. ExaBGP's ways of writing it are understood beside the usual one.

use std::{ffi::OsString, path::PathBuf};

use anyhow::bail;
use clap::{Args, Parser, Subcommand};
use config::{Form, migrate::Version};

/// Verbs of ExaBGP, with those that exist here.
const VERBS: [&str; 15] = [
    "server",
    "validate",
    "configuration",
    "version",
    "cli",
    "run",
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

/// Verbs that only later versions have.
const LATER: [&str; 4] = ["cli", "run", "healthcheck", "shell"];

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
    /// Check configurations and say what is wrong with them.
    Validate(Validate),
    /// Say what messages in hexadecimal mean.
    Decode(Decode),
    /// Say in hexadecimal what routes in words become.
    Encode(Encode),
    /// Show the settings of the environment, as an env file.
    Env(Environment),
    /// Write a configuration in another form, or in the syntax of a later version of ExaBGP.
    Migrate(Migrate),
    /// Print our own form of the configuration as JSON Schema.
    Schema(Schema),
    /// Print the script that lets a shell complete the command line.
    Completion(Completion),
    /// Say the version of the program, and of what it runs on.
    Version,
}

/// Which settings to show, and how.
#[derive(Debug, Args)]
pub(crate) struct Environment {
    /// Only those that differ from the defaults.
    #[arg(short, long)]
    pub(crate) diff: bool,
    /// As variables of a process.
    #[arg(short, long)]
    pub(crate) env: bool,
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

/// What to check.
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Configurations in RON or in ExaBGP's form.
    #[arg(required = true)]
    pub(crate) configuration: Vec<PathBuf>,
    /// Print each neighbor as it was understood.
    #[arg(short, long)]
    pub(crate) neighbor: bool,
    /// Write each route to the wire, read it back, and compare.
    #[arg(short, long)]
    pub(crate) route: bool,
    /// Say what is done.
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Write an object a file to the standard output: what is wrong where, and what there is.
    #[arg(long)]
    pub(crate) json: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) pdb: bool,
}

/// What to decode, and how to say it.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "options of a command line")]
pub(crate) struct Decode {
    /// A message, or the body of an UPDATE, in hexadecimal; without one, each line of the standard input.
    #[arg(value_name = "HEX")]
    pub(crate) payload: Vec<String>,
    /// These are bare NLRIs of the family.
    #[arg(short, long)]
    pub(crate) nlri: bool,
    /// Accepted for ExaBGP's sake: the header says the type.
    #[arg(short, long, hide = true)]
    pub(crate) update: bool,
    /// Accepted for ExaBGP's sake: the header says the type.
    #[arg(short, long, hide = true)]
    pub(crate) open: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) debug: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) pdb: bool,
    /// The messages come from the neighbors of this configuration, and each says what it understands.
    #[arg(short, long, value_name = "CONF")]
    pub(crate) configuration: Option<PathBuf>,
    /// The family expected, such as "ipv4 unicast"; all by default.
    #[arg(short, long)]
    pub(crate) family: Option<String>,
    /// Path identifiers precede NLRIs (RFC 7911).
    #[arg(short = 'i', long)]
    pub(crate) path_information: bool,
    /// Say attributes that are not known by their octets.
    #[arg(short, long)]
    pub(crate) generic: bool,
    /// Print the JSON of events; this is the default.
    #[arg(short, long)]
    pub(crate) json: bool,
    /// Print the commands of the API that would send the message.
    #[arg(short = 'm', long)]
    pub(crate) command: bool,
    /// Print a table for people.
    #[arg(long)]
    pub(crate) text: bool,
}

/// What to encode, and for whom.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "options of a command line")]
pub(crate) struct Encode {
    /// A route in the words of the API.
    #[arg(value_name = "ROUTE")]
    pub(crate) route: Vec<String>,
    /// The family of the route, such as "ipv4 unicast", where its words do not name it.
    #[arg(short, long)]
    pub(crate) family: Option<String>,
    /// Our AS, 65533 by default.
    #[arg(short = 'a', long, value_parser = asn)]
    pub(crate) local_as: Option<u32>,
    /// The neighbor's AS, 65533 by default.
    #[arg(short = 'z', long, value_parser = asn)]
    pub(crate) peer_as: Option<u32>,
    /// Write path identifiers (RFC 7911).
    #[arg(short = 'i', long)]
    pub(crate) path_information: bool,
    /// Print the NLRI only.
    #[arg(short, long)]
    pub(crate) nlri: bool,
    /// Leave out the header of 19 octets.
    #[arg(long)]
    pub(crate) no_header: bool,
    /// Encode for the neighbors of this configuration; without a route, the routes they have.
    #[arg(short, long, value_name = "CONF")]
    pub(crate) configuration: Option<PathBuf>,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) debug: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) pdb: bool,
}

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

/// Which part of the schema.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// A struct such as neighbor, fleet or restart; the whole file by default.
    pub(crate) section: Option<String>,
    /// Print it on one line.
    #[arg(long)]
    pub(crate) compact: bool,
}

/// For which shell.
#[derive(Debug, Args)]
pub(crate) struct Completion {
    /// The shell; its manual says where the script goes.
    #[arg(value_parser = SHELLS)]
    pub(crate) shell: String,
}

fn asn(text: &str) -> Result<u32, String> {
    wire::number::asn(text).ok_or_else(|| format!("\"{text}\" is not an AS number"))
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn parse(arguments: Vec<OsString>) -> Result<Self, clap::Error> {
        let verb = arguments.get(1).and_then(|word| word.to_str()).unwrap_or_default();
        if LATER.contains(&verb) {
            let text = format!("exactix {verb} is not supported by this version\n");
            return Err(clap::Error::raw(clap::error::ErrorKind::InvalidSubcommand, text));
        }
        Self::try_parse_from(usual_form(arguments))
    }
}

/// `CONF` is `server CONF`, `configuration validate` is `validate`, and `schema export` is `schema`.
fn usual_form(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let word =
        |place: usize, arguments: &[OsString]| arguments.get(place).map(|word| word.to_string_lossy().into_owned());
    let asks_help =
        arguments.iter().any(|word| word == "-h" || word == "--help" || word == "-V" || word == "--version");
    match (word(1, &arguments), word(2, &arguments)) {
        (Some(first), Some(second)) if first == "configuration" && second == "validate" => drop(arguments.remove(1)),
        (Some(first), Some(second)) if first == "schema" && second == "export" => drop(arguments.remove(2)),
        (Some(first), Some(second)) if first == "migrate" && second == "api" => end_options_at_exec(&mut arguments),
        (Some(first), _) if !asks_help && !VERBS.contains(&first.as_str()) => arguments.insert(1, "server".into()),
        _ => {}
    }
    arguments
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
    use clap::CommandFactory as _;

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
            let Ok(Verb::Validate(options)) = parse(line) else { panic!("{line}") };
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
    fn forms_of_schema() {
        for line in ["schema neighbor --compact", "schema export neighbor --compact"] {
            let Ok(Verb::Schema(options)) = parse(line) else { panic!("{line}") };
            assert!(options.compact && options.section.as_deref() == Some("neighbor"));
        }
        assert!(matches!(parse("completion zsh"), Ok(Verb::Completion(_))));
    }

    #[test]
    fn mistakes() {
        for line in ["", "server", "server --nonsense my.conf", "healthcheck", "completion tcsh"] {
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
