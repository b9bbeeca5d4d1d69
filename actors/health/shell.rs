//! Commands for the shell: the check itself, and what is run when a state is entered.

use std::{
    io,
    process::{ExitStatus, Stdio},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tokio::{
    io::AsyncReadExt as _,
    net::unix::pipe::Receiver,
    process::{Child, Command},
    time::{Duration, timeout},
};

/// How a check ended.
#[derive(Debug)]
pub(super) enum Checked {
    /// By itself; what it printed, and complained of.
    Ended(ExitStatus, Vec<u8>),
    /// It took too long, and was killed with all it had started.
    TimedOut,
    /// It did not start.
    Failed(io::Error),
}

/// Output that is kept; the rest is read, and forgotten.
const KEPT: u64 = 64 * 1024;

/// Runs a check. A limit of zero is none.
pub(super) async fn check(command: &str, limit: Duration) -> Checked {
    let (mut child, pipe) = match start(command) {
        Ok(started) => started,
        Err(error) => return Checked::Failed(error),
    };
    let group = Group(child.id().and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw));
    let ended = ended(&mut child, pipe);
    let result = if limit.is_zero() { Ok(ended.await) } else { timeout(limit, ended).await };
    match result {
        Ok(Ok((status, output))) => {
            // What it has left running is nobody's concern, as long as it has closed its output.
            std::mem::forget(group);
            Checked::Ended(status, output)
        }
        Ok(Err(error)) => Checked::Failed(error),
        Err(_) => Checked::TimedOut,
    }
}

/// Ends all processes of a group when it is dropped: the check took too long, or nobody waits for it.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}

/// Standard error goes where the output goes.
fn start(command: &str) -> io::Result<(Child, Receiver)> {
    let (output, input) = io::pipe()?;
    let child = Command::new("/bin/sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(input.try_clone()?)
        .stderr(input)
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    Ok((child, Receiver::from_owned_fd(output.into())?))
}

async fn ended(child: &mut Child, mut pipe: Receiver) -> io::Result<(ExitStatus, Vec<u8>)> {
    let mut output = Vec::new();
    (&mut pipe).take(KEPT).read_to_end(&mut output).await?;
    tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    Ok((child.wait().await?, output))
}

/// Runs a hook of a state to its end.
///
/// # Errors
/// When it cannot be started.
pub(super) async fn hook(command: &str, state: &str) -> io::Result<()> {
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .env("STATE", state)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    child.wait().await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(command: &str) -> (bool, String) {
        match check(command, Duration::from_secs(20)).await {
            Checked::Ended(status, output) => (status.success(), String::from_utf8(output).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    #[actix_rt::test]
    async fn a_check_says_how_it_went() {
        assert_eq!(run("echo out; echo err >&2").await, (true, "out\nerr\n".to_owned()));
        assert_eq!(run("echo \"no 'luck'\"; exit 3").await, (false, "no 'luck'\n".to_owned()));
        assert!(!run("if").await.0);
        assert_eq!(run("head -c 100000 /dev/zero | tr '\\0' x").await.1.len(), 64 * 1024);
    }

    #[actix_rt::test]
    async fn one_that_takes_too_long_is_killed_with_all_it_started() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pid");
        let command = format!("sleep 60 & echo $! > {}; sleep 60", path.display());
        assert!(matches!(check(&command, Duration::from_millis(300)).await, Checked::TimedOut));
        let pid: i32 = std::fs::read_to_string(path).unwrap().trim().parse().unwrap();
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while nix::sys::signal::kill(Pid::from_raw(pid), None).is_ok() && !is_zombie(pid) {
            assert!(std::time::Instant::now() < deadline, "{pid} still runs");
            tokio::task::yield_now().await;
        }
    }

    fn is_zombie(pid: i32) -> bool {
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "))
    }
}
