//! What the service manager is told: a few words to the socket that it names in the environment, as `sd_notify(3)` does.

use std::{
    env,
    os::{
        linux::net::SocketAddrExt as _,
        unix::{
            ffi::{OsStrExt as _, OsStringExt as _},
            net::{SocketAddr, UnixDatagram},
        },
    },
    time::{Duration, Instant},
};

use nix::{
    sys::time::TimeValLike as _,
    time::{ClockId, clock_gettime},
};

/// Variables that are meant for us, and not for programs that we start.
pub(crate) const OURS: [&str; 6] =
    ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"];

/// Speaks to the service manager, if there is one.
#[derive(Debug)]
pub(crate) struct Notifier {
    socket: Option<(UnixDatagram, SocketAddr)>,
    /// How often it wants to hear that we live, and when it did.
    watchdog: Option<(Duration, Instant)>,
}

impl Notifier {
    /// One that speaks to whom the environment names.
    pub(crate) fn new() -> Self {
        let variable = |name| env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
        let ours = variable("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let wanted = variable("WATCHDOG_USEC").filter(|usec| ours && *usec > 0).map(Duration::from_micros);
        Self { socket: socket(), watchdog: wanted.map(|wanted| (wanted / 4, Instant::now())) }
    }

    /// Says these words. That nobody listens is no concern of ours.
    pub(crate) fn tell(&self, words: &str) {
        if let Some((socket, address)) = &self.socket {
            let _ = socket.send_to_addr(words.as_bytes(), address);
        }
    }

    /// The configuration is read again. The time is for one who counts from there (`Type=notify-reload`).
    pub(crate) fn reloading(&self) {
        let time = clock_gettime(ClockId::CLOCK_MONOTONIC).map_or(0, |time| time.num_microseconds());
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={time}"));
    }

    /// All is well: says so when it is time.
    pub(crate) fn beat(&mut self) {
        let now = Instant::now();
        if let Some((every, before)) = self.watchdog
            && now.duration_since(before) >= every
        {
            self.watchdog = Some((every, now));
            self.tell("WATCHDOG=1");
        }
    }
}

fn socket() -> Option<(UnixDatagram, SocketAddr)> {
    let name = env::var_os("NOTIFY_SOCKET")?.into_vec();
    let address = match name.split_first()? {
        (b'@', rest) => SocketAddr::from_abstract_name(rest).ok()?,
        _ => SocketAddr::from_pathname(std::ffi::OsStr::from_bytes(&name)).ok()?,
    };
    let socket = UnixDatagram::unbound().ok()?;
    socket.set_nonblocking(true).ok()?;
    Some((socket, address))
}
