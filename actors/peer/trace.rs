//! What the log says of messages, routes, timers and counters, each in a category of its own that settings switch on.
//! Nothing is formatted for a line that nobody wants.

use std::{fmt, time::Duration};

use session::Counters;
use slog::{Drain as _, FnValue, Logger, debug, info};
use wire::{Frame, Kind, Update};

/// A message as it went over the wire, and its name.
pub(super) fn message(log: &Logger, sent: bool, frame: &Frame) {
    let direction = if sent { "sent" } else { "received" };
    debug!(log, "octets of a message"; "source" => "packets", "direction" => direction, "octets" => FnValue(|_| Hex(frame.bytes()).to_string()));
    debug!(log, "message"; "source" => "message", "direction" => direction, "length" => frame.bytes().len(),
        "type" => Kind::from_code(frame.kind()).map_or("unknown", Kind::name));
}

/// What an UPDATE was decoded as, and each of its routes.
pub(super) fn update(log: &Logger, update: &Update) {
    if !log.is_debug_enabled() {
        return;
    }
    debug!(log, "decoded"; "source" => "parser", "attributes" => %update.attributes,
        "announced" => update.announced.iter().map(|reach| reach.nlris.len()).sum::<usize>(),
        "withdrawn" => update.withdrawn.len(), "fault" => update.fault.map(wire::UpdateFault::name));
    for complaint in &update.complaints {
        debug!(log, "decoded in spite of a fault"; "source" => "parser", "reason" => complaint);
    }
    for reach in &update.announced {
        for nlri in &reach.nlris {
            debug!(log, "announced"; "source" => "routes", "family" => %reach.family,
                "route" => %nlri.with_next_hop(reach.next_hop), "attributes" => %update.attributes);
        }
    }
    for nlri in &update.withdrawn {
        debug!(log, "withdrawn"; "source" => "routes", "family" => %nlri.family(), "route" => %nlri);
    }
}

/// When the session looks at its timers next, unless something happens before.
pub(super) fn timer(log: &Logger, wait: Duration) {
    debug!(log, "next timer"; "source" => "timers", "in" => ?wait);
}

/// What a session that is over has sent and received.
pub(super) fn counters(log: &Logger, counters: &Counters) {
    let (sent, received) = (Tally(&counters.sent), Tally(&counters.received));
    info!(log, "messages of the session"; "source" => "statistics", "sent" => %sent, "received" => %received,
        "prefixes-received" => counters.prefixes_received, "prefixes-withdrawn" => counters.prefixes_withdrawn);
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

/// Messages of each kind of which there were any.
struct Tally<'a>(&'a [u64; 7]);

impl fmt::Display for Tally<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = Kind::ALL.into_iter().filter_map(|kind| Some((kind, *self.0.get(usize::from(kind.code()))?)));
        let mut counts = counts.filter(|(_, count)| *count > 0).peekable();
        if counts.peek().is_none() {
            return f.write_str("nothing");
        }
        let text: Vec<_> = counts.map(|(kind, count)| format!("{count} {}", kind.name())).collect();
        f.write_str(&text.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_octets() {
        assert_eq!(Tally(&[0, 1, 0, 0, 12, 0, 0]).to_string(), "1 open, 12 keepalive");
        assert_eq!(Tally(&[3, 0, 0, 0, 0, 0, 0]).to_string(), "nothing");
        assert_eq!(Hex(&[0, 255, 10]).to_string(), "00FF0A");
    }
}
