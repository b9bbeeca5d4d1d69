//! Commands that wait for their answers; answers leave in the order of the commands.

use std::collections::VecDeque;

use api::{Answer, End};

/// Commands that may be open before the helper's output is left unread.
const OPEN: usize = 4;

#[derive(Debug)]
struct Ticket {
    number: u64,
    /// How many lines it stands for: each gets the answer.
    lines: u64,
    /// Acknowledgements were on when the lines came.
    ack: bool,
    data: String,
    end: Option<End>,
}

/// An answer that is due.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// The answer, or a part of it.
    pub(super) answer: Answer,
    /// How many lines it answers.
    pub(super) lines: u64,
    /// Whether it is acknowledged.
    pub(super) ack: bool,
}

/// All open commands of a helper.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    open: VecDeque<Ticket>,
    issued: u64,
}

impl Tickets {
    /// A ticket for `lines` lines.
    pub(super) fn issue(&mut self, lines: u64, ack: bool) -> u64 {
        self.issued += 1;
        self.open.push_back(Ticket { number: self.issued, lines, ack, data: String::new(), end: None });
        self.issued
    }

    /// A line that is done already shares the ticket of the one before it, if that is done as well.
    pub(super) fn done(&mut self, ack: bool) {
        match self.open.back_mut() {
            Some(last) if last.ack == ack && last.data.is_empty() && last.end == Some(End::Done) => last.lines += 1,
            _ => {
                let number = self.issue(1, ack);
                self.answered(number, Answer::done());
            }
        }
    }

    /// An answer has come.
    pub(super) fn answered(&mut self, number: u64, answer: Answer) {
        // What follows the end of an answer is no part of it.
        let meant = |ticket: &&mut Ticket| ticket.number == number && ticket.end.is_none();
        let Some(ticket) = self.open.iter_mut().find(meant) else { return };
        ticket.data.push_str(&answer.data);
        if answer.end != End::More {
            ticket.end = Some(answer.end);
        }
    }

    /// The next answer that is due, now that those before it have left.
    pub(super) fn due(&mut self) -> Option<Due> {
        let ticket = self.open.front_mut()?;
        let (lines, ack, data) = (ticket.lines, ticket.ack, std::mem::take(&mut ticket.data));
        match ticket.end.take() {
            Some(end) => {
                self.open.pop_front();
                Some(Due { answer: Answer { data, end }, lines, ack })
            }
            None if data.is_empty() => None,
            None => Some(Due { answer: Answer::part(data), lines: 1, ack }),
        }
    }

    /// The ticket whose answer leaves next.
    pub(super) fn front(&self) -> u64 {
        self.open.front().map_or(self.issued + 1, |ticket| ticket.number)
    }

    /// Whether every command is answered.
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether further commands have to wait.
    pub(super) fn are_many(&self) -> bool {
        self.open.len() >= OPEN
    }

    /// Forgets what is open: nobody waits for it any more.
    pub(super) fn reset(&mut self) {
        self.open.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_leave_in_order() {
        let mut tickets = Tickets::default();
        let (one, two) = (tickets.issue(1, true), tickets.issue(3, true));
        tickets.answered(two, Answer::done());
        assert_eq!(tickets.due(), None);
        tickets.answered(one, Answer::part("x\n".into()));
        assert_eq!(tickets.due(), Some(Due { answer: Answer::part("x\n".into()), lines: 1, ack: true }));
        tickets.answered(one, Answer::error("no"));
        assert_eq!(tickets.due().unwrap().answer, Answer::error("no"));
        assert_eq!(tickets.due().unwrap().lines, 3);
        assert_eq!(tickets.front(), 3);
    }

    #[test]
    fn an_answer_counts_once() {
        let mut tickets = Tickets::default();
        let (one, two) = (tickets.issue(1, true), tickets.issue(1, true));
        let said = || Answer::lines(["x".to_owned()]);
        tickets.answered(two, said());
        tickets.answered(two, Answer::error("no"));
        tickets.answered(two, said());
        tickets.answered(one, Answer::done());
        tickets.answered(one, Answer::error("no"));
        assert_eq!(tickets.due().unwrap().answer, Answer::done());
        tickets.answered(one, Answer::error("no"));
        assert_eq!(tickets.due().unwrap().answer, said());
        assert_eq!((tickets.due(), tickets.is_empty()), (None, true));
    }

    #[test]
    fn lines_that_are_done_share_a_ticket() {
        let mut tickets = Tickets::default();
        (0..10).for_each(|_| tickets.done(true));
        tickets.done(false);
        assert!(!tickets.are_many());
        assert_eq!(tickets.due().unwrap().lines, 10);
        assert_eq!(tickets.due().unwrap().lines, 1);
    }
}
