//! The daemon under test as a process: its environment, log, use of memory and time, and its end.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs::{self, File},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    thread,
    time::Duration,
};

use nix::{
    sys::signal::Signal,
    unistd::{User, getuid},
};

use super::{
    group::Group,
    helper,
    wait::{eventually, secs},
};

/// A daemon that is about to start.
#[derive(Debug)]
pub(crate) struct Launch {
    program: PathBuf,
    directory: PathBuf,
    config: PathBuf,
    arguments: Vec<OsString>,
    settings: BTreeMap<String, String>,
    /// What a shell does before it becomes the daemon.
    first: Option<String>,
}

impl Launch {
    /// Quiet about everything but what it does, and as the user we are.
    pub(crate) fn new(program: &Path, directory: &Path, config: &Path) -> Self {
        let user = User::from_uid(getuid()).ok().flatten().map_or_else(|| "nobody".to_owned(), |user| user.name);
        let settings = [
            ("daemon_drop", "false"),
            ("daemon_user", user.as_str()),
            ("api_cli", "false"),
            ("log_destination", "stderr"),
            ("log_level", "INFO"),
            ("tcp_bind", ""),
        ];
        let settings = settings.map(|(key, value)| (format!("exabgp_{key}"), value.to_owned())).into();
        let (program, directory, config) = (program.into(), directory.into(), config.into());
        Self { program, directory, config, arguments: Vec::new(), settings, first: None }
    }

    /// Sets `exabgp_<key>`.
    pub(crate) fn set(self, key: &str, value: impl Into<String>) -> Self {
        self.variable(format!("exabgp_{key}"), value.into())
    }

    /// Asks for the reference's bytes in these places.
    pub(crate) fn quirks(self, names: &str) -> Self {
        self.variable("exactix_quirks".to_owned(), names.to_owned())
    }

    /// Lets faults be injected, whatever the configuration says.
    pub(crate) fn faults(self) -> Self {
        self.variable("exactix_faults".to_owned(), "true".to_owned())
    }

    /// Has children of a kind restarted like this.
    pub(crate) fn restarts(self, kind: &str, policy: &str) -> Self {
        self.variable(format!("exactix_restart_{kind}"), policy.to_owned())
    }

    /// Adds an option, or another configuration.
    pub(crate) fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Has a shell do this before it becomes the daemon, such as `ulimit -n 256`.
    pub(crate) fn after(self, first: &str) -> Self {
        Self { first: Some(first.to_owned()), ..self }
    }

    fn variable(mut self, name: String, value: String) -> Self {
        self.settings.insert(name, value);
        self
    }

    /// The command that starts it.
    pub(crate) fn command(&self) -> Command {
        let mut command = match &self.first {
            None => Command::new(&self.program),
            Some(first) => {
                let mut shell = Command::new("sh");
                shell.arg("-c").arg(format!("{first}; exec \"$0\" \"$@\"")).arg(&self.program);
                shell
            }
        };
        let inherited = env::vars_os().filter(|(key, _)| !is_ours(&key.to_string_lossy()));
        command.env_clear().envs(inherited);
        command.envs(&self.settings);
        command.arg("server").arg(&self.config).args(&self.arguments).current_dir(&self.directory);
        command
    }

    /// Starts it, as the leader of a process group.
    pub(crate) fn start(self) -> Daemon {
        let name = self.config.file_stem().unwrap().to_string_lossy().into_owned();
        let log = self.directory.join(format!("{name}.log"));
        let output = File::create(&log).unwrap();
        let mut command = self.command();
        command.stdout(output.try_clone().unwrap()).stderr(output);
        let group = Group::start(&mut command);
        let group = group.unwrap_or_else(|error| panic!("{} does not start: {error}", self.program.display()));
        Daemon { group, log, directory: self.directory }
    }
}

/// Settings of the one who runs the tests must not reach the daemon.
fn is_ours(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.starts_with("exabgp") || key.starts_with("exactix")
}

/// A running daemon. Dropped, it is killed with everything it started; a failing test shows its log.
#[derive(Debug)]
pub(crate) struct Daemon {
    group: Group,
    log: PathBuf,
    directory: PathBuf,
}

/// Resident memory in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// Now.
    pub(crate) now: u64,
    /// At most, since the start or [`Daemon::forget_peak`].
    pub(crate) peak: u64,
}

impl Daemon {
    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.group.id()
    }

    /// What it logged.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Fails the test when it has ended.
    pub(crate) fn assert_alive(&mut self) {
        if let Some(status) = self.group.ended() {
            panic!("the daemon has ended: {status}");
        }
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        self.group.signal(signal);
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self, within: Duration) -> ExitStatus {
        eventually(within, "the end of the daemon", || self.group.ended())
    }

    /// Asks it to stop, and fails the test unless it does, with success.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::SIGTERM);
        let status = self.wait(secs(10));
        assert_eq!((status.code(), status.signal()), (Some(0), None), "{}", self.log());
    }

    /// Its resident memory.
    pub(crate) fn memory(&self) -> Memory {
        let status = fs::read_to_string(self.proc("status")).unwrap();
        let read = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim_start_matches(':').trim_end_matches("kB").trim().parse::<u64>().unwrap() * 1024
        };
        Memory { now: read("VmRSS"), peak: read("VmHWM") }
    }

    /// The number of its open descriptors.
    pub(crate) fn descriptors(&self) -> usize {
        fs::read_dir(self.proc("fd")).unwrap().count()
    }

    /// Counts the peak of its memory from now on.
    pub(crate) fn forget_peak(&self) {
        fs::write(self.proc("clear_refs"), "5").unwrap();
    }

    /// The processor time it has used, in user and kernel mode.
    pub(crate) fn processor_time(&self) -> Duration {
        let stat = fs::read_to_string(self.proc("stat")).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let mut fields = fields.split_whitespace().skip(11).map(|field| field.parse::<u64>().unwrap());
        let ticks = fields.next().unwrap() + fields.next().unwrap();
        Duration::from_millis(ticks * 1000 / TICKS)
    }

    fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.pid().to_string()).join(name)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if thread::panicking() {
            show_log(&self.log);
        }
        helper::end_all(&self.directory);
    }
}

/// Prints the end of a log, for the reader of a failing test.
pub(crate) fn show_log(log: &Path) {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(SHOWN);
    eprintln!("--- the last lines of {}:\n{}\n---", log.display(), lines[from..].join("\n"));
}

/// Of the clock in /proc/<pid>/stat: the same on every Linux.
const TICKS: u64 = 100;
/// Lines of the log that a failing test shows.
const SHOWN: usize = 60;
