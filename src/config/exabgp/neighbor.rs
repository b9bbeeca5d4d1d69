//! `neighbor <address> { … }`, and the body it shares with a template.

use crate::{
    check::Refusal,
    draft::Draft,
    error::Error,
    exabgp::{
        announce, api, capability, family, flow, l2vpn,
        lexer::Statement,
        next_hop, operational, paths,
        section::{Reader, Sub, Table},
        static_routes, tcp_ao,
    },
    key::{Complaint, Key, Read, set, set_or, value},
    value::{address, asn, boolean, hold_time, link_local, narrow, peer, percent, positive, rate_limit, ttl},
};

/// The keywords of a neighbor, in both forms.
pub(crate) static KEYS: &[Key<Draft>] = &[
    value("peer-address", "an address or a range", "The neighbor's address.", |d, w| {
        set(&mut d.settings.peer_address, w, peer)
    }),
    value("local-address", "an address or auto", "Our address.", |d, w| set(&mut d.settings.local_address, w, address)),
    value("local-link-local", "an address of fe80::/10", "Our link-local address.", |d, w| {
        set(&mut d.settings.local_link_local, w, link_local)
    }),
    value("router-id", "an IPv4 address", "Our BGP Identifier.", |d, w| {
        set(&mut d.settings.router_id, w, |word| word.parse().ok())
    }),
    value("local-as", "an AS number or auto", "Our AS.", |d, w| set(&mut d.settings.local_as, w, asn)),
    value("peer-as", "an AS number or auto", "The neighbor's AS.", |d, w| set(&mut d.settings.peer_as, w, asn)),
    value("description", "text", "Free text.", |d, w| text(&mut d.settings.description, w)),
    value("host-name", "a name", "Sent in the hostname capability.", |d, w| text(&mut d.settings.host_name, w)),
    value("domain-name", "a name", "Sent in the hostname capability.", |d, w| text(&mut d.settings.domain_name, w)),
    value("hold-time", "0, or 3 to 65535 seconds", "Hold Time to offer.", |d, w| {
        set(&mut d.settings.hold_time, w, hold_time)
    }),
    value("send-hold-time", "0 to 65535 seconds", "How long the neighbor may take in nothing; 0 for ever.", |d, w| {
        set(&mut d.settings.send_hold_time, w, narrow)
    }),
    value("prefix-limit", "a number of routes", "The most routes of a family the neighbor may announce.", |d, w| {
        set(&mut d.settings.prefix_limit, w, positive)
    }),
    value("prefix-limit-warning", "1 to 100 percent", "From which part of that limit on is warned.", |d, w| {
        set(&mut d.settings.prefix_limit_warning, w, percent)
    }),
    value("prefix-limit-idle", "1 to 65535 seconds", "How long sessions rest after more than that.", |d, w| {
        set(&mut d.settings.prefix_limit_idle, w, positive)
    }),
    value("eor-within", "1 to 65535 seconds", "End-of-RIB when a helper asks for it, or after this time.", |d, w| {
        set(&mut d.settings.eor_within, w, positive)
    }),
    value("range-limit", "a number of members", "Of a range: the most members at a time.", |d, w| {
        set(&mut d.settings.range_limit, w, positive)
    }),
    value("rate-limit", "messages a second, or disable", "How many messages with routes are sent.", |d, w| {
        set(&mut d.settings.rate_limit, w, rate_limit)
    }),
    value("prefix-rate-limit", "prefixes a second, or disable", "How many prefixes are sent.", |d, w| {
        set(&mut d.settings.prefix_rate_limit, w, rate_limit)
    }),
    value("passive", BOOL, "Wait for the neighbor's connection.", |d, w| {
        set_or(&mut d.settings.passive, w, true, boolean)
    }),
    value("listen", "a port", "A port to listen on for this neighbor alone.", |d, w| {
        set(&mut d.settings.listen, w, narrow)
    }),
    value("connect", "a port", "The port to connect to.", |d, w| set(&mut d.settings.connect, w, narrow)),
    value("source-interface", "an interface", "Bind outgoing connections to an interface.", |d, w| {
        text(&mut d.settings.source_interface, w)
    }),
    value("outgoing-ttl", "0 to 255, or disable", "TTL of outgoing connections.", |d, w| {
        set(&mut d.settings.outgoing_ttl, w, ttl)
    }),
    value("incoming-ttl", "0 to 255, or disable", "The least TTL accepted.", |d, w| {
        set(&mut d.settings.incoming_ttl, w, ttl)
    }),
    value("md5-password", "a password", "TCP MD5 key.", |d, w| {
        set(&mut d.settings.md5_password, w, |word| (!word.is_empty()).then(|| word.to_owned()))
    }),
    value("md5-base64", "true, false or auto", "The key is written in base64.", |d, w| {
        set_or(&mut d.settings.md5_base64, w, false, |word| if word == "auto" { Some(false) } else { boolean(word) })
    }),
    value("md5-ip", "an address", "The address bound and listened on.", |d, w| {
        set(&mut d.settings.md5_ip, w, |word| word.parse().ok())
    }),
    value("group-updates", BOOL, "Several prefixes may share an UPDATE.", |d, w| {
        set_or(&mut d.settings.group_updates, w, true, boolean)
    }),
    value("auto-flush", BOOL, "Compared on reload, without other effect.", |d, w| {
        set_or(&mut d.settings.auto_flush, w, true, boolean)
    }),
    // These three alone mean no, as in ExaBGP.
    value("adj-rib-out", BOOL, "Keep what was announced.", |d, w| {
        set_or(&mut d.settings.adj_rib_out, w, false, boolean)
    }),
    value("adj-rib-in", BOOL, "Keep what the neighbor announces.", |d, w| {
        set_or(&mut d.settings.adj_rib_in, w, false, boolean)
    }),
    value("manual-eor", BOOL, "End-of-RIB only when a helper asks for it.", |d, w| {
        set_or(&mut d.settings.manual_eor, w, false, boolean)
    }),
    Key {
        name: "inherit",
        expects: "a template, or a list of them in brackets",
        doc: "Templates to take settings, routes and apis from.",
        read: Read::OneOrList(inherit),
    },
];

/// The body of a neighbor and of a template.
pub(crate) static TABLE: Table<Draft> = Table {
    name: "neighbor",
    keys: KEYS,
    sections: &[
        Sub { name: "family", read: family::read },
        Sub { name: "capability", read: capability::read },
        Sub { name: "api", read: api::read },
        Sub { name: "static", read: static_routes::read },
        Sub { name: "flow", read: flow::read },
        Sub { name: "announce", read: announce::read },
        Sub { name: "l2vpn", read: l2vpn::read },
        Sub { name: "add-path", read: paths::read },
        Sub { name: "nexthop", read: next_hop::read },
        Sub { name: "operational", read: operational::read },
        Sub { name: "tcp-ao", read: tcp_ao::read },
    ],
    grammar: None,
};

pub(crate) fn read(reader: &mut Reader<'_>, header: &Statement<'_>, _: &mut ()) -> Result<(), Error> {
    let mut draft = Draft::default();
    let word = header.word(1).unwrap_or_default();
    draft.settings.peer_address =
        Some(peer(word).ok_or_else(|| reader.refuse(header, 1, format!("\"{word}\" is not a valid IP address")))?);
    let end = reader.body(&TABLE, &mut draft)?;
    if !inherit_templates(reader, &end, &mut draft) {
        return Ok(());
    }
    let admitted = reader.file.census.admit(draft, reader.env);
    let neighbor = admitted.map_err(|refusal| refuse(reader, (header, &end), refusal))?;
    for remark in std::mem::take(&mut reader.file.census.remarks) {
        reader.warn(end.at.0, remark);
    }
    reader.file.headers.push(at(header));
    reader.file.neighbors.push(neighbor);
    Ok(())
}

/// ExaBGP names the brace at which the section is checked; a person looks for the neighbor.
fn refuse(reader: &Reader<'_>, (header, end): (&Statement<'_>, &Statement<'_>), refusal: Refusal) -> Error {
    let error = if refusal.semantic {
        reader.refuse_line(end, refusal.message)
    } else {
        reader.refuse(end, end.words.len(), refusal.message)
    };
    let width = header.word(1).unwrap_or_default().len();
    let twin = refusal.twin.and_then(|twin| reader.file.headers.get(twin));
    let other = twin.map(|(line, column)| format!("the other one is at {}:{line}:{column}", reader.source.name));
    error.at(reader.excerpt(at(header), width)).hint(other)
}

/// Where a header has its address.
fn at(header: &Statement<'_>) -> (usize, usize) {
    header.words.get(1).map_or(header.at, |word| word.at)
}

/// Whether the templates say all that they were meant to.
fn inherit_templates(reader: &mut Reader<'_>, end: &Statement<'_>, draft: &mut Draft) -> bool {
    let mut sound = true;
    for name in std::mem::take(&mut draft.inherit) {
        sound &= !reader.file.spoilt.contains(&name);
        match reader.file.templates.get(&name) {
            Some(template) => draft.inherit_over(template),
            None => reader.warn(end.at.0, format!("there is no template {name} above, it is ignored")),
        }
    }
    sound
}

fn inherit(draft: &mut Draft, names: &[&str]) -> Result<(), Complaint> {
    match names {
        [] => return Err(Complaint::Unexpected),
        names => draft.inherit.extend(names.iter().map(ToString::to_string)),
    }
    Ok(())
}

fn text(slot: &mut Option<String>, word: Option<&str>) -> Result<(), Complaint> {
    *slot = Some(word.unwrap_or_default().to_owned());
    Ok(())
}

const BOOL: &str = "true or false";
