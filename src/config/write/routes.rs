//! The statements that say configured routes and messages, and the sections they belong in.

use rib::StaticRoute;
use wire::{
    AnyAttribute, AnyNlri, Attributes, AttributesOnly, Family, Intent, NextHop, Operational, Words,
    attribute::{ExtendedCommunities, ExtendedCommunity},
    route,
};

use super::Unsayable;
use crate::{model::Form, neighbor::Neighbor};

/// Where a `.conf` has a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// `static`: `route` and `sr-policy`.
    Static,
    /// `flow`.
    Flow,
    /// `l2vpn`: `vpls`.
    L2vpn,
    /// `announce`, with this section inside.
    Announce(&'static str),
}

/// One route in words.
#[derive(Debug)]
pub(super) struct Statement {
    /// Where it stands in a `.conf`.
    pub(super) section: Section,
    /// The first word in its section, such as `route`.
    pub(super) keyword: &'static str,
    /// The words of the NLRI, next hop included.
    pub(super) subject: String,
    /// Each attribute, and the watchdog.
    pub(super) rest: Vec<String>,
    /// A family that needs a next hop has none here. Such a route is only read as a block.
    pub(super) block: bool,
}

impl Statement {
    /// The words of a route of the neighbor.
    pub(super) fn of(neighbor: &Neighbor, spec: &StaticRoute, form: Form) -> Result<Self, Unsayable> {
        let route = &spec.route;
        let family = route.nlri.family();
        let (section, keyword) = place(&route.nlri).ok_or_else(|| {
            Unsayable(format!("{neighbor}: the route {} is of {family}, which no statement is for", route.nlri))
        })?;
        let subject = route.nlri.with_next_hop(route.next_hop).to_string();
        let mut rest: Vec<String> = route.attributes.iter().map(|one| attribute(one, family, form)).collect();
        if let Some(tag) = &spec.watchdog {
            let name = quoted(&tag.name).ok_or_else(|| {
                Unsayable(format!("{neighbor}: the watchdog {} has both kinds of quotes in its name", tag.name))
            })?;
            rest.push(format!("watchdog {name}"));
            rest.extend(tag.held.then(|| "withdraw".to_owned()));
        }
        let block = route.next_hop == NextHop::None && family.needs_next_hop();
        if block && !matches!((section, keyword), (Section::Static, "route")) {
            return Err(Unsayable(format!("{neighbor}: the route {} has no next-hop", route.nlri)));
        }
        // The text form of these begins with the word that the keyword says already.
        let subject = match family {
            Family::L2vpnVpls => subject.strip_prefix("vpls ").unwrap_or(&subject).to_owned(),
            _ if is_flow(family) => flow_words(&subject).to_owned(),
            _ => subject,
        };
        Ok(Self { section, keyword, subject, rest, block })
    }

    /// The words behind the keyword, in one line.
    pub(super) fn line(&self) -> String {
        let mut line = self.subject.clone();
        for words in &self.rest {
            line.extend([" ", words]);
        }
        line
    }

    /// What a block has before its braces, and the statements inside.
    pub(super) fn parts(&self) -> (String, Vec<String>) {
        let mut words = Words::new(&self.subject);
        let prefix = words.next().map(|word| word.text.to_owned()).unwrap_or_default();
        let mut parts: Vec<String> = Vec::new();
        while let Some(word) = words.next() {
            match parts.last_mut() {
                Some(part) if !PARTS.contains(&word.text) => part.extend([" ", word.text]),
                _ => parts.push(word.text.to_owned()),
            }
        }
        parts.extend(self.rest.iter().cloned());
        (prefix, parts)
    }
}

/// Attributes without a route in words.
pub(super) fn bare(update: &AttributesOnly, form: Form) -> String {
    let next_hop = AttributesOnly { attributes: Attributes::default(), ..update.clone() }.to_string();
    let attributes = update.attributes.iter().map(|one| attribute(one, Family::Ipv4Unicast, form));
    let words = std::iter::once(next_hop).filter(|words| !words.is_empty()).chain(attributes);
    format!("attributes {}", words.collect::<Vec<_>>().join(" "))
}

/// An attribute in words: what a flow specification does by the name of the action, if it does one thing alone.
fn attribute(attribute: &AnyAttribute, family: Family, form: Form) -> String {
    let AnyAttribute::ExtendedCommunities(ExtendedCommunities(list)) = attribute else {
        return attribute.typed().to_string();
    };
    match &list[..] {
        [one] if is_flow(family) => action(&one.typed()),
        _ => None,
    }
    .unwrap_or_else(|| match form {
        Form::Ron => attribute.typed().to_string(),
        Form::Exabgp => {
            let words: Vec<String> = list.iter().map(foreign).collect();
            format!("extended-community [ {} ]", words.join(" "))
        }
    })
}

/// The action that a community stands for in a flow specification.
fn action(community: &str) -> Option<String> {
    match community.split_once(':') {
        Some(("rate-limit", "0")) => Some("discard".to_owned()),
        Some(("rate-limit", rate)) if !rate.contains(':') => Some(format!("rate-limit {rate}")),
        None if community.starts_with("mark ") || community.starts_with("action ") => Some(community.to_owned()),
        _ => None,
    }
}

/// A community in words that ExaBGP has too: digits, if it must be.
fn foreign(community: &ExtendedCommunity) -> String {
    let text = community.typed();
    let known = match text.split_once(':') {
        Some(("origin", rest)) => !rest.split_once(':').is_some_and(|(_, number)| number.contains('.')),
        Some(("target" | "target4" | "origin4" | "l2info" | "bandwidth" | "mup", _)) => true,
        Some(("redirect", rest)) => rest.split_once(':').is_some_and(|(asn, _)| asn.parse::<u16>().is_ok()),
        _ => text == "redirect-to-nexthop",
    };
    if known { text } else { format!("0x{:016x}", u64::from_be_bytes(community.0)) }
}

/// The keywords of what a prefix may have behind it.
const PARTS: [&str; 3] = ["path-information", "label", "rd"];

/// The section and the first word of a route in it; prefixes whose looks tell the family are not told it.
fn place(nlri: &AnyNlri) -> Option<(Section, &'static str)> {
    let family = nlri.family();
    let plain = match nlri {
        AnyNlri::Ipv4Unicast(prefix)
        | AnyNlri::Ipv6Unicast(prefix)
        | AnyNlri::Ipv4Multicast(prefix)
        | AnyNlri::Ipv6Multicast(prefix) => prefix.family() == family,
        AnyNlri::Ipv4NlriMpls(nlri) | AnyNlri::Ipv6NlriMpls(nlri) => !nlri.labels.is_empty(),
        AnyNlri::Ipv4MplsVpn(nlri) | AnyNlri::Ipv6MplsVpn(nlri) => nlri.rd.is_some(),
        _ => false,
    };
    Some(match family {
        _ if plain => (Section::Static, "route"),
        Family::Ipv4SrPolicy | Family::Ipv6SrPolicy => (Section::Static, "sr-policy"),
        _ if is_flow(family) && tells_family(nlri) => (Section::Flow, "route"),
        Family::L2vpnVpls => (Section::L2vpn, "vpls"),
        Family::BgpLs | Family::BgpLsVpn => return None,
        _ => (Section::Announce(family.afi_name()), family.safi_name()),
    })
}

const fn is_flow(family: Family) -> bool {
    matches!(family.safi(), 133 | 134)
}

/// Whether the words of a flow specification tell its family: IPv4 is what they mean without more.
fn tells_family(nlri: &AnyNlri) -> bool {
    let read = || route::parse_flow(&mut Words::new(flow_words(&nlri.to_string())), Intent::Withdraw);
    nlri.family().afi() == 1 || read().is_ok_and(|spec| spec.routes.first().is_some_and(|route| route.nlri == *nlri))
}

/// The words of a flow specification without that of its family.
fn flow_words(text: &str) -> &str {
    text.strip_prefix("flow").unwrap_or(text).trim_start()
}

/// An OPERATIONAL message in words.
pub(super) fn notice(neighbor: &Neighbor, message: &Operational) -> Result<String, Unsayable> {
    if let Operational::Advisory { text, .. } = message
        && text.contains('"')
        && text.contains('\'')
    {
        return Err(Unsayable(format!("{neighbor}: the advisory {text} has both kinds of quotes")));
    }
    // Ours is the identifier of messages that name none.
    let words = match message.clone() {
        Operational::Count { what, family, router_id, sequence, counter } if router_id == neighbor.router_id => {
            let router_id = std::net::Ipv4Addr::UNSPECIFIED;
            Operational::Count { what, family, router_id, sequence, counter }.words().to_string()
        }
        other => other.words().to_string(),
    };
    if words.is_empty() {
        return Err(Unsayable(format!("{neighbor}: an OPERATIONAL message of type {} has no words", message.code())));
    }
    Ok(words)
}

/// A word of the grammar of routes, in quotes if it needs them; `None` when it has both kinds.
fn quoted(word: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Some(word.to_owned());
    }
    ['"', '\''].into_iter().find(|quote| !word.contains(*quote)).map(|quote| format!("{quote}{word}{quote}"))
}
