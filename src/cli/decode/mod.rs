//! `exactix decode`: says what messages mean that are given in hexadecimal.

mod fault;
mod payload;
mod table;

use std::{
    io::{self, BufRead, IsTerminal as _, Write as _},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use api::encode::{self, Envelope};
use config::Env;
use session::{Direction, MessageReport, Parsed};
use wire::{
    AnyNlri, Family, Message, Negotiated, Quirk, Reader,
    json::{Dialect, Style},
};

use self::payload::{Payload, Refused};
use crate::{
    args::Decode,
    offline::{self, BUILT_IN_AS, Offline},
};

/// Decodes what is on the command line, or each line of the standard input; 1 when something is malformed.
pub(crate) fn run(options: &Decode, env: &Env) -> anyhow::Result<i32> {
    let family = options.family.as_deref().map(offline::family).transpose()?;
    let mut neighbors = Offline::all(options.configuration.as_deref(), env)?;
    if options.path_information {
        neighbors = neighbors.into_iter().map(Offline::with_paths).collect();
    }
    if let Some(family) = family {
        neighbors.iter_mut().for_each(|neighbor| neighbor.with.families = vec![family]);
    }
    let decoder = Decoder { options, family, neighbors, envelope: envelope(env) };
    if !options.payload.is_empty() {
        return Ok(i32::from(!decoder.payload(&options.payload.concat())?));
    }
    if io::stdin().is_terminal() {
        writeln!(
            io::stderr(),
            "usage: exactix decode [OPTIONS] <HEX>, or lines of hexadecimal digits on standard input"
        )?;
        return Ok(1);
    }
    let mut code = 0;
    for line in io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() && !decoder.payload(&line)? {
            code = 1;
        }
    }
    Ok(code)
}

fn envelope(env: &Env) -> Envelope {
    let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    Envelope {
        host: host.unwrap_or_else(|| "localhost".to_owned()),
        pid: std::process::id(),
        ppid: std::os::unix::process::parent_id(),
        dialect: if env.api.version >= 6 { Dialect::V6 } else { Dialect::V5 },
        compact: env.api.compact,
        main: env.exactix.quirks.has(Quirk::MainJson),
    }
}

struct Decoder<'a> {
    options: &'a Decode,
    family: Option<Family>,
    neighbors: Vec<Offline>,
    envelope: Envelope,
}

impl Decoder<'_> {
    /// Decodes one payload for each neighbor, and says whether all was well.
    fn payload(&self, text: &str) -> anyhow::Result<bool> {
        let octets = match payload::octets(text) {
            Ok(octets) => octets,
            Err(refused) => return refuse(&refused),
        };
        if self.options.nlri {
            return self.nlris(&octets);
        }
        let payload = match Payload::read(&octets) {
            Ok(payload) => payload,
            Err(refused) => return refuse(&refused),
        };
        if let Some(claimed) = payload.claimed {
            let found = octets.len();
            writeln!(io::stderr(), "warning: the header says {claimed} octets, there are {found}")?;
        }
        let mut well = true;
        for neighbor in &self.neighbors {
            well &= self.message(&payload, neighbor)?;
        }
        Ok(well)
    }

    fn message(&self, payload: &Payload, neighbor: &Offline) -> anyhow::Result<bool> {
        let with = Arc::new(seen(payload, neighbor));
        let mut err = io::stderr().lock();
        let message = match Message::decode(&payload.frame, &with) {
            Ok(message) => message,
            Err(notify) => {
                let body = payload.frame.body();
                let faults = match payload.kind {
                    wire::Kind::Update => fault::of_update(body, &with, payload.offset),
                    kind => vec![fault::of_message(kind, &notify, payload.offset)],
                };
                writeln!(err, "invalid payload")?;
                faults.iter().try_for_each(|fault| writeln!(err, "{fault}"))?;
                return Ok(false);
            }
        };
        let mut well = true;
        if let Message::Update(update) = &message {
            if let Some(outcome) = update.fault {
                well = false;
                writeln!(err, "malformed: {}", outcome.name())?;
                let faults = fault::of_update(payload.frame.body(), &with, payload.offset);
                faults.iter().try_for_each(|fault| writeln!(err, "{fault}"))?;
            } else {
                update.complaints.iter().try_for_each(|complaint| writeln!(err, "note: {complaint}"))?;
            }
        }
        drop(err);
        self.print(payload, neighbor, message, with)?;
        Ok(well)
    }

    fn print(
        &self,
        payload: &Payload,
        neighbor: &Offline,
        message: Message,
        with: Arc<Negotiated>,
    ) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        if self.options.text {
            let length = payload.frame.bytes().len();
            table::lines(&message, length).iter().try_for_each(|line| writeln!(out, "{line}"))?;
            return Ok(());
        }
        if self.options.command {
            let commands = match &message {
                Message::Update(update) => {
                    encode::command::commands(update, self.options.generic).map_err(|error| error.to_string())
                }
                other => Err(format!("{} is no UPDATE", other.kind().name())),
            };
            match commands {
                Ok(lines) => return Ok(lines.iter().try_for_each(|line| writeln!(out, "{line}"))?),
                Err(why) => writeln!(out, "# no command: {why}")?,
            }
        }
        let mut line = String::new();
        let report = report(message, with);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        encode::decoded(&mut line, &self.envelope, &neighbor.who, now.as_secs_f64(), &report);
        Ok(out.write_all(line.as_bytes())?)
    }

    /// Bare NLRIs of one family, an object a line.
    fn nlris(&self, octets: &[u8]) -> anyhow::Result<bool> {
        let Some(family) = self.family else {
            anyhow::bail!("--nlri needs the family of the NLRI, such as --family \"ipv4 unicast\"");
        };
        for neighbor in &self.neighbors {
            let mut reader = Reader::new(octets);
            let add_path = neighbor.with.add_path_receive.contains(family);
            while !reader.is_empty() {
                let offset = octets.len() - reader.len();
                match AnyNlri::decode(family, &mut reader, add_path) {
                    Ok(nlri) => self.print_nlri(&nlri, add_path)?,
                    Err(why) => {
                        let fault = fault::of_nlri(family, offset, why.0);
                        writeln!(io::stderr(), "invalid payload\n{fault}")?;
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    fn print_nlri(&self, nlri: &AnyNlri, add_path: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.options.text {
            return writeln!(out, "{} {nlri}", nlri.family());
        }
        let main = self.envelope.main;
        let dialect = if main { Dialect::V6 } else { self.envelope.dialect };
        let mut line = String::new();
        nlri.json(&mut line, &Style { dialect, compact: false, add_path, main, next_hop: None });
        writeln!(out, "{line}")
    }
}

/// What was agreed on with the neighbor. The built-in one may be of any AS: a message without what only internal
/// peers have came from an external one.
fn seen(payload: &Payload, neighbor: &Offline) -> Negotiated {
    /// LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST.
    const INTERNAL: [u8; 3] = [5, 9, 10];
    let mut with = neighbor.with.clone();
    let internal = fault::codes(payload.frame.body()).iter().any(|code| INTERNAL.contains(code));
    if neighbor.neighbor.is_none() && !internal {
        with.peer_as = BUILT_IN_AS + 1;
    }
    with
}

fn report(message: Message, negotiated: Arc<Negotiated>) -> MessageReport {
    let kind = message.kind();
    let parsed = match message {
        Message::Open(open) => Parsed::Open(Arc::new(open)),
        Message::Update(update) => Parsed::Update(Arc::new(update)),
        Message::Notification(notify) => Parsed::Notification(notify),
        Message::Keepalive => Parsed::Keepalive,
        Message::Refresh(refresh) => Parsed::Refresh(refresh),
        Message::Operational(operational) => Parsed::Operational(operational),
    };
    MessageReport { direction: Direction::Receive, kind, frame: None, parsed: Some(parsed), negotiated }
}

fn refuse(refused: &Refused) -> anyhow::Result<bool> {
    let mut err = io::stderr().lock();
    match refused {
        Refused::Digits(start) => writeln!(err, "invalid hexadecimal: {start}")?,
        Refused::Header => writeln!(err, "invalid payload\noctet 16: header: it is cut short (RFC 4271 section 4.1)")?,
        Refused::Type(kind) => writeln!(err, "unknown type {kind}")?,
    }
    Ok(false)
}
