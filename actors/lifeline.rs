//! The two halves of a TCP connection, and a way to cut it from outside.
//!
//! An actor that hangs keeps its sockets: its neighbor would wait for the hold time, and the Peer that takes its seat could
//! not be called. Whoever has the [`Lifeline`] ends the connection all the same. It costs no descriptor, and holds nothing.

use std::{
    io,
    net::Shutdown,
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Ends a connection that somebody else has.
#[derive(Debug, Clone)]
pub(crate) struct Lifeline(Weak<Shared>);

impl Lifeline {
    /// Ends the connection in both directions: the other side sees the end of it at once.
    pub(crate) fn cut(&self) {
        if let Some(shared) = self.0.upgrade() {
            // It may be gone already.
            let _ = SockRef::from(&shared.stream).shutdown(Shutdown::Both);
        }
    }

    /// The other side sees a TCP reset once the halves are dropped.
    pub(crate) fn reset(&self) {
        if let Some(shared) = self.0.upgrade() {
            shared.reset.store(true, Ordering::Relaxed);
            let _ = SockRef::from(&shared.stream).set_linger(Some(Duration::ZERO));
        }
    }

    /// The other side sees the end of what we send; it may go on.
    pub(crate) fn half_close(&self) {
        if let Some(shared) = self.0.upgrade() {
            let _ = SockRef::from(&shared.stream).shutdown(Shutdown::Write);
        }
    }

    /// Whether there still is a connection.
    pub(crate) fn holds(&self) -> bool {
        self.0.strong_count() > 0
    }
}

/// The half that is read from.
#[derive(Debug)]
pub(crate) struct Incoming(Arc<Shared>);

/// The half that is written to; dropped, it closes that direction.
#[derive(Debug)]
pub(crate) struct Outgoing(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    stream: TcpStream,
    /// It ends with a reset, and not with the end of either direction.
    reset: AtomicBool,
}

/// Takes a connection apart.
pub(crate) fn split(stream: TcpStream) -> (Incoming, Outgoing, Lifeline) {
    let shared = Arc::new(Shared { stream, reset: AtomicBool::new(false) });
    let lifeline = Lifeline(Arc::downgrade(&shared));
    (Incoming(shared.clone()), Outgoing(shared), lifeline)
}

impl AsyncRead for Incoming {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.stream.poll_read_ready(context))?;
            match self.0.stream.try_read_buf(buf) {
                Ok(_) => return Poll::Ready(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Outgoing {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.stream.poll_write_ready(context))?;
            match self.0.stream.try_write(octets) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&self.0.stream).shutdown(Shutdown::Write))
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        if self.0.reset.load(Ordering::Relaxed) {
            return;
        }
        let _ = SockRef::from(&self.0.stream).shutdown(Shutdown::Write);
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn whoever_has_the_lifeline_ends_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut far, _) = listener.accept().await.unwrap();
        let (mut incoming, mut outgoing, lifeline) = split(near);
        outgoing.write_all(b"there").await.unwrap();
        far.write_all(b"and back").await.unwrap();
        let mut text = [0; 8];
        incoming.read_exact(&mut text).await.unwrap();
        assert_eq!(&text, b"and back");
        assert!(lifeline.holds());
        lifeline.cut();
        let mut rest = Vec::new();
        far.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"there");
        assert_eq!(incoming.read(&mut text).await.unwrap(), 0);
        drop((incoming, outgoing));
        assert!(!lifeline.holds());
    }

    #[tokio::test]
    async fn a_half_that_is_dropped_closes_its_direction() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut far, _) = listener.accept().await.unwrap();
        let (mut incoming, outgoing, _) = split(near);
        drop(outgoing);
        assert_eq!(far.read(&mut [0; 8]).await.unwrap(), 0);
        far.write_all(b"x").await.unwrap();
        assert_eq!(incoming.read(&mut [0; 8]).await.unwrap(), 1);
    }
}
