//! How children are restarted: the numbers of supervision, which are configuration.

use std::time::Duration;

/// The policies, one for each kind of child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restart {
    /// The session of a neighbor.
    pub peer: Policy,
    /// The routes of a neighbor.
    pub rib: Policy,
    /// A helper program.
    pub process: Policy,
    /// A listening socket.
    pub listener: Policy,
    /// The one who grants rates.
    pub rate_limiter: Policy,
    /// Signals and heartbeats.
    pub service: Policy,
    /// What happens when a helper cannot be kept running.
    pub on_exceed: OnExceed,
}

/// How long to wait before a restart, and how many are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The wait before the first restart; it doubles with each.
    pub first: Duration,
    /// The longest wait.
    pub max: Duration,
    /// How far a wait may be off to either side, in percent, so that children do not return in step.
    pub jitter: u8,
    /// How many restarts are allowed within the window.
    pub intensity: u32,
    /// The window.
    pub window: Duration,
    /// How long a child that exceeds that is left alone.
    pub quarantine: Duration,
}

/// What a helper that cannot be kept running means to the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnExceed {
    /// It is put in quarantine; the daemon goes on.
    #[default]
    Quarantine,
    /// The daemon ends.
    StopDaemon,
}

impl Policy {
    const fn new(first_ms: u64, max_ms: u64, intensity: u32, window: u64) -> Self {
        Self {
            first: Duration::from_millis(first_ms),
            max: Duration::from_millis(max_ms),
            jitter: 20,
            intensity,
            window: Duration::from_secs(window),
            quarantine: Duration::from_secs(300),
        }
    }
}

impl Default for Restart {
    fn default() -> Self {
        Self {
            peer: Policy::new(100, 30_000, 5, 60),
            rib: Policy::new(100, 100, 3, 60),
            // ExaBGP counts respawns in buckets of 64 seconds.
            process: Policy::new(0, 0, 5, 64),
            listener: Policy::new(500, 10_000, 10, 60),
            rate_limiter: Policy::new(0, 0, 5, 60),
            service: Policy::new(0, 0, 5, 60),
            on_exceed: OnExceed::Quarantine,
        }
    }
}
