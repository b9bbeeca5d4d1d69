//! What waits to be written to a helper: bounded in memory, whatever the helper does.

use std::collections::VecDeque;

use bytes::{BufMut as _, BytesMut};

/// Lines above which neighbors are held up, and below which they go on.
const HIGH: usize = 1000;
const LOW: usize = 100;
/// Octets above which further events are dropped, and no further command of a client is read.
const LIMIT: usize = 16 * 1024 * 1024;
/// Octets above which whoever watches is told no further events.
const PLENTY: usize = 1024 * 1024;
/// Octets of one write.
const WRITE: usize = 64 * 1024;
const DONE: &[u8] = b"done\n";

#[derive(Debug)]
enum Piece {
    /// Whole lines.
    Text(String),
    /// So many `done`.
    Dones(u64),
}

/// Pieces in order. Acknowledgements that follow each other are one number.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pieces: VecDeque<Piece>,
    lines: usize,
    octets: usize,
    lost: u64,
}

impl Queue {
    /// Events; `false` when they were dropped instead.
    pub(super) fn push_event(&mut self, text: &str, deaf: bool) -> bool {
        if text.is_empty() {
            return true;
        }
        if deaf || self.octets > LIMIT {
            self.lost += text.lines().count() as u64;
            return false;
        }
        self.push(text);
        true
    }

    /// Answers, which are never dropped.
    pub(super) fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.lines += text.bytes().filter(|byte| *byte == b'\n').count();
        self.octets += text.len();
        match self.pieces.back_mut() {
            Some(Piece::Text(last)) if last.len() < WRITE => last.push_str(text),
            _ => self.pieces.push_back(Piece::Text(text.to_owned())),
        }
    }

    /// Acknowledgements.
    pub(super) fn push_dones(&mut self, count: u64) {
        match self.pieces.back_mut() {
            Some(Piece::Dones(last)) => *last += count,
            _ if count > 0 => self.pieces.push_back(Piece::Dones(count)),
            _ => {}
        }
    }

    /// Moves about one write's worth into `out`.
    pub(super) fn fill(&mut self, out: &mut BytesMut) {
        while out.len() < WRITE {
            match self.pieces.front_mut() {
                None => break,
                Some(Piece::Text(text)) => {
                    self.lines -= text.bytes().filter(|byte| *byte == b'\n').count();
                    self.octets -= text.len();
                    out.put_slice(text.as_bytes());
                    self.pieces.pop_front();
                }
                Some(Piece::Dones(0)) => drop(self.pieces.pop_front()),
                Some(Piece::Dones(count)) => {
                    let now = (*count).min((WRITE / DONE.len()) as u64);
                    *count -= now;
                    (0..now).for_each(|_| out.put_slice(DONE));
                }
            }
        }
    }

    /// Nobody reads any more.
    pub(super) fn clear(&mut self) {
        *self = Self { lost: self.lost, ..Self::default() };
    }

    pub(super) const fn octets(&self) -> usize {
        self.octets
    }

    pub(super) const fn lines(&self) -> usize {
        self.lines
    }

    pub(super) const fn is_high(&self) -> bool {
        self.lines > HIGH
    }

    /// Whether one who only watches has enough to read.
    pub(super) const fn has_plenty(&self) -> bool {
        self.octets > PLENTY
    }

    /// Whether answers alone have reached what events may not exceed.
    pub(super) const fn is_full(&self) -> bool {
        self.octets > LIMIT
    }

    pub(super) const fn is_low(&self) -> bool {
        self.lines < LOW
    }

    /// Events dropped so far.
    pub(super) const fn lost(&self) -> u64 {
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_take_no_space() {
        let mut queue = Queue::default();
        (0..1_000_000).for_each(|_| queue.push_dones(1));
        assert_eq!((queue.pieces.len(), queue.octets()), (1, 0));
        let mut written = 0;
        loop {
            let mut out = BytesMut::new();
            queue.fill(&mut out);
            if out.is_empty() {
                break;
            }
            assert!(out.len() <= 2 * WRITE);
            written += out.len();
        }
        assert_eq!(written, 5_000_000);
    }

    #[test]
    fn order_is_kept() {
        let mut queue = Queue::default();
        queue.push("one\n");
        queue.push_dones(2);
        assert!(queue.push_event("two\n", false));
        let mut out = BytesMut::new();
        queue.fill(&mut out);
        assert_eq!(out, "one\ndone\ndone\ntwo\n");
        assert_eq!((queue.lines(), queue.octets()), (0, 0));
    }

    #[test]
    fn events_are_dropped_beyond_the_limit() {
        let mut queue = Queue::default();
        let line = format!("{}\n", "x".repeat(1 << 20));
        let kept = (0..30).filter(|_| queue.push_event(&line, false)).count();
        assert_eq!((kept, queue.lost()), (16, 14));
        assert!(!queue.push_event("x\n", true));
    }
}
