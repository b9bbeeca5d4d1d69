//! Which messages a fault is about.

use std::fmt;

use wire::{Kind, Words};

use crate::site::{Site, Verdict};

/// Messages of one direction, of one kind or of all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frames {
    incoming: bool,
    kind: Option<Kind>,
}

impl Frames {
    /// Reads `incoming` or `outgoing`, then the name of a kind of message; without words it is all that go out.
    pub(super) fn parse(words: &mut Words<'_>) -> Self {
        let incoming = direction(words);
        let kind = words.peek().and_then(|word| Kind::ALL.into_iter().find(|kind| kind.name() == word.text));
        if kind.is_some() {
            words.next();
        }
        Self { incoming, kind }
    }

    /// Those of one kind; the direction is read.
    pub(super) fn of(kind: Kind, words: &mut Words<'_>) -> Self {
        Self { incoming: direction(words), kind: Some(kind) }
    }

    /// Whether one of them is there.
    pub(super) fn are_at(self, site: &Site<'_>) -> bool {
        let frame = match site {
            Site::FrameIn(frame) if self.incoming => frame,
            Site::FrameOut(frame) if !self.incoming => frame,
            _ => return false,
        };
        self.kind.is_none_or(|kind| kind.code() == frame.kind())
    }

    /// The word for the direction.
    pub(super) const fn direction(self) -> &'static str {
        if self.incoming { "incoming" } else { "outgoing" }
    }
}

fn direction(words: &mut Words<'_>) -> bool {
    let incoming = words.keyword("incoming");
    if !incoming {
        // It is the usual one.
        let _ = words.keyword("outgoing");
    }
    incoming
}

impl fmt::Display for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.direction())?;
        self.kind.map_or(Ok(()), |kind| write!(f, " {}", kind.name()))
    }
}

/// The message at a site.
pub(super) fn message<'a>(site: &Site<'a>) -> &'a [u8] {
    match site {
        Site::FrameIn(frame) | Site::FrameOut(frame) => frame.bytes(),
        _ => &[],
    }
}

/// The message at a site, changed.
pub(super) fn changed(site: &Site<'_>, change: impl FnOnce(&mut Vec<u8>)) -> Verdict {
    let mut bytes = message(site).to_vec();
    change(&mut bytes);
    Verdict::Replace(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::super::trial::{keepalive, update};
    use super::*;

    fn are_at(text: &str) -> [bool; 4] {
        let frames = Frames::parse(&mut Words::new(text));
        let (keepalive, update) = (keepalive(), update());
        let sites = [Site::FrameOut(&keepalive), Site::FrameOut(&update), Site::FrameIn(&update), Site::Flush];
        sites.map(|site| frames.are_at(&site))
    }

    #[test]
    fn messages_are_chosen() {
        assert_eq!(are_at(""), [true, true, false, false]);
        assert_eq!(are_at("incoming"), [false, false, true, false]);
        assert_eq!(are_at("outgoing keepalive"), [true, false, false, false]);
        assert_eq!(are_at("update now"), [false, true, false, false]);
        assert_eq!(Frames::parse(&mut Words::new("update now")).to_string(), "outgoing update");
    }
}
