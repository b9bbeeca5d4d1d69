//! Capabilities 2 and 70: routes can be asked for again (RFC 2918, RFC 7313).

use std::fmt;

use super::Capability;
use crate::{Reader, json::Style};

/// ROUTE-REFRESH is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteRefreshCapability;

/// The beginning and the end of a refresh are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnhancedRouteRefresh;

impl Capability for RouteRefreshCapability {
    const CODE: u8 = 2;
    const NAME: &'static str = "route-refresh";

    fn decode(_: &mut Reader<'_>) -> Result<Self, String> {
        Ok(Self)
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        value(&[]);
    }

    fn json(&self, out: &mut String, _: &Style) {
        out.push_str("{ \"name\": \"route-refresh\", \"variant\": \"RFC\" }");
    }
}

impl fmt::Display for RouteRefreshCapability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("route refresh")
    }
}

impl Capability for EnhancedRouteRefresh {
    const CODE: u8 = 70;
    const NAME: &'static str = "enhanced-route-refresh";

    fn decode(_: &mut Reader<'_>) -> Result<Self, String> {
        Ok(Self)
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        value(&[]);
    }

    fn json(&self, out: &mut String, _: &Style) {
        out.push_str("{ \"name\": \"enhanced-route-refresh\" }");
    }
}

impl fmt::Display for EnhancedRouteRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("enhanced route refresh")
    }
}
