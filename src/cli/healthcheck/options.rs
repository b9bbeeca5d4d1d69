//! The options of `exactix healthcheck`: those of the check from its table, and those of the program.

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

use clap::{
    Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches,
    builder::Str,
    error::{Error, ErrorKind},
};
use config::{HEALTH_OPTIONS, HealthCheck, HealthOption, Takes};

/// All of them.
#[derive(Debug, Clone)]
pub(crate) struct Healthcheck {
    /// What is checked and announced.
    pub(crate) check: HealthCheck,
    /// How the program runs.
    pub(crate) own: Own,
}

/// How the program runs.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "options of a command line")]
pub(crate) struct Own {
    /// Log nothing to standard error.
    #[arg(short, long, conflicts_with_all = ["syslog_facility", "no_syslog"])]
    pub(crate) silent: bool,
    /// Log to this facility of the syslog (also -sF).
    #[arg(long, value_name = "FACILITY", num_args = 0..=1, default_missing_value = "daemon", default_value = "daemon", conflicts_with = "no_syslog")]
    pub(crate) syslog_facility: String,
    /// Do not log to the syslog.
    #[arg(long)]
    pub(crate) no_syslog: bool,
    /// Log everything, and only to standard error.
    #[arg(short, long)]
    pub(crate) debug: bool,
    /// Expect no answers.
    #[arg(short = 'a', long)]
    pub(crate) no_ack: bool,
    /// The name of this check in the syslog.
    #[arg(short, long)]
    pub(crate) name: Option<String>,
    /// A file of options, one a line and without dashes; what is given here goes before it.
    #[arg(short = 'F', long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Write the number of the process to this file.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) pid: Option<PathBuf>,
    /// The user to become once addresses are set up.
    #[arg(long)]
    pub(crate) user: Option<String>,
    /// The group to become once addresses are set up.
    #[arg(long)]
    pub(crate) group: Option<String>,
}

impl Args for Healthcheck {
    fn augment_args(command: Command) -> Command {
        let command = Own::augment_args(command).args_override_self(true);
        HEALTH_OPTIONS.iter().fold(command, |command, row| command.arg(argument(row)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn argument(row: &'static HealthOption) -> Arg {
    let mut argument = Arg::new(row.option).long(row.option).help(row.doc());
    if let Some(letter) = row.short {
        argument = argument.short(letter);
    }
    if let Some(alias) = row.alias {
        argument = argument.visible_alias(alias);
    }
    match row.takes {
        Takes::Nothing(_) => argument.action(ArgAction::SetTrue),
        Takes::One => argument.value_name(value_name(row)).allow_negative_numbers(true),
        Takes::Many => argument.value_name(value_name(row)).action(ArgAction::Append),
    }
}

fn value_name(row: &HealthOption) -> Str {
    let name = match row.expects() {
        "a number" => "N",
        "seconds" => "SECONDS",
        "a file" => "FILE",
        "ADDRESS%INTERFACE" => "IP%IFNAME",
        text if text.starts_with("an address") => "IP",
        text if text.contains("for the shell") => "CMD",
        text if text.starts_with("a label") => "LABEL",
        _ => "WORDS",
    };
    name.into()
}

impl FromArgMatches for Healthcheck {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let own = Own::from_arg_matches(matches)?;
        let mut check = HealthCheck::default();
        for row in HEALTH_OPTIONS {
            let words: Vec<&str> = match row.takes {
                Takes::Nothing(word) => matches.get_flag(row.option).then_some(word).into_iter().collect(),
                _ => matches.get_many::<String>(row.option).into_iter().flatten().map(String::as_str).collect(),
            };
            if !words.is_empty() {
                row.set(&mut check, &words).map_err(|reason| refused(&format!("--{}: {reason}", row.option)))?;
            }
        }
        check.fault().map_or(Ok(()), |fault| Err(refused(&fault)))?;
        Ok(Self { check, own })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn refused(reason: &str) -> Error {
    Error::raw(ErrorKind::ValueValidation, format!("{reason}\n"))
}

/// Puts the options of the file in front of the others, and spells those anew that no other program has.
pub(crate) fn usual_form(arguments: &mut Vec<OsString>) {
    for argument in arguments.iter_mut().skip(2) {
        let text = argument.to_string_lossy();
        if let Some(rest) = text.strip_prefix("-sF").filter(|rest| rest.is_empty() || rest.starts_with('=')) {
            *argument = format!("--syslog-facility{rest}").into();
        }
    }
    // One that cannot be read is refused with all others.
    let file = named(arguments).and_then(|path| fs::read_to_string(path).ok());
    if let Some(text) = file.filter(|_| arguments.len() > 2) {
        arguments.splice(2..2, words(&text));
    }
}

/// The file that holds options, if one is named.
fn named(arguments: &[OsString]) -> Option<PathBuf> {
    let is = |word: &OsStr| word == "--config" || word == "-F";
    let apart =
        arguments.iter().zip(arguments.iter().skip(1)).filter(|(word, _)| is(word)).map(|(_, path)| path.clone());
    let together = arguments.iter().filter_map(|word| {
        let text = word.to_str()?;
        let path = text.strip_prefix("--config=").or_else(|| text.strip_prefix("-F"))?;
        (!path.is_empty()).then(|| OsString::from(path.trim_start_matches('=')))
    });
    apart.chain(together).last().map(|path| Path::new(&path).to_owned())
}

/// The options of a file: one a line, `#` starts a comment.
fn words(text: &str) -> Vec<OsString> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let word = |line: &str| match line.split_once('=') {
        Some((option, value)) => format!("--{}={}", option.trim(), value.trim()),
        None => format!("--{line}"),
    };
    lines.map(|line| word(line).into()).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    #[command(name = "exactix", infer_long_args = true)]
    struct Program {
        #[command(flatten)]
        all: Healthcheck,
    }

    fn parse(words: &[&str]) -> Result<Healthcheck, Error> {
        let mut arguments: Vec<OsString> = ["exactix", "healthcheck"].iter().chain(words).map(OsString::from).collect();
        usual_form(&mut arguments);
        arguments.remove(1);
        Program::try_parse_from(arguments).map(|program| program.all)
    }

    #[test]
    fn forms_of_options() {
        let all = parse(&[
            "--cmd",
            "true",
            "-i",
            "0.5",
            "--ip=192.0.2.1",
            "--ip",
            "192.0.2.0/31",
            "--local-preference",
            "-1",
        ]);
        let all = all.unwrap();
        assert_eq!(all.check.command.as_deref(), Some("true"));
        assert_eq!((all.check.addresses.len(), all.check.interval.as_millis()), (2, 500));
        assert_eq!(parse(&["-sF", "local0"]).unwrap().own.syslog_facility, "local0");
        assert_eq!(parse(&["-sF", "-d"]).unwrap().own.syslog_facility, "daemon");
        assert_eq!(parse(&["--rise", "2", "--rise", "4"]).unwrap().check.rise, 4);
        assert!(parse(&["--withdraw"]).unwrap().check.withdraw_on_down);
        assert!(!parse(&["--no-ip-setup"]).unwrap().check.ip_setup);
    }

    #[test]
    fn what_is_refused() {
        for words in [
            &["--silent", "--no-syslog"][..],
            &["-sF", "local0", "--no-syslog"],
            &["--ip", "192.0.2.1/24"],
            &["--ip-ifname", "192.0.2.1%eth0"],
            &["--ip", "192.0.2.1", "--ip-ifname", "192.0.2.1%an/interface"],
            &["--community", "1:1\nshutdown"],
            &["--rise", "many"],
            &["--neighbor", "peer"],
            &["--ip", "2001:db8::/32"],
            &["stray"],
        ] {
            assert_eq!(parse(words).unwrap_err().exit_code(), 2, "{words:?}");
        }
    }

    #[test]
    fn the_command_line_goes_before_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("options");
        let text = "# a check\n\n interval = 2 \nip = 192.0.2.1/32\nwithdraw-on-down\ncommand = test a = a\n";
        fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap();
        for form in [vec!["-F", path], vec!["--config", path], vec![&format!("--config={path}")]] {
            let all = parse(&[&form[..], &["-i", "7", "--ip", "192.0.2.2"]].concat()).unwrap();
            assert_eq!((all.check.interval.as_secs(), all.check.addresses.len()), (7, 2), "{form:?}");
            assert_eq!(all.check.command.as_deref(), Some("test a = a"));
            assert!(all.check.withdraw_on_down);
        }
    }
}
