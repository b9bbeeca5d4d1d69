//! What is done with the packets of a rule (RFC 8955 section 7, RFC 8956 section 6, draft-simpson-idr-flowspec-redirect,
//! draft-ietf-idr-flowspec-redirect-ip, draft-ietf-idr-flowspec-interfaceset). All of it is communities and next hops.

use std::net::{IpAddr, Ipv6Addr};

use crate::{
    AnyAttribute, NextHop, Word, WordError, Words,
    attribute::{ExtendedCommunities, ExtendedCommunity, Ipv6ExtendedCommunities, Ipv6ExtendedCommunity},
    number,
    route::{Action, RouteParts},
};

/// The keyword of the scope.
pub(super) const INTERFACE_SET: &str = "interface-set";
/// The highest rate: a bit more than any link has.
const MAX_RATE: f32 = 1e12;

/// The keywords.
pub(super) const ALL: &[Action] = &[
    Action { keyword: "accept", read: |_, _| Ok(()) },
    Action {
        keyword: "discard",
        read: |_, parts| {
            community(parts, ExtendedCommunity::rate_bytes(0.0));
            Ok(())
        },
    },
    Action { keyword: "rate-limit", read: rate_limit },
    Action { keyword: "redirect", read: redirect },
    Action {
        keyword: "redirect-to-nexthop",
        read: |_, parts| {
            community(parts, ExtendedCommunity::redirect_to_next_hop(false));
            Ok(())
        },
    },
    Action { keyword: "redirect-to-nexthop-ietf", read: redirect_ietf },
    Action { keyword: "copy", read: copy },
    Action { keyword: "mark", read: mark },
    Action { keyword: "action", read: action },
    Action { keyword: INTERFACE_SET, read: interface_set },
];

fn community(parts: &mut RouteParts, community: ExtendedCommunity) {
    parts.attributes.add(AnyAttribute::ExtendedCommunities(ExtendedCommunities(vec![community])));
}

fn ipv6_community(parts: &mut RouteParts, community: Ipv6ExtendedCommunity) {
    parts.attributes.add(AnyAttribute::Ipv6ExtendedCommunities(Ipv6ExtendedCommunities(vec![community])));
}

/// `<number> [bytes|packets]`
fn rate_limit(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    let word = words.expect("the rate")?;
    let rate = ExtendedCommunity::rate(word.text);
    let rate = rate.ok_or_else(|| WordError::expected(word, "a rate in bytes or packets a second"))?.min(MAX_RATE);
    let packets = !words.keyword("bytes") && words.keyword("packets");
    let limit = if packets { ExtendedCommunity::rate_packets(rate) } else { ExtendedCommunity::rate_bytes(rate) };
    community(parts, limit);
    Ok(())
}

/// `<asn>:<number>`, `<address>`, `[<IPv6 address>]` or `[<IPv6 address>]:<number>`
fn redirect(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    let word = words.expect("where to redirect to")?;
    if word.text == "[" {
        return bracketed(words, parts);
    }
    if let Some((address, number)) = word.text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        let address = address.parse().map_err(|_| refused(word))?;
        return to_ipv6(word, address, number, parts);
    }
    if let Ok(address) = word.text.parse() {
        to_next_hop(parts, address, false);
        return Ok(());
    }
    community(parts, target(word.text).ok_or_else(|| refused(word))?);
    Ok(())
}

fn refused(word: Word<'_>) -> WordError {
    WordError::expected(word, "an IP address, or a target such as 65000:1 or [2001:db8::1]:1")
}

/// Brackets are words of their own where nothing quotes them; the number follows them without a blank.
fn bracketed(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    let word = words.expect("the IPv6 address")?;
    let address = word.text.parse().map_err(|_| refused(word))?;
    let close = words.expect("the closing bracket")?;
    if close.text != "]" {
        return Err(refused(close));
    }
    let number = words.peek().filter(|next| next.column == close.column + 1 && next.text.starts_with(':'));
    if number.is_some() {
        words.next();
    }
    to_ipv6(word, address, number.map_or("", |number| number.text), parts)
}

/// With `:<number>` it is the target of a VRF, else the address of a next hop.
fn to_ipv6(word: Word<'_>, address: Ipv6Addr, rest: &str, parts: &mut RouteParts) -> Result<(), WordError> {
    if rest.is_empty() {
        to_next_hop(parts, address.into(), false);
        return Ok(());
    }
    let number = rest.strip_prefix(':').and_then(number::u16).ok_or_else(|| refused(word))?;
    ipv6_community(parts, Ipv6ExtendedCommunity::redirect(address, number));
    Ok(())
}

/// A route target without its name (RFC 8955 section 7.4).
fn target(text: &str) -> Option<ExtendedCommunity> {
    let (asn, assigned) = text.split_once(':')?;
    let asn = number::asn(asn)?;
    match u16::try_from(asn) {
        Ok(asn) => Some(ExtendedCommunity::two_octet_as([0x80, 0x08], asn, number::u32(assigned)?)),
        Err(_) => Some(ExtendedCommunity::four_octets([0x82, 0x08], asn, number::u16(assigned)?)),
    }
}

/// The next hop of the route says where to.
fn to_next_hop(parts: &mut RouteParts, address: IpAddr, copy: bool) {
    parts.next_hop = Some(NextHop::Ip(address));
    community(parts, ExtendedCommunity::redirect_to_next_hop(copy));
}

fn address(words: &mut Words<'_>) -> Result<IpAddr, WordError> {
    let word = words.expect("the IP address")?;
    word.text.parse().map_err(|_| WordError::expected(word, "an IP address"))
}

fn copy(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    to_next_hop(parts, address(words)?, true);
    Ok(())
}

fn redirect_ietf(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    match address(words)? {
        IpAddr::V4(address) => community(parts, ExtendedCommunity::redirect_to(address, false)),
        IpAddr::V6(address) => ipv6_community(parts, Ipv6ExtendedCommunity::redirect_to(address, false)),
    }
    Ok(())
}

fn mark(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    let word = words.expect("the DSCP to mark with")?;
    let dscp = number::u8(word.text).filter(|dscp| *dscp < 64);
    community(parts, ExtendedCommunity::mark(dscp.ok_or_else(|| WordError::expected(word, "a DSCP from 0 to 63"))?));
    Ok(())
}

/// `sample`, `terminal`, or a word that has both of them in it.
fn action(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    let word = words.expect("the action")?;
    let (sample, terminal) = (word.text.contains("sample"), word.text.contains("terminal"));
    if !sample && !terminal {
        return Err(WordError::expected(word, "sample, terminal or sample-terminal"));
    }
    community(parts, ExtendedCommunity::action(sample, terminal));
    Ok(())
}

/// `[transitive:|non-transitive:]<direction>:<asn>:<group>`, or a list of them.
fn interface_set(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    let sets = words.list("the interface set", false, |word| {
        ExtendedCommunity::interfaces(word.text).ok_or_else(|| {
            WordError::expected(word, "an interface set such as transitive:input:65000:1, group below 16384")
        })
    })?;
    sets.into_iter().for_each(|set| community(parts, set));
    Ok(())
}
