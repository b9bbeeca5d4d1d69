//! OPEN messages: ours is built, the peer's is judged, and both are agreed on (RFC 4271 section 6.2, RFC 5492).

use wire::{AS_TRANS, Family, Negotiated, Notify, Open, Refresh};

use crate::capability::{
    self, ASN4, ENHANCED_ROUTE_REFRESH, EXTENDED_MESSAGE, LINK_LOCAL_NEXT_HOP, MULTISESSION, OPERATIONAL, ROUTE_REFRESH,
};
use crate::event::Endpoints;
use crate::settings::Settings;

/// Our OPEN. `restarting`: we have not been Established since we started (RFC 4724 section 3).
#[must_use]
pub fn open(settings: &Settings, local_as: u32, restarting: bool) -> Open {
    Open {
        version: 4,
        asn16: two_octets(local_as),
        hold_time: settings.hold_time,
        router_id: settings.router_id,
        capabilities: capability::offered(settings, local_as, restarting),
    }
}

/// Is this OPEN acceptable? The first reason against it is the NOTIFICATION to send.
///
/// # Errors
/// OPEN message error, with the subcode of RFC 4271 section 6.2.
pub fn validate(settings: &Settings, local: &Open, remote: &Open) -> Result<(), Notify> {
    check_as(settings, local, remote)?;
    check_identifier(local, remote)?;
    check_hold_time(remote)
}

/// What both OPENs agree on.
#[must_use]
pub fn negotiate(settings: &Settings, ends: &Endpoints, local: &Open, remote: &Open) -> Negotiated {
    let both = |code| capability::has(local, code) && capability::has(remote, code);
    let hold_time = local.hold_time.min(remote.hold_time);
    let paths = |sender, receiver| {
        let receives = capability::add_path(receiver, capability::RECEIVES);
        capability::add_path(sender, capability::SENDS).iter().filter(|family| receives.contains(*family)).collect()
    };
    Negotiated {
        local_as: local.asn(),
        peer_as: peer_as(local, remote),
        local_address: Some(ends.local.ip()),
        peer_address: Some(ends.peer.ip()),
        router_id: local.router_id,
        peer_router_id: remote.router_id,
        hold_time,
        keepalive: hold_time / 3,
        asn4: both(ASN4),
        families: families(local, remote),
        extended_message: both(EXTENDED_MESSAGE),
        refresh: refresh(both(ROUTE_REFRESH), both(ENHANCED_ROUTE_REFRESH)),
        add_path_send: paths(local, remote),
        add_path_receive: paths(remote, local),
        next_hops: next_hops(local, remote),
        link_local: settings.link_local.filter(|_| both(LINK_LOCAL_NEXT_HOP)),
        multisession: both(MULTISESSION),
        operational: both(OPERATIONAL),
        aigp: settings.aigp,
        group_updates: settings.group_updates,
        quirks: settings.quirks,
    }
}

/// The peer's AS number: its capability counts if four octets are spoken at all (RFC 6793 section 4.1).
#[must_use]
pub fn peer_as(local: &Open, remote: &Open) -> u32 {
    if capability::has(local, ASN4) { remote.asn() } else { remote.asn16.into() }
}

fn check_as(settings: &Settings, local: &Open, remote: &Open) -> Result<(), Notify> {
    let found = peer_as(local, remote);
    // A speaker of two octets can only compare what two octets can say.
    let seen = |asn: u32| if capability::has(local, ASN4) { asn } else { two_octets(asn).into() };
    let text = match settings.peer_as.map(seen) {
        Some(expected) if expected != found => format!("ASN in OPEN ({found}) did not match ASN expected ({expected})"),
        // RFC 7607 section 2.
        _ if found == 0 => "ASN in OPEN (0) is not allowed".to_owned(),
        _ => return Ok(()),
    };
    Err(Notify::with_text(OPEN_ERROR, 2, &text))
}

/// RFC 6286 section 2.2: not zero, and unlike ours within one AS.
fn check_identifier(local: &Open, remote: &Open) -> Result<(), Notify> {
    if remote.router_id.is_unspecified() {
        return Err(Notify::with_text(OPEN_ERROR, 3, "0.0.0.0 is an invalid router_id"));
    }
    if remote.router_id != local.router_id || peer_as(local, remote) != local.asn() {
        return Ok(());
    }
    let id = remote.router_id;
    let text = format!("BGP Identifier collision, same router-id ({id}) on both sides of this IBGP session");
    Err(Notify::with_text(OPEN_ERROR, 3, &text))
}

fn check_hold_time(remote: &Open) -> Result<(), Notify> {
    match remote.hold_time {
        time @ 1..=2 => Err(Notify::with_text(OPEN_ERROR, 6, &format!("Hold Time is invalid ({time})"))),
        _ => Ok(()),
    }
}

/// Those of the peer that are also ours, in its order: End-of-RIB markers follow it.
fn families(local: &Open, remote: &Open) -> Vec<Family> {
    let ours = capability::families(local);
    capability::families(remote).into_iter().filter(|family| ours.contains(family)).collect()
}

fn next_hops(local: &Open, remote: &Open) -> Vec<(Family, u16)> {
    let ours = capability::next_hops(local);
    capability::next_hops(remote).into_iter().filter(|pair| ours.contains(pair)).collect()
}

const fn refresh(normal: bool, enhanced: bool) -> Refresh {
    match (normal, enhanced) {
        (_, true) => Refresh::Enhanced,
        (true, false) => Refresh::Normal,
        (false, false) => Refresh::Absent,
    }
}

fn two_octets(asn: u32) -> u16 {
    u16::try_from(asn).unwrap_or(AS_TRANS)
}

const OPEN_ERROR: u8 = 2;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use wire::FamilySet;

    use super::*;

    fn settings(asn: u32, id: u8) -> Settings {
        Settings::new(Some(asn), None, Ipv4Addr::new(10, 0, 0, id), [127, 0, 0, 1].into())
    }

    fn ends() -> Endpoints {
        Endpoints { local: ([127, 0, 0, 1], 40000).into(), peer: ([127, 0, 0, 2], 179).into() }
    }

    fn refused(settings: &Settings, local: &Open, remote: &Open) -> (u8, u8, String) {
        let notify = validate(settings, local, remote).unwrap_err();
        (notify.code, notify.subcode, String::from_utf8_lossy(&notify.data).into_owned())
    }

    #[test]
    fn the_first_fault_is_the_answer() {
        let ours = Settings { peer_as: Some(65002), ..settings(65001, 1) };
        let local = open(&ours, 65001, false);
        let mut remote = open(&settings(65003, 0), 65003, false);
        remote.router_id = Ipv4Addr::UNSPECIFIED;
        remote.hold_time = 2;
        let text = "ASN in OPEN (65003) did not match ASN expected (65002)";
        assert_eq!(refused(&ours, &local, &remote), (2, 2, text.into()));
        let any = settings(65001, 1);
        assert_eq!(refused(&any, &local, &remote), (2, 3, "0.0.0.0 is an invalid router_id".into()));
        remote.router_id = Ipv4Addr::new(10, 0, 0, 1);
        assert_eq!(refused(&any, &local, &remote), (2, 6, "Hold Time is invalid (2)".into()));
        remote.hold_time = 0;
        assert_eq!(validate(&any, &local, &remote), Ok(()));
        assert_eq!(refused(&any, &local, &open(&any, 65001, false)).1, 3);
        assert_eq!(refused(&any, &local, &open(&settings(0, 9), 0, false)).1, 2);
    }

    #[test]
    fn a_wide_peer_as_is_compared_as_the_session_sees_it() {
        let narrow = Settings { asn4: false, peer_as: Some(4_200_000_000), ..settings(65001, 1) };
        let remote = open(&settings(4_200_000_000, 2), 4_200_000_000, false);
        assert_eq!(remote.asn16, AS_TRANS);
        let local = open(&narrow, 65001, false);
        assert_eq!(validate(&narrow, &local, &remote), Ok(()));
        assert_eq!(negotiate(&narrow, &ends(), &local, &remote).peer_as, u32::from(AS_TRANS));
    }

    #[test]
    fn families_follow_the_peer_and_times_the_lesser() {
        let ours = Settings { families: Family::ALL.to_vec(), hold_time: 10, ..settings(65001, 1) };
        let local = open(&ours, 65001, false);
        let mut remote = open(&ours, 65001, false);
        remote.capabilities.reverse();
        remote.hold_time = 90;
        let agreed = negotiate(&ours, &ends(), &local, &remote);
        assert_eq!((agreed.hold_time, agreed.keepalive), (10, 3));
        assert_eq!(agreed.families, Family::ALL);
        remote.capabilities.retain(|capability| capability.code() != 1);
        assert_eq!(negotiate(&ours, &ends(), &local, &remote).families, [Family::Ipv4Unicast]);
    }

    #[test]
    fn several_paths_need_a_sender_and_a_receiver() {
        let v4: FamilySet = [Family::Ipv4Unicast].into_iter().collect();
        let sender = Settings { add_path: true, add_path_send: v4, ..settings(1, 1) };
        let receiver = Settings { add_path: true, add_path_receive: v4, ..settings(2, 2) };
        let (local, remote) = (open(&sender, 1, false), open(&receiver, 2, false));
        let agreed = negotiate(&sender, &ends(), &local, &remote);
        assert_eq!((agreed.add_path_send, agreed.add_path_receive), (v4, FamilySet::new()));
        let agreed = negotiate(&receiver, &ends(), &remote, &local);
        assert_eq!((agreed.add_path_send, agreed.add_path_receive), (FamilySet::new(), v4));
    }
}
