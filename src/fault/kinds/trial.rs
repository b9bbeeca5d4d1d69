//! What a fault does, site by site, for the tests of the kinds.

use std::time::Instant;

use bytes::BytesMut;
use session::State;
use wire::{Frame, Intent, Negotiated, Packer, Words, frame, route};

use crate::{Moment, Plan, Site, Verdict};

/// A KEEPALIVE.
pub(super) fn keepalive() -> Frame {
    Frame::new(wire::keepalive())
}

/// An UPDATE with one route.
pub(super) fn update() -> Frame {
    let mut words = Words::new("10.0.0.0/24 next-hop 192.0.2.1 origin igp");
    let spec = route::parse_route(&mut words, Intent::Announce).unwrap();
    let families = [wire::Family::Ipv4Unicast].into_iter().collect();
    let with = Negotiated { families, ..Negotiated::unnegotiated() };
    let (mut packer, mut out) = (Packer::new(with.into()), BytesMut::new());
    spec.routes.iter().for_each(|route| packer.announce(route, &mut out).unwrap());
    packer.finish(&mut out);
    Frame::new(out.freeze())
}

/// The verdict of a fault at each of these sites, once an Established session.
pub(super) fn verdicts(line: &str, sites: &[Site<'_>]) -> Vec<Verdict> {
    verdicts_in(State::Established, line, sites)
}

/// The same in another state.
pub(super) fn verdicts_in(state: State, line: &str, sites: &[Site<'_>]) -> Vec<Verdict> {
    let (mut plan, now) = (Plan::new(), Instant::now());
    plan.arm(crate::parse(&mut Words::new(line)).unwrap().armed.begun(1, 7, 0, now));
    let strike = |site| plan.strike(Moment { now, state }, site).map(|strike| strike.verdict);
    sites.iter().map(strike).map(Option::unwrap_or_default).collect()
}

/// The only verdict of a fault for a frame that is about to be written: other bytes.
pub(super) fn replaced(line: &str, frame: &Frame) -> Vec<u8> {
    match verdicts(line, &[Site::FrameOut(frame)]).remove(0) {
        Verdict::Replace(bytes) => bytes.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// The error that a receiver finds in the header of these bytes.
pub(super) fn header_error(bytes: &[u8]) -> Option<(u8, u8)> {
    frame::split(bytes, frame::MAX).err().map(|notify| (notify.code, notify.subcode))
}
