//! `exactix server`: reads the configuration, sets the log up, runs the daemon.

use std::{path::Path, time::Duration};

use anyhow::{anyhow, bail};
use config::Env;
use nix::{
    sys::signal::{Signal, kill},
    unistd::getpid,
};
use slog::{Logger, error, info, o, warn};

use crate::{args::Server, control_socket, log, pid_file::PidFile, privilege, version};

/// Runs the daemon until it ends, and says its exit code.
pub(crate) fn run(options: Server, mut env: Env) -> anyhow::Result<i32> {
    apply(&options, &mut env);
    let [first, others @ ..] = options.configuration.as_slice() else { bail!("a configuration is needed") };
    if !others.is_empty() && !env.debug.rotate {
        bail!("several configurations at once are not supported by this version; give one");
    }
    missing(&options)?;
    let files = options.configuration.iter().map(|file| absolute(file)).collect();
    privilege::set_umask(&env.daemon);
    let stays = privilege::detach(&env.daemon, &env.log)?;
    let (log, guard) = log::open(&env.log, options.log_json)?;
    if let Some(why) = stays {
        warn!(log, "the daemon stays in the foreground"; "source" => "daemon", "reason" => why);
    }
    let config = match config::load(&absolute(first), &env) {
        Ok(config) => config,
        Err(error) => {
            error!(log, "the configuration is refused"; "source" => "configuration", "reason" => error.to_string());
            drop(guard);
            return Err(anyhow!("{error}"));
        }
    };
    for warning in &config.warnings {
        warn!(log, "configuration"; "source" => "configuration", "file" => &warning.file,
                "line" => warning.line, "warning" => &warning.message);
    }
    let version = version::reported(&env);
    info!(log, "exactix"; "source" => "startup", "version" => &version, "pid" => std::process::id());
    remind(options.signal);
    let control = control_socket::offered(&env);
    let daemon = actors::Daemon { config, env, files, control, version, log: log.new(o!()) };
    let code = serve(daemon, &log)?;
    info!(log, "the end"; "source" => "reactor", "code" => code);
    drop(guard);
    Ok(code)
}

/// Binds the ports as who we are, runs as who we shall be.
fn serve(daemon: actors::Daemon, log: &Logger) -> anyhow::Result<i32> {
    let env = daemon.env.daemon.clone();
    let ports = actors::bind(&daemon)?;
    if env.drop {
        privilege::give(daemon.control.as_deref(), &env);
        let user = privilege::drop_root(&env)?;
        user.iter().for_each(|user| info!(log, "rights dropped"; "source" => "daemon", "user" => user));
    }
    actors::run(daemon, ports, || PidFile::write(&env.pid))
}

fn apply(options: &Server, env: &mut Env) {
    if options.verbose || options.debug {
        env.log.enable = true;
        env.log.all = true;
        env.log.short = false;
        "DEBUG".clone_into(&mut env.log.level);
    }
    if options.once {
        env.tcp.attempts = 1;
    }
    env.bgp.passive |= options.passive;
}

/// The first file that is not there; helpers change directory, so names are made absolute before.
fn missing(options: &Server) -> anyhow::Result<()> {
    match options.configuration.iter().find(|file| !config::is_standard_input(file) && !file.is_file()) {
        Some(file) => bail!("error: {} is not an exabgp config file (file not found)", file.display()),
        None => Ok(()),
    }
}

fn absolute(file: &Path) -> std::path::PathBuf {
    if config::is_standard_input(file) {
        return file.to_owned();
    }
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned())
}

/// Sends SIGUSR1 to the daemon after a while.
fn remind(after: Option<u64>) {
    if let Some(seconds) = after {
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(seconds));
            let _ = kill(getpid(), Signal::SIGUSR1);
        });
    }
}
