//! Bytes, words and JSON of every family, attribute and capability, against the files in `tests/golden`.
//!
//! What is in a table and has no golden file fails. The form of the files is told in `support/golden.rs`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail this way")]

mod support;

use std::{net::Ipv4Addr, sync::Arc};

use bytes::BytesMut;
use support::{
    cut, decode_attributes, encode_attributes,
    golden::{Golden, Kind, Shown},
    hex, octets, parse_attributes,
};
use wire::{
    AnyAttribute, AnyCapability, AnyNlri, Attributes, Family, Intent, Negotiated, NextHop, Open, Packer, Reader, Route,
    Update, Words, attribute::AttributesBuilder, json::Dialect, json::Style, route,
};

/// One value in both dialects, checked to be JSON.
fn both_dialects(style: Style, value: impl Fn(&mut String, &Style)) -> Result<[String; 2], String> {
    let write = |dialect| {
        let mut out = String::new();
        // Events of the older dialect tell the next hop of some NLRIs again.
        let next_hop = (dialect == Dialect::V5).then_some(NextHop::Ip([10, 0, 0, 2].into()));
        value(&mut out, &Style { dialect, next_hop, ..style });
        match serde_json::from_str::<serde_json::Value>(&out) {
            Ok(_) => Ok(out),
            Err(error) => Err(format!("{out} is no JSON: {error}")),
        }
    };
    Ok([write(Dialect::V5)?, write(Dialect::V6)?])
}

fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n(REGENERATE=1 rewrites what is derived)", complaints.join("\n"));
}

/// Checks all files of a directory with the kind of their name, and that exactly these names are there.
fn check(directory: &str, names: Vec<String>, kind: impl Fn(&str) -> Box<dyn Kind>) -> Vec<Golden> {
    let files = Golden::all(directory);
    let mut complaints = Vec::new();
    for name in &names {
        if !files.iter().any(|file| file.stem == *name) {
            complaints.push(format!("tests/golden/{directory}/{name}.txt is missing"));
        }
    }
    for file in &files {
        if !names.contains(&file.stem) {
            complaints.push(format!("tests/golden/{directory}/{}.txt belongs to nothing in the table", file.stem));
        } else if file.cases().is_empty() {
            complaints.push(format!("tests/golden/{directory}/{}.txt has no case", file.stem));
        } else {
            complaints.extend(file.check(&*kind(&file.stem)));
        }
    }
    assert_none(&complaints);
    files
}

struct Nlris(Family);

impl Kind for Nlris {
    fn decode(&self, octets: &[u8], with: &Negotiated) -> Result<Shown, String> {
        let add_path = with.add_path_receive.contains(self.0);
        let mut reader = Reader::new(octets);
        let nlri = AnyNlri::decode_for(self.0, &mut reader, add_path, with.quirks).map_err(|why| why.0)?;
        if !reader.is_empty() {
            return Err(format!("{} octets are left", reader.len()));
        }
        let style = Style { add_path, ..Style::default() };
        Ok(Shown { text: nlri.to_string(), json: both_dialects(style, |out, style| nlri.json(out, style))? })
    }

    fn encode(&self, words: &str, _: &[u8], with: &Negotiated) -> Result<(Vec<u8>, String), String> {
        let spec = route::parse_family(self.0, &mut Words::new(words), Intent::Withdraw)
            .map_err(|error| format!("\"{words}\" column {}: {error}", error.column))?;
        let mut out = BytesMut::new();
        let [route] = &spec.routes[..] else { return Err(format!("\"{words}\" says several NLRIs")) };
        route.nlri.encode_for(&mut out, with.add_path_send.contains(self.0), with.quirks);
        Ok((out.to_vec(), route.nlri.to_string()))
    }
}

#[test]
fn every_family() {
    let names = Family::ALL.iter().map(|family| format!("{}-{}", family.afi_name(), family.safi_name())).collect();
    check("nlri", names, |stem| {
        let (afi, safi) = stem.split_once('-').unwrap();
        // The AFI bgp-ls has a blank in its own name.
        let family = Family::from_names(afi, safi);
        Box::new(Nlris(family.or_else(|| Family::from_names("bgp-ls", safi.strip_prefix("ls-")?)).unwrap()))
    });
}

struct AttributeBlock;

impl Kind for AttributeBlock {
    fn decode(&self, octets: &[u8], with: &Negotiated) -> Result<Shown, String> {
        let attributes = decode_attributes(octets, with)?;
        let json = both_dialects(Style::default(), |out, style| {
            out.push_str("{ ");
            attributes.json(out, style);
            out.push_str(" }");
        })?;
        Ok(Shown { text: attributes.to_string(), json })
    }

    fn encode(&self, words: &str, _: &[u8], with: &Negotiated) -> Result<(Vec<u8>, String), String> {
        let attributes = parse_attributes(words)?;
        Ok((encode_attributes(&attributes, with)?, attributes.to_string()))
    }
}

#[test]
fn every_attribute() {
    let names = AnyAttribute::WORDS.iter().copied().chain(["attribute"]).map(str::to_owned).collect();
    let files = check("attribute", names, |_| Box::new(AttributeBlock));
    for (code, word) in AnyAttribute::CODES.iter().zip(AnyAttribute::WORDS) {
        let file = files.iter().find(|file| file.stem == *word).unwrap();
        let shows = file
            .cases()
            .iter()
            .any(|(case, _)| cut(&case.octets()).is_ok_and(|all| all.iter().any(|(of, _)| of == code)));
        assert!(shows, "{word}.txt has no attribute of code {code}");
    }
}

struct Capabilities {
    name: String,
}

impl Capabilities {
    fn open(octets: &[u8]) -> Result<Open, String> {
        let mut body = vec![4, 0xFF, 0xFD, 0, 180, 10, 0, 0, 2];
        // The extended form (RFC 9072) holds any number of capabilities.
        let length = u16::try_from(octets.len()).unwrap();
        body.extend([255, 255]);
        body.extend((length + 3).to_be_bytes());
        body.push(2);
        body.extend(length.to_be_bytes());
        body.extend_from_slice(octets);
        Open::decode(&body).map_err(|notify| format!("{}/{} {}", notify.code, notify.subcode, notify.message_text()))
    }
}

impl Kind for Capabilities {
    fn decode(&self, octets: &[u8], _: &Negotiated) -> Result<Shown, String> {
        let open = Self::open(octets)?;
        let [capability] = &open.capabilities[..] else { return Err("more than one capability".to_owned()) };
        if capability.name() != self.name {
            return Err(format!("is the capability {}", capability.name()));
        }
        let json = both_dialects(Style::default(), |out, style| capability.json(out, style))?;
        Ok(Shown { text: capability.to_string(), json })
    }

    /// Capabilities are not typed: what was read from the octets is written again.
    fn encode(&self, words: &str, given: &[u8], _: &Negotiated) -> Result<(Vec<u8>, String), String> {
        let open = Self::open(given)?;
        let text = open.capabilities.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        if text != words {
            return Err(format!("\"{words}\" is told as {text}"));
        }
        let mut out = BytesMut::new();
        open.encode(&mut out);
        let (mut parameters, mut values) = (&out[29..], Vec::new());
        while let [2, length, rest @ ..] = parameters {
            let (value, rest) = rest.split_at(usize::from(*length));
            values.extend_from_slice(value);
            parameters = rest;
        }
        if parameters.is_empty() { Ok((values, text)) } else { Err("is longer than one OPEN can hold".to_owned()) }
    }
}

#[test]
fn every_capability() {
    let files = Golden::all("capability");
    let mut complaints = Vec::new();
    for file in &files {
        complaints.extend(file.check(&Capabilities { name: file.stem.clone() }));
    }
    for code in AnyCapability::CODES {
        let shows = |file: &Golden| {
            file.cases().iter().any(|(case, _)| case.is_decoded() && case.octets().first() == Some(code))
        };
        if !files.iter().any(shows) {
            complaints.push(format!("no file in tests/golden/capability shows capability {code}"));
        }
    }
    if !files.iter().any(|file| file.stem == "unknown") {
        complaints.push("tests/golden/capability/unknown.txt is missing".to_owned());
    }
    assert_none(&complaints);
}

/// What a command asks to be written.
enum Order {
    Announce(Vec<Route>),
    Withdraw(Vec<Route>),
    EndOfRib(Family),
}

fn order(command: &str) -> Order {
    if let Some(commands) = command.strip_prefix("group ") {
        let routes = commands.split(" ; ").flat_map(|command| match order(command) {
            Order::Announce(routes) => routes,
            _ => panic!("{command} in a group"),
        });
        return Order::Announce(routes.collect());
    }
    let mut words = Words::new(command);
    let announce = words.next().map(|word| word.text) == Some("announce");
    let intent = if announce { Intent::Announce } else { Intent::Withdraw };
    let first = words.next().unwrap().text;
    let mut family = |afi: &str| Family::from_names(afi, words.next().unwrap().text).unwrap();
    let spec = match first {
        "eor" => {
            let afi = words.next().unwrap().text;
            return Order::EndOfRib(Family::from_names(afi, words.next().unwrap().text).unwrap());
        }
        "route" => route::parse_route(&mut words, intent),
        "attributes" => route::parse_attributes(&mut words, intent),
        "flow" => {
            words.next();
            route::parse_flow(&mut words, intent)
        }
        "vpls" => route::parse_family(Family::L2vpnVpls, &mut words, intent),
        afi => {
            let family = family(afi);
            route::parse_family(family, &mut words, intent)
        }
    };
    let routes = spec.unwrap_or_else(|error| panic!("{command}: {error}")).routes;
    if announce { Order::Announce(routes) } else { Order::Withdraw(routes) }
}

fn pack(order: &Order, with: &Negotiated) -> String {
    let (mut packer, mut out) = (Packer::new(Arc::new(with.clone())), BytesMut::new());
    match order {
        Order::Announce(routes) => routes.iter().for_each(|route| packer.announce(route, &mut out).unwrap()),
        Order::Withdraw(routes) => {
            routes.iter().for_each(|route| packer.withdraw(route, &mut out));
        }
        Order::EndOfRib(family) => packer.end_of_rib(*family, &mut out),
    }
    packer.finish(&mut out);
    let mut bodies = Vec::new();
    let mut rest = &out[..];
    while let Some(length) = wire::frame::split(rest, with.message_size()).unwrap() {
        bodies.push(hex(&rest[19..length]));
        rest = &rest[length..];
    }
    assert!(rest.is_empty());
    bodies.join(" ")
}

/// The attributes asked for are there; what is there besides them is a default.
fn same_attributes(decoded: &Attributes, asked: &Attributes) -> bool {
    let mut builder = AttributesBuilder::default();
    for attribute in decoded.iter().filter(|attribute| asked.get(attribute.code()).is_some() || attribute.code() > 5) {
        builder.add(attribute.clone());
    }
    builder.finish() == *asked
}

fn check_decoded(order: &Order, body: &str, with: &Negotiated) -> Result<(), String> {
    let update = Update::decode(&octets(body)?, with).map_err(|notify| notify.to_string())?;
    let nlris = |routes: &[Route]| routes.iter().map(|route| route.nlri.clone()).collect::<Vec<_>>();
    let announced: Vec<AnyNlri> = update.announced.iter().flat_map(|reach| reach.nlris.clone()).collect();
    let hops = |hop: NextHop| update.announced.iter().all(|reach| reach.next_hop == hop);
    let same = match order {
        Order::Announce(routes) => {
            announced == nlris(routes)
                && hops(routes[0].next_hop)
                && same_attributes(&update.attributes, &routes[0].attributes)
        }
        Order::Withdraw(routes) => update.withdrawn == nlris(routes) && announced.is_empty(),
        Order::EndOfRib(family) => update.end_of_rib == Some(*family),
    };
    if same && update.fault.is_none() { Ok(()) } else { Err(format!("decodes to {update:?}")) }
}

/// `command | body`: from the command to the UPDATE and back.
#[test]
fn update_vectors() {
    let (mut complaints, mut checked) = (Vec::new(), 0);
    for file in Golden::all("update") {
        for (number, line, with) in file.lines() {
            let Some(with) = with else { continue };
            let (line, decoded) = line.strip_prefix("< ").map_or((line, true), |line| (line, false));
            let (command, body) = line.split_once(" | ").unwrap_or_else(|| panic!("{}:{number}", file.stem));
            let order = order(command);
            let packed = pack(&order, &with);
            if packed != body {
                complaints.push(format!("{}:{number}: {command}\n  packs to {packed}\n instead of {body}", file.stem));
            }
            if let Some(Err(why)) = decoded.then(|| check_decoded(&order, body, &with)) {
                complaints.push(format!("{}:{number}: {why}", file.stem));
            }
            checked += 1;
        }
    }
    assert_none(&complaints);
    assert!(checked >= 30, "only {checked} vectors");
}

/// A complete OPEN of the reference, byte for byte.
#[test]
fn the_default_open_of_the_reference() {
    let body = "04fffd00b40a00000214020601040001000102064104".to_owned() + "0000fffd02020600";
    let open = Open::decode(&octets(&body).unwrap()).unwrap();
    assert_eq!((open.asn(), open.router_id), (65533, Ipv4Addr::new(10, 0, 0, 2)));
    let mut out = BytesMut::new();
    open.encode(&mut out);
    assert_eq!(hex(&out[19..]), body);
}
