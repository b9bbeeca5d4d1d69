//! The command line: what was asked for, and the few things to set up before the daemon runs.

mod args;
mod completion;
mod configuration;
mod control;
mod decode;
mod encode;
mod env;
mod environment;
mod healthcheck;
mod instances;
mod log;
mod migrate;
mod offline;
mod pid_file;
mod privilege;
mod prompt;
mod reload;
mod run;
mod schema;
mod server;
mod shell;
mod shortcuts;
mod signals;
mod status;
mod validate;
mod version;
mod watch;

use std::{ffi::OsString, io::Write as _};

use args::{Arguments, Verb};

/// Runs the command line and says the exit code.
pub fn main(arguments: impl Iterator<Item = OsString>) -> i32 {
    let (arguments, env_file) = match args::take_env_file(arguments) {
        Ok(taken) => taken,
        Err(error) => return fail(&error),
    };
    let nothing = arguments.len() < 2;
    let parsed = match Arguments::parse(arguments) {
        Ok(parsed) => parsed,
        Err(help) if nothing => {
            let _ = help.print();
            let _ = write!(std::io::stderr(), "\nEnvironment values are:\n{}", config::explained());
            return 1;
        }
        Err(help) => {
            // A closed pipe is no reason for a second error.
            let _ = help.print();
            return if args::is_usage(&help) { 1 } else { help.exit_code() };
        }
    };
    match run(parsed.verb, env_file) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

fn run(mut verb: Verb, env_file: Option<std::path::PathBuf>) -> anyhow::Result<i32> {
    verb.configurations().for_each(environment::configuration);
    let env_file = environment::file(env_file);
    let env = environment::read(env_file.as_deref())?;
    match verb {
        Verb::Server(options) => server::run(&options, env, env_file.as_deref()),
        Verb::Validate(options) => validate::run(&options, &env),
        Verb::Configuration(options) => configuration::run(&options, &env),
        Verb::Decode(options) => decode::run(&options, &env),
        Verb::Encode(options) => encode::run(&options, &env),
        Verb::Env(options) => env::run(&options, &env),
        Verb::Healthcheck(options) => healthcheck::run(*options, &env),
        Verb::Migrate(options) => migrate::run(&options, &env),
        Verb::Run(options) => run::run(&options, &env),
        Verb::Cli(options) => prompt::run(options, &env),
        Verb::Watch(options) => watch::run(&options, &env),
        Verb::Reload(options) => reload::run(&options, &env),
        Verb::Status(options) => status::run(&options, &env),
        Verb::Schema(options) => schema::run(&options),
        Verb::Completion(options) => completion::run(&options),
        Verb::Shell(options) => shell::run(&options),
        Verb::Version => version::run(&env),
    }
}

fn fail(error: &anyhow::Error) -> i32 {
    let closed = |cause: &std::io::Error| cause.kind() == std::io::ErrorKind::BrokenPipe;
    if error.downcast_ref().is_some_and(closed) {
        // Whoever read what we said has heard enough.
        return 1;
    }
    let _ = writeln!(std::io::stderr(), "{error:#}");
    1
}
