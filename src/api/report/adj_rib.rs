//! `show adj-rib in|out`: a line a route.

use wire::{
    NextHop, Route,
    json::{self, Dialect},
};

use super::{PeerRow, object, second};
use crate::{Class, Form};

/// How routes are shown, the same for a whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Lines for people, or objects.
    pub form: Form,
    /// With the peer's name and all attributes; as objects: with all there is to say of the peer.
    pub extensive: bool,
    /// Which generation of the API.
    pub dialect: Dialect,
    /// The second shape of objects: one with all there is to say of a route. The newer dialect has the first alone.
    pub second: bool,
    /// How many routes an object of the first shape gathers.
    pub chunk: usize,
}

impl Layout {
    /// The most routes of an object that gathers them: each is written again with every one behind it.
    const GATHERED: usize = 1000;
}

/// Writes routes of one peer, a line each.
#[derive(Debug)]
pub struct Writer<'r> {
    row: &'r PeerRow,
    layout: Layout,
    /// Routes of the object that is being filled, and their number.
    gathered: (String, usize),
}

impl<'r> Writer<'r> {
    /// For a table of the peer `row`.
    pub const fn new(row: &'r PeerRow, layout: Layout) -> Self {
        Self { row, layout, gathered: (String::new(), 0) }
    }

    /// Appends the line of `route`. Lines for people with all there is to say of it tell if it is `stale` (RFC 4724).
    pub fn route(&mut self, out: &mut String, route: &Route, stale: bool) {
        let (row, route) = (self.row, &settled(self.row, route));
        match self.layout {
            Layout { form: Form::Json, second: true, dialect: Dialect::V5, extensive, .. } => {
                second::object(out, row, route, extensive);
            }
            Layout { form: Form::Json, .. } => self.object(out, route),
            Layout { extensive: true, .. } => {
                let stale = if stale { " stale" } else { "" };
                json::write(out, format_args!("{} {} {route}{stale}\n", row.name, route.nlri.family()));
            }
            Layout { dialect, .. } => {
                json::write(out, format_args!("{} {} {}", row.address, route.nlri.family(), route.nlri));
                if dialect == Dialect::V5 && route.next_hop != NextHop::None {
                    json::write(out, format_args!(" next-hop {}", route.next_hop));
                }
                out.push('\n');
            }
        }
    }

    /// The older dialect leaves routes without a prefix out. Several routes that are gathered in an object have it
    /// written anew with each, as ExaBGP does.
    fn object(&mut self, out: &mut String, route: &Route) {
        let Layout { dialect, extensive, chunk, .. } = self.layout;
        let (gathered, count) = &mut self.gathered;
        let before = gathered.len();
        if *count > 0 {
            gathered.push_str(", ");
        }
        if !member(gathered, route, dialect) {
            return gathered.truncate(before);
        }
        *count += 1;
        json::write(out, format_args!("{{\"{}\": {{\"routes\": [{gathered}]", self.row.address));
        if extensive {
            out.push_str(", ");
            object::members(out, self.row, dialect);
        }
        out.push_str("}}\n");
        if *count >= chunk.min(Layout::GATHERED) {
            self.gathered = (String::new(), 0);
        }
    }
}

/// The next hop `self` is shown as the address it stands for, where that is known.
fn settled(row: &PeerRow, route: &Route) -> Route {
    let mut route = route.clone();
    let ipv4 = route.nlri.family().afi() == 1;
    if let Some(address) = row.local_address.filter(|address| address.is_ipv4() == ipv4)
        && route.next_hop == NextHop::Itself
    {
        route.next_hop = NextHop::Ip(address);
    }
    route
}

/// Appends the object of a route, if it has one.
fn member(out: &mut String, route: &Route, dialect: Dialect) -> bool {
    let family = route.nlri.family();
    let nlri = route.nlri.to_string();
    // What follows the prefix in the text form is not part of it.
    let prefix = nlri.split(' ').next().filter(|_| Class::Inet.holds(family));
    if prefix.is_none() && dialect == Dialect::V5 {
        return false;
    }
    out.push('{');
    match (dialect, prefix) {
        (Dialect::V5, _) => members(out, [("prefix", prefix.unwrap_or_default()), ("family", &family.to_string())]),
        (Dialect::V6, Some(prefix)) => members(out, [("family", &family.to_string()), ("prefix", prefix)]),
        (Dialect::V6, None) => members(out, [("family", &family.to_string()), ("nlri", &nlri)]),
    }
    out.push('}');
    true
}

fn members(out: &mut String, members: [(&str, &str); 2]) {
    json::separated(out, ", ", members, |out, (key, value)| {
        json::write(out, format_args!("\"{key}\": "));
        json::string(out, value);
    });
}
