//! A daemon with one neighbor, and the ways for a client to get at it: the control socket, the control pipes.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    os::{
        fd::AsFd,
        unix::{fs::OpenOptionsExt, net::UnixStream},
    },
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use nix::{
    libc,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::stat::Mode,
    unistd::mkfifo,
};

use super::{
    conf::{Conf, Neighbor},
    daemon::{Daemon, Launch},
    lab::{Lab, program},
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// A daemon with one neighbor that has one route, and where its socket and its pipes are.
pub(crate) struct Door {
    /// The daemon.
    pub(crate) daemon: Daemon,
    /// Its neighbor.
    pub(crate) speaker: Speaker,
    /// The control socket.
    pub(crate) socket: PathBuf,
    /// Where all of it is.
    pub(crate) lab: Lab,
    port: u16,
}

impl Door {
    /// With a control socket.
    pub(crate) fn new() -> Self {
        Self::with(|_| (), &[])
    }

    /// The same, with `exabgp_<key>` set.
    pub(crate) fn set(key: &str, value: &str) -> Self {
        Self::with(|_| (), &[(key, value)])
    }

    /// With control pipes as well.
    pub(crate) fn piped() -> Self {
        let pipes = |lab: &Lab| {
            for end in ["in", "out"] {
                mkfifo(&lab.path(&format!("exabgp.{end}")), Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
            }
        };
        Self::with(pipes, &[])
    }

    /// After `prepare` has made in the directory what the daemon is to find there.
    pub(crate) fn with(prepare: impl FnOnce(&Lab), settings: &[(&str, &str)]) -> Self {
        let lab = Lab::new();
        prepare(&lab);
        let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
        let socket = lab.path("exactix.sock");
        let launch = settings.iter().fold(launch(&lab, &speaker, port), |launch, (key, value)| launch.set(key, *value));
        let daemon = launch.start();
        speaker.wait_up(secs(10));
        speaker.wait_routes(1, secs(10));
        Self { daemon, speaker, socket, lab, port }
    }

    /// Starts the daemon anew after its end.
    pub(crate) fn start_again(&mut self) {
        self.daemon = launch(&self.lab, &self.speaker, self.port).start();
    }

    /// A connection to the socket.
    pub(crate) fn connect(&self) -> UnixStream {
        let stream = eventually(secs(5), "the socket", || UnixStream::connect(&self.socket).ok());
        stream.set_read_timeout(Some(secs(10))).unwrap();
        stream
    }

    /// The program, with these words, as it is run where the daemon is.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(words).env("exabgp_api_socketpath", &self.socket).env("exabgp_cli_pipe", self.lab.directory());
        command.env("HOME", self.lab.directory()).env_remove("exabgp_cli_transport").current_dir(self.lab.directory());
        command
    }

    /// What becomes of that.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).stdin(Stdio::null()).output().unwrap()
    }

    /// The same, with this as its standard input.
    pub(crate) fn run_with(&self, words: &[&str], input: &str) -> Output {
        let mut command = self.command(words);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }
}

fn launch(lab: &Lab, speaker: &Speaker, port: u16) -> Launch {
    let launch = lab.launch(&configuration(speaker, "192.0.2.1", "180"), port);
    let launch = launch.set("api_cli", "true").set("api_socketpath", lab.path("exactix.sock").to_string_lossy());
    launch.set("cli_pipe", lab.directory().to_string_lossy())
}

/// A configuration of the one neighbor.
pub(crate) fn configuration(speaker: &Speaker, next_hop: &str, hold_time: &str) -> String {
    let neighbor = Neighbor::of(speaker.profile()).with(&format!("hold-time {hold_time};"));
    Conf::default().neighbor(neighbor.routes([format!("10.0.0.0/24 next-hop {next_hop}")])).to_string()
}

/// What a program has printed.
pub(crate) fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

/// The ends of the pipes that a client of ExaBGP has.
pub(crate) struct PipeClient {
    commands: File,
    answers: File,
}

impl PipeClient {
    /// Opens the pipes as ExaBGP's client does, once somebody is at their other end.
    pub(crate) fn open(lab: &Lab) -> Self {
        eventually(secs(10), "the pipes", || Self::try_open(lab))
    }

    /// The same, if somebody is there.
    pub(crate) fn try_open(lab: &Lab) -> Option<Self> {
        let open = |options: &mut OpenOptions, end: &str| {
            options.custom_flags(libc::O_NONBLOCK).open(lab.path(&format!("exabgp.{end}"))).ok()
        };
        let answers = open(OpenOptions::new().read(true), "out")?;
        Some(Self { commands: open(OpenOptions::new().write(true), "in")?, answers })
    }

    /// Whether something can be read.
    pub(crate) fn is_answered(&self) -> bool {
        let mut waited = [PollFd::new(self.answers.as_fd(), PollFlags::POLLIN)];
        poll(&mut waited, PollTimeout::ZERO).unwrap() > 0
    }

    /// Writes octets, if there is room for them.
    pub(crate) fn try_say(&mut self, text: &str) -> bool {
        self.commands.write(text.as_bytes()).is_ok()
    }

    /// Writes octets.
    pub(crate) fn say(&mut self, text: &str) {
        self.commands.write_all(text.as_bytes()).unwrap();
    }

    /// Waits for an answer that ends like this.
    pub(crate) fn hear(&mut self, end: &str) -> String {
        let mut heard = Vec::new();
        eventually(secs(10), end, || {
            let mut octets = [0; 4096];
            while let Ok(count @ 1..) = self.answers.read(&mut octets) {
                heard.extend_from_slice(&octets[..count]);
            }
            heard.ends_with(end.as_bytes())
        });
        text(&heard)
    }
}
