//! Helpers print random commands for hundreds of peers and are killed all the time: what was accepted is there at the
//! end, at every peer it is for, and nothing else.
//!
//! `EXACTIX_SECONDS` says for how long (10), `EXACTIX_SEED` which commands (42).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    fs,
    path::Path,
    thread,
    time::Instant,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use support::{
    lab::Lab,
    net,
    setting::setting,
    speaker::{Profile, Speaker},
    wait::{eventually, note, secs},
};

#[test]
fn what_was_accepted_is_there_whoever_dies() {
    let (seconds, seed) = (setting("EXACTIX_SECONDS", 10), setting("EXACTIX_SEED", 42));
    let lab = Lab::new();
    let profiles = (0..PEERS).map(|peer| Profile { asn: 65001 + peer % GROUPS, ..Profile::numbered(peer) }).collect();
    let (port, speakers) = Speaker::listen(profiles);
    let mut daemon = lab.start(&configuration(lab.directory(), &speakers, seed), port);
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(30)));

    let killed = kill_in_turn(lab.directory(), seconds);
    lab.write("stop", "");
    let lives = |helper| Journal::lives_of(lab.directory(), helper);
    let ended = |helper| lives(helper).last().is_some_and(|journal| journal.ended);
    eventually(secs(60), "the end of every helper", || (0..HELPERS).all(ended));

    let histories: Vec<_> = (0..HELPERS).map(|helper| History::of(lives(helper))).collect();
    let figure = |of: fn(&History) -> usize| histories.iter().map(of).sum::<usize>();
    let (accepted, unknown) = (figure(|history| history.accepted), figure(|history| history.unknown));
    note(format_args!("seed {seed}: {accepted} commands accepted, {unknown} not answered, {killed} helpers killed"));
    assert!(unknown <= killed, "a command of a living helper was not answered");
    eventually(secs(60), "every accepted route, and no other", || at_the_peers(&speakers, &histories));
    daemon.assert_alive();
    daemon.stop();
}

/// Kills a helper each second, one after the other; the number of those killed.
fn kill_in_turn(directory: &Path, seconds: u64) -> usize {
    let start = Instant::now();
    let mut killed = 0;
    for second in 1..=seconds {
        thread::sleep((start + secs(second)).saturating_duration_since(Instant::now()));
        let helper = u32::try_from(second).unwrap() * STRIDE % HELPERS;
        let pid = eventually(secs(10), "a life of the helper", || Journal::lives_of(directory, helper).last()?.pid);
        killed += usize::from(kill(pid, Signal::SIGKILL).is_ok());
    }
    killed
}

/// Compares the table of every speaker with what the helpers were told is done.
fn at_the_peers(speakers: &[Speaker], histories: &[History]) -> Result<(), String> {
    let tables: Vec<_> = speakers.iter().map(|speaker| speaker.seen(|record| record.attributes())).collect();
    let wanted = |prefix: &String| histories.iter().any(|history| history.states.contains_key(prefix));
    if let Some(prefix) = tables.iter().flat_map(BTreeMap::keys).find(|prefix| !wanted(prefix)) {
        return Err(format!("{prefix} was never announced"));
    }
    for (prefix, states) in histories.iter().flat_map(|history| &history.states) {
        let found: State = tables.iter().map(|table| table.get(prefix).map(|attributes| med(attributes))).collect();
        if !states.contains(&found) {
            let state = states.iter().next().unwrap();
            let mut peers = found.iter().zip(state).enumerate();
            let (peer, (found, wanted)) = peers.find(|(_, (found, wanted))| found != wanted).unwrap();
            return Err(format!("{prefix} at peer {peer}: MED {found:?}, and {wanted:?} was accepted"));
        }
    }
    Ok(())
}

/// The MED of each peer's route to a prefix; nothing where there is none.
type State = Vec<Option<u64>>;

/// What one life of a helper wrote down.
struct Journal {
    pid: Option<Pid>,
    commands: Vec<(Value, Option<String>)>,
    ended: bool,
}

impl Journal {
    fn lives_of(directory: &Path, helper: u32) -> Vec<Self> {
        let path = |life| directory.join(format!("journal-{helper}-{life}"));
        let lives = (0..).map_while(|life: u32| fs::read_to_string(path(life)).ok());
        lives.map(|text| Self::read(&text)).collect()
    }

    /// A life may have ended within a line.
    fn read(text: &str) -> Self {
        let mut lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        let pid = lines.next().and_then(|pid: Value| pid.as_i64()).map(|pid| Pid::from_raw(pid.try_into().unwrap()));
        let mut journal = Self { pid, commands: Vec::new(), ended: false };
        for line in lines {
            match line {
                Value::String(word) if word == "end" => journal.ended = true,
                Value::String(answer) => journal.commands.last_mut().unwrap().1 = Some(answer),
                command => journal.commands.push((command, None)),
            }
        }
        journal
    }
}

/// What all lives of a helper come to.
#[derive(Default)]
struct History {
    /// The states that are right: several, where a command was not answered.
    states: BTreeMap<String, HashSet<State>>,
    accepted: usize,
    unknown: usize,
}

impl History {
    fn of(lives: Vec<Journal>) -> Self {
        let mut history = Self::default();
        for (command, answer) in lives.into_iter().flat_map(|journal| journal.commands) {
            match answer.as_deref() {
                Some("done") => history.accepted += 1,
                Some(_) => continue,
                None => history.unknown += 1,
            }
            history.apply(&command, answer.is_some());
        }
        history
    }

    fn apply(&mut self, command: &Value, surely: bool) {
        let [_, peers, prefixes, med] = &command.as_array().unwrap()[..] else { panic!("{command}") };
        let peers: Vec<usize> = serde_json::from_value(peers.clone()).unwrap();
        for prefix in prefixes.as_array().unwrap() {
            let states = self.states.entry(prefix.as_str().unwrap().to_owned());
            let states = states.or_insert_with(|| HashSet::from([vec![None; PEERS as usize]]));
            let after = states.iter().map(|state| changed(state, &peers, med.as_u64())).collect::<Vec<_>>();
            if surely {
                states.clear();
            }
            states.extend(after);
        }
    }
}

fn changed(state: &State, peers: &[usize], med: Option<u64>) -> State {
    let mut state = state.clone();
    peers.iter().for_each(|peer| state[*peer] = med);
    state
}

fn med(attributes: &str) -> u64 {
    let mut words = attributes.split_whitespace().skip_while(|word| *word != "med");
    words.nth(1).and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no MED in {attributes}"))
}

fn configuration(directory: &Path, speakers: &[Speaker], seed: u64) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/random_helper.py");
    let (script, directory) = (script.display(), directory.display());
    let mut text = String::new();
    let mut names = String::new();
    for helper in 0..HELPERS {
        let run = format!("run {script} {directory} {helper} {PEERS} {seed}");
        writeln!(text, "process helper{helper} {{ {run}; encoder json; }}").unwrap();
        write!(names, "helper{helper} ").unwrap();
    }
    for profile in speakers.iter().map(Speaker::profile) {
        let (peer, asn, us) = (profile.address, profile.asn, net::DAEMON);
        let head = format!("local-address {us}; router-id {us}; local-as 65000; peer-as {asn}");
        let api = format!("api {{ processes [ {names}]; }}");
        writeln!(text, "neighbor {peer} {{ {head}; family {{ ipv4 unicast; }} {api} }}").unwrap();
    }
    text
}

const PEERS: u32 = 200;
const HELPERS: u32 = 20;
/// Peers are in so many ASes.
const GROUPS: u32 = 10;
/// From one helper killed to the next: each has its turn, and none is killed more than four times in a minute.
const STRIDE: u32 = 7;
