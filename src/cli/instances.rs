//! Several configurations: a process for each, so that they share nothing, and this one, which watches over them.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use config::Env;
use nix::{
    sys::{
        signal::{SigSet, Signal, kill},
        wait::{Id, WaitPidFlag, waitid},
    },
    unistd::Pid,
};
use slog::{Logger, error, info, o, warn};

use crate::{
    args::Server,
    log::{self, Destination},
    pid_file::PidFile,
    privilege, signals,
};

/// The first wait before an instance is started again; it doubles with each failure.
const FIRST: Duration = Duration::from_millis(100);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(30);
/// An instance that ran for so long has recovered: its next failure is a first one.
const HEALTHY: Duration = Duration::from_secs(60);
/// Exit codes of a failure of the program rather than of what it was asked: of a panic, of the Supervisor.
const FAILED: [i32; 2] = [101, actors::EXIT_SOFTWARE];

/// Runs an instance for each configuration until all have ended: the exit code is the first that is not 0.
///
/// # Errors
/// When the log cannot be shared, or what the instances are started with is not there.
pub(crate) fn run(options: &Server, env: &Env, env_file: Option<&Path>) -> anyhow::Result<i32> {
    can_share(&env.log.destination)?;
    if options.configuration.iter().any(|file| config::is_standard_input(file)) {
        bail!("a configuration on the standard input has to be the only one");
    }
    let program = std::env::current_exe().context("the program does not know where it is")?;
    let commands = options.configuration.iter().map(|file| (file.clone(), command(&program, options, file, env_file)));
    let commands: Vec<_> = commands.collect();
    let watched = watched();
    // Before there is another thread: what one of them lets through would end this process rather than be waited for.
    watched.thread_block().context("signals cannot be waited for")?;
    privilege::set_umask(&env.daemon);
    let stays = privilege::detach(&env.daemon, &env.log)?;
    let (log, guard) = log::open(&env.log, env.exactix.log_json)?;
    let log = log.new(o!("source" => "daemon"));
    if let Some(why) = stays {
        warn!(log, "the daemon stays in the foreground"; "reason" => why);
    }
    let pid_file = PidFile::write(&env.daemon.pid)?;
    let code = Instances::new(commands, log.clone()).run(watched);
    info!(log, "the end"; "code" => code);
    drop((pid_file, log));
    log::close(guard);
    Ok(code)
}

/// Processes cannot share a file that each of them rotates.
fn can_share(destination: &str) -> anyhow::Result<()> {
    match Destination::of(destination) {
        Destination::Stderr | Destination::Syslog | Destination::Host(_) => Ok(()),
        Destination::File(_) | Destination::Unknown => bail!(
            "several configurations at once need log.destination to be syslog, stdout, stderr or host:, not {destination}"
        ),
    }
}

/// The program with one of the files and the same options. What belongs to the daemon as a whole is not asked for again.
fn command(program: &Path, options: &Server, file: &Path, env_file: Option<&Path>) -> Command {
    let absolute = |file: &Path| std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut command = Command::new(program);
    command.arg("server").arg("--instance").arg(file);
    if let Some(env_file) = env_file {
        command.arg("--env-file").arg(absolute(env_file));
    }
    let flags = [
        (options.verbose, "--verbose"),
        (options.debug, "--debug"),
        (options.once, "--once"),
        (options.passive, "--passive"),
        (options.log_json, "--log-json"),
    ];
    command.args(flags.into_iter().filter_map(|(on, flag)| on.then_some(flag)));
    if let Some(seconds) = options.signal {
        command.arg("--signal").arg(seconds.to_string());
    }
    command.arg("--").arg(absolute(file));
    command
}

/// What this process waits for.
#[derive(Debug)]
enum Event {
    /// A signal for all of them.
    Signal(Signal),
    /// The process of this instance has ended, and waits to be asked how.
    Ended(usize),
}

/// One configuration and the process that runs with it.
#[derive(Debug)]
struct Instance {
    file: PathBuf,
    command: Command,
    child: Option<Child>,
    started: Instant,
    failures: u32,
    /// When it is started again.
    due: Option<Instant>,
}

impl Instance {
    fn new((file, command): (PathBuf, Command)) -> Self {
        let now = Instant::now();
        Self { file, command, child: None, started: now, failures: 0, due: Some(now) }
    }

    fn is_over(&self) -> bool {
        self.child.is_none() && self.due.is_none()
    }

    /// It failed: it is started again, after a wait that is returned.
    fn failed(&mut self, now: Instant) -> Duration {
        if now.duration_since(self.started) >= HEALTHY {
            self.failures = 0;
        }
        let wait = wait(self.failures);
        self.failures = self.failures.saturating_add(1);
        self.due = Some(now + wait);
        wait
    }
}

/// How long to wait after so many failures before.
fn wait(failures: u32) -> Duration {
    FIRST.saturating_mul(1 << failures.min(16)).min(LONGEST)
}

/// All of them.
#[derive(Debug)]
struct Instances {
    all: Vec<Instance>,
    log: Logger,
    events: (Sender<Event>, Receiver<Event>),
    /// They were asked to end: who does is not started again.
    stopping: bool,
    code: i32,
}

impl Instances {
    fn new(commands: Vec<(PathBuf, Command)>, log: Logger) -> Self {
        let all = commands.into_iter().map(Instance::new).collect();
        Self { all, log, events: channel(), stopping: false, code: 0 }
    }

    fn run(mut self, watched: SigSet) -> i32 {
        watch(watched, self.events.0.clone());
        loop {
            self.start_due();
            if self.all.iter().all(Instance::is_over) {
                return self.code;
            }
            match self.next_event() {
                Some(Event::Signal(signal)) => self.pass_on(signal),
                Some(Event::Ended(index)) => self.ended(index),
                None => {}
            }
        }
    }

    fn start_due(&mut self) {
        let now = Instant::now();
        for index in 0..self.all.len() {
            if self.all.get(index).is_some_and(|instance| instance.due.is_some_and(|due| due <= now)) {
                self.start(index, now);
            }
        }
    }

    fn start(&mut self, index: usize, now: Instant) {
        let Some(instance) = self.all.get_mut(index) else { return };
        (instance.due, instance.started) = (None, now);
        let file = instance.file.display().to_string();
        match instance.command.spawn() {
            Ok(child) => {
                info!(self.log, "instance started"; "configuration" => file, "pid" => child.id());
                watch_end(child.id(), index, self.events.0.clone());
                instance.child = Some(child);
            }
            Err(error) => {
                let after = instance.failed(now);
                error!(self.log, "an instance cannot be started"; "configuration" => file, "reason" => %error,
                    "after" => ?after);
            }
        }
    }

    fn next_event(&self) -> Option<Event> {
        let Some(due) = self.all.iter().filter_map(|instance| instance.due).min() else {
            return self.events.1.recv().ok();
        };
        self.events.1.recv_timeout(due.saturating_duration_since(Instant::now())).ok()
    }

    fn pass_on(&mut self, signal: Signal) {
        info!(self.log, "signal"; "name" => signal.as_str());
        if signal == Signal::SIGTERM {
            self.stopping = true;
            self.all.iter_mut().for_each(|instance| instance.due = None);
        }
        // A process that has ended keeps its number until it is asked how: nobody else is meant.
        for child in self.all.iter().filter_map(|instance| instance.child.as_ref()) {
            let _ = kill(pid(child.id()), signal);
        }
    }

    fn ended(&mut self, index: usize) {
        let Some(instance) = self.all.get_mut(index) else { return };
        let Some(Ok(status)) = instance.child.take().map(|mut child| child.wait()) else { return };
        let file = instance.file.display().to_string();
        if !self.stopping && is_failure(status) {
            let after = instance.failed(Instant::now());
            error!(self.log, "an instance failed and is started again"; "configuration" => file,
                "status" => %status, "after" => ?after);
            return;
        }
        info!(self.log, "instance ended"; "configuration" => file, "status" => %status);
        if self.code == 0 {
            self.code = code_of(status);
        }
    }
}

/// The signals for all instances, and the interrupt.
fn watched() -> SigSet {
    let mut watched = signals::held();
    watched.add(Signal::SIGINT);
    watched
}

/// Tells of these signals. The interrupt of a terminal reaches the instances by itself: here it is ignored.
fn watch(watched: SigSet, events: Sender<Event>) {
    thread::spawn(move || {
        loop {
            match watched.wait() {
                Ok(Signal::SIGINT) => {}
                Ok(signal) => drop(events.send(Event::Signal(signal))),
                Err(_) => return,
            }
        }
    });
}

/// Tells when a process has ended, and leaves it to be asked how.
fn watch_end(child: u32, index: usize, events: Sender<Event>) {
    thread::spawn(move || {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while waitid(Id::Pid(pid(child)), flags) == Err(nix::errno::Errno::EINTR) {}
        let _ = events.send(Event::Ended(index));
    });
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(id.cast_signed())
}

/// Whether it ended against its will: by a signal, or by a fault of its own.
fn is_failure(status: ExitStatus) -> bool {
    status.code().is_none_or(|code| FAILED.contains(&code))
}

/// The exit code, as a shell says it where a signal was the end.
fn code_of(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> (PathBuf, Command) {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        (PathBuf::from(script), command)
    }

    fn run(scripts: &[&str]) -> i32 {
        let commands = scripts.iter().map(|script| shell(script)).collect();
        Instances::new(commands, Logger::root(slog::Discard, o!())).run(SigSet::empty())
    }

    #[test]
    fn the_code_is_the_first_that_is_not_0() {
        assert_eq!(run(&["exit 0", "exit 0"]), 0);
        assert_eq!(run(&["exit 0", "exit 3"]), 3);
    }

    #[test]
    fn who_fails_is_started_again_until_it_ends_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        for failure in ["exit 101", "exit 70", "kill -9 $$"] {
            let mark = folder.path().join(failure.replace(' ', "-"));
            let script = format!("test -e '{0}' && exit 4; touch '{0}'; {failure}", mark.display());
            assert_eq!(run(&[&script, "exit 0"]), 4, "{failure}");
        }
    }

    #[test]
    fn waits_double_up_to_half_a_minute() {
        assert_eq!([0, 1, 2, 40].map(|failures| wait(failures).as_millis()), [100, 200, 400, 30_000]);
        let mut instance = Instance::new(shell("true"));
        let start = instance.started;
        assert_eq!((instance.failed(start), instance.failed(start)), (wait(0), wait(1)));
        assert_eq!(instance.failed(start + HEALTHY), wait(0));
    }

    #[test]
    fn a_log_in_a_file_cannot_be_shared() {
        for destination in ["", "syslog", "stdout", "stderr", "host:127.0.0.1"] {
            assert!(can_share(destination).is_ok(), "{destination}");
        }
        let error = can_share("/var/log/exactix").unwrap_err().to_string();
        assert!(error.ends_with("not /var/log/exactix"), "{error}");
    }
}
