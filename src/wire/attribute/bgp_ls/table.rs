//! Which TLV has which key in which dialect, and who reads it (IANA "BGP-LS NLRI and Attribute TLVs").

use self::Shape::{Many, Members, One};
use super::{link, node, prefix, srv6, value};
use crate::{
    Reader,
    json::{Dialect, Style},
};

/// Takes a value from octets and writes it; what it leaves behind makes the value malformed.
type Read = fn(&mut Reader<'_>, &mut String) -> Option<()>;

/// How a value stands in the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// As a member.
    One,
    /// In an array, together with those of other TLVs with the same key.
    Many,
    /// As several members.
    Members,
}

/// How a TLV is told in one dialect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// The key, or all of them.
    pub(super) keys: &'static [&'static str],
    /// How the value stands in the object.
    pub(super) shape: Shape,
    read: Read,
}

impl Form {
    /// Writes the value; `None` when the octets do not form one.
    pub(super) fn write(&self, mut value: Reader<'_>, out: &mut String) -> Option<()> {
        (self.read)(&mut value, out)?;
        value.is_empty().then_some(())
    }
}

/// A TLV that is known.
#[derive(Debug)]
struct Entry {
    code: u16,
    /// The older dialect does not know every one.
    older: Option<Form>,
    newer: Form,
}

const fn form(keys: &'static [&'static str], shape: Shape, read: Read) -> Form {
    Form { keys, shape, read }
}

const fn same(code: u16, keys: &'static [&'static str], shape: Shape, read: Read) -> Entry {
    Entry { code, older: Some(form(keys, shape, read)), newer: form(keys, shape, read) }
}

const fn one(code: u16, keys: &'static [&'static str], read: Read) -> Entry {
    same(code, keys, One, read)
}

const fn newer(code: u16, keys: &'static [&'static str], read: Read) -> Entry {
    Entry { code, older: None, newer: form(keys, One, read) }
}

const fn both(code: u16, older: Form, newer: Form) -> Entry {
    Entry { code, older: Some(older), newer }
}

/// By code.
const TABLE: &[Entry] = &[
    newer(258, &["link-local-remote-identifiers"], link::identifiers),
    one(1024, &["node-flags"], node::node_flags),
    both(1025, form(&["opaque"], One, value::text), form(&["opaque"], One, value::hex)),
    one(1026, &["node-name"], value::text),
    both(1027, form(&["area-id"], One, node::area), form(&["area-ids"], Many, node::area)),
    both(1028, form(LOCAL_TE, Many, value::ipv4), form(LOCAL, Many, value::ipv4)),
    both(1029, form(LOCAL_TE, Many, value::ipv6), form(LOCAL, Many, value::ipv6)),
    both(1030, form(REMOTE_TE, One, value::ipv4), form(REMOTE, Many, value::ipv4)),
    both(1031, form(REMOTE_TE, One, value::ipv6), form(REMOTE, Many, value::ipv6)),
    same(1034, &["sr-capability-flags", "sids"], Members, node::sr_capabilities),
    one(1035, &["sr-algorithms"], value::octets),
    one(1038, &["srv6-capabilities"], srv6::capabilities),
    one(1088, &["admin-group-mask"], value::number),
    one(1089, &["maximum-link-bandwidth"], value::float),
    one(1090, &["maximum-reservable-link-bandwidth"], value::float),
    one(1091, &["unreserved-bandwidth"], value::eight_floats),
    one(1092, &["te-metric"], value::number),
    one(1093, &["link-protection-flags"], link::protection),
    one(1094, &["mpls-mask"], link::mpls_mask),
    one(1095, &["igp-metric"], link::igp_metric),
    one(1096, &["shared-risk-link-groups"], value::numbers),
    both(1097, form(&["opaque-link"], One, value::text), form(&["opaque-link"], One, value::hex)),
    one(1098, &["link-name"], value::text),
    both(1099, form(&["sr-adj"], One, link::adjacency_sid), form(&["sr-adjs"], Many, link::adjacency_sid)),
    both(
        1100,
        form(&["sr-adj-lan-sids"], Many, link::lan_adjacency_sid),
        form(&["sr-adj-lan"], Many, link::lan_adjacency_sid),
    ),
    same(1106, &["srv6-endx"], Many, srv6::end_x),
    same(1107, &["srv6-lan-endx-isis"], Many, srv6::lan_end_x_isis),
    same(1108, &["srv6-lan-endx-ospf"], Many, srv6::lan_end_x_ospf),
    newer(1114, &["unidirectional-link-delay"], link::delay),
    newer(1115, &["minmax-unidirectional-link-delay"], link::delays),
    newer(1116, &["unidirectional-delay-variation"], link::delay_variation),
    newer(1117, &["unidirectional-link-loss"], link::loss),
    newer(1118, &["unidirectional-residual-bandwidth"], value::float),
    newer(1119, &["unidirectional-available-bandwidth"], value::float),
    newer(1120, &["unidirectional-utilized-bandwidth"], value::float),
    one(1152, &["igp-flags"], prefix::igp_flags),
    one(1153, &["igp-route-tags"], value::numbers),
    one(1154, &["igp-extended-route-tags"], value::wide_numbers),
    one(1155, &["prefix-metric"], value::number),
    one(1156, &["ospf-forwarding-address"], value::address),
    both(1157, form(&["opaque-prefix"], One, value::text), form(&["opaque-prefix"], One, value::hex)),
    both(1158, form(PREFIX_SID, Members, prefix::sid_members), form(&["sr-prefix-sids"], Many, prefix::sid)),
    both(1162, form(&["srv6-locator"], One, srv6::locator), form(&["srv6-locators"], Many, srv6::locator)),
    one(1170, &["sr-prefix-attribute-flags"], prefix::attribute_flags),
    one(1171, &["sr-source-router-id"], value::address),
    one(1250, &["srv6-endpoint-behavior"], srv6::behavior),
    one(srv6::STRUCTURE, &["srv6-sid-structure"], srv6::structure),
];

const LOCAL_TE: &[&str] = &["local-te-router-ids"];
const LOCAL: &[&str] = &["local-router-ids"];
const REMOTE_TE: &[&str] = &["remote-te-router-id"];
const REMOTE: &[&str] = &["remote-router-ids"];
const PREFIX_SID: &[&str] = &["sr-prefix-flags", "sids", "undecoded-sids", "sr-algorithm"];

/// How a TLV is told in the dialect of `style`; `None` when it is not known there.
pub(super) fn find(code: u16, style: &Style) -> Option<&'static Form> {
    let entry = entry(code)?;
    match style.dialect {
        Dialect::V5 => entry.older.as_ref(),
        Dialect::V6 => Some(&entry.newer),
    }
}

/// Whether the value of a TLV can be read. One that is not known is left as it is.
pub(super) fn is_sound(code: u16, value: Reader<'_>) -> bool {
    entry(code).is_none_or(|entry| entry.newer.write(value, &mut String::new()).is_some())
}

fn entry(code: u16) -> Option<&'static Entry> {
    TABLE.get(TABLE.binary_search_by_key(&code, |entry| entry.code).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_by_code() {
        assert!(TABLE.is_sorted_by(|one, two| one.code < two.code));
    }
}
