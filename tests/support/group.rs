//! A process group that a test starts, and that does not outlive it: not when the test passes, fails or is killed.

use std::{
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
};

use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};

/// The process started, leader of its group, and one that watches over us.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Child,
    watch: Child,
}

impl Group {
    /// Starts a command as the leader of a new group.
    pub(crate) fn start(command: &mut Command) -> std::io::Result<Self> {
        let leader = command.process_group(0).stdin(Stdio::null()).spawn()?;
        // Its input ends when we do, however that comes about; dropping the group ends it before.
        let watch = Command::new("sh")
            .args(["-c", "cat >/dev/null; kill -s KILL -- \"-$0\""])
            .arg(leader.id().to_string())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { leader, watch })
    }

    /// The process id of the leader.
    pub(crate) fn id(&self) -> u32 {
        self.leader.id()
    }

    /// How the leader ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.leader.try_wait().unwrap()
    }

    /// Sends a signal to the leader.
    pub(crate) fn signal(&self, signal: Signal) {
        kill(pid(self.id()), signal).unwrap();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = killpg(pid(self.watch.id()), Signal::SIGKILL);
        let _ = self.watch.wait();
        if matches!(self.leader.try_wait(), Ok(None)) {
            let _ = killpg(pid(self.id()), Signal::SIGKILL);
            let _ = self.leader.wait();
        }
    }
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(i32::try_from(id).unwrap())
}
