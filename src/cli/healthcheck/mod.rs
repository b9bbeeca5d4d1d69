//! `exactix healthcheck`: checks a service, and tells the daemon that has started it what to announce.

mod log;
pub(crate) mod options;

use std::{
    fs,
    io::{self, IsTerminal as _},
};

use actors::health::{Watcher, prepare};
use anyhow::{Context as _, anyhow, bail};
use config::{Env, HealthCheck};
use nix::unistd::{Group, User, geteuid, setgroups, setresgid, setresuid};
use slog::{Logger, debug, error};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use wire::json::Dialect;

use options::{Healthcheck, Own};

/// Runs until it is told to end, and says the exit code.
pub(crate) fn run(options: Healthcheck, env: &Env) -> anyhow::Result<i32> {
    let Healthcheck { check, own } = options;
    if let Some(path) = &own.config {
        // Its options have been read with the command line, if it can be read.
        fs::File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    }
    let log = log::open(&own)?;
    if let Some(path) = &own.pid {
        let text = format!("{}\n", std::process::id());
        fs::write(path, text).with_context(|| format!("the pid file {} cannot be written", path.display()))?;
    }
    let dialect = if env.api.version >= 6 { Dialect::V6 } else { Dialect::V5 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(watch(check, &own, dialect, log.clone()));
    // Nobody waits for an answer that is still being read.
    runtime.shutdown_background();
    Ok(done.map_or_else(
        |reason| {
            error!(log, "{reason:#}");
            1
        },
        |()| 0,
    ))
}

async fn watch(check: HealthCheck, own: &Own, dialect: Dialect, log: Logger) -> anyhow::Result<()> {
    let stop = interrupted()?;
    let addresses = prepare(&check, &log).await?;
    drop_rights(own, &log)?;
    let asks = !own.no_ack && !io::stdout().is_terminal();
    let answers = asks.then(|| BufReader::new(tokio::io::stdin()).lines());
    Ok(Watcher { check, addresses, dialect, out: tokio::io::stdout(), answers, stop, log }.run().await?)
}

/// Turns true once somebody wants this to end.
fn interrupted() -> io::Result<watch::Receiver<bool>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (tell, stop) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tell.send_replace(true);
        // Whoever waits for it does so for as long as it is there.
        tell.closed().await;
    });
    Ok(stop)
}

/// Becomes whom the options name, the groups first: afterwards there is no right to.
fn drop_rights(own: &Own, log: &Logger) -> anyhow::Result<()> {
    if geteuid().is_root() && (own.group.is_some() || own.user.is_some()) {
        setgroups(&[]).context("the groups of root cannot be left")?;
    }
    if let Some(name) = &own.group {
        let gid = Group::from_name(name)?.ok_or_else(|| anyhow!("there is no group {name}"))?.gid;
        debug!(log, "dropping privileges to group {}/{}", name, gid);
        setresgid(gid, gid, gid).with_context(|| format!("the group {name} cannot be entered"))?;
    }
    if let Some(name) = &own.user {
        let uid = User::from_name(name)?.ok_or_else(|| anyhow!("there is no user {name}"))?.uid;
        debug!(log, "dropping privileges to user {}/{}", name, uid);
        setresuid(uid, uid, uid).with_context(|| format!("the user {name} cannot be become"))?;
        if nix::unistd::getuid() != uid {
            bail!("the user {name} could not be become");
        }
    }
    Ok(())
}
