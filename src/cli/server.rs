//! `exactix server`: reads the configuration, sets the log up, runs the daemon.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{anyhow, bail};
use config::Env;
use nix::{
    sys::signal::{Signal, kill},
    unistd::getpid,
};
use slog::{Logger, error, info, o, warn};

use crate::{args::Server, control, instances, log, pid_file::PidFile, privilege, signals, version};

/// Runs the daemon until it ends, and says its exit code.
pub(crate) fn run(options: &Server, mut env: Env, env_file: Option<&Path>) -> anyhow::Result<i32> {
    apply(options, &mut env);
    missing(options)?;
    signals::hold();
    if options.configuration.len() > 1 && !env.debug.rotate {
        return instances::run(options, &env, env_file);
    }
    let Some(first) = options.configuration.first() else { bail!("a configuration is needed") };
    privilege::set_umask(&env.daemon);
    let stays = privilege::detach(&env.daemon, &env.log)?;
    let (log, guard) = log::open(&env.log, env.exactix.log_json)?;
    let log = match &options.instance {
        Some(name) => log.new(o!("configuration" => name.display().to_string())),
        None => log,
    };
    if let Some(why) = stays {
        warn!(log, "the daemon stays in the foreground"; "source" => "daemon", "reason" => why);
    }
    let code = load(options, first, env, &log).and_then(|daemon| serve(daemon, options, &log));
    if let Ok(code) = &code {
        info!(log, "the end"; "source" => "reactor", "code" => *code);
    }
    drop(log);
    log::close(guard);
    code
}

/// Reads the configuration, and gets together what the daemon runs with.
fn load(options: &Server, file: &Path, env: Env, log: &Logger) -> anyhow::Result<actors::Daemon> {
    let config = config::load(&absolute(file), &env).map_err(|error| {
        error!(log, "the configuration is refused"; "source" => "configuration", "reason" => error.to_string());
        anyhow!("{error}")
    })?;
    for warning in &config.warnings {
        warn!(log, "configuration"; "source" => "configuration", "file" => &warning.file,
                "line" => warning.line, "warning" => &warning.message);
    }
    let version = version::reported(&env);
    info!(log, "exactix"; "source" => "startup", "version" => &version, "pid" => std::process::id());
    remind(options.signal);
    let files: Vec<PathBuf> = options.configuration.iter().map(|file| absolute(file)).collect();
    let pipes = pipes(options, &env, log);
    let control = control::socket::offered(&env, options.instance.as_deref());
    Ok(actors::Daemon { config, env, files, control, pipes, version, log: log.new(o!()) })
}

/// The control pipes. Whoever misses them learns how to have them.
fn pipes(options: &Server, env: &Env, log: &Logger) -> Option<actors::ControlPipes> {
    let found = control::pipes::offered(env, options.instance.as_deref());
    if let Some(searched) = found.as_ref().err().filter(|searched| !searched.is_empty()) {
        info!(log, "there are no control pipes"; "source" => "api", "searched" => control::pipes::listed(searched),
            "advice" => control::pipes::advice(env, searched));
    }
    found.ok()
}

/// Binds the ports as who we are, runs as who we shall be.
fn serve(daemon: actors::Daemon, options: &Server, log: &Logger) -> anyhow::Result<i32> {
    let env = daemon.env.daemon.clone();
    let ports = actors::bind(&daemon)?;
    if env.drop {
        privilege::give(daemon.control.as_deref(), &env);
        let user = privilege::drop_root(&env)?;
        user.iter().for_each(|user| info!(log, "rights dropped"; "source" => "daemon", "user" => user));
    }
    if options.instance.is_some() {
        // Nobody would be left to stop it or to start it again. Dropping rights forgets this, so it comes after.
        privilege::end_with_parent();
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
    env.exactix.log_json |= options.log_json;
    if options.once {
        env.tcp.attempts = 1;
    }
    env.bgp.passive |= options.passive;
    if options.instance.is_some() {
        // The process that watches over this one has the pid file, and is in the background already.
        env.daemon.pid.clear();
        env.daemon.daemonize = false;
    }
}

/// The first file that is not there; helpers change directory, so names are made absolute before.
fn missing(options: &Server) -> anyhow::Result<()> {
    match options.configuration.iter().find(|file| !config::is_standard_input(file) && !file.is_file()) {
        Some(file) => bail!("error: {} is not an exabgp config file (file not found)", file.display()),
        None => Ok(()),
    }
}

fn absolute(file: &Path) -> PathBuf {
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
