//! Type 1: a node (RFC 9552 section 5.2).

use super::Object;

/// Writes the members of its own.
pub(super) fn write(object: &Object<'_>, out: &mut String) -> Option<()> {
    super::local_node(object, out)?;
    object.write_next_hop_and_rd(out);
    Some(())
}
