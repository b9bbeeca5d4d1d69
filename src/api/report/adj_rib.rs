//! `show adj-rib in|out`: a line a route.

use wire::{
    NextHop, Route,
    json::{self, Dialect},
};

use super::{PeerRow, object};
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
}

/// Appends the line of `route`, in a table of the peer `row`.
pub fn route(out: &mut String, row: &PeerRow, route: &Route, layout: Layout) {
    let route = &settled(row, route);
    match layout {
        Layout { form: Form::Json, .. } => object(out, row, route, layout),
        Layout { extensive: true, .. } => {
            json::write(out, format_args!("{} {} {route}\n", row.name, route.nlri.family()));
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

/// The older dialect leaves routes without a prefix out.
fn object(out: &mut String, row: &PeerRow, route: &Route, layout: Layout) {
    let family = route.nlri.family();
    let nlri = route.nlri.to_string();
    // What follows the prefix in the text form is not part of it.
    let prefix = nlri.split(' ').next().filter(|_| Class::Inet.holds(family));
    if prefix.is_none() && layout.dialect == Dialect::V5 {
        return;
    }
    json::write(out, format_args!("{{\"{}\": {{\"routes\": [{{", row.address));
    match (layout.dialect, prefix) {
        (Dialect::V5, _) => members(out, [("prefix", prefix.unwrap_or_default()), ("family", &family.to_string())]),
        (Dialect::V6, Some(prefix)) => members(out, [("family", &family.to_string()), ("prefix", prefix)]),
        (Dialect::V6, None) => members(out, [("family", &family.to_string()), ("nlri", &nlri)]),
    }
    out.push_str("}]");
    if layout.extensive {
        out.push_str(", ");
        object::members(out, row, layout.dialect);
    }
    out.push_str("}}\n");
}

fn members(out: &mut String, members: [(&str, &str); 2]) {
    json::separated(out, ", ", members, |out, (key, value)| {
        json::write(out, format_args!("\"{key}\": "));
        json::string(out, value);
    });
}
