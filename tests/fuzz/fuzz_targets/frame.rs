//! Cuts a stream at message boundaries: no octet is lost, and how it arrives in pieces does not matter.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use wire::{Frame, Notify, frame};

/// The messages of a stream and what ended it, when so many octets come at a time.
fn cut(stream: &[u8], limit: usize, piece: usize) -> (Vec<Bytes>, Result<Vec<u8>, Notify>) {
    let (mut frames, mut buffer) = (Vec::new(), Vec::new());
    for part in stream.chunks(piece) {
        buffer.extend_from_slice(part);
        loop {
            match frame::split(&buffer, limit) {
                Ok(Some(length)) => {
                    assert!((frame::HEADER..=limit).contains(&length) && length <= buffer.len());
                    let rest = buffer.split_off(length);
                    frames.push(Bytes::from(std::mem::replace(&mut buffer, rest)));
                }
                Ok(None) => break,
                Err(notify) => return (frames, Err(notify)),
            }
        }
    }
    (frames, Ok(buffer))
}

fuzz_target!(|data: &[u8]| {
    let Some((first, stream)) = data.split_first() else { return };
    let limit = if first & 1 == 0 { frame::MAX } else { frame::MAX_EXTENDED };
    let (frames, end) = cut(stream, limit, stream.len().max(1));
    if let Ok(rest) = &end {
        let read: usize = frames.iter().map(Bytes::len).sum();
        assert_eq!(read + rest.len(), stream.len());
    }
    let mut at = 0;
    for bytes in &frames {
        assert_eq!(stream[at..at + bytes.len()], bytes[..]);
        at += bytes.len();
        let frame = Frame::new(bytes.clone());
        assert_eq!([frame.header(), frame.body()].concat(), bytes[..]);
        assert_eq!(frame.kind(), bytes[18]);
    }
    let piece = usize::from(first >> 1).max(1);
    assert_eq!(cut(stream, limit, piece), (frames, end), "in pieces of {piece}");
});
