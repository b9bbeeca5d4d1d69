//! `exactix encode`: routes in words as UPDATEs in hexadecimal.

use std::{
    io::{self, Write as _},
    sync::Arc,
};

use anyhow::anyhow;
use config::Env;
use wire::{AttributesOnly, Family, Intent, Packer, Route, WordError, Words, frame, json, route};

use crate::{
    args::Encode,
    offline::{self, Offline},
};

/// Prints an UPDATE a line; 1 when the words are no route.
pub(crate) fn run(options: &Encode, env: &Env) -> anyhow::Result<i32> {
    let family = options.family.as_deref().map(offline::family).transpose()?;
    if options.route.is_empty() && options.configuration.is_none() {
        writeln!(io::stderr(), "usage: exactix encode [OPTIONS] <ROUTE>, or --configuration <CONF>")?;
        return Ok(1);
    }
    match lines(options, family, env) {
        Ok(lines) => {
            let mut out = io::stdout().lock();
            lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            Ok(0)
        }
        Err(error) => {
            writeln!(io::stderr(), "configuration error: {error:#}")?;
            Ok(1)
        }
    }
}

fn lines(options: &Encode, family: Option<Family>, env: &Env) -> anyhow::Result<Vec<String>> {
    let mut neighbors = Offline::all(options.configuration.as_deref(), env)?;
    let given = match options.route.join(" ") {
        words if words.is_empty() => None,
        words => Some(read(&words, family)?),
    };
    let mut lines = Vec::new();
    for neighbor in &mut neighbors {
        prepare(neighbor, options);
        let orders = given.clone().unwrap_or_else(|| Orders::configured(neighbor, family));
        lines.extend(if options.nlri {
            nlris(neighbor, &orders)
        } else {
            updates(neighbor, &orders, options.no_header)?
        });
    }
    Ok(lines)
}

/// What is to be sent.
#[derive(Debug, Clone, Default)]
struct Orders {
    /// Attributes without a route, which come first.
    bare: Vec<AttributesOnly>,
    routes: Vec<(Intent, Route)>,
}

impl Orders {
    /// What the configuration says, or what it says of the family.
    fn configured(neighbor: &Offline, family: Option<Family>) -> Self {
        let Some(neighbor) = &neighbor.neighbor else { return Self::default() };
        let routes = neighbor.routes.iter().map(|spec| (Intent::Announce, spec.route.clone()));
        let is_wanted = |(_, route): &(Intent, Route)| family.is_none_or(|family| route.nlri.family() == family);
        let bare = if family.is_none() { neighbor.bare.clone() } else { Vec::new() };
        Self { bare, routes: routes.filter(is_wanted).collect() }
    }
}

/// What the options say of the neighbor.
fn prepare(neighbor: &mut Offline, options: &Encode) {
    if options.path_information {
        *neighbor = neighbor.clone().with_paths();
    }
    neighbor.with.local_as = options.local_as.unwrap_or(neighbor.with.local_as);
    neighbor.with.peer_as = options.peer_as.unwrap_or(neighbor.with.peer_as);
}

/// Reads a route as the API does. The verb may be left out, and so may the family if it was named by the options.
fn read(text: &str, family: Option<Family>) -> anyhow::Result<Orders> {
    let mut words = Words::new(text);
    let intent = match (words.keyword("announce"), words.keyword("withdraw")) {
        (false, true) => Intent::Withdraw,
        _ => Intent::Announce,
    };
    let spec = subject(&mut words, family, intent)?.map_err(|error| anyhow!("column {}: {error}", error.column))?;
    while words.keyword(";") {}
    words.end().map_err(|error| anyhow!("column {}: {error}", error.column))?;
    let routes = spec.routes.into_iter().map(|route| (intent, route)).collect();
    Ok(Orders { bare: spec.bare.into_iter().collect(), routes })
}

fn subject(
    words: &mut Words<'_>,
    family: Option<Family>,
    intent: Intent,
) -> anyhow::Result<Result<wire::RouteSpec, WordError>> {
    let mut ahead = words.rest();
    let names = ahead.next().zip(ahead.next());
    if let Some(named) = names.and_then(|(afi, safi)| Family::from_names(afi.text, safi.text)) {
        *words = ahead;
        return Ok(route::parse_family(named, words, intent));
    }
    if words.keyword("attributes") || words.keyword("attribute") {
        return Ok(route::parse_attributes(words, intent));
    }
    if names.is_some_and(|(first, second)| (first.text, second.text) == ("flow", "route")) {
        *words = ahead;
        return Ok(route::parse_flow(words, intent));
    }
    Ok(match family {
        _ if words.keyword("route") => route::parse_route(words, intent),
        Some(family) => route::parse_family(family, words, intent),
        None => route::parse_route(words, intent),
    })
}

fn nlris(neighbor: &Offline, orders: &Orders) -> Vec<String> {
    let encode = |route: &Route| {
        let mut out = Default::default();
        let add_path = neighbor.with.add_path_send.contains(route.nlri.family());
        route.nlri.encode_for(&mut out, add_path, neighbor.with.quirks);
        hex(&out)
    };
    orders.routes.iter().map(|(_, route)| encode(route)).collect()
}

fn updates(neighbor: &Offline, orders: &Orders, headless: bool) -> anyhow::Result<Vec<String>> {
    let (mut packer, mut out) = (Packer::new(Arc::new(neighbor.with.clone())), Default::default());
    orders.bare.iter().try_for_each(|update| packer.bare(update, &mut out))?;
    for (intent, route) in &orders.routes {
        match intent {
            Intent::Announce => packer.announce(route, &mut out)?,
            Intent::Withdraw => packer.withdraw(route, &mut out),
        }
    }
    packer.finish(&mut out);
    let (mut lines, mut rest) = (Vec::new(), &out[..]);
    while let Ok(Some(length)) = frame::split(rest, frame::MAX_EXTENDED) {
        let (message, others) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        lines.push(hex(if headless { message.get(frame::HEADER..).unwrap_or_default() } else { message }));
        rest = others;
    }
    Ok(lines)
}

fn hex(octets: &[u8]) -> String {
    let mut out = String::new();
    json::hex(&mut out, octets);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(text: &str, family: Option<Family>) -> Vec<String> {
        let told = |(intent, route): (Intent, Route)| format!("{intent:?} {} {route}", route.nlri.family());
        read(text, family).unwrap().routes.into_iter().map(told).collect()
    }

    #[test]
    fn ways_to_say_a_route() {
        let expected = ["Announce ipv4 unicast 10.0.0.0/8 next-hop 1.1.1.1"];
        for text in [
            "10.0.0.0/8 next-hop 1.1.1.1",
            "route 10.0.0.0/8 next-hop 1.1.1.1",
            "announce route 10.0.0.0/8 next-hop 1.1.1.1;",
            "ipv4 unicast 10.0.0.0/8 next-hop 1.1.1.1",
            "attributes next-hop 1.1.1.1 nlri 10.0.0.0/8",
        ] {
            assert_eq!(routes(text, None), expected, "{text}");
            assert_eq!(routes(text, Some(Family::Ipv4Unicast)), expected, "{text}");
        }
        assert_eq!(routes("withdraw route 10.0.0.0/8", None), ["Withdraw ipv4 unicast 10.0.0.0/8"]);
        let multicast = routes("10.0.0.0/8 next-hop 1.1.1.1", Some(Family::Ipv4Multicast));
        assert_eq!(multicast, ["Announce ipv4 multicast 10.0.0.0/8 next-hop 1.1.1.1"]);
    }

    #[test]
    fn mistakes() {
        for text in ["", "route", "10.0.0.0/8", "10.0.0.0/8 next-hop x", "bgp-ls bgp-ls x"] {
            assert!(read(text, None).is_err(), "{text}");
        }
    }
}
