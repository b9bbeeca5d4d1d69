//! What an UPDATE says, as JSON.

use session::{Direction, MessageReport};
use wire::{
    AnyNlri, Family, FamilySet, NextHop, Reach, Update, UpdateFault,
    json::{self, Dialect, Style},
};

use super::Envelope;

/// Writes `, "message": { … }`.
pub(super) fn json(out: &mut String, envelope: &Envelope, message: &MessageReport, update: &Update) {
    out.push_str(", \"message\": { ");
    match update.end_of_rib {
        Some(family) => end_of_rib(out, family),
        None => Content { envelope, message, update }.write(out),
    }
    out.push_str(" }");
}

fn end_of_rib(out: &mut String, family: Family) {
    json::write(
        out,
        format_args!("\"eor\": {{ \"afi\" : \"{}\", \"safi\" : \"{}\" }}", family.afi_name(), family.safi_name()),
    );
}

struct Content<'a> {
    envelope: &'a Envelope,
    message: &'a MessageReport,
    update: &'a Update,
}

impl Content<'_> {
    fn write(&self, out: &mut String) {
        out.push_str("\"update\": { ");
        let start = out.len();
        self.attributes(out);
        if !self.update.announced.is_empty() {
            next(out, start);
            self.announced(out);
        }
        if !self.update.withdrawn.is_empty() {
            next(out, start);
            self.withdrawn(out);
        }
        out.push_str(" }");
    }

    /// An attribute may have nothing to show, such as an empty AS_PATH.
    fn attributes(&self, out: &mut String) {
        let start = out.len();
        out.push_str("\"attribute\": { ");
        let members = out.len();
        self.members(out);
        if let Some(fault) = self.fault() {
            next(out, members);
            json::write(out, format_args!("\"error\": \"{fault}\""));
        }
        if out.len() == members {
            out.truncate(start);
        } else {
            out.push_str(" }");
        }
    }

    fn members(&self, out: &mut String) {
        let style = self.envelope.style(false);
        let Some(next_hop) = self.next_hop_of_withdrawals() else { return self.update.attributes.json(out, &style) };
        let start = out.len();
        let (before, behind): (Vec<_>, Vec<_>) =
            self.update.attributes.iter().partition(|attribute| attribute.code() < wire::attribute::code::NEXT_HOP);
        let write = |out: &mut String, member: &dyn Fn(&mut String) -> bool| {
            let place = out.len();
            next(out, start);
            if !member(out) {
                out.truncate(place);
            }
        };
        before.iter().for_each(|attribute| write(out, &|out| attribute.json(out, &style)));
        write(out, &|out| {
            json::write(out, format_args!("\"next-hop\": \"{next_hop}\""));
            true
        });
        behind.iter().for_each(|attribute| write(out, &|out| attribute.json(out, &style)));
    }

    /// The newer dialect tells NEXT_HOP as an attribute where routes are withdrawn.
    fn next_hop_of_withdrawals(&self) -> Option<std::net::Ipv4Addr> {
        let told = self.envelope.members() == Dialect::V6 && !self.update.withdrawn.is_empty();
        self.update.next_hop.filter(|_| told)
    }

    /// The newer dialect does not tell.
    fn fault(&self) -> Option<&'static str> {
        self.update.fault.filter(|_| self.envelope.members() == Dialect::V5).map(UpdateFault::name)
    }

    fn announced(&self, out: &mut String) {
        out.push_str("\"announce\": { ");
        let reaches = &self.update.announced;
        json::separated(out, ", ", families(reaches.iter().map(|reach| reach.family)), |out, family| {
            key(out, family);
            out.push_str("{ ");
            self.next_hops(out, family);
            out.push_str(" }");
        });
        out.push_str(" }");
    }

    /// A next hop is told once for a family, however often the message names it: keys are unique.
    fn next_hops(&self, out: &mut String, family: Family) {
        let of_family: Vec<_> = self.update.announced.iter().filter(|reach| reach.family == family).collect();
        let mut hops: Vec<NextHop> = Vec::new();
        for hop in of_family.iter().flat_map(|reach| self.hops(reach)) {
            if !hops.contains(&hop) {
                hops.push(hop);
            }
        }
        json::separated(out, ", ", hops, |out, hop| {
            out.push('"');
            next_hop(out, hop);
            out.push_str("\": ");
            let reached = of_family.iter().filter(|reach| self.hops(reach).any(|of| of == hop));
            self.list(out, family, hop, reached.flat_map(|reach| &reach.nlris));
        });
    }

    /// The older dialect tells a link-local next hop as another one.
    fn hops(&self, reach: &Reach) -> impl Iterator<Item = NextHop> + use<> {
        let link_local = reach.link_local.filter(|_| self.envelope.members() == Dialect::V5);
        std::iter::once(reach.next_hop).chain(link_local.map(|address| NextHop::Ip(address.into())))
    }

    fn withdrawn(&self, out: &mut String) {
        out.push_str("\"withdraw\": { ");
        let nlris = &self.update.withdrawn;
        json::separated(out, ", ", families(nlris.iter().map(AnyNlri::family)), |out, family| {
            key(out, family);
            self.list(out, family, NextHop::None, nlris.iter().filter(|nlri| nlri.family() == family));
        });
        out.push_str(" }");
    }

    fn list<'n>(&self, out: &mut String, family: Family, hop: NextHop, nlris: impl Iterator<Item = &'n AnyNlri>) {
        let style =
            Style { next_hop: self.envelope.tells_next_hop(hop), ..self.envelope.style(self.has_path_ids(family)) };
        out.push_str("[ ");
        json::separated(out, ", ", nlris, |out, nlri| nlri.json(out, &style));
        out.push_str(" ]");
    }

    fn has_path_ids(&self, family: Family) -> bool {
        match self.message.direction {
            Direction::Send => self.message.negotiated.add_path_send.contains(family),
            Direction::Receive => self.message.negotiated.add_path_receive.contains(family),
        }
    }
}

/// Each family once, in the order of its first appearance.
fn families(all: impl Iterator<Item = Family>) -> impl Iterator<Item = Family> {
    let mut seen = FamilySet::new();
    all.filter(move |family| {
        let first = !seen.contains(*family);
        seen.insert(*family);
        first
    })
}

/// Writes the name of a family, as the key of what follows.
fn key(out: &mut String, family: Family) {
    out.extend(["\"", family.afi_name(), " ", family.safi_name(), "\": "]);
}

fn next_hop(out: &mut String, hop: NextHop) {
    match hop {
        NextHop::Ip(address) => json::address(out, address),
        NextHop::None | NextHop::Itself => json::write(out, format_args!("{hop}")),
    }
}

/// A comma, unless this is the first member.
fn next(out: &mut String, start: usize) {
    if out.len() > start {
        out.push_str(", ");
    }
}
