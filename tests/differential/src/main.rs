//! Reads what we write with decoders of others: `differential [COUNT [SEED]]`.
//!
//! UPDATEs are made by [`wire::Packer`] from random routes and read by [`wire::Update::decode`] and by every oracle
//! that knows the family. The first difference without a reason ends the run with the octets, both readings and the
//! seed that makes the message again.

mod explain;
mod generate;
mod join;
mod oracle;
mod session;
mod view;

use std::{collections::BTreeMap, process::ExitCode, time::Instant};

use bytes::BytesMut;
use explain::{EXPLAINED, reduce};
use oracle::Oracle;
use rand::{Rng, SeedableRng, rngs::SmallRng};
use session::Session;
use view::View;
use wire::{Family, Packer, Update, frame};

#[derive(Default)]
struct Tally {
    messages: u64,
    routes: u64,
    /// Messages and routes compared, by family and oracle.
    compared: BTreeMap<(Family, Oracle), (u64, u64)>,
    /// Messages with a difference that has a reason, by its place in the table.
    explained: BTreeMap<usize, u64>,
    /// Routes that no message has room for.
    refused: u64,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (count, seed) = match (arguments.next(), arguments.next()) {
        (None, _) => (1_000_000, random_seed()),
        (Some(Ok(count)), None) => (count, random_seed()),
        (Some(Ok(count)), Some(Ok(seed))) => (count, seed),
        _ => {
            eprintln!("usage: differential [COUNT [SEED]]");
            return ExitCode::from(2);
        }
    };
    println!("differential: {count} messages, seed {seed}");
    // An oracle that panics is told like one that refuses.
    std::panic::set_hook(Box::new(|_| {}));
    match run(count, seed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(difference) => {
            println!("{difference}");
            ExitCode::FAILURE
        }
    }
}

fn random_seed() -> u64 {
    SmallRng::from_os_rng().random_range(0..1 << 40)
}

fn run(count: u64, seed: u64) -> Result<(), String> {
    let (mut sessions, mut tally, start) = (Session::all(), Tally::default(), Instant::now());
    let mut next_line = 100_000;
    for seed in seed.. {
        batch(seed, &mut sessions, &mut tally)?;
        if tally.messages >= next_line {
            println!("{} messages, {} routes, {:.0} s", tally.messages, tally.routes, start.elapsed().as_secs_f64());
            next_line += 100_000;
        }
        if tally.messages >= count {
            break;
        }
    }
    tally.tell();
    Ok(())
}

/// The messages of one seed.
fn batch(seed: u64, sessions: &mut [Session], tally: &mut Tally) -> Result<(), String> {
    let mut rng = SmallRng::seed_from_u64(seed);
    let index = rng.random_range(0..sessions.len());
    let session = &mut sessions[index];
    let batch = generate::batch(&mut rng, session);
    let (mut packer, mut out) = (Packer::new(session.with.clone()), BytesMut::new());
    let mut asked = 0;
    for route in &batch.routes {
        if batch.withdraw {
            packer.withdraw(route, &mut out);
            asked += 1;
        } else if packer.announce(route, &mut out).is_ok() {
            asked += 1;
        } else {
            tally.refused += 1;
        }
    }
    packer.finish(&mut out);
    let (mut rest, mut read, mut messages) = (&out[..], 0, Vec::new());
    while !rest.is_empty() {
        let Ok(Some(length)) = frame::split(rest, session.with.message_size()) else {
            return Err(format!("seed {seed}: what we wrote is no message: {}", hex(rest)));
        };
        let (message, behind) = rest.split_at(length);
        messages.push(message);
        rest = behind;
    }
    let messages = if rng.random() {
        join::join(&messages, session.with.message_size())
    } else {
        messages.into_iter().map(<[u8]>::to_vec).collect()
    };
    for message in &messages {
        let ours = Update::decode(&message[frame::HEADER..], &session.with);
        let ours = ours.map_err(|notify| format!("seed {seed}: we answer {notify:?} to {}", hex(message)))?;
        if !ours.complaints.is_empty() {
            return Err(format!("seed {seed}: we complain {:?} about {}", ours.complaints, hex(message)));
        }
        let ours = View::ours(&ours);
        let routes = ours.announced.len() + ours.withdrawn.len();
        read += routes;
        tally.messages += 1;
        tally.routes += routes as u64;
        for oracle in Oracle::ALL.into_iter().filter(|oracle| oracle.knows(batch.family, session)).collect::<Vec<_>>() {
            let theirs = oracle.view(&message[frame::HEADER..], session);
            let counts = tally.compared.entry((batch.family, oracle)).or_default();
            *counts = (counts.0 + 1, counts.1 + routes as u64);
            let difference = compare(ours.clone(), theirs, oracle, tally);
            difference.map_err(|difference| {
                let (asn4, name) = (session.with.asn4, oracle.name());
                format!(
                    "{name} differs about {} (asn4 {asn4}, add-path {}), make it again with: differential 1 {seed}\n\
                     {}\n{difference}",
                    batch.family,
                    session.add_path,
                    hex(message)
                )
            })?;
        }
    }
    if read == asked { Ok(()) } else { Err(format!("seed {seed}: {asked} routes were written, {read} read")) }
}

fn compare(mut ours: View, mut theirs: Result<View, String>, oracle: Oracle, tally: &mut Tally) -> Result<(), String> {
    reduce(&mut ours, oracle);
    if theirs.as_ref() == Ok(&ours) {
        return Ok(());
    }
    let before = theirs.clone();
    for (index, explained) in EXPLAINED.iter().enumerate().filter(|(_, explained)| explained.oracle == oracle) {
        if explained.forgive(&mut ours, &mut theirs) {
            *tally.explained.entry(index).or_default() += 1;
        }
    }
    if theirs.as_ref() == Ok(&ours) {
        return Ok(());
    }
    let theirs = before.map_or_else(|error| format!("refused: {error}"), |view| format!("{view:?}"));
    Err(format!("ours:   {ours:?}\ntheirs: {theirs}"))
}

impl Tally {
    fn tell(&self) {
        println!("{} messages, {} routes; {} routes found no room", self.messages, self.routes, self.refused);
        for ((family, oracle), (messages, routes)) in &self.compared {
            println!("  {:<16} {:<17} {messages:>8} messages {routes:>9} routes", family.to_string(), oracle.name());
        }
        println!("differences that have a reason:");
        for (index, messages) in &self.explained {
            if let Some(explained) = EXPLAINED.get(*index) {
                println!("  {messages:>8} messages, {}: {}", explained.oracle.name(), explained.reason);
            }
        }
        println!("no other difference");
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
