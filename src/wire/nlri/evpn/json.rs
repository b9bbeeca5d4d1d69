//! The objects of events.

use bytes::BytesMut;

use super::{Evpn, Route, path_id};
use crate::{json, nlri::Nlri as _, nlri::label};

/// Writes the object of a route.
pub(super) fn write(evpn: &Evpn, out: &mut String) {
    let parsed = !matches!(evpn.route, Route::Unknown { .. });
    json::write(out, format_args!("{{ \"code\": {}, \"parsed\": {parsed}, \"raw\": \"", evpn.route.code()));
    let mut raw = BytesMut::new();
    evpn.encode(&mut raw, false);
    json::hex(out, &raw);
    out.push('"');
    members(&evpn.route, out);
    path_id::json(evpn.path, out);
    out.push_str(" }");
}

/// What the type of the route adds.
fn members(route: &Route, out: &mut String) {
    match route {
        Route::EthernetAd { rd, esi, tag, label } => {
            let name = "Ethernet Auto-Discovery";
            json::write(
                out,
                format_args!(", \"name\": \"{name}\", \"rd\": \"{rd}\", \"esi\": \"{esi}\", \"ethernet-tag\": {tag}"),
            );
            label::json_list(out, &[*label], true);
        }
        Route::MacIp { rd, esi, tag, mac, ip, label, second } => {
            let name = "MAC/IP advertisement";
            json::write(
                out,
                format_args!(", \"name\": \"{name}\", \"rd\": \"{rd}\", \"esi\": \"{esi}\", \"ethernet-tag\": {tag}"),
            );
            json::write(out, format_args!(", \"mac\": \"{mac}\""));
            // The second label is told where the first one is not the bottom of a stack, as the reference does it.
            let labels = [Some(*label), second.filter(|_| label & 1 == 0 && *label != 0)];
            label::json_list(out, &labels.into_iter().flatten().collect::<Vec<_>>(), true);
            if let Some(ip) = ip {
                json::write(out, format_args!(", \"ip\": \"{ip}\""));
            }
        }
        Route::Multicast { rd, tag, ip } => {
            let name = "Inclusive Multicast Ethernet Tag";
            json::write(
                out,
                format_args!(", \"name\": \"{name}\", \"rd\": \"{rd}\", \"ethernet-tag\": {tag}, \"ip\": \"{ip}\""),
            );
        }
        Route::EthernetSegment { rd, esi, ip } => {
            let name = "Ethernet Segment";
            json::write(
                out,
                format_args!(", \"name\": \"{name}\", \"rd\": \"{rd}\", \"esi\": \"{esi}\", \"ip\": \"{ip}\""),
            );
        }
        Route::IpPrefix { rd, esi, tag, prefix, gateway, label } => {
            let name = "IP Prefix Advertisement";
            json::write(
                out,
                format_args!(", \"name\": \"{name}\", \"rd\": \"{rd}\", \"esi\": \"{esi}\", \"ethernet-tag\": {tag}"),
            );
            label::json_list(out, &[*label], true);
            let (ip, length) = (prefix.address, prefix.length);
            json::write(out, format_args!(", \"ip\": \"{ip}\", \"iplen\": {length}, \"gateway\": \"{gateway}\""));
        }
        Route::Unknown { .. } => {}
    }
}
