//! A listening socket. An accept that fails puts it aside for a while rather than ending anything.

use std::{
    io,
    net::{SocketAddr, TcpListener as SystemListener},
    time::Duration,
};

use actix::{
    Actor, ActorContext as _, ActorFutureExt as _, Addr, AsyncContext as _, Context, Handler, WrapFuture as _,
};
use slog::{Logger, error, warn};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::{
    Supervisor, connect,
    messages::{Accepted, Stop},
};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;
/// How long a listener that cannot accept is put aside: without descriptors, trying at once only spins.
const ASIDE: Duration = Duration::from_millis(500);

/// Binds a listening socket.
///
/// # Errors
/// What the system says.
pub(crate) fn bind(address: SocketAddr) -> io::Result<SystemListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Accepts connections and hands them over.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    /// Bound before the start; a restart binds anew.
    bound: Option<SystemListener>,
    supervisor: Addr<Supervisor>,
    log: Logger,
}

impl Listener {
    /// Listens on `address`, with a socket that is bound already or one of its own.
    pub(crate) const fn new(
        address: SocketAddr,
        bound: Option<SystemListener>,
        supervisor: Addr<Supervisor>,
        log: Logger,
    ) -> Self {
        Self { address, bound, supervisor, log }
    }

    fn accept(&self, listener: TcpListener, context: &mut Context<Self>) {
        let next = async move {
            let accepted = listener.accept().await;
            (listener, accepted)
        };
        context.spawn(next.into_actor(self).map(|(listener, accepted), actor, context| {
            match accepted.and_then(|(stream, _)| stream.into_std()).and_then(hand_over) {
                Ok(accepted) => {
                    actor.supervisor.do_send(accepted);
                    actor.accept(listener, context);
                }
                Err(error) => {
                    warn!(actor.log, "accept failed"; "reason" => %error);
                    context.run_later(ASIDE, |actor, context| actor.accept(listener, context));
                }
            }
        }));
    }
}

fn hand_over(stream: std::net::TcpStream) -> io::Result<Accepted> {
    let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
    let canonical = |end: SocketAddr| SocketAddr::new(connect::canonical(end.ip()), end.port());
    Ok(Accepted { stream, local: canonical(local), peer: canonical(peer) })
}

impl Actor for Listener {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        let bound = self.bound.take().map_or_else(|| bind(self.address), Ok);
        match bound.and_then(TcpListener::from_std) {
            Ok(listener) => self.accept(listener, context),
            Err(error) => {
                error!(self.log, "cannot listen"; "address" => %self.address, "reason" => %error);
                context.stop();
            }
        }
    }
}

impl Handler<Stop> for Listener {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        context.stop();
    }
}
