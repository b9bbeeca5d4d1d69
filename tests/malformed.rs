//! Malformed messages by the hundred thousand, through the socket, the session, the table and the events: no session ends
//! that RFC 7606 keeps, what has to be withdrawn is, and every event is one line of JSON.
//!
//! `EXACTIX_MESSAGES` says how many (20,000), `EXACTIX_SEED` which ones (42); `make malformed` sends a million.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    net::{Shutdown, SocketAddr, TcpStream},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use fault::Rng;
use support::{
    client::Client,
    conf::{LOCAL_AS, Neighbor},
    lab::Lab,
    malformed::{Draft, Outcome, octet, written},
    net,
    place::message,
    raw::read_message,
    setting::setting,
    speaker::{Profile, Speaker},
    wait::{eventually, note, secs},
};
use wire::Family;

#[test]
fn malformed_messages_do_what_they_have_to_and_no_more() {
    let (messages, seed) = (setting("EXACTIX_MESSAGES", 20_000), setting("EXACTIX_SEED", 42));
    let lab = Lab::new();
    let (port, bystanders) = Speaker::listen(vec![Profile::numbered(0).hold_time(9)]);
    let socket = lab.path("exactix.sock");
    let launch = lab.launch(&configuration(&lab), port).set("tcp_bind", net::DAEMON.to_string());
    let launch =
        launch.set("log_level", "ERROR").set("api_cli", "true").set("api_socketpath", socket.to_string_lossy());
    let mut daemon = launch.start();
    let at = SocketAddr::new(net::DAEMON, port);
    bystanders[0].wait_up(secs(10));
    bystanders[0].wait_routes(1, secs(10));

    let start = Instant::now();
    let share = usize::try_from(messages).unwrap().div_ceil(SENDERS as usize);
    let send = |index: u32| {
        thread::spawn(move || {
            let rng = Rng::new(seed + u64::from(index));
            if index <= SENDERS { spoil(index, at, share, rng) } else { rave(index, at, share / 10, rng) }
        })
    };
    let threads: Vec<_> = (1..=SENDERS + WILD).map(send).collect();
    let mut tables: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();

    let breaks = Rng::new(seed);
    let resets = break_sessions(SENDERS + WILD + 1, at, breaks);
    let mut client = Client::connect(&socket);
    for (index, table) in (1..=SENDERS).zip(&mut tables) {
        eventually(secs(120), &format!("the table of neighbor {index}"), || {
            let found = received(&mut client, index);
            let wrong: Vec<_> = table.held.symmetric_difference(&found).take(5).collect();
            if wrong.is_empty() {
                Ok(())
            } else {
                Err(format!("{wrong:?} of {} and {}", table.held.len(), found.len()))
            }
        });
        table.session.as_mut().unwrap().assert_lasts();
    }
    let counted = eventually(secs(120), "every event", || {
        let counted = counted(&lab);
        let wanted = tables.iter().map(|table| table.events).sum::<u64>();
        if counted.1 >= wanted { Ok(counted) } else { Err(format!("{} of {wanted}", counted.1)) }
    });
    assert_eq!(counted.2, Vec::<String>::new(), "lines that are wrong");
    let sum = |of: fn(&Sent) -> u64| tables.iter().map(of).sum::<u64>();
    note(format_args!(
        "seed {seed}: {} malformed messages in {:?} that ended no session; {resets} that have to did, with the right code; \
         {} with random octets in {} sessions, of which {} were refused; {} events, all of them JSON; {} MiB at most",
        sum(|table| table.sent),
        start.elapsed(),
        sum(|table| table.wild),
        sum(|table| table.sessions),
        sum(|table| table.refused),
        counted.0,
        daemon.memory().peak >> 20
    ));
    assert_eq!(bystanders[0].seen(|record| (record.resets, record.len())), (0, 1));
    daemon.assert_alive();
    daemon.stop();
}

/// What a sender knows in the end.
#[derive(Default)]
struct Sent {
    /// The prefixes that have to be there.
    held: BTreeSet<String>,
    /// Malformed messages of which is known what they lead to.
    sent: u64,
    /// Messages with random octets.
    wild: u64,
    /// Sessions of these that ended with a NOTIFICATION.
    refused: u64,
    /// UPDATEs of which there has to be an event.
    events: u64,
    sessions: u64,
    /// It has to last.
    session: Option<Session>,
}

/// Sends UPDATEs of which none may end the session.
fn spoil(index: u32, at: SocketAddr, messages: usize, mut rng: Rng) -> Sent {
    let mut session = Session::open(index, at);
    let mut sent = Sent::default();
    let mut batch = Vec::new();
    for number in 0..messages + messages / 8 {
        let prefix = [octet(&mut rng, 16), octet(&mut rng, 255)];
        let mut draft = session.draft(&mut rng, prefix);
        let outcome = if number % 9 == 0 { Outcome::Announced } else { draft.spoil(&mut rng) };
        match outcome {
            Outcome::Announced => _ = sent.held.insert(written(prefix)),
            Outcome::Withdrawn => _ = sent.held.remove(&written(prefix)),
            Outcome::Reset(..) => panic!("{draft:?}"),
        }
        sent.sent += u64::from(number % 9 != 0);
        sent.events += 1;
        batch.extend(draft.octets());
        if batch.len() > BATCH {
            session.send(&batch);
            batch.clear();
        }
    }
    session.send(&batch);
    sent.session = Some(session);
    sent
}

/// Sends UPDATEs of which an octet was replaced, some in each session: what it leads to is anybody's guess, but an end.
fn rave(index: u32, at: SocketAddr, messages: usize, mut rng: Rng) -> Sent {
    let mut sent = Sent::default();
    while sent.wild < messages as u64 {
        let mut session = Session::open(index, at);
        let mut batch = Vec::new();
        for _ in 0..TOGETHER {
            let prefix = [octet(&mut rng, 16), octet(&mut rng, 255)];
            let mut draft = session.draft(&mut rng, prefix);
            let _ = draft.spoil(&mut rng);
            let mut octets = draft.octets();
            let place = rng.below(octets.len());
            octets[place] = octet(&mut rng, 255);
            batch.extend(octets);
        }
        // The daemon may have heard enough before the last of them.
        let _ = session.stream.write_all(&batch);
        let _ = session.stream.shutdown(Shutdown::Write);
        sent.wild += TOGETHER;
        sent.sessions += 1;
        sent.refused += u64::from(session.notification().is_some());
    }
    sent
}

/// Sends what has to end the session, one of each kind and more, each in a session of its own; says how many. Several
/// neighbors do so in turn: who comes again and again is told nothing.
fn break_sessions(first: u32, at: SocketAddr, mut rng: Rng) -> u32 {
    for number in 0..BREAKS {
        let mut session = Session::open(first + number % BREAKERS, at);
        let mut draft = session.draft(&mut rng, [0, 0]);
        let Outcome::Reset(code, subcode) = draft.break_session(&mut rng) else { panic!("{draft:?}") };
        session.send(&draft.octets());
        let found = session.notification();
        assert_eq!(found, Some((code, subcode)), "{draft:?}");
    }
    BREAKS
}

/// A session that we have called for, with nothing but sockets.
struct Session {
    stream: TcpStream,
    profile: Profile,
}

impl Session {
    fn open(index: u32, at: SocketAddr) -> Self {
        let profile = profile(index);
        let mut open = vec![4];
        open.extend(u16::try_from(profile.asn).unwrap().to_be_bytes());
        open.extend([0, 180]);
        open.extend(profile.router_id.octets());
        // IPv4 unicast and AS numbers of four octets.
        open.extend([14, 2, 12, 1, 4, 0, 1, 0, 1, 65, 4]);
        open.extend(profile.asn.to_be_bytes());
        let hello = [message(1, &open), message(4, &[])].concat();
        let stream = eventually(secs(60), "a session", || {
            let mut stream = net::connect(profile.address, at);
            stream.set_read_timeout(Some(secs(10))).unwrap();
            stream.write_all(&hello).ok()?;
            // An OPEN, and a KEEPALIVE.
            let kinds = [read_message(&mut stream)?.0, read_message(&mut stream)?.0];
            (kinds == [1, 4]).then_some(stream)
        });
        Self { stream, profile }
    }

    fn draft(&self, rng: &mut Rng, prefix: [u8; 2]) -> Draft {
        Draft::new(rng, prefix, self.profile.asn, self.profile.address)
    }

    fn send(&mut self, octets: &[u8]) {
        if let Err(error) = self.stream.write_all(octets) {
            panic!("the session has ended: {error}; {:?}", self.notification());
        }
    }

    /// Code and subcode of the NOTIFICATION that ends the session.
    fn notification(&mut self) -> Option<(u8, u8)> {
        loop {
            let (kind, body) = read_message(&mut self.stream)?;
            if kind == 3 {
                return Some((body[0], body[1]));
            }
        }
    }

    /// Fails the test when the session has ended: nothing but KEEPALIVEs and the End-of-RIB may have come.
    fn assert_lasts(&mut self) {
        self.stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        while let Some((kind, body)) = read_message(&mut self.stream) {
            assert!(kind == 4 || (kind, &body[..]) == (2, &[0; 4]), "the session has ended: {body:?}");
        }
        assert!(self.stream.write_all(&message(4, &[])).is_ok(), "the session has ended");
    }
}

/// The prefixes that the daemon has from this neighbor, once there are no more to come.
fn received(client: &mut Client, index: u32) -> BTreeSet<String> {
    let address = profile(index).address;
    let lines = client.told(&format!("neighbor {address} show adj-rib in"));
    let words = |line: &String| line.split_whitespace().find(|word| word.ends_with("/24")).map(str::to_owned);
    lines.iter().filter_map(words).collect()
}

/// The lines and UPDATEs that the helper has counted, and what was wrong.
fn counted(lab: &Lab) -> (u64, u64, Vec<String>) {
    let text = fs::read_to_string(lab.path("counted")).unwrap_or_default();
    let Ok(counted) = serde_json::from_str::<serde_json::Value>(&text) else { return (0, 0, Vec::new()) };
    let wrong = counted["wrong"].as_array().unwrap().iter().map(ToString::to_string).collect();
    (counted["lines"].as_u64().unwrap(), counted["updates"].as_u64().unwrap(), wrong)
}

fn configuration(lab: &Lab) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/json_counter.py");
    let run = format!("run {} {};", script.display(), lab.path("counted").display());
    let mut text = format!("process counter {{ {run} encoder json; }}\n");
    text += &Neighbor::of(&Profile::numbered(0).hold_time(9)).routes(["10.0.0.0/8 next-hop 192.0.2.1"]).finish();
    for index in 1..=SENDERS + WILD + BREAKERS {
        let neighbor = Neighbor::new(profile(index).address, profile(index).asn);
        let neighbor = neighbor.with("passive true; adj-rib-in true; family { ipv4 unicast; }");
        text += &neighbor.with("api { processes [ counter ]; receive { parsed; update; } }").finish();
    }
    text
}

fn profile(index: u32) -> Profile {
    Profile { families: vec![Family::Ipv4Unicast], asn: LOCAL_AS + index, ..Profile::numbered(index) }
}

/// Neighbors whose sessions must not end, and those that send anything.
const SENDERS: u32 = 6;
const WILD: u32 = 2;
/// Neighbors whose sessions have to end, and how many of these.
const BREAKERS: u32 = 10;
const BREAKS: u32 = 60;
/// Messages with random octets in a session.
const TOGETHER: u64 = 20;
/// Octets written at once.
const BATCH: usize = 32 * 1024;
