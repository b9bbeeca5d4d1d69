//! One connection of a scripted speaker, from its OPEN to its end.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, tcp::OwnedWriteHalf},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until},
};
use wire::{
    AnyCapability, Family, FamilyCode, FamilySet, Frame, Message, Negotiated, Notify, Open,
    capability::{AddPath, Asn4, ExtendedMessage, Multiprotocol, Operational},
    frame, keepalive,
};

use super::{record::Record, speaker::Profile};

/// What a test may ask of a session.
#[derive(Debug)]
pub(super) enum Order {
    /// Write these bytes.
    Send(Bytes),
    /// Read on, or read no more.
    Reading(bool),
    /// Say nothing any more by itself, or go on.
    Silent(bool),
    /// Close the connection, after this NOTIFICATION if there is one.
    Close(Option<Notify>),
    /// Reset it.
    Cut,
}

/// What the sessions of a speaker and the test share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) profile: Profile,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    record: Record,
    /// The newest established session.
    current: Option<Current>,
    connections: u64,
    /// Each OPEN is answered with this.
    turned_away: Option<Notify>,
}

#[derive(Debug, Clone)]
struct Current {
    connection: u64,
    orders: UnboundedSender<Order>,
    with: Arc<Negotiated>,
}

impl Shared {
    pub(super) fn new(profile: Profile) -> Arc<Self> {
        Arc::new(Self { profile, state: Mutex::default() })
    }

    /// A look at what has been seen.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Record) -> T) -> T {
        look(&mut self.lock().record)
    }

    /// Tells the established session; `false` when there is none.
    pub(super) fn order(&self, order: Order) -> bool {
        self.lock().current.as_ref().is_some_and(|current| current.orders.send(order).is_ok())
    }

    /// What the established session has agreed on.
    pub(super) fn negotiated(&self) -> Option<Arc<Negotiated>> {
        self.lock().current.as_ref().map(|current| Arc::clone(&current.with))
    }

    /// Answers each OPEN from now on with this; with nothing, as usual.
    pub(super) fn turn_away(&self, with: Option<Notify>) {
        self.lock().turned_away = with;
    }

    /// How many connections there were.
    pub(super) fn connections(&self) -> u64 {
        self.lock().connections
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn connected(&self) -> u64 {
        let mut state = self.lock();
        state.connections += 1;
        state.connections
    }

    fn established(&self, current: Current) {
        let mut state = self.lock();
        if state.current.is_some() {
            state.record.lost();
        }
        state.record.established();
        state.current = Some(current);
    }

    fn ended(&self, connection: u64) {
        let mut state = self.lock();
        if state.current.as_ref().is_some_and(|current| current.connection == connection) {
            state.current = None;
            state.record.lost();
        }
    }
}

/// Speaks BGP on this connection until it ends.
pub(super) async fn run(stream: TcpStream, shared: Arc<Shared>) {
    let connection = shared.connected();
    let _ = stream.set_nodelay(true);
    let (mut read, write) = stream.into_split();
    let (writer, bytes) = unbounded_channel();
    let (orders, mut wanted) = unbounded_channel();
    tokio::spawn(pump(write, bytes));
    let heard = std::time::Instant::now();
    let mut session = Session { shared: Arc::clone(&shared), connection, writer, orders, with: None, up: false, heard };
    session.send_open();
    let mut buffer = BytesMut::with_capacity(BUFFER);
    let (mut reading, mut silent) = (true, false);
    let mut ticks = ticks(LONG);
    loop {
        let hold_expires = Instant::from_std(session.heard) + session.hold().unwrap_or(LONG);
        tokio::select! {
            () = sleep_until(hold_expires), if reading && session.hold().is_some() => {
                session.complain(&Notify::new(4, 0));
                break;
            }
            read = read.read_buf(&mut buffer), if reading => {
                if matches!(&read, Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset) {
                    shared.with(|record| record.cut += 1);
                }
                if !matches!(read, Ok(count) if count > 0) || session.frames(&mut buffer, &mut ticks).is_none() {
                    break;
                }
            }
            _ = ticks.tick(), if !silent => session.send(keepalive()),
            order = wanted.recv() => match order {
                Some(Order::Send(bytes)) => session.send(bytes),
                Some(Order::Reading(on)) => reading = on,
                Some(Order::Silent(on)) => silent = on,
                Some(Order::Cut) => {
                    // Without an address a connected socket is disconnected, and the other side told by a reset.
                    let _ = rustix::net::connect_unspec(read.as_ref());
                    break;
                }
                Some(Order::Close(notify)) => {
                    if let Some(notify) = notify {
                        session.send_notify(&notify);
                    }
                    break;
                }
                None => break,
            },
        }
    }
    shared.ended(connection);
}

/// Writes what it is given, in order, and closes when there will be no more.
async fn pump(mut write: OwnedWriteHalf, mut bytes: UnboundedReceiver<Bytes>) {
    while let Some(bytes) = bytes.recv().await {
        if write.write_all(&bytes).await.is_err() {
            return;
        }
    }
    let _ = write.shutdown().await;
}

struct Session {
    shared: Arc<Shared>,
    connection: u64,
    writer: UnboundedSender<Bytes>,
    orders: UnboundedSender<Order>,
    with: Option<Arc<Negotiated>>,
    up: bool,
    heard: std::time::Instant,
}

impl Session {
    /// How long the daemon may be silent.
    fn hold(&self) -> Option<Duration> {
        let hold = self.with.as_ref()?.hold_time;
        (hold > 0).then(|| Duration::from_secs(hold.into()))
    }

    fn send(&self, bytes: Bytes) {
        let _ = self.writer.send(bytes);
    }

    fn send_open(&self) {
        let mut out = BytesMut::new();
        self.shared.profile.open().encode(&mut out);
        self.send(out.freeze());
    }

    fn send_notify(&self, notify: &Notify) {
        let mut out = BytesMut::new();
        notify.encode(&mut out);
        self.send(out.freeze());
    }

    /// Handles each whole message of the buffer; nothing when the session is over.
    fn frames(&mut self, buffer: &mut BytesMut, ticks: &mut Interval) -> Option<()> {
        let limit = self.with.as_ref().map_or(frame::MAX, |with| with.message_size());
        while let Some(length) = self.checked(frame::split(buffer, limit))? {
            let frame = Frame::new(buffer.split_to(length).freeze());
            let message = match &self.with {
                Some(with) => Message::decode(&frame, with),
                None => Message::decode(&frame, &Negotiated::unnegotiated()),
            };
            let message = self.checked(message)?;
            self.message(message, ticks)?;
        }
        Some(())
    }

    /// An error of the daemon's ends the session, as it would with any neighbor, and is noted.
    fn checked<T>(&self, result: Result<T, Notify>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(notify) => {
                self.complain(&notify);
                None
            }
        }
    }

    fn complain(&self, notify: &Notify) {
        self.shared.with(|record| {
            record.complaints.push(notify.to_string());
            record.complained.push((notify.code, notify.subcode));
        });
        self.send_notify(notify);
    }

    fn message(&mut self, message: Message, ticks: &mut Interval) -> Option<()> {
        self.heard = std::time::Instant::now();
        if self.up {
            self.shared.with(Record::heard);
        }
        match message {
            Message::Open(open) => {
                if let Some(notify) = self.shared.lock().turned_away.clone() {
                    self.send_notify(&notify);
                    return None;
                }
                let with = self.shared.profile.negotiate(&open);
                if with.keepalive > 0 {
                    *ticks = self::ticks(Duration::from_secs(with.keepalive.into()));
                }
                self.with = Some(Arc::new(with));
                self.send(keepalive());
            }
            Message::Keepalive if !self.up => {
                let with = Arc::clone(self.with.as_ref()?);
                self.up = true;
                let (connection, orders) = (self.connection, self.orders.clone());
                self.shared.established(Current { connection, orders, with });
            }
            Message::Update(_) | Message::Refresh(_) if !self.up => {
                // An FSM error in OpenConfirm (RFC 6608).
                self.complain(&Notify::new(5, 2));
                return None;
            }
            Message::Update(update) => self.shared.with(|record| record.learn(update)),
            Message::Notification(notify) => {
                self.shared.with(|record| record.notifications.push(notify));
                return None;
            }
            Message::Operational(message) => self.shared.with(|record| record.notices.push(message)),
            Message::Refresh(refresh) => self.shared.with(|record| record.refreshes.push(refresh)),
            Message::Keepalive => {}
        }
        Some(())
    }
}

impl Profile {
    /// The OPEN this speaker sends.
    fn open(&self) -> Open {
        let families = self.families.iter().copied().map(FamilyCode::from).collect();
        let mut capabilities = vec![AnyCapability::Multiprotocol(Multiprotocol(families))];
        if self.asn4 {
            capabilities.push(AnyCapability::Asn4(Asn4(self.asn)));
        }
        capabilities.extend(self.more.iter().cloned());
        if self.extended_message {
            capabilities.push(AnyCapability::ExtendedMessage(ExtendedMessage));
        }
        if self.operational {
            capabilities.push(AnyCapability::Operational(Operational));
        }
        let asn16 = u16::try_from(self.asn).unwrap_or(wire::AS_TRANS);
        Open { version: 4, asn16, hold_time: self.hold_time, router_id: self.router_id, capabilities }
    }

    fn negotiate(&self, theirs: &Open) -> Negotiated {
        let offered = offered(theirs);
        let has = |code: u8| theirs.capabilities.iter().any(|capability| capability.code() == code);
        let hold_time = self.hold_time.min(theirs.hold_time);
        Negotiated {
            local_as: self.asn,
            peer_as: theirs.asn(),
            local_address: Some(self.address),
            router_id: self.router_id,
            peer_router_id: theirs.router_id,
            hold_time,
            keepalive: hold_time / 3,
            asn4: self.asn4 && has(65),
            families: self.families.iter().copied().filter(|family| offered.contains(family)).collect(),
            extended_message: self.extended_message && has(6),
            add_path_receive: paths(&theirs.capabilities, AddPath::SENDS)
                .iter()
                .filter(|family| paths(&self.more, AddPath::RECEIVES).contains(*family))
                .collect(),
            ..Negotiated::unnegotiated()
        }
    }
}

/// The families in which one with these capabilities does this with path identifiers (RFC 7911 section 4).
fn paths(capabilities: &[AnyCapability], bit: u8) -> FamilySet {
    let paths = capabilities.iter().find_map(|capability| match capability {
        AnyCapability::AddPath(paths) => Some(paths.families(bit)),
        _ => None,
    });
    paths.unwrap_or_default()
}

/// The families of an OPEN; without the capability it is IPv4 unicast (RFC 4760 section 8).
fn offered(open: &Open) -> Vec<Family> {
    let families = open.capabilities.iter().find_map(|capability| match capability {
        AnyCapability::Multiprotocol(Multiprotocol(codes)) => Some(codes),
        _ => None,
    });
    match families {
        Some(codes) => codes.iter().filter_map(|code| code.family()).collect(),
        None => vec![Family::Ipv4Unicast],
    }
}

/// A router id made of an address' last octets.
pub(super) fn router_id(address: std::net::IpAddr) -> Ipv4Addr {
    match address {
        std::net::IpAddr::V4(address) => address,
        std::net::IpAddr::V6(_) => Ipv4Addr::new(10, 255, 0, 1),
    }
}

fn ticks(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.reset();
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

const BUFFER: usize = 16 * 1024;
/// A timer that is not wanted.
const LONG: Duration = Duration::from_secs(86_400);
