//! Events as JSON, one object a line.

use session::{Cause, Direction, MessageReport, Parsed, Report};
use wire::{
    AnyCapability, Capability as _, Frame, Kind, Negotiated, Notify, Open, Operational, RouteRefresh,
    capability::{CiscoMultisession, HostName, LinkLocalNextHop, Multisession, SoftwareVersion},
    json::{self, Dialect},
};

use super::{Envelope, Event, PeerFacts, envelope, update};

/// Writes the events of one peer for one helper.
pub(super) struct Writer<'a> {
    pub(super) out: &'a mut String,
    pub(super) envelope: &'a Envelope,
    pub(super) counter: &'a mut u64,
}

impl Writer<'_> {
    pub(super) fn event(&mut self, event: &Event<'_>) {
        match event.report {
            Report::Connected if event.to.neighbor_changes => self.state(event, "connected", None),
            Report::Up if event.to.neighbor_changes => self.state(event, "up", None),
            Report::Down(cause) if event.to.neighbor_changes => self.state(event, "down", Some(*cause)),
            Report::Fsm(state) if event.to.fsm => self.fsm(event, state.name()),
            Report::Negotiated(negotiated) if event.to.negotiated => self.negotiated(event, negotiated),
            Report::Signal { code, name } if event.to.signal => self.signal(event, *code, name),
            Report::Message(message) => self.message(event, message),
            _ => {}
        }
    }

    fn open(&mut self, event: &Event<'_>, kind: &str) {
        *self.counter = self.counter.wrapping_add(1);
        envelope::open(self.out, self.envelope, (*self.counter, event.time), kind, event.who);
    }

    fn state(&mut self, event: &Event<'_>, state: &str, cause: Option<Cause>) {
        self.open(event, "state");
        json::write(self.out, format_args!("\"state\": \"{state}\""));
        if let Some(cause) = cause {
            self.out.push_str(", \"reason\": ");
            json::string(self.out, &cause.to_string());
        }
        self.out.push_str(CLOSE);
    }

    fn fsm(&mut self, event: &Event<'_>, state: &str) {
        self.open(event, "fsm");
        json::write(self.out, format_args!("\"state\": \"{state}\"{CLOSE}"));
    }

    fn signal(&mut self, event: &Event<'_>, code: i32, name: &str) {
        self.open(event, "signal");
        json::write(self.out, format_args!("\"code\": \"{code}\", \"name\": "));
        json::string(self.out, name);
        self.out.push_str(CLOSE);
    }

    fn negotiated(&mut self, event: &Event<'_>, negotiated: &Negotiated) {
        self.open(event, "negotiated");
        self.out.push_str("\"negotiated\": ");
        negotiated.json(self.out);
        self.out.push_str(CLOSE_WIDE);
    }

    fn message(&mut self, event: &Event<'_>, message: &MessageReport) {
        let wanted = event.to.wanted(message.direction);
        if wanted.has_consolidated(message.kind) {
            self.consolidated(event, message, wanted.raw);
            return;
        }
        if let Some(frame) = message.frame.as_ref().filter(|_| wanted.has_packets(message.kind)) {
            self.packet(event, message, frame);
        }
        if let Some(parsed) = message.parsed.as_ref().filter(|_| wanted.has_parsed(message.kind)) {
            self.open(event, message.kind.name());
            self.content(event, message, parsed);
        }
    }

    /// A message that came from no session.
    pub(super) fn decoded(&mut self, who: &PeerFacts, time: f64, message: &MessageReport) {
        let Some(parsed) = &message.parsed else { return };
        *self.counter = self.counter.wrapping_add(1);
        envelope::open(self.out, self.envelope, (*self.counter, time), message.kind.name(), who);
        self.out.push_str("\"direction\": \"in\"");
        self.meaning(message, parsed, false);
    }

    fn packet(&mut self, event: &Event<'_>, message: &MessageReport, frame: &Frame) {
        let kind = if message.kind == Kind::Refresh { "route-refresh" } else { message.kind.name() };
        self.open(event, kind);
        direction(self.out, message.direction);
        json::write(self.out, format_args!(", \"message\": {{ \"category\": {}, \"header\": \"0x", frame.kind()));
        json::hex(self.out, frame.header());
        self.out.push_str("\", \"body\": \"0x");
        json::hex(self.out, frame.body());
        self.out.push_str("\" }");
        if self.tells_negotiated(event) {
            self.out.push_str(" , \"negotiated\": ");
            message.negotiated.json(self.out);
        }
        self.out.push_str(CLOSE_WIDE);
    }

    fn consolidated(&mut self, event: &Event<'_>, message: &MessageReport, raw: bool) {
        let Some(parsed) = &message.parsed else { return };
        *self.counter = self.counter.wrapping_add(1);
        envelope::start(self.out, self.envelope, (*self.counter, event.time), message.kind.name());
        if let Some(frame) = message.frame.as_ref().filter(|_| raw) {
            octets(self.out, "header", frame.header());
            octets(self.out, "body", frame.body());
        }
        envelope::neighbor(self.out, event.who);
        self.content(event, message, parsed);
    }

    /// Direction, meaning, and the end of the line.
    fn content(&mut self, event: &Event<'_>, message: &MessageReport, parsed: &Parsed) {
        direction(self.out, message.direction);
        self.meaning(message, parsed, self.tells_negotiated(event));
    }

    fn meaning(&mut self, message: &MessageReport, parsed: &Parsed, negotiated: bool) {
        match parsed {
            Parsed::Keepalive => self.out.push_str(CLOSE_WIDE),
            Parsed::Open(parsed) => open(self.out, parsed, message.direction, self.envelope),
            Parsed::Notification(notify) => notification(self.out, notify, message.direction),
            Parsed::Refresh(parsed) => refresh(self.out, *parsed),
            Parsed::Operational(message) => operational(self.out, message),
            Parsed::Update(parsed) => {
                update::json(self.out, self.envelope, message, parsed);
                if negotiated {
                    self.out.push_str(", \"negotiated\": ");
                    message.negotiated.json(self.out);
                    self.out.push(' ');
                }
                self.out.push_str(CLOSE);
            }
        }
    }

    fn tells_negotiated(&self, event: &Event<'_>) -> bool {
        event.to.with_negotiated || self.envelope.dialect == Dialect::V6
    }
}

/// Closes neighbor and object.
const CLOSE: &str = " } }\n";
/// The same with the wider blank some events have.
const CLOSE_WIDE: &str = "  } }\n";

fn direction(out: &mut String, direction: Direction) {
    out.extend(["\"direction\": \"", direction.name(), "\""]);
}

/// A member with octets, unless there are none.
fn octets(out: &mut String, key: &str, octets: &[u8]) {
    if octets.is_empty() {
        return;
    }
    json::write(out, format_args!("\"{key}\": \"0x"));
    json::hex(out, octets);
    out.push_str("\", ");
}

/// Capabilities have names for keys in an OPEN we sent, and codes in one we received.
fn open(out: &mut String, open: &Open, direction: Direction, envelope: &Envelope) {
    json::write(
        out,
        format_args!(
            ", \"open\": {{ \"version\": {}, \"asn\": {}, \"hold_time\": {}, \"router_id\": \"{}\", \"capabilities\": {{ ",
            open.version,
            open.asn(),
            open.hold_time,
            open.router_id,
        ),
    );
    match direction {
        Direction::Send => sent(out, &open.capabilities, envelope),
        Direction::Receive => json::separated(out, ", ", &open.capabilities, |out, capability| {
            json::write(out, format_args!("\"{}\": ", capability.code()));
            capability.json(out, &envelope.style(false));
        }),
    }
    out.push_str(" } }");
    out.push_str(CLOSE);
}

/// Of our own capabilities the name of the router is told also where it has none.
fn sent(out: &mut String, capabilities: &[AnyCapability], envelope: &Envelope) {
    const LATER: [u8; 4] = [SoftwareVersion::CODE, LinkLocalNextHop::CODE, Multisession::CODE, CiscoMultisession::CODE];
    let mut told: Vec<Option<&AnyCapability>> = capabilities.iter().map(Some).collect();
    if capabilities.iter().all(|capability| capability.code() != HostName::CODE) {
        let place = capabilities.iter().position(|capability| LATER.contains(&capability.code()));
        told.insert(place.unwrap_or(told.len()), None);
    }
    json::separated(out, ", ", told, |out, capability| match capability {
        None => host_name(out, "", "", envelope),
        Some(AnyCapability::HostName(HostName { host, domain })) => host_name(out, host, domain, envelope),
        Some(capability) => {
            json::string(out, capability.name());
            out.push_str(": ");
            capability.json(out, &envelope.style(false));
        }
    });
}

/// Names of ours that nobody has set are null in the older dialect.
fn host_name(out: &mut String, host: &str, domain: &str, envelope: &Envelope) {
    let name = |out: &mut String, name: &str| match envelope.members() {
        Dialect::V5 if name.is_empty() => out.push_str("null"),
        _ => json::string(out, name),
    };
    out.push_str("\"hostname\": { \"host-name\": ");
    name(out, host);
    out.push_str(", \"domain-name\": ");
    name(out, domain);
    out.push_str(" }");
}

fn notification(out: &mut String, notify: &Notify, direction: Direction) {
    json::write(
        out,
        format_args!(
            ", \"notification\": {{ \"code\": {}, \"subcode\": {}, \"data\": \"0x",
            notify.code, notify.subcode
        ),
    );
    json::hex(out, &notification_data(notify, direction));
    out.push_str("\", \"message\": ");
    json::string(out, &notification_message(notify, direction));
    out.push_str(" }");
    out.push_str(CLOSE_WIDE);
}

/// Of a shutdown communication received, ExaBGP tells its own rendering in place of the octets.
pub(super) fn notification_data(notify: &Notify, direction: Direction) -> Vec<u8> {
    match (direction, notify.code, notify.subcode) {
        (Direction::Receive, 6, 2 | 4) => notify.message_text().into_bytes(),
        _ => notify.data.to_vec(),
    }
}

fn notification_message(notify: &Notify, direction: Direction) -> String {
    match direction {
        Direction::Receive => notify.message_text(),
        Direction::Send => String::from_utf8_lossy(&notify.data).into_owned(),
    }
}

fn refresh(out: &mut String, refresh: RouteRefresh) {
    let names = refresh.family.to_string();
    let (afi, safi) = names.split_once('/').unwrap_or((&names, ""));
    out.push_str(", \"route-refresh\": { \"afi\": ");
    json::string(out, afi);
    out.push_str(", \"safi\": ");
    json::string(out, safi);
    json::write(out, format_args!(", \"subtype\": \"{}\" }}{CLOSE}", refresh.subtype_name()));
}

fn operational(out: &mut String, operational: &Operational) {
    out.push_str(", \"operational\": ");
    operational.json(out);
    out.push_str(CLOSE);
}
