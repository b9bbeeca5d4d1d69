//! Answers about what runs: gathered and written by a task on the helpers' thread, so that the Supervisor stays free.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use actix::{Addr, MailboxError, Recipient};
use api::{
    AdjRibView, Answer, Form, Show, Table, Verb,
    encode::{
        answer::{self, DaemonStatus},
        indexed,
    },
    report::{
        PeerRow,
        adj_rib::{Layout, Writer},
        neighbor::{self, View},
    },
};
use config::Neighbor;
use futures_util::future::join_all;
use session::{State, Status};
use tokio::{sync::watch, time::timeout};
use wire::{Family, Route};

use super::Supervisor;
use crate::{
    messages::{Action, Ask, AskBacklog, ListOut, ReadIn, ReadOut, Reply, Room, SeatId},
    peer::Peer,
    rib::Rib,
};

/// How long a Peer may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(2);
/// Routes asked for at a time.
const SLICE: usize = 500;
/// Octets that may wait for the helper before the next slice.
const ROOM: usize = 1024 * 1024;

/// When a Rib fell while it was read.
const LOST: &str = "the routes of a neighbor were lost while they were read";

/// A neighbor and those who know about it.
struct Subject {
    neighbor: Arc<Neighbor>,
    peer: Option<Addr<Peer>>,
    rib: Option<Addr<Rib>>,
}

/// Where an answer of many parts goes.
struct Sink {
    ticket: u64,
    reply: Recipient<Reply>,
    room: watch::Receiver<Room>,
}

impl Sink {
    /// Sends a part once the helper has room for it; `false` when it is gone.
    async fn part(&mut self, data: String) -> bool {
        let ticket = self.ticket;
        let free = self.room.wait_for(|room| room.front >= ticket && room.queued < ROOM).await.is_ok();
        free && self.reply.send(Reply { ticket, answer: Answer::part(data) }).await.is_ok()
    }

    fn finish(&self, answer: Answer) {
        self.reply.do_send(Reply { ticket: self.ticket, answer });
    }
}

/// Starts the task that answers a `show` command.
pub(super) fn answer(supervisor: &Supervisor, action: Action) {
    let Verb::Show { selector, what, form } = action.verb else { return };
    let dialect = action.dialect;
    let sink = Sink { ticket: action.ticket, reply: action.reply, room: action.room };
    let (second, chunk) = (supervisor.env.api.show_routes_v2, supervisor.env.api.chunk as usize);
    let selected = supervisor.seats.values().filter(|seat| {
        !seat.leaving && selector.matches(&seat.name) && what.selects(seat.neighbor.peer_address, &seat.name)
    });
    let subjects: Vec<Subject> = selected.map(subject).collect();
    supervisor.placement.processes().handle.spawn(async move {
        match what {
            Show::Neighbor { detail, .. } => show_neighbors(subjects, View { detail, form, dialect }, &sink).await,
            Show::PeerList => list_peers(&subjects, &sink).await,
            Show::Routes { .. } => {}
            Show::AdjRib(view) => {
                let layout = Layout { form, extensive: view.extensive, dialect, second, chunk };
                show_routes(subjects, view, layout, sink).await;
            }
        }
    });
}

/// Starts the task that answers `routes list`: one line, whatever its length.
pub(super) fn routes(supervisor: &Supervisor, action: Action, seats: &[SeatId]) {
    let Verb::Show { what: Show::Routes { afi, family }, .. } = action.verb else { return };
    let sink = Sink { ticket: action.ticket, reply: action.reply, room: action.room };
    let subjects: Vec<Subject> = seats.iter().filter_map(|id| supervisor.seats.get(id)).map(subject).collect();
    let wanted = move |of: Family| afi.is_none_or(|afi| of.afi() == afi) && family.is_none_or(|family| of == family);
    supervisor.placement.processes().handle.spawn(async move {
        let mut line = String::new();
        for subject in subjects {
            if index_routes(&mut line, &subject, wanted).await.is_err() {
                return sink.finish(Answer::error(LOST));
            }
        }
        indexed::end_list(&mut line);
        sink.finish(Answer { data: line, ..Answer::done() });
    });
}

async fn index_routes(
    line: &mut String,
    subject: &Subject,
    wanted: impl Fn(Family) -> bool,
) -> Result<(), MailboxError> {
    let (Some(rib), name) = (&subject.rib, subject.neighbor.name()) else { return Ok(()) };
    for places in rib.send(ListOut).await?.chunks(SLICE) {
        let routes = rib.send(ReadOut(places.to_vec())).await?;
        let routes = routes.iter().filter(|route| wanted(route.nlri.family()));
        routes.for_each(|route| indexed::listed(line, route, &name));
    }
    Ok(())
}

fn subject(seat: &crate::seat::Seat) -> Subject {
    Subject { neighbor: seat.neighbor.clone(), peer: seat.peer.clone(), rib: seat.rib.clone() }
}

/// A Peer that does not answer is shown as what it is: down.
async fn status(peer: Option<Addr<Peer>>) -> Status {
    let down = Status {
        state: State::Idle,
        since: Duration::ZERO,
        counters: session::Counters::default(),
        negotiated: None,
        local_open: None,
        remote_open: None,
        attempts: 0,
        trouble: None,
    };
    let Some(peer) = peer else { return down };
    match timeout(PATIENCE, peer.send(Ask)).await {
        Ok(Ok(status)) => status,
        Ok(Err(_)) | Err(_) => down,
    }
}

async fn rows(subjects: &[Subject]) -> Vec<PeerRow> {
    let asked =
        subjects.iter().map(|subject| async { PeerRow::new(&subject.neighbor, &status(subject.peer.clone()).await) });
    join_all(asked).await
}

async fn show_neighbors(subjects: Vec<Subject>, view: View, sink: &Sink) {
    let rows = rows(&subjects).await;
    let mut answer = Answer::done();
    neighbor::show(&mut answer.data, view, &rows, subjects.iter().map(|subject| &*subject.neighbor));
    sink.finish(answer);
}

async fn list_peers(subjects: &[Subject], sink: &Sink) {
    let mut answer = Answer::done();
    neighbor::list(&mut answer.data, &rows(subjects).await);
    sink.finish(answer);
}

async fn show_routes(subjects: Vec<Subject>, view: AdjRibView, layout: Layout, mut sink: Sink) {
    for subject in subjects {
        let row = PeerRow::new(&subject.neighbor, &status(subject.peer).await);
        let Some(rib) = subject.rib else { continue };
        let writer = Writer::new(&row, layout);
        let shown = match view.table {
            Table::Out => show_out(&rib, writer, view, &mut sink).await,
            Table::In => show_in(&rib, writer, view, &mut sink).await,
        };
        // The Rib fell meanwhile: what it held is not known now.
        if shown.is_err() {
            return sink.finish(Answer::error(LOST));
        }
    }
    sink.finish(Answer::done());
}

async fn show_out(
    rib: &Addr<Rib>,
    mut writer: Writer<'_>,
    view: AdjRibView,
    sink: &mut Sink,
) -> Result<(), MailboxError> {
    for places in rib.send(ListOut).await?.chunks(SLICE) {
        let routes = rib.send(ReadOut(places.to_vec())).await?;
        if !sink.part(lines(routes.iter().map(|route| (route, false)), &mut writer, view)).await {
            return Ok(());
        }
    }
    Ok(())
}

async fn show_in(
    rib: &Addr<Rib>,
    mut writer: Writer<'_>,
    view: AdjRibView,
    sink: &mut Sink,
) -> Result<(), MailboxError> {
    for routes in rib.send(ReadIn).await?.chunks(SLICE) {
        let routes = routes.iter().map(|received| (&received.route, received.stale));
        if !sink.part(lines(routes, &mut writer, view)).await {
            return Ok(());
        }
    }
    Ok(())
}

fn lines<'r>(routes: impl Iterator<Item = (&'r Route, bool)>, writer: &mut Writer<'_>, view: AdjRibView) -> String {
    let mut out = String::new();
    let shown = routes.filter(|(route, _)| view.holds(route.nlri.family()));
    shown.for_each(|(route, stale)| writer.route(&mut out, route, stale));
    out
}

/// Starts the task that answers `status`.
pub(super) fn daemon_status(supervisor: &Supervisor, action: &Action, form: Form) {
    let (since, at) = supervisor.started;
    let mut daemon = DaemonStatus {
        version: supervisor.surroundings.version.clone(),
        uuid: supervisor.surroundings.uuid.clone(),
        pid: supervisor.surroundings.envelope.pid,
        uptime: since.elapsed().as_secs(),
        start_time: at.duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64()),
        peers: Vec::new(),
    };
    let subjects: Vec<Subject> = supervisor.seats.values().map(subject).collect();
    let (reply, ticket) = (action.reply.clone(), action.ticket);
    supervisor.placement.processes().handle.spawn(async move {
        let rows = rows(&subjects).await;
        daemon.peers = rows.into_iter().map(|row| (row.name, row.state.name())).collect();
        reply.do_send(Reply { ticket, answer: Answer::lines(answer::daemon_status(&daemon, form)) });
    });
}

/// Starts the task that answers `queue-status`. A helper that does not run has nothing to read.
pub(super) fn backlogs(supervisor: &Supervisor, action: &Action, form: Form) {
    let helpers: Vec<_> = supervisor.helpers.values().filter_map(|helper| helper.address.clone()).collect();
    let (reply, ticket) = (action.reply.clone(), action.ticket);
    supervisor.placement.processes().handle.spawn(async move {
        let asked = helpers.iter().map(|helper| timeout(PATIENCE, helper.send(AskBacklog)));
        let told: Vec<_> = join_all(asked).await.into_iter().filter_map(|told| told.ok()?.ok()).collect();
        reply.do_send(Reply { ticket, answer: Answer::lines(answer::queue_status(&told, form)) });
    });
}
