//! An invented world: far ends that speak just enough BGP to have a table, and programs that say what a test wants.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{self, Poll},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::{Bytes, BytesMut};
use config::Process;
use futures_util::{FutureExt as _, future::BoxFuture};
use nix::sys::signal::Signal;
use session::Endpoints;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader, DuplexStream, duplex},
    sync::watch,
    time::Instant,
};
use wire::{Family, Frame, Negotiated, Update, frame};

use crate::{
    connect::{Failure, Target},
    world::{Program, Stream, World},
};

/// What a far end has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FarEnd {
    /// Sessions that are established now.
    pub(super) up: u32,
    /// Sessions that came to be established.
    pub(super) sessions: u32,
    /// Cease subcodes received.
    pub(super) ceased: Vec<u8>,
    /// The routes of the session: next hops by prefix.
    pub(super) table: BTreeMap<String, String>,
    /// Routes announced in it, each time they were.
    pub(super) announced: usize,
    /// Routes withdrawn in it, each time they were.
    pub(super) withdrawn: usize,
}

/// The programs of one name.
#[derive(Debug, Default)]
pub(super) struct Programs {
    /// How often it was started.
    pub(super) starts: u32,
    /// Those that run, by the number of their start.
    pub(super) running: BTreeMap<u32, Running>,
}

/// A program that runs.
#[derive(Debug)]
pub(super) struct Running {
    output: Option<DuplexStream>,
    end: watch::Sender<bool>,
}

#[derive(Debug)]
struct State {
    begun: Instant,
    /// The time of day when the world began, as its clock has it now.
    dawn: Duration,
    /// What happens, each line with its time; nothing unless it is kept.
    journal: Option<Vec<String>>,
    far_ends: HashMap<IpAddr, FarEnd>,
    /// Tells far ends to hang up.
    cut: HashMap<IpAddr, watch::Sender<u32>>,
    programs: HashMap<String, Programs>,
    /// How many UPDATEs still bring down whoever writes them.
    brittle: u32,
}

/// The world. Whatever address is called, somebody is there.
#[derive(Debug, Clone)]
pub(super) struct Invented(Arc<Mutex<State>>);

impl Default for Invented {
    fn default() -> Self {
        let (begun, journal) = (Instant::now(), None);
        let (far_ends, cut, programs) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self(Arc::new(Mutex::new(State { begun, dawn: BEGINNING, journal, far_ends, cut, programs, brittle: 0 })))
    }
}

impl Invented {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Sets the clock to so many seconds after the epoch.
    pub(super) fn set_clock(&self, seconds: u64) {
        let mut state = self.state();
        state.dawn = Duration::from_secs(seconds).saturating_sub(state.begun.elapsed());
    }

    /// Keeps a journal from now on.
    pub(super) fn keep_journal(&self) {
        self.state().journal = Some(Vec::new());
    }

    /// The journal so far, of which nothing is left behind.
    pub(super) fn take_journal(&self) -> Vec<String> {
        self.state().journal.take().unwrap_or_default()
    }

    /// Writes a line in the journal.
    pub(super) fn note(&self, text: impl FnOnce() -> String) {
        let mut state = self.state();
        let at = state.begun.elapsed();
        if let Some(journal) = &mut state.journal {
            journal.push(format!("{:>12.3} {}", at.as_secs_f64(), text()));
        }
    }

    /// So many times whoever writes an UPDATE panics.
    pub(super) fn break_writing(&self, times: u32) {
        self.state().brittle = times;
    }

    /// How many of these times are left.
    pub(super) fn unbroken(&self) -> u32 {
        self.state().brittle
    }

    /// What the far end at this address has seen.
    pub(super) fn far_end(&self, address: IpAddr) -> FarEnd {
        self.state().far_ends.get(&address).cloned().unwrap_or_default()
    }

    /// How often a program was started, and how many of it run.
    pub(super) fn program(&self, name: &str) -> (u32, usize) {
        self.state().programs.get(name).map_or((0, 0), |programs| (programs.starts, programs.running.len()))
    }

    /// Has the program print a line; `false` when it does not run.
    pub(super) async fn say(&self, name: &str, line: &str) -> bool {
        let output = {
            let mut state = self.state();
            let newest = state.programs.get_mut(name).and_then(|programs| programs.running.values_mut().next_back());
            newest.and_then(|running| running.output.take())
        };
        let Some(mut output) = output else { return false };
        output.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        let mut state = self.state();
        if let Some(running) = state.programs.get_mut(name).and_then(|it| it.running.values_mut().next_back()) {
            running.output = Some(output);
        }
        true
    }

    /// Has the program end by itself.
    pub(super) fn end(&self, name: &str) {
        if let Some(programs) = self.state().programs.get(name) {
            for running in programs.running.values() {
                running.end.send_replace(true);
            }
        }
    }

    /// Has the far end hang up.
    pub(super) fn cut(&self, address: IpAddr) {
        if let Some(cut) = self.state().cut.get(&address) {
            cut.send_modify(|times| *times += 1);
        }
    }

    fn with<T>(&self, address: IpAddr, look: impl FnOnce(&mut FarEnd) -> T) -> T {
        look(self.state().far_ends.entry(address).or_default())
    }

    async fn serve(self, address: IpAddr, mut source: DuplexStream, mut sink: DuplexStream) {
        let mut cut = self.state().cut.entry(address).or_default().subscribe();
        let mut session = Session { world: self, address, up: false };
        let mut buffer = BytesMut::new();
        loop {
            while let Ok(Some(length)) = frame::split(&buffer, frame::MAX_EXTENDED) {
                let frame = Frame::new(buffer.split_to(length).freeze());
                session.world.note(|| format!("{address} received {:02x?}", frame.bytes()));
                // Who does not listen any more may still have something to say.
                let _ = sink.write_all(&session.received(&frame)).await;
            }
            tokio::select! {
                // What is ready is not chosen by chance.
                biased;
                read = source.read_buf(&mut buffer) => if !read.is_ok_and(|octets| octets > 0) { return },
                _ = cut.changed() => return,
            }
        }
    }
}

/// The way to a far end, which may break.
#[derive(Debug)]
struct Brittle(Invented, DuplexStream);

impl AsyncWrite for Brittle {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut task::Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let breaks = octets.get(18) == Some(&2) && {
            let mut state = self.0.state();
            let left = state.brittle;
            state.brittle = left.saturating_sub(1);
            left > 0
        };
        assert!(!breaks, "writing breaks");
        Pin::new(&mut self.1).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.1).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.1).poll_shutdown(context)
    }
}

/// One session of a far end; the table goes with it.
struct Session {
    world: Invented,
    address: IpAddr,
    up: bool,
}

impl Session {
    /// The answer to a message: to an OPEN the same OPEN with another identifier, to a KEEPALIVE another.
    fn received(&mut self, frame: &Frame) -> Bytes {
        match frame.kind() {
            1 => {
                let mut open = BytesMut::from(&frame.bytes()[..]);
                open[24] ^= 0x80;
                open.extend_from_slice(&wire::keepalive());
                return open.freeze();
            }
            2 => self.learn(frame.body()),
            3 => self.world.with(self.address, |seen| seen.ceased.extend(frame.body().get(1))),
            4 => {
                if !std::mem::replace(&mut self.up, true) {
                    self.world.with(self.address, |seen| {
                        *seen = FarEnd {
                            up: seen.up + 1,
                            sessions: seen.sessions + 1,
                            ceased: std::mem::take(&mut seen.ceased),
                            ..FarEnd::default()
                        };
                    });
                    return Bytes::new();
                }
                return wire::keepalive();
            }
            _ => {}
        }
        Bytes::new()
    }

    fn learn(&self, body: &[u8]) {
        let mut with = Negotiated::unnegotiated();
        with.asn4 = true;
        with.families = Family::ALL.to_vec();
        let update = Update::decode(body, &Arc::new(with)).unwrap();
        self.world.with(self.address, |seen| {
            for nlri in &update.withdrawn {
                seen.withdrawn += 1;
                seen.table.remove(&nlri.to_string());
            }
            for reach in &update.announced {
                for nlri in &reach.nlris {
                    seen.announced += 1;
                    seen.table.insert(nlri.to_string(), reach.next_hop.to_string());
                }
            }
        });
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.up {
            self.world.with(self.address, |seen| {
                seen.up -= 1;
                seen.table.clear();
            });
        }
    }
}

impl World for Invented {
    fn connect(&self, target: Target) -> BoxFuture<'static, Result<(Stream, Endpoints), Failure>> {
        let ((near_source, far_sink), (near_sink, far_source)) = (duplex(1 << 16), duplex(1 << 16));
        let local = SocketAddr::new(target.local.unwrap_or(Ipv4Addr::LOCALHOST.into()), 40000);
        tokio::spawn(self.clone().serve(target.peer.ip(), far_source, far_sink));
        let stream =
            Stream { source: Box::new(near_source), sink: Box::new(Brittle(self.clone(), near_sink)), lifeline: None };
        std::future::ready(Ok((stream, Endpoints { local, peer: target.peer }))).boxed()
    }

    fn start(&self, process: &Process) -> io::Result<Program> {
        let ((input, reads), (prints, output)) = (duplex(1 << 16), duplex(1 << 16));
        let (end, mut ended) = watch::channel(false);
        let mut state = self.state();
        let programs = state.programs.entry(process.name.clone()).or_default();
        programs.starts += 1;
        let start = programs.starts;
        programs.running.insert(start, Running { output: Some(prints), end: end.clone() });
        let (world, name) = (self.clone(), process.name.clone());
        tokio::spawn(async move {
            let mut lines = BufReader::new(reads).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                world.note(|| format!("{name} {start} read {line}"));
            }
        });
        let gone = Gone { world: self.clone(), name: process.name.clone(), start };
        Ok(Program {
            pid: i32::try_from(start).unwrap(),
            output: Box::new(output),
            input: Box::new(input),
            end: async move {
                let _gone = gone;
                let _ = ended.wait_for(|ended| *ended).await;
                "ended".to_owned()
            }
            .boxed(),
            kill: Arc::new(move |_: Signal| {
                end.send_replace(true);
            }),
        })
    }

    fn clock(&self) -> SystemTime {
        let state = self.state();
        UNIX_EPOCH + state.dawn + state.begun.elapsed()
    }
}

/// From the epoch to the day on which each invented world begins.
const BEGINNING: Duration = Duration::from_secs(1_800_000_000);

/// Takes a program off the list when nobody waits for it any more.
struct Gone {
    world: Invented,
    name: String,
    start: u32,
}

impl Drop for Gone {
    fn drop(&mut self) {
        if let Some(programs) = self.world.state().programs.get_mut(&self.name) {
            programs.running.remove(&self.start);
        }
    }
}
