//! Health checks: the command that is run, the state it makes of a service, the lines that say so. It runs as a program of
//! its own (`exactix healthcheck`), or within the daemon in place of one.

mod inside;
mod interface;
mod shell;

use std::{io, process::ExitStatus};

use api::health::{Condition, Machine, Outcome, lines};
use config::{HealthCheck, Network};
use slog::{Logger, debug, info, warn};
use tokio::{
    io::{AsyncBufRead, AsyncWrite, AsyncWriteExt as _, Lines},
    sync::watch,
    time::{Duration, sleep, timeout},
};
use wire::json::Dialect;

pub(crate) use inside::program;
pub use interface::prepare;

/// How long a daemon may take for each answer to one that is about to end.
const LAST_ANSWER: Duration = Duration::from_secs(2);

/// A health check, and whom it talks to.
#[derive(Debug)]
pub struct Watcher<W, R> {
    /// What it does.
    pub check: HealthCheck,
    /// What it announces, in the order of metrics.
    pub addresses: Vec<Network>,
    /// The words it uses.
    pub dialect: Dialect,
    /// Takes its lines.
    pub out: W,
    /// Has an answer to each, if there is any.
    pub answers: Option<Lines<R>>,
    /// Turns true when it is to end.
    pub stop: watch::Receiver<bool>,
    /// The log.
    pub log: Logger,
}

impl<W: AsyncWrite + Unpin, R: AsyncBufRead + Unpin> Watcher<W, R> {
    /// Checks, and announces what it finds, until it is told to end; then it withdraws what it has announced. With an
    /// interval of zero it ends once it has announced.
    ///
    /// # Errors
    /// When its lines are not taken any more.
    pub async fn run(mut self) -> io::Result<()> {
        let (mut machine, mut stop) = (Machine::new(&self.check), self.stop.clone());
        loop {
            let outcome = tokio::select! {
                outcome = self.examine() => outcome,
                () = told(&mut stop) => return self.leave().await,
            };
            let entered = machine.step(outcome);
            if let Some(condition) = entered {
                self.hooks(condition).await;
            }
            if !self.check.debounce || entered.is_some() {
                self.announce(machine.condition(), entered.is_some()).await?;
            }
            let Some(pause) = machine.pause(&self.check) else {
                info!(self.log, "interval set to zero, exiting after the announcement");
                return Ok(());
            };
            tokio::select! {
                () = sleep(pause) => {}
                () = told(&mut stop) => return self.leave().await,
            }
        }
    }

    async fn examine(&self) -> Outcome {
        if self.check.disable.as_ref().is_some_and(|file| file.exists()) {
            return Outcome::Disabled;
        }
        let Some(command) = &self.check.command else { return Outcome::Success };
        debug!(self.log, "checking"; "command" => command);
        match shell::check(command, self.check.timeout).await {
            shell::Checked::Ended(status, _) if status.success() => Outcome::Success,
            shell::Checked::Ended(status, output) => {
                warn!(self.log, "check command was unsuccessful: {}", code(status));
                let output = String::from_utf8_lossy(output.trim_ascii()).into_owned();
                if !output.is_empty() {
                    info!(self.log, "output of check command: {}", output.escape_default());
                }
                Outcome::Failure
            }
            shell::Checked::TimedOut => {
                warn!(self.log, "timeout while running check command"; "command" => command, "after" => ?self.check.timeout);
                Outcome::Failure
            }
            shell::Checked::Failed(error) => {
                warn!(self.log, "check command cannot be run"; "command" => command, "reason" => %error);
                Outcome::Failure
            }
        }
    }

    /// Runs what is to be run when this state is entered.
    async fn hooks(&self, condition: Condition) {
        debug!(self.log, "transition to {}", condition.name());
        let own: &[String] = match condition {
            Condition::Up => &self.check.up.execute,
            Condition::Down => &self.check.down.execute,
            Condition::Disabled => &self.check.disabled.execute,
            _ => &[],
        };
        for command in own.iter().chain(&self.check.execute) {
            debug!(self.log, "transition to {}, execute", condition.name(); "command" => command);
            if let Err(error) = shell::hook(command, condition.name()).await {
                warn!(self.log, "hook cannot be run"; "command" => command, "reason" => %error);
            }
        }
    }

    /// Says what the service is, if that lasts; also when it has not `changed`, lest somebody has forgotten.
    async fn announce(&mut self, condition: Condition, changed: bool) -> io::Result<()> {
        let lines = lines(&self.check, &self.addresses, condition, self.dialect);
        if lines.is_empty() {
            return Ok(());
        }
        if condition == Condition::Up && self.check.ip_dynamic {
            info!(self.log, "service up, restoring loopback and ip-ifname ips");
            interface::add(&self.check, &self.addresses, &self.log).await?;
        }
        if changed {
            info!(self.log, "send announces for {} state to ExaBGP", condition.name());
        }
        for line in lines {
            self.say(&line, condition == Condition::Exit).await?;
        }
        let (dynamic, setup) = (self.check.ip_dynamic, self.check.ip_setup);
        let remove = match condition {
            Condition::Exit => dynamic || setup,
            Condition::Down | Condition::Disabled => dynamic,
            _ => false,
        };
        if remove {
            info!(self.log, "deleting setup ips"; "state" => condition.name());
            interface::remove(&self.check, &self.addresses, &self.log).await;
        }
        Ok(())
    }

    /// Says a line, and waits for its answer. Where no more answers come, none is waited for; nor for long at the end.
    async fn say(&mut self, line: &str, last: bool) -> io::Result<()> {
        debug!(self.log, "exabgp: {}", line);
        self.out.write_all(format!("{line}\n").as_bytes()).await?;
        self.out.flush().await?;
        let Some(answers) = &mut self.answers else { return Ok(()) };
        let answered = match last {
            true => timeout(LAST_ANSWER, answers.next_line()).await.unwrap_or(Ok(None)),
            false => answers.next_line().await,
        };
        if !matches!(answered, Ok(Some(_))) {
            self.answers = None;
        }
        Ok(())
    }

    async fn leave(&mut self) -> io::Result<()> {
        self.announce(Condition::Exit, true).await
    }
}

/// Until it turns true; for ever if nobody can say so any more.
async fn told(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The exit code as a shell tells it; a signal is negative.
fn code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().unwrap_or_else(|| -status.signal().unwrap_or(0))
}
