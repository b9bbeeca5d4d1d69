//! The two directions of a stream, as values that an actor moves into a future and gets back.
//!
//! An [`Inbox`] reads only while the actor lets it, so that a busy actor closes the sender's window. An [`Outbox`] has
//! one write in flight and gathers the next behind it, so that what waits is bounded by who fills it.

use std::{
    io,
    pin::Pin,
    task::{self, Poll, Waker},
};

use bytes::{Buf as _, BytesMut};
use futures_util::StreamExt as _;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio_util::codec::{Decoder, FramedRead};

/// Space for the first reads; a codec makes more where it is used.
const BUFFER: usize = 8 * 1024;

/// The reading half.
#[derive(Debug)]
pub(crate) struct Inbox<R, C>(FramedRead<R, C>);

impl<R: AsyncRead + Unpin, C: Decoder> Inbox<R, C> {
    /// Reads from `half`.
    pub(crate) fn new(half: R, codec: C) -> Self {
        Self(FramedRead::with_capacity(half, codec, BUFFER))
    }

    /// What cuts the stream, to be told of changes.
    pub(crate) fn codec_mut(&mut self) -> &mut C {
        self.0.decoder_mut()
    }

    /// Waits for the next chunk; `None` is the end of the stream. The inbox comes back with it.
    pub(crate) async fn next(mut self) -> (Self, Option<Result<C::Item, C::Error>>) {
        let item = self.0.next().await;
        (self, item)
    }
}

/// The writing half.
#[derive(Debug)]
pub(crate) struct Outbox<W> {
    /// Away while a write is in flight.
    half: Option<W>,
    next: BytesMut,
    in_flight: usize,
}

impl<W: AsyncWrite + Unpin> Outbox<W> {
    /// Writes to `half`.
    pub(crate) fn new(half: W) -> Self {
        Self { half: Some(half), next: BytesMut::new(), in_flight: 0 }
    }

    /// What waits to be written, to be appended to.
    pub(crate) const fn next_mut(&mut self) -> &mut BytesMut {
        &mut self.next
    }

    /// Octets that have not reached the kernel.
    pub(crate) fn pending(&self) -> usize {
        self.in_flight + self.next.len()
    }

    /// Whether something waits, and no write is in flight.
    pub(crate) fn is_ready(&self) -> bool {
        self.half.is_some() && !self.next.is_empty()
    }

    /// Writes what the other side takes at once; the rest, or what failed, is for [`Outbox::write`].
    pub(crate) fn write_now(&mut self) {
        let (Some(half), mut nobody) = (&mut self.half, task::Context::from_waker(Waker::noop())) else { return };
        while !self.next.is_empty() {
            match Pin::new(&mut *half).poll_write(&mut nobody, &self.next) {
                Poll::Ready(Ok(written)) if written > 0 => self.next.advance(written),
                _ => return,
            }
        }
    }

    /// The write to be run, unless one is in flight or nothing waits. What it returns goes to [`Outbox::written`].
    pub(crate) fn write(&mut self) -> Option<impl Future<Output = (W, io::Result<()>)> + use<W>> {
        if self.next.is_empty() {
            return None;
        }
        let mut half = self.half.take()?;
        let bytes = self.next.split().freeze();
        self.in_flight = bytes.len();
        Some(async move {
            let result = half.write_all(&bytes).await;
            (half, result)
        })
    }

    /// A write is done: the half is back.
    pub(crate) fn written(&mut self, half: W) {
        self.half = Some(half);
        self.in_flight = 0;
    }

    /// The half and what still waits, to be finished elsewhere; `None` while a write is in flight.
    pub(crate) fn take(&mut self) -> Option<(W, BytesMut)> {
        let half = self.half.take()?;
        Some((half, self.next.split()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_not_taken_at_once_is_written_later() {
        let (near, mut far) = tokio::io::duplex(4);
        let mut outbox = Outbox::new(near);
        outbox.next_mut().extend_from_slice(b"one");
        outbox.write_now();
        assert_eq!(outbox.pending(), 0);
        outbox.next_mut().extend_from_slice(b"more");
        outbox.write_now();
        assert_eq!(outbox.pending(), 3);
        let mut read = [0; 7];
        let ((_, result), _) = tokio::join!(outbox.write().unwrap(), far.read_exact(&mut read));
        result.unwrap();
        assert_eq!(&read, b"onemore");
    }

    #[tokio::test]
    async fn one_write_at_a_time() {
        let (near, mut far) = tokio::io::duplex(4);
        let mut outbox = Outbox::new(near);
        outbox.next_mut().extend_from_slice(b"first");
        let write = outbox.write().unwrap();
        outbox.next_mut().extend_from_slice(b"second");
        assert!(outbox.write().is_none());
        assert_eq!(outbox.pending(), 11);
        let mut read = [0; 5];
        let ((half, result), _) = tokio::join!(write, far.read_exact(&mut read));
        result.unwrap();
        outbox.written(half);
        assert_eq!((outbox.pending(), &read), (6, b"first"));
        let (_half, rest) = outbox.take().unwrap();
        assert_eq!(rest, "second");
    }
}
