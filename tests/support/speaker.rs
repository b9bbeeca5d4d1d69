//! Scripted BGP speakers: neighbors that do what a test tells them and remember what they were told.
//!
//! All of a test's speakers share one thread, so that hundreds of them are cheap.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, OnceLock},
    thread,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use tokio::{
    net::{TcpListener, TcpSocket},
    runtime::{Builder, Handle},
    task::JoinHandle,
};
use wire::{AnyCapability, Family, Intent, Notify, Packer, Words, route};

use super::{
    net,
    record::{Record, Table},
    session::{self, Order, Shared},
    wait::eventually,
};

/// Who a speaker is.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// Its address.
    pub(crate) address: IpAddr,
    /// Its AS number.
    pub(crate) asn: u32,
    /// Its BGP identifier.
    pub(crate) router_id: Ipv4Addr,
    /// The hold time it proposes.
    pub(crate) hold_time: u16,
    /// The families it offers.
    pub(crate) families: Vec<Family>,
    /// Whether it offers messages of more than 4,096 octets.
    pub(crate) extended_message: bool,
    /// Whether it offers OPERATIONAL messages.
    pub(crate) operational: bool,
    /// Whether it knows AS numbers of four octets.
    pub(crate) asn4: bool,
    /// Further capabilities it offers.
    pub(crate) more: Vec<AnyCapability>,
    /// The size of its receive buffer, where the kernel's choice is too large.
    pub(crate) receive_buffer: Option<usize>,
}

impl Profile {
    /// The `index`th speaker: AS 65001, hold time 180, both unicast families.
    pub(crate) fn numbered(index: u32) -> Self {
        let address = IpAddr::V4(net::address(index));
        Self {
            address,
            asn: 65001,
            router_id: session::router_id(address),
            hold_time: 180,
            families: vec![Family::Ipv4Unicast, Family::Ipv6Unicast],
            extended_message: false,
            operational: false,
            asn4: true,
            more: Vec::new(),
            receive_buffer: None,
        }
    }

    /// The same with this hold time.
    pub(crate) fn hold_time(self, hold_time: u16) -> Self {
        Self { hold_time, ..self }
    }
}

/// A speaker; it leaves when dropped.
#[derive(Debug)]
pub(crate) struct Speaker {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
    /// Where it listens, if it does.
    port: u16,
}

impl Speaker {
    /// Speakers that wait for the daemon, all on the port returned.
    pub(crate) fn listen(profiles: Vec<Profile>) -> (u16, Vec<Self>) {
        let addresses: Vec<IpAddr> = profiles.iter().map(|profile| profile.address).collect();
        let buffer = profiles.iter().find_map(|profile| profile.receive_buffer);
        let (port, listeners) = net::listen(&addresses, buffer);
        let start = |(profile, listener)| {
            let shared = Shared::new(profile);
            let task = runtime().spawn(accept(listener, Arc::clone(&shared)));
            Self { shared, task, port }
        };
        (port, profiles.into_iter().zip(listeners).map(start).collect())
    }

    /// Goes on listening after [`Speaker::shut_door`], where it did.
    pub(crate) fn open_door(&mut self) {
        let to = SocketAddr::new(self.profile().address, self.port);
        let listener = eventually(SOON, "the port", || net::listener(to, None));
        self.task = runtime().spawn(accept(listener, Arc::clone(&self.shared)));
    }

    /// Nobody listens any more. A session goes on.
    pub(crate) fn shut_door(&self) {
        self.task.abort();
        eventually(SOON, "the end of the listener", || self.task.is_finished());
    }

    /// One speaker that waits for the daemon.
    pub(crate) fn listen_alone(profile: Profile) -> (u16, Self) {
        let (port, mut speakers) = Self::listen(vec![profile]);
        (port, speakers.remove(0))
    }

    /// A speaker that connects to the daemon until it lets it in.
    pub(crate) fn connect(profile: Profile, to: SocketAddr) -> Self {
        let shared = Shared::new(profile);
        let task = runtime().spawn(call(to, Arc::clone(&shared)));
        Self { shared, task, port: 0 }
    }

    /// Who it is.
    pub(crate) fn profile(&self) -> &Profile {
        &self.shared.profile
    }

    /// A look at what it has seen.
    pub(crate) fn seen<T>(&self, look: impl FnOnce(&mut Record) -> T) -> T {
        self.shared.with(look)
    }

    /// Whether a session is established.
    pub(crate) fn is_up(&self) -> bool {
        self.seen(|record| record.up)
    }

    /// Every route of the current session.
    pub(crate) fn table(&self) -> Table {
        self.seen(|record| record.table())
    }

    /// Waits for an established session.
    pub(crate) fn wait_up(&self, within: Duration) {
        eventually(within, "a session with the speaker", || self.is_up());
    }

    /// Waits until it holds this many routes.
    pub(crate) fn wait_routes(&self, count: usize, within: Duration) {
        eventually(within, "the routes at the speaker", || match self.seen(|record| record.len()) {
            held if held == count => Ok(()),
            held => Err(format!("{held} of {count} are there")),
        });
    }

    /// Announces routes given in words, `10.0.0.0/24 next-hop 1.1.1.1 med 5`.
    pub(crate) fn announce<S: AsRef<str>>(&self, routes: impl IntoIterator<Item = S>) {
        self.send(self.announcement(routes));
    }

    /// The UPDATEs that announce these.
    pub(crate) fn announcement<S: AsRef<str>>(&self, routes: impl IntoIterator<Item = S>) -> Bytes {
        self.pack(|packer, out| {
            for text in routes {
                let spec = route::parse_route(&mut Words::new(text.as_ref()), Intent::Announce).unwrap();
                spec.routes.iter().for_each(|route| packer.announce(route, out).unwrap());
            }
        })
    }

    /// Withdraws prefixes.
    pub(crate) fn withdraw<S: AsRef<str>>(&self, prefixes: impl IntoIterator<Item = S>) {
        let updates = self.pack(|packer, out| {
            for text in prefixes {
                let spec = route::parse_route(&mut Words::new(text.as_ref()), Intent::Withdraw).unwrap();
                spec.routes.iter().for_each(|route| packer.withdraw(route, out));
            }
        });
        self.send(updates);
    }

    fn pack(&self, fill: impl FnOnce(&mut Packer, &mut BytesMut)) -> Bytes {
        let with = self.shared.negotiated().expect("no session to announce in");
        let (mut packer, mut out) = (Packer::new(with), BytesMut::new());
        fill(&mut packer, &mut out);
        packer.finish(&mut out);
        out.freeze()
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&self, bytes: impl Into<Bytes>) {
        assert!(self.shared.order(Order::Send(bytes.into())), "no session to send in");
    }

    /// Stops or goes on reading; KEEPALIVEs are sent all the same.
    pub(crate) fn read(&self, on: bool) {
        assert!(self.shared.order(Order::Reading(on)), "no session to read in");
    }

    /// Sends no KEEPALIVE any more, or goes on.
    pub(crate) fn silent(&self, on: bool) {
        assert!(self.shared.order(Order::Silent(on)), "no session to be silent in");
    }

    /// Resets the connection; `false` when there is none.
    pub(crate) fn cut(&self) -> bool {
        self.shared.order(Order::Cut)
    }

    /// What follows is for whoever strikes at random: `false` when there is no session.
    ///
    /// Sends these octets and closes the connection.
    pub(crate) fn hang_up(&self, last: &[u8]) -> bool {
        self.shared.order(Order::Send(Bytes::copy_from_slice(last))) && self.shared.order(Order::Close(None))
    }

    /// Ends the session with this NOTIFICATION.
    pub(crate) fn leave(&self, notify: Notify) -> bool {
        self.shared.order(Order::Close(Some(notify)))
    }

    /// Sends no KEEPALIVE any more in this session.
    pub(crate) fn fall_silent(&self) -> bool {
        self.shared.order(Order::Silent(true))
    }

    /// Stops reading, and goes on with it.
    pub(crate) fn stop_reading(&self) -> bool {
        self.shared.order(Order::Reading(false))
    }

    /// Goes on reading.
    pub(crate) fn read_on(&self) -> bool {
        self.shared.order(Order::Reading(true))
    }

    /// Answers each OPEN from now on with this; with nothing, as usual.
    pub(crate) fn turn_away(&self, with: Option<Notify>) {
        self.shared.turn_away(with);
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> u64 {
        self.shared.connections()
    }

    /// Ends the session, with this NOTIFICATION if there is one.
    pub(crate) fn close(&self, notify: Option<Notify>) {
        assert!(self.shared.order(Order::Close(notify)), "no session to close");
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.order(Order::Close(None));
    }
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(session::run(stream, Arc::clone(&shared)));
    }
}

async fn call(to: SocketAddr, shared: Arc<Shared>) {
    loop {
        let socket = if to.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.unwrap();
        socket.bind(SocketAddr::new(shared.profile.address, 0)).unwrap();
        if let Ok(stream) = socket.connect(to).await {
            session::run(stream, Arc::clone(&shared)).await;
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// The one thread of all speakers.
fn runtime() -> &'static Handle {
    static RUNTIME: OnceLock<Handle> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        handle
    })
}

/// Within which the system has noticed.
const SOON: Duration = Duration::from_secs(5);
/// Between two attempts to connect.
const RETRY: Duration = Duration::from_millis(100);
