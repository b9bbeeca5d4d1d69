//! `reorder`: a message to the neighbor changes places with the next.

use bytes::{Bytes, BytesMut};
use wire::{Kind as MessageKind, WordError, Words};

use super::{Fault, Kind, Target, Usage};
use crate::rng::Rng;
use crate::site::{Moment, Site, Verdict};

/// The kind.
pub(super) struct Reorder;

impl Kind for Reorder {
    fn name(&self) -> &'static str {
        "reorder"
    }

    fn usage(&self) -> Usage {
        Usage {
            syntax: "reorder",
            about: "an UPDATE to the neighbor changes places with the message that follows it",
            example: "reorder for 5s",
            recovery: "routes are sent once more a second after the last strike, in their order",
            target: Target::Peer,
        }
    }

    fn parse(&self, _: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
        Ok(Box::new(Reordering(None)))
    }
}

#[derive(Clone, Debug)]
struct Reordering(Option<Bytes>);

impl Fault for Reordering {
    fn strike(&mut self, _: Moment, site: &Site<'_>, _: &mut Rng) -> Verdict {
        let Site::FrameOut(frame) = site else { return Verdict::Pass };
        match self.0.take() {
            Some(before) => {
                let mut both = BytesMut::from(frame.bytes().as_ref());
                both.extend_from_slice(&before);
                Verdict::Replace(both.freeze())
            }
            None if frame.kind() == MessageKind::Update.code() => {
                self.0 = Some(frame.bytes().clone());
                Verdict::Drop
            }
            None => Verdict::Pass,
        }
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(self.clone())
    }
}
