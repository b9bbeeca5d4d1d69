//! Capabilities that say all by being there.

use std::fmt;

use super::Capability;
use crate::{Reader, json::Style};

macro_rules! presence {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $key:literal, $text:literal, $json:literal;)+) => {
        $(
            $(#[$doc])+
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub struct $name;

            impl Capability for $name {
                const CODE: u8 = $code;
                const NAME: &'static str = $key;

                fn decode(_: &mut Reader<'_>) -> Result<Self, String> {
                    Ok(Self)
                }

                fn encode(&self, value: &mut dyn FnMut(&[u8])) {
                    value(&[]);
                }

                fn json(&self, out: &mut String, _: &Style) {
                    out.push_str($json);
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str($text)
                }
            }
        )+
    };
}

presence! {
    /// 2: ROUTE-REFRESH is understood (RFC 2918).
    RouteRefresh = 2, "route-refresh", "route refresh", r#"{ "name": "route-refresh", "variant": "RFC" }"#;
    /// 6: messages may be up to 65,535 octets long (RFC 8654).
    ExtendedMessage = 6, "extended-message", "extended message(65535)", r#"{ "name": "extended-message", "size": 65535 }"#;
    /// 70: the beginning and the end of a refresh are marked (RFC 7313).
    EnhancedRouteRefresh = 70, "enhanced-route-refresh", "enhanced route refresh", r#"{ "name": "enhanced-route-refresh" }"#;
    /// 77: IPv6 next hops may be link-local only (draft-ietf-idr-linklocal-capability).
    LinkLocalNextHop = 77, "link-local-nexthop", "link-local nexthop", r#"{ "name": "link-local-nexthop" }"#;
    /// 128: ROUTE-REFRESH by its number from before the RFC; read, never sent, and without effect.
    CiscoRouteRefresh = 128, "cisco-route-refresh", "cisco route refresh", r#"{ "name": "route-refresh", "variant": "Cisco" }"#;
    /// 185: OPERATIONAL messages are understood (draft-ietf-idr-operational-message).
    Operational = 185, "operational", "operational", r#"{ "name": "operational" }"#;
}
