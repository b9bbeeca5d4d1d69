//! Events as words, for helpers that prefer them to JSON. An empty line ends each event.

use std::fmt::{self, Write};

use session::{Direction, MessageReport, Parsed, Report};
use wire::{
    AnyCapability, Attributes, Capability as _, Frame, NextHop, Notify, Open, Update, capability::HostName, json,
};

use super::{Envelope, Event, json::notification_data};

/// Appends the lines of an event. Negotiated, fsm and signal have no text form.
pub(super) fn event(out: &mut String, event: &Event<'_>) {
    let who = event.who.peer_address;
    match event.report {
        Report::Connected if event.to.neighbor_changes => lines(out, format_args!("neighbor {who} connected")),
        Report::Up if event.to.neighbor_changes => lines(out, format_args!("neighbor {who} up")),
        Report::Down(cause) if event.to.neighbor_changes => {
            lines(out, format_args!("neighbor {who} down - {cause}"));
        }
        Report::Message(report) => message(out, event, report),
        _ => {}
    }
}

/// The line which says that the daemon ends.
pub(super) fn shutdown(out: &mut String, envelope: &Envelope) {
    lines(out, format_args!("shutdown {} {}", envelope.pid, envelope.ppid));
}

/// The line which says that events were lost.
pub(super) fn lost(out: &mut String, events: u64) {
    lines(out, format_args!("lost {events} events"));
}

fn message(out: &mut String, event: &Event<'_>, report: &MessageReport) {
    let wanted = event.to.wanted(report.direction);
    let head = format!("neighbor {} {}", event.who.peer_address, report.direction.name());
    if wanted.has_consolidated(report.kind) {
        let frame = report.frame.as_ref().filter(|_| wanted.raw);
        if let Some(parsed) = &report.parsed {
            Told { head: &head, report, frame }.parsed(out, parsed);
        }
        return;
    }
    if let Some(frame) = report.frame.as_ref().filter(|_| wanted.has_packets(report.kind)) {
        lines(out, format_args!("{head} {}{}", frame.kind(), Octets(Some(frame))));
    }
    if let Some(parsed) = report.parsed.as_ref().filter(|_| wanted.has_parsed(report.kind)) {
        Told { head: &head, report, frame: None }.parsed(out, parsed);
    }
}

struct Told<'a> {
    head: &'a str,
    report: &'a MessageReport,
    /// Octets told along with the meaning.
    frame: Option<&'a Frame>,
}

impl Told<'_> {
    fn parsed(&self, out: &mut String, parsed: &Parsed) {
        let Self { head, report, frame } = self;
        let octets = Octets(*frame);
        match parsed {
            Parsed::Keepalive => lines(out, format_args!("{head} keepalive{octets}")),
            Parsed::Open(open) => {
                lines(out, format_args!("{head} {}{octets}", OpenText(open, self.report.direction)));
            }
            Parsed::Notification(notify) => {
                let data = Hex(&notification_data(notify, report.direction)).to_string();
                let Notify { code, subcode, .. } = notify;
                lines(out, format_args!("{head} notification code {code} subcode {subcode} data 0x{data}{octets}"));
            }
            Parsed::Refresh(refresh) => {
                let names = refresh.family.to_string();
                let (afi, safi) = names.split_once('/').unwrap_or((&names, ""));
                let subtype = refresh.subtype_name();
                lines(out, format_args!("{head} route-refresh afi {afi} safi {safi} {subtype}{octets}"));
            }
            Parsed::Operational(operational) => line(out, format_args!("{head} operational {operational}{octets}")),
            Parsed::Update(update) => self.update(out, update),
        }
    }

    fn update(&self, out: &mut String, update: &Update) {
        let head = self.head;
        line(out, format_args!("{head} update start"));
        for nlri in &update.withdrawn {
            line(out, format_args!("{head} update withdrawn {nlri}"));
        }
        self.announced(out, update);
        if let Some(family) = update.end_of_rib {
            line(out, format_args!("{head} update route eor {}/{} ({family})", family.afi(), family.safi()));
        }
        if self.frame.is_some() {
            line(out, format_args!("{}", Octets(self.frame)));
        }
        lines(out, format_args!("{head} update end"));
    }

    fn announced(&self, out: &mut String, update: &Update) {
        let attributes = Blank(&update.attributes).to_string();
        for reach in &update.announced {
            for nlri in &reach.nlris {
                let link_local = reach.link_local.map(|address| NextHop::Ip(address.into()));
                for next_hop in std::iter::once(reach.next_hop).chain(link_local) {
                    let nlri = nlri.with_next_hop(next_hop);
                    line(out, format_args!("{} update announced {nlri}{attributes}", self.head));
                }
            }
        }
    }
}

/// Appends a line. Whatever a peer sent, it stays one line of ASCII.
fn line(out: &mut String, arguments: fmt::Arguments<'_>) {
    let _ = Ascii(out).write_fmt(arguments);
    out.push('\n');
}

/// Appends a line and the empty line which ends an event.
fn lines(out: &mut String, arguments: fmt::Arguments<'_>) {
    line(out, arguments);
    out.push('\n');
}

struct Ascii<'a>(&'a mut String);

impl Write for Ascii<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let printable = |character: char| if matches!(character, ' '..='~') { character } else { '?' };
        self.0.extend(text.chars().map(printable));
        Ok(())
    }
}

struct OpenText<'a>(&'a Open, Direction);

/// Capabilities stand in lower case, by their codes. Of our own we tell the name of the router also where it has none.
impl fmt::Display for OpenText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(open, direction) = self;
        let named = |capability: &AnyCapability| (capability.code(), capability.to_string().to_lowercase());
        let mut capabilities: Vec<_> = open.capabilities.iter().map(named).collect();
        if *direction == Direction::Send && capabilities.iter().all(|(code, _)| *code != HostName::CODE) {
            capabilities.push((HostName::CODE, "hostname(none none)".to_owned()));
        }
        capabilities.sort_by_key(|(code, _)| *code);
        let names: Vec<_> = capabilities.into_iter().map(|(_, name)| name).collect();
        write!(
            f,
            "open version {} asn {} hold_time {} router_id {} capabilities [{}]",
            open.version,
            open.asn(),
            open.hold_time,
            open.router_id,
            names.join(", "),
        )
    }
}

/// Attributes behind a blank, if there are any.
struct Blank<'a>(&'a Attributes);

impl fmt::Display for Blank<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " {}", self.0) }
    }
}

/// ` header 0x… body 0x…`, without the part that is empty.
struct Octets<'a>(Option<&'a Frame>);

impl fmt::Display for Octets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(frame) = self.0 else { return Ok(()) };
        write!(f, " header 0x{}", Hex(frame.header()))?;
        if frame.body().is_empty() { Ok(()) } else { write!(f, " body 0x{}", Hex(frame.body())) }
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = String::new();
        json::hex(&mut digits, self.0);
        f.write_str(&digits)
    }
}
