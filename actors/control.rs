//! The control socket: programs that connect to it are helpers that nobody has started.

use std::{
    io,
    os::unix::net::UnixListener as SystemListener,
    path::{Path, PathBuf},
    time::Duration,
};

use actix::{
    Actor, ActorContext as _, ActorFutureExt as _, Addr, AsyncContext as _, Context, Handler, WrapFuture as _,
};
use slog::{Logger, error, info, warn};
use tokio::net::{UnixListener, UnixStream};

use crate::{
    Supervisor,
    messages::{Joined, Stop},
};

/// How long to do without new clients after one could not be accepted.
const ASIDE: Duration = Duration::from_millis(100);

/// Binds the socket. One that nobody answers at is left over from a daemon that was killed, and is replaced.
///
/// # Errors
/// When somebody answers there, or there is something else than a socket, or the system does not let us.
pub(crate) fn bind(path: &Path) -> io::Result<SystemListener> {
    use std::os::unix::{fs::FileTypeExt as _, net::UnixStream};
    if let Ok(there) = std::fs::symlink_metadata(path) {
        if !there.file_type().is_socket() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is something that is no socket"));
        }
        if UnixStream::connect(path).is_ok() {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, "another daemon answers there"));
        }
        std::fs::remove_file(path)?;
    }
    let listener = SystemListener::bind(path)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Accepts clients and hands them over.
#[derive(Debug)]
pub(crate) struct Control {
    path: PathBuf,
    /// Bound before the start; a restart binds anew.
    bound: Option<SystemListener>,
    supervisor: Addr<Supervisor>,
    log: Logger,
}

impl Control {
    /// Listens at `path`, with a socket that is bound already or one of its own.
    pub(crate) const fn new(
        path: PathBuf,
        bound: Option<SystemListener>,
        supervisor: Addr<Supervisor>,
        log: Logger,
    ) -> Self {
        Self { path, bound, supervisor, log }
    }

    fn accept(&self, listener: UnixListener, context: &mut Context<Self>) {
        let next = async move {
            let accepted = listener.accept().await;
            (listener, accepted)
        };
        context.spawn(next.into_actor(self).map(|(listener, accepted), control, context| {
            match accepted.and_then(|(stream, _)| joined(stream)) {
                Ok(joined) => {
                    control.supervisor.do_send(joined);
                    control.accept(listener, context);
                }
                Err(error) => {
                    warn!(control.log, "a client cannot be accepted"; "reason" => %error);
                    context.run_later(ASIDE, |control, context| control.accept(listener, context));
                }
            }
        }));
    }
}

/// A stream that another thread can take over, and who is at its other end.
fn joined(stream: UnixStream) -> io::Result<Joined> {
    let credentials = stream.peer_cred()?;
    Ok(Joined { stream: stream.into_std()?, uid: credentials.uid(), pid: credentials.pid() })
}

impl Actor for Control {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        let bound = self.bound.take().map_or_else(|| bind(&self.path), Ok);
        match bound.and_then(UnixListener::from_std) {
            Ok(listener) => {
                info!(self.log, "control socket"; "path" => %self.path.display());
                self.accept(listener, context);
            }
            Err(error) => {
                error!(self.log, "there is no control socket"; "path" => %self.path.display(), "reason" => %error);
                context.stop();
            }
        }
    }
}

impl Handler<Stop> for Control {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        let _ = std::fs::remove_file(&self.path);
        context.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_left_over_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("exactix.sock");
        let first = bind(&path).unwrap();
        assert_eq!(bind(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(first);
        drop(bind(&path).unwrap());
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "").unwrap();
        assert_eq!(bind(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
