//! A daemon with a witness, to whom nothing happens, and neighbors to whom something may.

use std::{
    io::Read,
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    time::Duration,
};

use bytes::BytesMut;
use wire::{Notify, Open, frame};

use super::{
    client::Client,
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};

/// A daemon, a witness that nothing happens to, and those that something may happen to.
pub(crate) struct Place {
    /// The daemon.
    pub(crate) daemon: Daemon,
    /// A client of it.
    pub(crate) client: Client,
    /// Who is not to notice anything.
    pub(crate) witness: Speaker,
    /// Those that something may happen to.
    pub(crate) speakers: Vec<Speaker>,
    /// Where the daemon listens.
    pub(crate) at: SocketAddr,
    /// Its configuration.
    pub(crate) conf: String,
    /// Where all of it is.
    pub(crate) lab: Lab,
}

impl Place {
    /// With these neighbors, which wait for the daemon, each with these words; `more` is for the configuration as well. All of
    /// them are the business of the helpers.
    pub(crate) fn new(
        neighbors: Vec<(Profile, &str)>,
        more: Vec<Neighbor>,
        helpers: impl FnOnce(&Lab) -> Vec<Helper>,
    ) -> (Self, Vec<Helper>) {
        let lab = Lab::new();
        let helpers = helpers(&lab);
        let mut profiles = vec![Profile::numbered(0)];
        profiles.extend(neighbors.iter().map(|(profile, _)| profile.clone()));
        let (port, mut speakers) = Speaker::listen(profiles);
        let shape = |(speaker, (_, words)): (&Speaker, &(Profile, &str))| {
            helpers.iter().fold(Neighbor::of(speaker.profile()).with(words), Neighbor::helper)
        };
        let conf = Conf::new(&helpers).neighbor(Neighbor::of(speakers[0].profile()).routes(ROUTES));
        let conf = speakers[1..].iter().zip(&neighbors).map(shape).fold(conf, Conf::neighbor);
        let told = |neighbor| helpers.iter().fold(neighbor, Neighbor::helper);
        let conf = more.into_iter().map(told).fold(conf, Conf::neighbor).to_string();
        let socket: PathBuf = lab.path("exactix.sock");
        let launch = lab.launch(&conf, port).set("tcp_bind", net::DAEMON.to_string()).set("bgp_openwait", "2");
        let launch = launch.set("api_cli", "true").set("api_socketpath", socket.to_string_lossy());
        let daemon = launch.start();
        let mut client = Client::connect(&socket);
        client.told("version");
        let witness = speakers.remove(0);
        witness.wait_routes(ROUTES.len(), secs(10));
        let at = SocketAddr::new(net::DAEMON, port);
        (Self { daemon, client, witness, speakers, at, conf, lab }, helpers)
    }

    /// With neighbors alone, whose sessions are up.
    pub(crate) fn alone(neighbors: Vec<(Profile, &str)>) -> Self {
        let place = Self::new(neighbors, Vec::new(), |_| Vec::new()).0;
        place.speakers.iter().for_each(|speaker| speaker.wait_up(secs(10)));
        place
    }

    /// Routes held of this speaker, as the daemon shows them.
    pub(crate) fn held(&mut self, speaker: usize) -> Vec<String> {
        let address = self.speakers[speaker].profile().address;
        let mut lines = self.client.told("show adj-rib in extensive");
        lines.retain(|line| line.contains(&format!("neighbor {address} ")));
        lines
    }

    /// Waits until so many routes are held, so many of them stale.
    pub(crate) fn wait_held(&mut self, speaker: usize, count: usize, stale: usize, within: Duration) {
        eventually(within, "routes at the daemon", || {
            let lines = self.held(speaker);
            let found = lines.iter().filter(|line| line.ends_with(" stale")).count();
            if (lines.len(), found) == (count, stale) { Ok(()) } else { Err(format!("{found} stale of {lines:?}")) }
        });
    }

    /// The witness has noticed nothing, and all is well.
    pub(crate) fn end(mut self) {
        always(Duration::from_millis(200), "the other session", || self.witness.is_up());
        assert_eq!(self.witness.seen(|record| (record.sessions, record.resets)), (1, 0));
        self.daemon.assert_alive();
        self.daemon.stop();
    }
}

/// A message of this type.
pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![0xFF; 16];
    out.extend(u16::try_from(body.len() + frame::HEADER).unwrap().to_be_bytes());
    out.push(kind);
    out.extend(body);
    out
}

/// An OPEN of AS 65001.
pub(crate) fn open(change: impl FnOnce(&mut Open)) -> Vec<u8> {
    let mut open =
        Open { version: 4, asn16: 65001, hold_time: 180, router_id: [10, 9, 9, 9].into(), capabilities: Vec::new() };
    change(&mut open);
    let mut out = BytesMut::new();
    open.encode(&mut out);
    out.to_vec()
}

/// The NOTIFICATIONs that came, up to the end of the connection or of patience.
pub(crate) fn notifications(stream: &mut TcpStream) -> Vec<Notify> {
    let (mut read, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = stream.read(&mut chunk) {
        read.extend_from_slice(&chunk[..count]);
    }
    let (mut rest, mut found) = (&read[..], Vec::new());
    while let Ok(Some(length)) = frame::split(rest, frame::MAX) {
        if rest[18] == wire::Kind::Notification.code() {
            found.push(Notify::decode(&rest[frame::HEADER..length]));
        }
        rest = &rest[length..];
    }
    found
}

/// What the witness holds.
const ROUTES: [&str; 2] = ["10.50.0.0/24 next-hop 192.0.2.1", "10.50.1.0/24 next-hop 192.0.2.1"];
