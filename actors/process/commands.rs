//! Lines of a helper on their way to the Supervisor.

use actix::{ActorFutureExt as _, AsyncContext as _, Context, WrapFuture as _};
use api::{
    Answer, ApiError, End, Form, Group, ProcessOrder, Selector, Subscription, Verb, encode::answer, group, line,
};
use bytes::{Buf as _, Bytes};
use config::{Encoder, Process};
use fault::{Site, Verdict};
use rib::Op;
use slog::{debug, info, warn};
use wire::json::Dialect;

use super::{ApiProcess, GRACE, LineInbox, Surroundings};
use crate::{fairness::others_first, faults::AGAIN, messages::Action};

/// Lines handled before others get their turn.
const SLICE: usize = 256;

/// Neighbouring lines for one selector, which become one message.
#[derive(Debug)]
struct Merged {
    selector: Selector,
    ops: Vec<Op>,
    sync: Option<bool>,
    lines: u64,
}

impl ApiProcess {
    /// Reads on, unless commands have to wait.
    pub(super) fn read(&mut self, context: &mut Context<Self>) {
        // A health check that ends withdraws its routes; a program is no longer heard.
        let unheard = self.ending && self.process.health.is_none();
        if self.has_to_wait() || !self.backlog.is_empty() || unheard {
            return;
        }
        let Some(inbox) = self.inbox.take() else { return };
        context.spawn(inbox.next().into_actor(self).map(|(inbox, item), helper, context| {
            helper.received(inbox, item, context);
        }));
    }

    fn received(&mut self, inbox: LineInbox, item: Option<std::io::Result<Bytes>>, context: &mut Context<Self>) {
        if self.strike(&Site::Read, context) == Verdict::Drop {
            context.run_later(AGAIN, |helper, context| helper.received(inbox, item, context));
            return;
        }
        match item {
            Some(Ok(lines)) => {
                self.inbox = Some(inbox);
                self.backlog = lines;
                self.turn(context);
            }
            Some(Err(_)) if self.client => self.end("hung up", context),
            Some(Err(error)) => self.give_up(&error.to_string(), context),
            None => {
                self.finished = true;
                if self.client {
                    return self.end_if_answered(context);
                }
                self.end_if_over(context);
                context.run_later(GRACE, |helper, context| {
                    if helper.running.is_some() && !helper.ending {
                        helper.give_up("it closed its output", context);
                    }
                });
            }
        }
    }

    /// Whether further commands would only add to what waits: to be carried out, or for the one who asks to read it.
    pub(super) fn has_to_wait(&self) -> bool {
        self.rate.is_used_up() || self.tickets.are_many() || ((self.client || self.pipes) && self.queue.is_full())
    }

    /// Handles a slice of what was read, then lets others work before the next.
    fn turn(&mut self, context: &mut Context<Self>) {
        let mut merged = None;
        for _ in 0..SLICE {
            if self.rate.is_used_up() || (self.has_to_wait() && merged.is_none()) {
                break;
            }
            if !self.one_line(&mut merged, context) {
                break;
            }
        }
        self.send_merged(merged, context);
        self.settle_tickets(context);
        self.acquire(context);
    }

    /// Goes on with lines that were read before.
    pub(super) fn resume(&mut self, context: &mut Context<Self>) {
        if self.has_to_wait() {
            return;
        }
        if self.backlog.is_empty() && self.inbox.is_none() || std::mem::replace(&mut self.resuming, true) {
            return;
        }
        context.spawn(others_first().into_actor(self).map(|(), helper, context| {
            helper.resuming = false;
            if helper.backlog.is_empty() {
                helper.read(context);
            } else if !helper.has_to_wait() {
                helper.turn(context);
            }
        }));
    }

    /// Handles one line; `false` when there is none left.
    fn one_line(&mut self, merged: &mut Option<Merged>, context: &mut Context<Self>) -> bool {
        let bytes = self.backlog.clone();
        let line = match line::split(&bytes, line::LIMIT) {
            Ok(Some(line)) => line,
            Ok(None) => {
                self.backlog.clear();
                return false;
            }
            Err(error) => {
                self.backlog.clear();
                self.give_up(&error.to_string(), context);
                return false;
            }
        };
        self.backlog.advance(line.length);
        self.rate.spend();
        self.strike(&Site::Line(line.text), context);
        let (process, surroundings) = (self.process.clone(), self.surroundings.clone());
        let asked = asked(&process, &surroundings);
        if self.group.is_some() && Group::takes(line.text) {
            self.send_merged(merged.take(), context);
            self.gather(line.text);
            return true;
        }
        self.log_remark(line.text);
        match api::parse(line.text, &asked) {
            Ok(Verb::Rib { selector, ops, sync }) => {
                self.merge(merged, Merged { selector, ops, sync, lines: 1 }, context);
            }
            verb => {
                self.send_merged(merged.take(), context);
                match verb {
                    Ok(verb) => self.carry_out(verb, context),
                    Err(error) => {
                        info!(self.log, "command refused"; "command" => line.text, "reason" => %error);
                        self.answer(error.into());
                    }
                }
            }
        }
        true
    }

    /// What a helper says for the log alone, as loud as ExaBGP has it.
    fn log_remark(&self, line: &str) {
        let line = line.trim_ascii_start();
        if let Some(text) = line.strip_prefix("debug ") {
            warn!(self.log, "helper says"; "text" => text);
        } else if let Some(text) = line.strip_prefix('#') {
            debug!(self.log, "helper comments"; "text" => text);
        }
    }

    fn merge(&mut self, merged: &mut Option<Merged>, next: Merged, context: &mut Context<Self>) {
        match merged {
            Some(open)
                if open.selector == next.selector
                    && open.sync == next.sync
                    && next.ops.iter().all(goes_with_others) =>
            {
                open.ops.extend(next.ops);
                open.lines += next.lines;
            }
            _ => {
                let open = merged.take();
                self.send_merged(open, context);
                if next.ops.iter().all(goes_with_others) {
                    *merged = Some(next);
                } else {
                    self.send_merged(Some(next), context);
                }
            }
        }
    }

    fn send_merged(&mut self, merged: Option<Merged>, context: &mut Context<Self>) {
        let Some(Merged { selector, ops, sync, lines }) = merged else { return };
        let sync = Some(sync.unwrap_or(self.sync));
        self.act(Verb::Rib { selector, ops, sync }, lines, context);
    }

    fn act(&mut self, verb: Verb, lines: u64, context: &mut Context<Self>) -> u64 {
        let ticket = self.tickets.issue(lines, self.ack);
        self.supervisor.do_send(Action {
            process: self.id,
            generation: self.generation,
            ticket,
            verb,
            dialect: self.surroundings.envelope.dialect,
            reply: context.address().recipient(),
            room: self.room.subscribe(),
        });
        ticket
    }

    /// These lines, and then what the verb is answered.
    fn act_saying(&mut self, said: Vec<String>, verb: Verb, context: &mut Context<Self>) {
        let said = Answer::lines(said);
        match verb {
            Verb::Rib { ops, .. } if ops.is_empty() => self.answer(said),
            Verb::Rib { selector, ops, sync } => {
                let sync = Some(sync.unwrap_or(self.sync));
                let ticket = self.act(Verb::Rib { selector, ops, sync }, 1, context);
                self.tickets.answered(ticket, Answer::part(said.data));
            }
            other => _ = self.act(other, 1, context),
        }
    }

    /// An answer that is known at once keeps its place behind those that are not.
    fn answer(&mut self, answer: Answer) {
        let ticket = self.tickets.issue(1, self.ack);
        self.tickets.answered(ticket, answer);
    }

    fn carry_out(&mut self, verb: Verb, context: &mut Context<Self>) {
        match verb {
            Verb::Nothing => {}
            Verb::Say(lines) => self.answer(Answer::lines(lines)),
            Verb::Process(order, form) => self.settle_order(order, form, context),
            Verb::Said(lines, verb) => self.act_saying(lines, *verb, context),
            Verb::Refuse(why) => self.answer(answer::refused(why, Form::Json)),
            Verb::Watch { subscription, form, .. } if self.client => {
                let encoder = if form == Form::Json { Encoder::Json } else { Encoder::Text };
                self.watching = (subscription != Subscription::default()).then_some(encoder);
                _ = self.act(verb, 1, context);
            }
            other => _ = self.act(other, 1, context),
        }
    }

    fn settle_order(&mut self, order: ProcessOrder, form: Form, context: &mut Context<Self>) {
        let surroundings = self.surroundings.clone();
        match order {
            ProcessOrder::Ack(ack) => {
                self.ack |= ack;
                self.answer(Answer::done());
                self.ack = ack;
            }
            ProcessOrder::Silence => self.ack = false,
            ProcessOrder::Sync(sync) => {
                self.sync = sync;
                self.answer(Answer::done());
            }
            ProcessOrder::GroupStart if self.group.is_some() => {
                self.answer(answer::refused("already in group block (nested groups not allowed)", form));
            }
            ProcessOrder::GroupStart => {
                self.group = Some(Group::default());
                self.answer(Answer::lines([group::started(form)]));
            }
            ProcessOrder::GroupEnd(sync) => self.end_group(sync, form, context),
            ProcessOrder::Reset => {
                self.tickets.reset();
                self.answer(answer::reset(surroundings.envelope.dialect, form));
            }
            ProcessOrder::Ping(client) => {
                debug!(self.log, "ping"; "client" => client);
                self.answer(Answer::lines([answer::pong(&surroundings.uuid, form)]));
            }
            ProcessOrder::Bye => self.answer(Answer::done()),
            ProcessOrder::ApiVersion(None) => {
                self.answer(Answer::lines([answer::api_version(surroundings.api_version, None, form)]));
            }
            ProcessOrder::QueueStatus | ProcessOrder::ApiVersion(Some(_)) => {
                _ = self.act(Verb::Process(order, form), 1, context);
            }
        }
    }

    /// Keeps a line for the end of its group.
    fn gather(&mut self, line: &str) {
        let Some(group) = &mut self.group else { return };
        if let Err(ApiError { message, .. }) = group.add(line) {
            self.group = None;
            let json = self.surroundings.envelope.dialect == Dialect::V6;
            return self.answer(answer::refused(message, if json { Form::Json } else { Form::Text }));
        }
        self.tickets.done(self.ack);
    }

    fn end_group(&mut self, sync: Option<bool>, form: Form, context: &mut Context<Self>) {
        let Some(group) = self.group.take() else {
            return self.answer(answer::refused("not in group block", form));
        };
        let processed = group.finish(&asked(&self.process, &self.surroundings));
        let said = vec![processed.line(form)];
        self.act_saying(said, Verb::Rib { selector: Selector::all(), ops: processed.ops, sync }, context);
    }

    /// Writes the answers that are due, and goes on reading if that made room.
    pub(super) fn settle_tickets(&mut self, context: &mut Context<Self>) {
        let dialect = self.surroundings.envelope.dialect;
        while let Some(due) = self.tickets.due() {
            if due.answer.data.is_empty() && due.answer.end == End::Done {
                self.queue.push_dones(if due.ack { due.lines } else { 0 });
                continue;
            }
            let mut out = String::new();
            (0..due.lines).for_each(|_| due.answer.write(&mut out, dialect, due.ack));
            self.queue.push(&out);
        }
        self.flush(context);
        self.resume(context);
    }
}

/// Who asks.
fn asked<'a>(process: &'a Process, surroundings: &'a Surroundings) -> api::Context<'a> {
    let dialect = surroundings.envelope.dialect;
    api::Context { service: &process.name, dialect, version: &surroundings.version }
}

/// Whether operations of several lines may share a message. Some need somebody established to be accepted.
const fn goes_with_others(op: &Op) -> bool {
    !matches!(op, Op::EndOfRib(_) | Op::Resend(_))
}

/// The generation of JSON that goes with a generation of the API.
pub(crate) const fn dialect_of(api_version: u8) -> Dialect {
    if api_version >= 6 { Dialect::V6 } else { Dialect::V5 }
}
