//! What lies outside of the process: connections to peers, and helper programs. Actors reach for them through [`World`],
//! so that the same actors run in an invented one as well.

use std::{fmt, io, process::Stdio, sync::Arc, time::SystemTime};

use config::Process;
use futures_util::{FutureExt as _, future::BoxFuture};
use nix::{
    sys::signal::{self, Signal},
    unistd::Pid,
};
use session::Endpoints;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
    process::Command,
    sync::watch,
};

use crate::{
    connect::{self, Failure, Target},
    lifeline::{self, Lifeline},
    notify,
};

/// Something that octets come from.
pub(crate) trait Readable: AsyncRead + fmt::Debug + Send + Unpin {}

impl<R: AsyncRead + fmt::Debug + Send + Unpin> Readable for R {}

/// Something that octets go to.
pub(crate) trait Writable: AsyncWrite + fmt::Debug + Send + Unpin {}

impl<W: AsyncWrite + fmt::Debug + Send + Unpin> Writable for W {}

/// Where octets come from.
pub(crate) type Source = Box<dyn Readable>;

/// Where octets go to; dropping it closes that direction.
pub(crate) type Sink = Box<dyn Writable>;

/// A connection to a peer.
#[derive(Debug)]
pub(crate) struct Stream {
    /// From the peer.
    pub source: Source,
    /// To the peer.
    pub sink: Sink,
    /// To cut it from outside, where that is possible.
    pub lifeline: Option<Lifeline>,
}

impl From<TcpStream> for Stream {
    fn from(stream: TcpStream) -> Self {
        let (incoming, outgoing, lifeline) = lifeline::split(stream);
        Self { source: Box::new(incoming), sink: Box::new(outgoing), lifeline: Some(lifeline) }
    }
}

/// Sends a program, and all it has started, a signal.
pub(crate) type Kill = Arc<dyn Fn(Signal) + Send + Sync>;

/// A program that runs.
pub(crate) struct Program {
    /// Its number, for the log.
    pub pid: i32,
    /// What it prints.
    pub output: Source,
    /// What it reads.
    pub input: Sink,
    /// Waits for its end, and says how it ended. Dropped before, it ends the program.
    pub end: BoxFuture<'static, String>,
    /// Sends it, and all it has started, a signal.
    pub kill: Kill,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("pid", &self.pid).finish_non_exhaustive()
    }
}

impl Program {
    /// One that has connected to us by itself: to end it is to hang up.
    ///
    /// # Errors
    /// When the connection is gone already.
    pub(crate) fn client(stream: std::os::unix::net::UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        let (output, input) = UnixStream::from_std(stream)?.into_split();
        let (hang_up, mut hung_up) = watch::channel(false);
        let end = async move {
            let _ = hung_up.wait_for(|hung_up| *hung_up).await;
            "hung up".to_owned()
        };
        let kill = move |_| {
            hang_up.send_replace(true);
        };
        Ok(Self { pid: 0, output: Box::new(output), input: Box::new(input), end: end.boxed(), kill: Arc::new(kill) })
    }
}

/// How actors get at what lies outside.
pub(crate) trait World: fmt::Debug + Send + Sync {
    /// Connects to a peer, or says why that is not possible.
    fn connect(&self, target: Target) -> BoxFuture<'static, Result<(Stream, Endpoints), Failure>>;

    /// Starts a program.
    ///
    /// # Errors
    /// When it cannot be started.
    fn start(&self, process: &Process) -> io::Result<Program>;

    /// The time of day, for people and events: every wait goes by another clock.
    fn clock(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// The system that the daemon runs on.
#[derive(Debug)]
pub(crate) struct Outside;

impl World for Outside {
    fn connect(&self, target: Target) -> BoxFuture<'static, Result<(Stream, Endpoints), Failure>> {
        let attempt = connect::connect(target);
        attempt.map(|result| result.map(|(stream, ends)| (stream.into(), ends))).boxed()
    }

    /// In a process group of its own, with the standard error of the daemon.
    fn start(&self, process: &Process) -> io::Result<Program> {
        let (program, arguments) = process.run.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        notify::OURS.iter().for_each(|variable| _ = command.env_remove(variable));
        let mut child = command
            .args(arguments)
            .current_dir("/")
            .env("TERM", "dumb")
            .env_remove("exabgp_cli_pipe")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).ok_or(io::ErrorKind::NotFound)?;
        let (output, input) = child.stdout.take().zip(child.stdin.take()).ok_or(io::ErrorKind::BrokenPipe)?;
        let end = async move { child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string()) };
        let kill = move |with| {
            let _ = signal::killpg(Pid::from_raw(pid), with);
        };
        Ok(Program { pid, output: Box::new(output), input: Box::new(input), end: end.boxed(), kill: Arc::new(kill) })
    }
}
