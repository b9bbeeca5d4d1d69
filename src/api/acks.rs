//! What a helper settled about its acknowledgements.

use crate::ProcessOrder;

/// Whether and when a helper's commands are acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acks {
    /// Commands are answered with `done` or `error`.
    pub enabled: bool,
    /// Routes are acknowledged only once they were written to the socket.
    pub sync: bool,
}

impl Acks {
    /// A new helper's: what `exabgp.api.ack` says, and not in sync.
    pub const fn new(enabled: bool) -> Self {
        Self { enabled, sync: false }
    }

    /// Carries `order` out, if it is about acknowledgements, and says whether the order itself is acknowledged:
    /// one that disables them is, one that silences the helper is not.
    pub const fn settle(&mut self, order: &ProcessOrder) -> bool {
        let before = self.enabled;
        match order {
            ProcessOrder::Ack(enabled) => {
                self.enabled = *enabled;
                return before || *enabled;
            }
            ProcessOrder::Silence => self.enabled = false,
            ProcessOrder::Sync(sync) => self.sync = *sync,
            _ => {}
        }
        self.enabled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disabling_is_acknowledged_and_silencing_is_not() {
        let mut acks = Acks::new(true);
        assert!(acks.settle(&ProcessOrder::Ack(false)));
        assert!(!acks.settle(&ProcessOrder::Ack(false)));
        assert!(acks.settle(&ProcessOrder::Ack(true)));
        assert!(!acks.settle(&ProcessOrder::Silence));
        assert!(!acks.settle(&ProcessOrder::Sync(true)));
        assert_eq!(acks, Acks { enabled: false, sync: true });
    }
}
