//! One TCP connection of a Peer: what is read and not handled yet, what is to be written.

use std::{io, time::Duration};

use actix::SpawnHandle;
use bytes::{Buf as _, Bytes, BytesMut};
use session::Side;
use tokio::io::AsyncWriteExt as _;
use wire::{Frame, Notify, frame};

use crate::{
    codec::{MessageCodec, Messages},
    lifeline::Lifeline,
    pump::{Inbox, Outbox},
    world::{Sink, Source, Stream},
};

/// How long a last message may take to leave before the connection is cut.
const FAREWELL: Duration = Duration::from_secs(1);

/// The reading half of a session.
pub(crate) type MessageInbox = Inbox<Source, MessageCodec>;

/// A connection, named by side and serial: what a future brings back from an earlier one is dropped.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Which of the two it can be.
    pub side: Side,
    /// Its number among the connections of the Peer.
    pub serial: u64,
    /// Away while a read is in flight.
    pub inbox: Option<MessageInbox>,
    /// What ends it from outside.
    pub line: Option<Lifeline>,
    /// To the peer.
    pub outbox: Outbox<Sink>,
    /// The read in flight.
    pub reading: Option<SpawnHandle>,
    /// The write in flight.
    pub writing: Option<SpawnHandle>,
    /// An injected fault has it wait before it writes on.
    pub held: bool,
    /// Whole messages that were read and not handled yet.
    backlog: Bytes,
    /// The beginning of a message that an injected fault has cut: the rest is still to be read.
    torn: Bytes,
}

impl Connection {
    /// Takes a stream over.
    pub(crate) fn new(side: Side, serial: u64, stream: Stream) -> Self {
        let inbox = Some(Inbox::new(stream.source, MessageCodec::default()));
        let (outbox, line) = (Outbox::new(stream.sink), stream.lifeline);
        Self {
            side,
            serial,
            inbox,
            line,
            outbox,
            reading: None,
            writing: None,
            held: false,
            backlog: Bytes::new(),
            torn: Bytes::new(),
        }
    }

    /// A read came back.
    pub(crate) fn received(&mut self, inbox: MessageInbox, messages: Bytes) {
        (self.inbox, self.reading) = (Some(inbox), None);
        self.backlog = joined(&std::mem::take(&mut self.torn), messages);
    }

    /// These octets come before what was read after them.
    pub(crate) fn put_back(&mut self, octets: &Bytes) {
        self.backlog = joined(octets, std::mem::take(&mut self.backlog));
    }

    /// Whether messages wait to be handled.
    pub(crate) const fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// The next message to handle. `limit` is the longest that the session allows.
    ///
    /// # Errors
    /// The answer to a message that is longer.
    pub(crate) fn next_frame(&mut self, limit: usize) -> Result<Option<Frame>, Notify> {
        match frame::split(&self.backlog, limit) {
            Ok(Some(length)) => Ok(Some(Frame::new(self.backlog.split_to(length)))),
            Ok(None) => {
                self.torn = std::mem::take(&mut self.backlog);
                Ok(None)
            }
            Err(notify) => {
                self.backlog.clear();
                Err(notify)
            }
        }
    }

    /// The read to be run, unless one is in flight or messages wait. `limit` is the longest message allowed from now on.
    pub(crate) fn read(&mut self, limit: usize) -> Option<MessageInbox> {
        if self.has_backlog() {
            return None;
        }
        let mut inbox = self.inbox.take()?;
        inbox.codec_mut().limit = limit;
        Some(inbox)
    }
}

/// Nothing is copied unless there is something before.
fn joined(before: &Bytes, after: Bytes) -> Bytes {
    if before.is_empty() { after } else { [&before[..], &after[..]].concat().into() }
}

/// Writes what is left and closes, within a deadline of its own: nobody waits for it but the system.
///
/// What the other side still sends is read and forgotten: closing with unread octets would reset the connection, and the
/// last message might be lost on its way.
pub(crate) async fn farewell(mut half: Sink, mut rest: BytesMut, inbox: Option<MessageInbox>) {
    let goodbye = async {
        while rest.has_remaining() {
            half.write_all_buf(&mut rest).await?;
        }
        half.shutdown().await
    };
    let said: Result<io::Result<()>, _> = tokio::time::timeout(FAREWELL, goodbye).await;
    if let (Ok(Ok(())), Some(inbox)) = (said, inbox) {
        drain(inbox).await;
    }
}

/// Reads until the other side closes, within a deadline.
pub(crate) async fn drain(inbox: MessageInbox) {
    let reading = async {
        let mut inbox = inbox;
        while let (back, Some(Ok(Messages::Whole(_)))) = inbox.next().await {
            inbox = back;
        }
    };
    let _ = tokio::time::timeout(FAREWELL, reading).await;
}
