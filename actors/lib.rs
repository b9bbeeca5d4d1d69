//! The actors: everything that touches the world, and the Supervisor that starts, routes and restarts.
//!
//! `messages` lists what they say to each other. Where a byte enters: `peer::turn` for the network, `process::commands`
//! for helpers. Where it is decided: in the crates `session` and `rib`. Where it leaves: `peer::link`, `process`.

mod codec;
mod connect;
mod connection;
mod link;
mod listener;
mod messages;
mod peer;
mod placement;
mod process;
mod pump;
mod rate_limiter;
mod receipt;
mod restart;
mod rib;
mod seat;
mod signals;
mod sockopt;
mod supervisor;

use std::{
    collections::BTreeSet,
    io,
    net::{SocketAddr, TcpListener},
    panic::AssertUnwindSafe,
    path::PathBuf,
    sync::Arc,
};

use actix::{Context, System};
use api::encode::Envelope;
use config::{Config, Env};
use futures_util::FutureExt as _;
use slog::{Logger, crit};

use placement::Placement;
use process::Surroundings;
use receipt::Receipt;
use supervisor::{Setup, Supervisor};

/// The exit code of an internal failure: whoever started the daemon starts it again.
pub const EXIT_SOFTWARE: i32 = 70;

/// What the daemon runs with.
#[derive(Debug)]
pub struct Daemon {
    /// The configuration.
    pub config: Config,
    /// The environment.
    pub env: Env,
    /// Where the configuration came from.
    pub files: Vec<PathBuf>,
    /// What the daemon says its version is.
    pub version: String,
    /// The log.
    pub log: Logger,
}

/// The sockets that a daemon listens on from its start.
#[derive(Debug)]
pub struct Ports(Vec<(SocketAddr, TcpListener)>);

/// Binds the addresses of the environment and of the neighbors that have a port of their own. That may need rights which
/// the daemon has no need of afterwards.
///
/// # Errors
/// When an address cannot be listened on.
pub fn bind(daemon: &Daemon) -> io::Result<Ports> {
    let own = daemon.config.neighbors.iter().filter_map(supervisor::own_port);
    let shared = daemon.env.tcp.bind.iter().map(|address| SocketAddr::new(*address, daemon.env.tcp.port));
    let bind = |address: SocketAddr| match listener::bind(address, &listener::signed(&daemon.config.neighbors, address))
    {
        Ok(socket) => Ok((address, socket)),
        Err(error) => Err(io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))),
    };
    let wanted: BTreeSet<_> = shared.chain(own).collect();
    wanted.into_iter().map(bind).collect::<io::Result<_>>().map(Ports)
}

/// Runs the daemon until it ends, and says its exit code.
pub fn run(daemon: Daemon, ports: Ports) -> i32 {
    let log = daemon.log.clone();
    let surroundings = Arc::new(surroundings(&daemon));
    let Daemon { config, env, files, log: root, .. } = daemon;
    let setup = Setup { config, env, files, bound: ports.0, surroundings, log: root };
    link::install_panic_hook();
    System::new().block_on(supervise(setup, log))
}

/// The Supervisor runs on this thread. Nobody supervises it: if it falls, the process ends.
async fn supervise(setup: Setup, log: Logger) -> i32 {
    let watched = signals::watch(&log);
    signals::let_come(&log);
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
