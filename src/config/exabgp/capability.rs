//! `capability { … }`: what the OPEN offers.

use crate::{
    draft::{Capabilities, Draft, Graceful},
    error::Error,
    exabgp::{
        lexer::Statement,
        section::{Reader, Table},
    },
    key::{Complaint, Key, set, set_or, value},
    neighbor::AddPath,
    value::{boolean, narrow},
};

/// The keywords of a capability section, in both forms.
pub(crate) static KEYS: &[Key<Capabilities>] = &[
    value("asn4", BOOL, "Four-octet AS numbers.", |c, w| set_or(&mut c.asn4, w, true, boolean)),
    value("extended-message", BOOL, "Messages of up to 65535 octets.", |c, w| {
        set_or(&mut c.extended_message, w, true, boolean)
    }),
    value("route-refresh", BOOL, "ROUTE-REFRESH, plain and enhanced.", |c, w| {
        set_or(&mut c.route_refresh, w, true, boolean)
    }),
    value("graceful-restart", "seconds, or disable", "Graceful Restart; 0 or nothing uses the hold time.", |c, w| {
        set_or(&mut c.graceful_restart, w, Graceful::Seconds(0), graceful)
    }),
    value(
        "graceful-notification",
        BOOL,
        "With Graceful Restart, routes are kept after a NOTIFICATION as well (RFC 8538).",
        |c, w| set_or(&mut c.graceful_notification, w, true, boolean),
    ),
    value(
        "long-lived-graceful-restart",
        "seconds up to 16777215, or disable",
        "With Graceful Restart, routes may be kept so much longer, marked as stale (RFC 9494).",
        |c, w| set(&mut c.long_lived_graceful_restart, w, long_lived),
    ),
    value("multi-session", BOOL, "A session for each family.", |c, w| set_or(&mut c.multi_session, w, true, boolean)),
    value("operational", BOOL, "OPERATIONAL messages.", |c, w| set_or(&mut c.operational, w, true, boolean)),
    value("add-path", "disable, receive, send or send/receive", "Several paths for a prefix.", add_path),
    value("nexthop", BOOL, "IPv4 routes with IPv6 next hops.", |c, w| set_or(&mut c.nexthop, w, true, boolean)),
    value("aigp", BOOL, "Exchange AIGP with neighbors of other ASes.", |c, w| set_or(&mut c.aigp, w, true, boolean)),
    // ExaBGP takes the word alone for a no, and files rely on it.
    value("software-version", BOOL, "Tell the version; only an explicit enable does.", |c, w| {
        set_or(&mut c.software_version, w, false, boolean)
    }),
    value("link-local-nexthop", BOOL, "IPv6 next hops that are link-local only.", |c, w| {
        set(&mut c.link_local_nexthop, w, boolean)
    }),
    value("link-local-prefer", BOOL, "Prefer the link-local of two next hops.", |c, w| {
        set_or(&mut c.link_local_prefer, w, false, boolean)
    }),
];

static TABLE: Table<Capabilities> = Table { name: "capability", keys: KEYS, sections: &[], grammar: None };

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    reader.body(&TABLE, &mut draft.capability).map(drop)
}

fn graceful(word: &str) -> Option<Graceful> {
    let off = ["disable", "disabled"].iter().any(|off| word.eq_ignore_ascii_case(off));
    if off {
        return Some(Graceful::Off);
    }
    narrow(word).filter(|seconds| *seconds <= u32::from(u16::MAX)).map(Graceful::Seconds)
}

fn long_lived(word: &str) -> Option<Graceful> {
    match graceful(word) {
        None => narrow(word).filter(|seconds| *seconds <= STALE_TIME_MAX).map(Graceful::Seconds),
        some => some,
    }
}

fn add_path(capabilities: &mut Capabilities, word: Option<&str>) -> Result<(), Complaint> {
    let lower = word.unwrap_or_default().to_ascii_lowercase();
    if lower == "receive/send" {
        return Err(Complaint::Because("receive/send is spelt send/receive".into()));
    }
    set(&mut capabilities.add_path, word, |_| {
        Some(match lower.as_str() {
            "disable" | "disabled" => AddPath::Disable,
            "receive" => AddPath::Receive,
            "send" => AddPath::Send,
            "send/receive" => AddPath::SendReceive,
            _ => return None,
        })
    })
}

/// Seconds of a long-lived stale time: 24 bits.
const STALE_TIME_MAX: u32 = 0x00FF_FFFF;
const BOOL: &str = "true or false";
