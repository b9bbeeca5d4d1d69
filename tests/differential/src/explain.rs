//! What oracles do not tell, and the differences that have a reason.

use std::net::IpAddr;

use crate::{
    oracle::Oracle,
    view::{Nlri, Value, View},
};

/// Leaves in our view what the oracle tells as well.
pub fn reduce(view: &mut View, oracle: Oracle) {
    match oracle {
        Oracle::Netgauze => {}
        Oracle::Bgpkit => {
            let announced = view.announced.iter_mut().map(|(_, nlri)| nlri);
            announced.chain(&mut view.withdrawn).for_each(|nlri| {
                label_values(nlri);
            });
            // RFC 8277 section 2.4: a receiver ignores the label of a withdrawal, and this one does not keep it.
            view.withdrawn.iter_mut().filter(|nlri| nlri.labels.len() == 1).for_each(|nlri| nlri.labels.clear());
        }
        Oracle::Zettabgp => {
            let announced = view.announced.iter_mut().map(|(_, nlri)| nlri);
            announced.chain(&mut view.withdrawn).for_each(label_values);
            // Sets of AS numbers are kept in a set, and so are communities, which we sort.
            if let Some(Value::Path(segments)) = view.attributes.get_mut(&2) {
                for (_, asns) in segments.iter_mut().filter(|(kind, _)| *kind == 1) {
                    asns.sort_unstable();
                    asns.dedup();
                }
            }
        }
    }
}

/// Labels without traffic class and bottom of the stack.
fn label_values(nlri: &mut Nlri) {
    nlri.labels.iter_mut().for_each(|field| *field &= 0xFF_FFF0);
}

pub struct Explained {
    pub oracle: Oracle,
    pub reason: &'static str,
    pub difference: Difference,
}

/// What may differ.
pub enum Difference {
    /// All of the message when our view is such and the oracle refuses it with such an error.
    Refused(fn(&View, &str) -> bool),
    /// All routes when our view is such.
    Routes(fn(&View) -> bool),
    /// One route, by our reading of it.
    Route(fn(&Nlri) -> bool),
    /// The next hop, by our reading of it.
    NextHop(fn(&Nlri, IpAddr) -> bool),
    /// Extended communities of these types and sub-types.
    Communities(&'static [(u8, u8)]),
}

impl Explained {
    /// Makes both views equal where this difference is one; whether there was any.
    pub fn forgive(&self, ours: &mut View, theirs: &mut Result<View, String>) -> bool {
        let theirs = match (&self.difference, theirs) {
            (Difference::Refused(expected), theirs @ Err(_)) => {
                let covered = theirs.as_ref().is_err_and(|error| expected(ours, error));
                if covered {
                    *theirs = Ok(ours.clone());
                }
                return covered;
            }
            (_, Err(_)) => return false,
            (_, Ok(theirs)) => theirs,
        };
        match &self.difference {
            Difference::Refused(_) => false,
            Difference::Routes(expected) => {
                let differ = (&theirs.announced, &theirs.withdrawn) != (&ours.announced, &ours.withdrawn);
                let covered = differ && expected(ours);
                if covered {
                    (theirs.announced, theirs.withdrawn) = (ours.announced.clone(), ours.withdrawn.clone());
                }
                covered
            }
            Difference::Route(expected) => {
                let announced =
                    ours.announced.iter().map(|(_, nlri)| nlri).zip(theirs.announced.iter_mut().map(|(_, nlri)| nlri));
                let pairs = announced.chain(ours.withdrawn.iter().zip(&mut theirs.withdrawn));
                let covered = pairs.filter(|(ours, theirs)| ours != theirs && expected(ours));
                covered.map(|(ours, theirs)| *theirs = ours.clone()).count() > 0
            }
            Difference::NextHop(expected) => {
                let pairs = ours.announced.iter().zip(&mut theirs.announced);
                let covered = pairs.filter(|((ours, nlri), (theirs, _))| {
                    ours != theirs && ours.is_some_and(|address| expected(nlri, address))
                });
                covered.map(|((ours, _), (theirs, _))| *theirs = *ours).count() > 0
            }
            Difference::Communities(kinds) => {
                let lists = (ours.attributes.get(&16), theirs.attributes.get_mut(&16));
                let (Some(Value::Communities(ours)), Some(Value::Communities(theirs))) = lists else { return false };
                let pairs = ours.iter().zip(theirs);
                let covered = pairs.filter(|(ours, theirs)| ours != theirs && kinds.contains(&(ours[0], ours[1])));
                covered.map(|(ours, theirs)| *theirs = *ours).count() > 0
            }
        }
    }
}

/// Every difference that is known and is not ours, with its reason.
pub const EXPLAINED: &[Explained] = &[
    Explained {
        oracle: Oracle::Netgauze,
        reason: "it refuses the segments of confederations (RFC 5065 section 3)",
        difference: Difference::Refused(|ours, error| {
            error.contains("unknown AS_PATH segment") && has_confederation(ours)
        }),
    },
    Explained {
        oracle: Oracle::Netgauze,
        reason: "it cuts route targets to whole octets, and what follows is out of step (RFC 4684 section 4)",
        difference: Difference::Refused(|ours, _| any(ours, is_cut_target)),
    },
    Explained {
        oracle: Oracle::Netgauze,
        reason: "it cuts route targets to whole octets, and what follows is out of step (RFC 4684 section 4)",
        difference: Difference::Routes(|ours| any(ours, is_cut_target)),
    },
    Explained {
        oracle: Oracle::Netgauze,
        reason: "it writes a source AS (sub-type 9) as a route target, though it has read it",
        difference: Difference::Communities(&[(0, 9), (2, 9)]),
    },
    Explained {
        oracle: Oracle::Netgauze,
        reason: "it does not keep reserved octets of communities, which we do",
        difference: Difference::Communities(&[(3, 9), (3, 13), (6, 0), (6, 1), (6, 4)]),
    },
    Explained {
        oracle: Oracle::Bgpkit,
        reason: "it takes a first prefix of length 0 for a path identifier, whatever was negotiated",
        difference: Difference::Routes(|ours| any(ours, is_default)),
    },
    Explained {
        oracle: Oracle::Bgpkit,
        reason: "it takes a first prefix of length 0 for a path identifier, whatever was negotiated",
        difference: Difference::Refused(|ours, _| any(ours, is_default)),
    },
    Explained {
        oracle: Oracle::Bgpkit,
        reason: "it reads actions of FlowSpec at type 0x40, which is not theirs (RFC 8955 section 7), and keeps some bits",
        difference: Difference::Communities(&[(0x40, 7), (0x40, 9)]),
    },
    Explained {
        oracle: Oracle::Zettabgp,
        reason: "it refuses the segments of confederations (RFC 5065 section 3)",
        difference: Difference::Refused(|ours, error| error.contains("aspath.rs") && has_confederation(ours)),
    },
    Explained {
        oracle: Oracle::Zettabgp,
        reason: "it reads four octets of a next hop of IPv6 for IPv4 and EVPN (RFC 8950, RFC 7432)",
        difference: Difference::NextHop(|nlri, address| nlri.afi != 2 && address.is_ipv6()),
    },
    Explained {
        oracle: Oracle::Zettabgp,
        reason: "it reads prefix and gateway of IPv6 in EVPN type 5 as IPv4",
        difference: Difference::Route(|nlri| {
            nlri.is_evpn(5) && nlri.prefix.is_some_and(|(address, _)| address.is_ipv6())
        }),
    },
    Explained {
        oracle: Oracle::Zettabgp,
        reason: "it takes the two labels of EVPN type 2 for a stack, which the lowest bit of the first one ends",
        difference: Difference::Refused(|ours, _| any(ours, has_two_labels)),
    },
    Explained {
        oracle: Oracle::Zettabgp,
        reason: "it takes the two labels of EVPN type 2 for a stack, which the lowest bit of the first one ends",
        difference: Difference::Routes(|ours| any(ours, has_two_labels)),
    },
];

fn any(view: &View, is: fn(&Nlri) -> bool) -> bool {
    view.announced.iter().map(|(_, nlri)| nlri).chain(&view.withdrawn).any(is)
}

fn has_confederation(view: &View) -> bool {
    matches!(view.attributes.get(&2), Some(Value::Path(segments)) if segments.iter().any(|(kind, _)| *kind > 2))
}

fn is_cut_target(nlri: &Nlri) -> bool {
    nlri.safi == 132 && nlri.rest.get(4).is_some_and(|bits| bits % 8 > 0)
}

fn is_default(nlri: &Nlri) -> bool {
    nlri.path.is_none() && nlri.prefix.is_some_and(|(_, length)| length == 0)
}

fn has_two_labels(nlri: &Nlri) -> bool {
    nlri.is_evpn(2) && nlri.labels.len() == 2
}
