//! A TCP connection in three parts: what is read, what is written, and a line by which it can be ended from outside, also
//! while the other two are in the hands of the system.

use std::{
    io,
    net::Shutdown,
    pin::Pin,
    sync::{
        Arc,
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

/// What is read.
#[derive(Debug)]
pub(crate) struct Reader(Arc<Shared>);

/// What is written; dropping it ends that direction.
#[derive(Debug)]
pub(crate) struct Writer(Arc<Shared>);

/// What ends a connection from outside.
#[derive(Debug, Clone)]
pub(crate) struct Lifeline(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    stream: TcpStream,
    /// It ends with a reset, and not with the end of either direction.
    reset: AtomicBool,
}

/// Parts a connection.
pub(crate) fn part(stream: TcpStream) -> (Reader, Writer, Lifeline) {
    let shared = Arc::new(Shared { stream, reset: AtomicBool::new(false) });
    (Reader(Arc::clone(&shared)), Writer(Arc::clone(&shared)), Lifeline(shared))
}

impl Lifeline {
    /// The peer sees a TCP reset once the other parts are dropped.
    pub(crate) fn reset(&self) {
        self.0.reset.store(true, Ordering::Relaxed);
        let _ = SockRef::from(&self.0.stream).set_linger(Some(Duration::ZERO));
    }

    /// The peer sees the end of what we send; it may go on.
    pub(crate) fn half_close(&self) {
        let _ = SockRef::from(&self.0.stream).shutdown(Shutdown::Write);
    }
}

impl AsyncRead for Reader {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.stream.poll_read_ready(context))?;
            match self.0.stream.try_read_buf(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read.map(drop)),
            }
        }
    }
}

impl AsyncWrite for Writer {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.stream.poll_write_ready(context))?;
            match self.0.stream.try_write(octets) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
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

impl Drop for Writer {
    fn drop(&mut self) {
        if self.0.reset.load(Ordering::Relaxed) {
            return;
        }
        // Shut already, or gone.
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

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (near, listener.accept().await.unwrap().0)
    }

    #[tokio::test]
    async fn both_directions() {
        let (near, mut far) = pair().await;
        let (mut reader, mut writer, line) = part(near);
        let long: Vec<u8> = (0..1_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
        let mut there = vec![0; long.len()];
        let (written, read) = tokio::join!(writer.write_all(&long), far.read_exact(&mut there));
        written.unwrap();
        read.unwrap();
        assert!(there == long);
        far.write_all(b"answer").await.unwrap();
        let mut answer = [0; 6];
        reader.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"answer");
        line.half_close();
        assert_eq!(far.read(&mut there).await.unwrap(), 0);
        far.write_all(b"more").await.unwrap();
        reader.read_exact(&mut answer[..4]).await.unwrap();
    }

    #[tokio::test]
    async fn a_reset_is_one() {
        let (near, mut far) = pair().await;
        let (reader, writer, line) = part(near);
        line.reset();
        drop((reader, writer, line));
        let end = far.read(&mut [0; 8]).await.unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::ConnectionReset);
    }
}
