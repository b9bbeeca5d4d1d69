//! Announcements and withdrawals that are carried out as one, so that routes with equal attributes share UPDATEs.

use rib::Op;
use wire::json;

use crate::{ApiError, Context, Form, Verb, encode::answer, parse};

/// The most lines of a group, as in ExaBGP.
const LINES: usize = 100_000;
/// The most octets of a group, as in ExaBGP.
const OCTETS: usize = 100 << 20;

/// The most errors that are told.
const ERRORS: usize = 100;

/// Lines between `group start` and `group end`, unread so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    text: String,
    lines: usize,
}

impl Group {
    /// Whether a line waits for the end of the group: one that announces or withdraws, without a selector. Any other is
    /// carried out at once.
    pub fn takes(line: &str) -> bool {
        matches!(line.split_ascii_whitespace().next(), Some("announce" | "withdraw"))
    }

    /// Keeps a line.
    ///
    /// # Errors
    /// When that is one too many, or one octet: the group is to be given up.
    pub fn add(&mut self, line: &str) -> Result<(), ApiError> {
        if self.lines >= LINES || self.text.len() + line.len() >= OCTETS {
            return Err(ApiError::new("group buffer limit reached, group discarded"));
        }
        self.text.push_str(line);
        self.text.push('\n');
        self.lines += 1;
        Ok(())
    }

    /// Reads the lines. What is wrong with one keeps no other from being carried out.
    pub fn finish(self, context: &Context<'_>) -> Processed {
        let mut processed = Processed::default();
        for line in self.text.lines() {
            processed.add(line, parse(line, context));
        }
        processed
    }
}

/// What is to be done for a group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Processed {
    /// The changes, in order.
    pub ops: Vec<Op>,
    announced: usize,
    withdrawn: usize,
    errors: Vec<String>,
    failed: usize,
}

impl Processed {
    /// Adds what a part of the group, as it was typed, was understood as.
    pub(crate) fn add(&mut self, typed: &str, part: Result<Verb, ApiError>) {
        match part {
            Ok(Verb::Rib { ops, .. }) if ops.iter().all(Op::needs_authority) => {
                let withdrawn = ops.iter().filter(|op| matches!(op, Op::Withdraw(_))).count();
                self.withdrawn += withdrawn;
                self.announced += ops.len() - withdrawn;
                self.ops.extend(ops);
            }
            Ok(_) => self.fail(format!("unknown action in group: {typed}")),
            Err(error) => self.fail(format!("could not parse: {typed}: {error}")),
        }
    }

    fn fail(&mut self, why: String) {
        self.failed += 1;
        if self.failed <= ERRORS {
            self.errors.push(why);
        }
    }

    /// The line that says what became of the group.
    pub fn line(&self, form: Form) -> String {
        let Self { announced, withdrawn, errors, failed, .. } = self;
        if announced + withdrawn + failed == 0 {
            return match form {
                Form::Text => "group ended (0 commands)".to_owned(),
                Form::Json => "{\"status\": \"group ended\", \"commands\": 0}".to_owned(),
            };
        }
        let mut out = String::new();
        match form {
            Form::Text => {
                json::write(&mut out, format_args!("group processed: {announced} announced, {withdrawn} withdrawn"));
                if !errors.is_empty() {
                    json::write(&mut out, format_args!(", {failed} errors"));
                }
            }
            Form::Json => {
                out.push_str("{\"status\": \"group processed\"");
                json::write(&mut out, format_args!(", \"announced\": {announced}, \"withdrawn\": {withdrawn}"));
                if !errors.is_empty() {
                    out.push_str(", \"errors\": [");
                    json::separated(&mut out, ", ", errors, |out, error| json::string(out, error));
                    out.push(']');
                }
                out.push('}');
            }
        }
        out
    }
}

/// The line that says that a group has begun.
pub fn started(form: Form) -> String {
    answer::status("group started", form)
}

#[cfg(test)]
mod tests {
    use wire::json::Dialect;

    use super::*;

    const CONTEXT: Context<'_> = Context { service: "feed", dialect: Dialect::V6, version: "6.0.0" };

    #[test]
    fn its_lines_become_one_list() {
        let mut group = Group::default();
        for line in [
            "announce route 10.0.0.0/24 next-hop 1.1.1.1",
            "withdraw route 10.0.1.0/24",
            "announce route 10.0.2.0/24 next-hop",
            "announce eor",
        ] {
            assert!(Group::takes(line));
            group.add(line).unwrap();
        }
        let processed = group.finish(&CONTEXT);
        assert!(matches!(&processed.ops[..], [Op::Announce(_), Op::Withdraw(_)]));
        let text = processed.line(Form::Text);
        assert_eq!(text, "group processed: 1 announced, 1 withdrawn, 2 errors");
        let line = processed.line(Form::Json);
        let start =
            "{\"status\": \"group processed\", \"announced\": 1, \"withdrawn\": 1, \"errors\": [\"could not parse: ";
        assert!(line.starts_with(start), "{line}");
        assert!(line.ends_with("\"unknown action in group: announce eor\"]}"), "{line}");
    }

    #[test]
    fn an_empty_one_is_said_to_be() {
        let line = Group::default().finish(&CONTEXT).line(Form::Json);
        assert_eq!(line, "{\"status\": \"group ended\", \"commands\": 0}");
        assert!(
            !Group::takes("peer * announce route 10.0.0.0/24") && !Group::takes("announcement") && !Group::takes("")
        );
    }

    #[test]
    fn it_is_bounded() {
        let mut group = Group::default();
        (0..LINES).for_each(|_| group.add("announce").unwrap());
        assert_eq!(group.add("announce").unwrap_err().message, "group buffer limit reached, group discarded");
        let mut group = Group::default();
        assert!(group.add(&"x".repeat(OCTETS)).is_err());
    }
}
