//! A daemon with helpers and neighbors, and a judge: a place for disturbances.

use std::{net::SocketAddr, path::PathBuf};

use super::{
    client::Client,
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    net,
    oracle::{Disturbed, Oracle},
    speaker::{Profile, Speaker},
    wait::secs,
};

/// The neighbor that calls; the others wait to be called.
pub(crate) const CALLER: usize = 0;
/// The routes that each neighbor has from the start.
pub(crate) const ROUTES: usize = 20;

/// A daemon, its helpers and its neighbors.
pub(crate) struct Town {
    /// The daemon, in which faults can be injected.
    pub(crate) daemon: Daemon,
    /// A client of it.
    pub(crate) client: Client,
    /// Its helpers. The first commands all neighbors and hears of them; the others have nothing to do with any.
    pub(crate) helpers: Vec<Helper>,
    /// Its neighbors.
    pub(crate) speakers: Vec<Speaker>,
    /// The judge.
    pub(crate) oracle: Oracle,
    /// The control socket.
    pub(crate) socket: PathBuf,
    /// Where the daemon listens.
    pub(crate) at: SocketAddr,
    /// Its configuration.
    pub(crate) conf: String,
    /// Where all of it is.
    pub(crate) lab: Lab,
}

impl Town {
    /// One with these helpers beside the first, and these neighbors, each as `shape` has it.
    pub(crate) fn new(
        helpers: impl FnOnce(&Lab) -> Vec<Helper>,
        profiles: Vec<Profile>,
        shape: impl Fn(usize, Neighbor) -> Neighbor,
    ) -> Self {
        let lab = Lab::new();
        let mut others = helpers(&lab);
        others.insert(0, Helper::new(&lab, "watcher"));
        let helpers = others;
        let (port, mut speakers) = Speaker::listen(profiles[CALLER + 1..].to_vec());
        let at = SocketAddr::new(net::DAEMON, port);
        let neighbor = |(index, profile): (usize, &Profile)| {
            let routes = (0..ROUTES).map(|route| format!("10.{index}.{route}.0/24 next-hop 192.0.2.1"));
            let neighbor = Neighbor::of(profile).helper(&helpers[0]).routes(routes);
            shape(index, if index == CALLER { neighbor.with("passive true;") } else { neighbor })
        };
        let conf = profiles.iter().enumerate().map(neighbor).fold(Conf::new(&helpers), Conf::neighbor).to_string();
        let socket = lab.path("exactix.sock");
        let launch = lab.launch(&conf, port).faults().set("tcp_bind", net::DAEMON.to_string());
        let launch = launch.set("api_cli", "true").set("api_socketpath", socket.to_string_lossy());
        let daemon = launch.start();
        speakers.insert(CALLER, Speaker::connect(profiles[CALLER].clone(), at));
        speakers.iter().for_each(|speaker| speaker.wait_up(secs(10)));
        speakers.iter().for_each(|speaker| speaker.wait_routes(ROUTES, secs(10)));
        let client = Client::connect(&socket);
        let oracle = Oracle::new(&daemon, &speakers);
        Self { daemon, client, helpers, speakers, oracle, socket, at, conf, lab }
    }

    /// Judges a disturbance that these neighbors may have noticed, with up to so many sessions each.
    pub(crate) fn judge(&mut self, what: &str, struck: Vec<usize>, sessions: u32) {
        let Self { daemon, client, helpers, speakers, oracle, .. } = self;
        let helpers = helpers.iter().collect();
        oracle.judge(what, &mut Disturbed { daemon, client, helpers, speakers, struck, sessions });
    }
}
