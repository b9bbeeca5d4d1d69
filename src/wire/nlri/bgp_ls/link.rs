//! Type 2: half of a link (RFC 9552 section 5.2.2).

use super::{
    Object,
    descriptor::{self, first, list, of, topologies},
};
use crate::{Reader, json};

/// Writes the members of its own. Descriptors that are not known are ignored.
pub(super) fn write(object: &Object<'_>, out: &mut String) -> Option<()> {
    let descriptors = &object.descriptors;
    for (key, code) in [("local-node-descriptors", 256), ("remote-node-descriptors", 257)] {
        json::write(out, format_args!(", \"{key}\": "));
        descriptor::node(first(descriptors, code), out)?;
    }
    for (key, codes) in [("interface-addresses", &[259, 261]), ("neighbor-addresses", &[260, 262])] {
        json::write(out, format_args!(", \"{key}\": "));
        list(out, of(descriptors, codes), address)?;
    }
    out.push_str(", \"multi-topology-ids\": ");
    list(out, topologies(descriptors)?, |out, topology| {
        json::write(out, format_args!("{topology}"));
        Some(())
    })?;
    out.push_str(", \"link-identifiers\": ");
    list(out, of(descriptors, &[258]), identifiers)?;
    object.write_rd(out);
    Some(())
}

/// 259 to 262, an address; its length tells which kind.
fn address(out: &mut String, mut value: Reader<'_>) -> Option<()> {
    match value.len() {
        4 => json::write(out, format_args!("\"{}\"", value.ipv4()?)),
        16 => json::write(out, format_args!("\"{}\"", value.ipv6()?)),
        _ => return None,
    }
    Some(())
}

/// 258, the numbers both ends give the link (RFC 5307 section 1.1).
fn identifiers(out: &mut String, mut value: Reader<'_>) -> Option<()> {
    let (local, remote) = value.u32().zip(value.u32())?;
    json::write(out, format_args!("{{ \"link-local-id\": {local}, \"link-remote-id\": {remote} }}"));
    value.is_empty().then_some(())
}
