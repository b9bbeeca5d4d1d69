//! Cuts what one read brought into whole messages or lines: one chunk, however many there are.

use std::io;

use api::line;
use bytes::{Bytes, BytesMut};
use tokio_util::codec::Decoder;
use wire::{Notify, frame};

/// Free space below which a buffer grows: one that is never filled stays small.
const LOW: usize = 4 * 1024;
/// Free space of a buffer that has grown.
const ROOM: usize = 64 * 1024;

/// What was read from a peer.
#[derive(Debug)]
pub(crate) enum Messages {
    /// One or more whole messages.
    Whole(Bytes),
    /// What follows cannot be cut into messages; this has to be answered.
    Garbled(Notify),
}

/// Finds the last message boundary of what was read.
#[derive(Debug)]
pub(crate) struct MessageCodec {
    /// The longest message that the session allows: a longer one is refused at its header.
    pub(crate) limit: usize,
}

impl Default for MessageCodec {
    fn default() -> Self {
        Self { limit: frame::MAX }
    }
}

impl Decoder for MessageCodec {
    type Item = Messages;
    type Error = io::Error;

    fn decode(&mut self, src: &mut BytesMut) -> io::Result<Option<Messages>> {
        let mut end = 0;
        loop {
            match frame::split(src.get(end..).unwrap_or_default(), self.limit) {
                Ok(Some(length)) => end += length,
                Ok(None) => break,
                Err(notify) if end == 0 => return Ok(Some(Messages::Garbled(notify))),
                Err(_) => break,
            }
        }
        let whole = (end > 0).then(|| Messages::Whole(src.split_to(end).freeze()));
        make_room(src);
        Ok(whole)
    }
}

/// Finds the last line feed of what was read.
#[derive(Debug, Default)]
pub(crate) struct LineCodec;

impl Decoder for LineCodec {
    type Item = Bytes;
    type Error = io::Error;

    fn decode(&mut self, src: &mut BytesMut) -> io::Result<Option<Bytes>> {
        let end = src.iter().rposition(|byte| *byte == b'\n');
        if end.is_none() && src.len() > line::LIMIT {
            return Err(io::Error::new(io::ErrorKind::InvalidData, line::LineError::TooLong(line::LIMIT)));
        }
        let whole = end.map(|end| src.split_to(end + 1).freeze());
        make_room(src);
        Ok(whole)
    }

    /// A line without its end is no command.
    fn decode_eof(&mut self, src: &mut BytesMut) -> io::Result<Option<Bytes>> {
        let whole = self.decode(src);
        src.clear();
        whole
    }
}

/// A buffer that is full gives way to a new one, which has what is left. To reserve space in it would double it each time:
/// one read would bring megabytes, and whoever has to wait for another would wait for all of that.
fn make_room(src: &mut BytesMut) {
    if src.capacity() - src.len() < LOW {
        let mut fresh = BytesMut::with_capacity(src.len() + ROOM);
        fresh.extend_from_slice(src);
        *src = fresh;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_messages_come_in_one_chunk() {
        let mut src = BytesMut::new();
        src.extend_from_slice(&wire::keepalive());
        src.extend_from_slice(&wire::keepalive());
        src.extend_from_slice(&wire::keepalive()[..7]);
        let Ok(Some(Messages::Whole(chunk))) = MessageCodec::default().decode(&mut src) else { panic!() };
        assert_eq!((chunk.len(), src.len()), (38, 7));
        assert!(MessageCodec::default().decode(&mut src).unwrap().is_none());
    }

    #[test]
    fn messages_before_garbage_come_first() {
        let mut src = BytesMut::from(&wire::keepalive()[..]);
        src.extend_from_slice(b"GET /");
        assert!(matches!(MessageCodec::default().decode(&mut src), Ok(Some(Messages::Whole(_)))));
        assert!(matches!(MessageCodec::default().decode(&mut src), Ok(Some(Messages::Garbled(_)))));
    }

    #[test]
    fn a_busy_stream_does_not_grow_its_buffer() {
        let mut src = BytesMut::with_capacity(LOW);
        for _ in 0..200 {
            // As much as a read may bring.
            while src.capacity() - src.len() >= 19 {
                src.extend_from_slice(&wire::keepalive());
            }
            assert!(src.len() <= ROOM + frame::MAX, "a read brought {} octets", src.len());
            MessageCodec::default().decode(&mut src).unwrap();
        }
    }

    #[test]
    fn lines() {
        let mut src = BytesMut::from("one\ntwo\nthr");
        assert_eq!(LineCodec.decode(&mut src).unwrap().unwrap(), "one\ntwo\n");
        assert_eq!(LineCodec.decode(&mut src).unwrap(), None);
        assert_eq!(LineCodec.decode_eof(&mut src).unwrap(), None);
        src.resize(line::LIMIT + 1, b'a');
        assert!(LineCodec.decode(&mut src).is_err());
    }
}
