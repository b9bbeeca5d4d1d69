//! The actors: everything that touches the world, and the Supervisor that starts, routes and restarts.
//!
//! `messages` lists what they say to each other. Where a byte enters: `peer::turn` for the network, `process::commands`
//! for helpers. Where it is decided: in the crates `session` and `rib`. Where it leaves: `peer::link`, `process`.

mod bulletin;
mod codec;
mod connect;
mod connection;
mod control;
mod control_pipes;
mod descriptors;
mod end_of_rib;
mod fairness;
mod faults;
mod handed;
pub mod health;
mod lifeline;
mod link;
mod listener;
mod messages;
mod notify;
mod peer;
mod placement;
mod poison;
mod process;
mod pulse;
mod pump;
mod rate;
mod rate_limiter;
mod receipt;
mod received;
mod rib;
mod seat;
mod signals;
mod signing;
mod sockopt;
mod supervisor;
mod tree;
mod world;

use std::{
    collections::BTreeSet,
    io,
    net::SocketAddr,
    os::unix::net::UnixListener,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use actix::{Context, System};
use api::encode::Envelope;
use config::{Config, Env};
use futures_util::FutureExt as _;
use slog::{Logger, crit, warn};
use tokio::runtime::Runtime;

pub use control_pipes::ControlPipes;

use handed::Handed;
use placement::Placement;
use process::Surroundings;
use receipt::{Receipt, Tally};
use signals::Watched;
use supervisor::{Setup, Supervisor};
use world::Outside;

/// The exit code of an internal failure: whoever started the daemon starts it again.
pub const EXIT_SOFTWARE: i32 = 70;
/// How long a thread that has nothing to do is kept.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// What the daemon runs with.
#[derive(Debug)]
pub struct Daemon {
    /// The configuration.
    pub config: Config,
    /// The environment.
    pub env: Env,
    /// Where the configuration came from.
    pub files: Vec<PathBuf>,
    /// Where to offer the control socket, if anywhere.
    pub control: Option<PathBuf>,
    /// The control pipes, if there are any.
    pub pipes: Option<ControlPipes>,
    /// What the daemon says its version is.
    pub version: String,
    /// The log.
    pub log: Logger,
}

/// The sockets that a daemon listens on from its start.
#[derive(Debug)]
pub struct Ports {
    peers: Vec<(SocketAddr, listener::Bound)>,
    handed: Handed,
    control: Option<(PathBuf, UnixListener)>,
}

/// Binds the addresses of the environment and of the neighbors that have a port of their own, but for those that the service
/// manager listens on for us. That may need rights which the daemon has no need of afterwards.
///
/// # Errors
/// When an address cannot be listened on, or what we were handed cannot be used.
pub fn bind(daemon: &Daemon) -> io::Result<Ports> {
    let handed = Handed::take()?;
    let own = daemon.config.neighbors.iter().filter_map(supervisor::own_port);
    let shared = daemon.env.tcp.bind.iter().map(|address| SocketAddr::new(*address, daemon.env.tcp.port));
    let bind = |address: SocketAddr| match listener::bind(address, &signing::signed(&daemon.config.neighbors, address))
    {
        Ok(socket) => Ok((address, socket)),
        Err(error) => Err(io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))),
    };
    let wanted: BTreeSet<_> = shared.chain(own).filter(|address| !handed.covers(*address)).collect();
    let peers = wanted.into_iter().map(bind).collect::<io::Result<_>>()?;
    let control = daemon.control.as_deref().and_then(|path| bind_control(path, &daemon.log));
    Ok(Ports { peers, handed, control })
}

/// Without a control socket the daemon runs all the same.
fn bind_control(path: &Path, log: &Logger) -> Option<(PathBuf, UnixListener)> {
    match control::bind(path) {
        Ok(socket) => Some((path.to_owned(), socket)),
        Err(error) => {
            warn!(log, "there is no control socket"; "source" => "api", "path" => %path.display(), "reason" => %error);
            None
        }
    }
}

/// Runs the daemon until it ends, and says its exit code. `ready` is called once signals are heard; what it returns is
/// dropped at the end.
///
/// # Errors
/// What `ready` says.
pub fn run<G, E>(daemon: Daemon, ports: Ports, ready: impl FnOnce() -> Result<G, E>) -> Result<i32, E> {
    link::install_panic_hook();
    sockopt::keep_descriptors();
    System::with_tokio_rt(runtime).block_on(async {
        drop(tokio::task::spawn_blocking(|| ()));
        let watched = signals::watch(&daemon.log);
        signals::let_come(&daemon.log);
        let _guard = ready()?;
        let surroundings = Arc::new(surroundings(&daemon));
        let Daemon { config, env, files, pipes, log, .. } = daemon;
        let (placement, world) = (Placement::new(), Arc::new(Outside));
        let Ports { peers: bound, handed, control } = ports;
        let terminated = signals::terminated(&log);
        let setup = Setup {
            config,
            env,
            files,
            bound,
            handed,
            control,
            pipes,
            placement,
            world,
            terminated,
            surroundings,
            log,
        };
        Ok(supervise(setup, watched).await)
    })
}

/// The runtime of the main thread. The thread that files are read on is started once and kept: later the system may have none.
#[expect(clippy::expect_used, reason = "there is nowhere else to run, as with a System of the usual kind")]
fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().thread_keep_alive(FOR_EVER).build().expect("a runtime")
}

/// The Supervisor runs on this thread. Nobody supervises it: if it falls, the process ends.
async fn supervise(setup: Setup, watched: Vec<Watched>) -> i32 {
    let log = setup.log.clone();
    let (exit, code) = tokio::sync::oneshot::channel();
    let future = Context::new().into_future(Supervisor::new(setup, watched, exit));
    if AssertUnwindSafe(future).catch_unwind().await.is_err() {
        crit!(log, "the Supervisor failed");
        return EXIT_SOFTWARE;
    }
    code.await.unwrap_or(EXIT_SOFTWARE)
}

fn surroundings(daemon: &Daemon) -> Surroundings {
    let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    Surroundings {
        envelope: Envelope {
            host: host.unwrap_or_else(|| "localhost".to_owned()),
            pid: std::process::id(),
            ppid: std::os::unix::process::parent_id(),
            dialect: process::commands::dialect_of(daemon.env.api.version),
            compact: daemon.env.api.compact,
            main: daemon.config.quirks.has(wire::Quirk::MainJson),
        },
        ack: daemon.env.api.ack,
        version: daemon.version.clone(),
        uuid: uuid(),
        api_version: daemon.env.api.version,
    }
}

/// A name for this run of the daemon, in the form of a random UUID (RFC 9562 section 5.4).
fn uuid() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    let (high, low) = (RandomState::new().hash_one(0), RandomState::new().hash_one(1));
    let hex = format!("{high:016x}{low:016x}");
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    format!("{}-{}-4{}-8{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
}

/// The time of the runtime, which a test may have stopped.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod virtual_time;
