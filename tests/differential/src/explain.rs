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
                // Descriptors are not put together again: what is in front of them is compared.
                if nlri.safi == 71 {
                    nlri.rest.truncate(18);
                }
            });
            // RFC 8277 section 2.4: a receiver ignores the label of a withdrawal, and this one does not keep it.
            view.withdrawn.iter_mut().for_each(|nlri| nlri.labels.clear());
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
    /// An attribute, by our reading of it and theirs.
    Attribute(u8, fn(&Value, &Value) -> bool),
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
                let announced = ours.announced.iter().map(|(_, nlri)| nlri).zip(theirs.announced.iter_mut().map(|(_, nlri)| nlri));
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
            Difference::Attribute(code, expected) => {
                let Some((one, other)) = ours.attributes.get(code).zip(theirs.attributes.get_mut(code)) else {
                    return false;
                };
                let covered = one != other && expected(one, other);
                if covered {
                    *other = one.clone();
                }
                covered
            }
        }
    }
}

/// Every difference that is known and is not ours, with its reason.
pub const EXPLAINED: &[Explained] = &[];
