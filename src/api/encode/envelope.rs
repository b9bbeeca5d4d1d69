//! The members that surround what an event says.

use wire::json::{self, Dialect};

use super::{Envelope, PeerFacts};

/// Opens the object, up to and with `"neighbor": { … "router-id": "…" , `. `stamp` is counter and time.
pub(super) fn open(out: &mut String, envelope: &Envelope, stamp: (u64, f64), kind: &str, who: &PeerFacts) {
    start(out, envelope, stamp, kind);
    neighbor(out, who);
}

/// Opens the object, up to and with `"type": "…", `.
pub(super) fn start(out: &mut String, envelope: &Envelope, (counter, time): (u64, f64), kind: &str) {
    common(out, envelope, time);
    out.push_str("\"counter\": ");
    match u32::try_from(counter) {
        Ok(counter) => json::number(out, counter),
        Err(_) => json::write(out, format_args!("{counter}")),
    }
    out.extend([", \"type\": \"", kind, "\", "]);
}

/// Opens the neighbor.
pub(super) fn neighbor(out: &mut String, who: &PeerFacts) {
    out.push_str("\"neighbor\": { \"address\": { \"local\": ");
    match who.local_address {
        Some(address) => {
            out.push('"');
            json::address(out, address);
            out.push('"');
        }
        None => out.push_str("\"None\""),
    }
    out.push_str(", \"peer\": \"");
    json::address(out, who.peer_address);
    out.push_str("\" }, \"asn\": { \"local\": ");
    asn(out, who.local_as);
    out.push_str(", \"peer\": ");
    asn(out, who.peer_as);
    out.push_str(" }, \"router-id\": \"");
    json::ipv4(out, who.router_id);
    out.push_str("\" , ");
}

/// The whole line which says that the daemon ends.
pub(super) fn shutdown(out: &mut String, envelope: &Envelope, time: f64) {
    common(out, envelope, time);
    out.push_str("\"type\": \"notification\", \"notification\": \"shutdown\" }\n");
}

/// The whole line which says that events were lost.
pub(super) fn lost(out: &mut String, envelope: &Envelope, time: f64, events: u64) {
    common(out, envelope, time);
    json::write(out, format_args!("\"type\": \"lost\", \"events\": {events} }}\n"));
}

fn common(out: &mut String, envelope: &Envelope, time: f64) {
    let version = match envelope.dialect {
        Dialect::V5 if envelope.main => "4.0.1",
        Dialect::V5 => "5.0.0",
        Dialect::V6 => "6.0.0",
    };
    // JSON has neither infinity nor NaN; `Debug` writes `5.0` where `Display` writes `5`.
    let time = if time.is_finite() { time } else { 0.0 };
    json::write(out, format_args!("{{ \"exabgp\": \"{version}\", \"time\": {time:?}, \"host\" : "));
    json::string(out, &envelope.host);
    out.push_str(", \"pid\" : ");
    json::number(out, envelope.pid);
    out.push_str(", \"ppid\" : ");
    json::number(out, envelope.ppid);
    out.push_str(", ");
}

fn asn(out: &mut String, asn: Option<u32>) {
    match asn {
        Some(asn) => json::number(out, asn),
        None => out.push_str("null"),
    }
}
