//! Type 6: a segment identifier of SRv6 (RFC 9514 section 6).

use super::{
    Object,
    descriptor::{self, first, topologies},
};
use crate::{json, tlv::Tlv};

/// Writes the members of its own. A descriptor that is not known is told by its octets.
pub(super) fn write(object: &Object<'_>, out: &mut String) -> Option<()> {
    super::local_node(object, out)?;
    out.push_str(", \"srv6-sid-descriptors\": {");
    let start = out.len();
    let mut told = Vec::new();
    for tlv in object.descriptors.iter().filter(|tlv| tlv.code != 256) {
        // Keys are unique: of several, the first is told, and topologies all at once.
        if told.contains(&tlv.code) {
            continue;
        }
        told.push(tlv.code);
        if out.len() > start {
            out.push_str(", ");
        }
        part(object, tlv, out)?;
    }
    out.push('}');
    object.write_rd(out);
    Some(())
}

fn part(object: &Object<'_>, tlv: &Tlv<'_>, out: &mut String) -> Option<()> {
    match tlv.code {
        263 => {
            out.push_str("\"multi-topology-ids\": [");
            json::separated(out, ", ", topologies(&object.descriptors)?, |out, topology| {
                json::write(out, format_args!("\"{topology}\""));
            });
            out.push(']');
        }
        518 => {
            let mut value = first(&object.descriptors, 518)?;
            json::write(out, format_args!("\"srv6-sid\": \"{}\"", value.ipv6()?));
            return value.is_empty().then_some(());
        }
        code => {
            json::write(out, format_args!("\"generic-tlv-{code}\": "));
            descriptor::hex(&mut tlv.value.clone(), out);
        }
    }
    Some(())
}
