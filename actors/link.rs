//! The link between a child and the Supervisor: whatever ends a child, the Supervisor is told.
//!
//! A child's future runs inside a task of ours, so that a panic is caught at the poll boundary and the actor is
//! dropped after the unwind. A guard owned by the task reports the end: a normal stop, a panic, a constructor that
//! failed, an arbiter that stopped or was gone.

use std::{
    any::Any,
    cell::RefCell,
    panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
};

use actix::{Actor, Addr, Context, Recipient, dev::channel};
use futures_util::FutureExt as _;

use crate::{
    messages::{Cause, ChildId, Exited},
    placement::Place,
    pulse::Pulse,
};

/// Messages a mailbox takes before `try_send` refuses; volume is bounded by pull and tickets, not by this.
const MAILBOX: usize = 64;

thread_local! {
    /// What the latest panic of this thread said with its place, and the place alone.
    static LATEST: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Who is started, for the report of its end.
#[derive(Debug, Clone)]
pub(crate) struct Birth {
    /// The child.
    pub child: ChildId,
    /// Which start of it this is.
    pub generation: u32,
    /// Who is told of the end.
    pub supervisor: Recipient<Exited>,
}

/// Reports the end when dropped, whatever the reason.
struct Guard {
    birth: Birth,
    cause: Option<Cause>,
}

impl Guard {
    fn settle(&mut self, cause: Cause) {
        self.cause = Some(cause);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let cause = self.cause.take().unwrap_or(Cause::ArbiterGone);
        self.birth.supervisor.do_send(Exited { child: self.birth.child, generation: self.birth.generation, cause });
    }
}

/// A child's future, which says when it has its turn, and gets none any more on a thread that was given up.
struct Turns<F> {
    future: F,
    child: ChildId,
    pulse: Arc<Pulse>,
}

impl<F: Future + Unpin> Future for Turns<F> {
    /// Nothing when the thread was given up.
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<F::Output>> {
        if self.pulse.is_abandoned() {
            return Poll::Ready(None);
        }
        self.pulse.enter(self.child);
        let polled = self.future.poll_unpin(context);
        self.pulse.leave();
        polled.map(Some)
    }
}

/// Makes panics leave their text and place for the report, instead of printing them.
pub(crate) fn install_panic_hook() {
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        let text = format!("{} at {place}", payload_text(info.payload()));
        LATEST.with(|latest| *latest.borrow_mut() = Some((text, place)));
    }));
}

/// Starts an actor on a thread; `Exited` follows its end.
pub(crate) fn start_supervised<A, F>(place: &Place, birth: Birth, make: F) -> Addr<A>
where
    A: Actor<Context = Context<A>>,
    F: FnOnce(&mut Context<A>) -> A + Send + 'static,
{
    let (sender, receiver) = channel::channel::<A>(MAILBOX);
    let (child, pulse) = (birth.child, place.pulse.clone());
    let mut guard = Guard { birth, cause: None };
    place.handle.spawn_fn(move || {
        actix_rt::spawn(async move {
            pulse.enter(child);
            let made = catch_unwind(AssertUnwindSafe(|| {
                let mut context = Context::with_receiver(receiver);
                let actor = make(&mut context);
                Box::pin(context.into_future(actor))
            }));
            pulse.leave();
            guard.settle(match made {
                Err(payload) => Cause::Panicked(panic_text(&*payload)),
                Ok(mut future) => {
                    let running = AssertUnwindSafe(future.as_mut()).catch_unwind();
                    let ran = Turns { future: running, child, pulse }.await;
                    let text = ran.and_then(Result::err).map(|payload| panic_text(&*payload));
                    let dropped = catch_unwind(AssertUnwindSafe(move || drop(future)));
                    match (text, dropped) {
                        (None, Ok(())) => Cause::Stopped,
                        (Some(text), _) => Cause::Panicked(text),
                        (None, Err(payload)) => Cause::Panicked(panic_text(&*payload)),
                    }
                }
            });
        });
    });
    Addr::new(sender)
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    LATEST.with(|latest| latest.borrow_mut().take()).map_or_else(|| payload_text(payload), |(text, _)| text)
}

/// Where this thread has panicked last, until that was told.
pub(crate) fn panic_place() -> String {
    LATEST.with(|latest| latest.borrow().as_ref().map(|(_, place)| place.clone())).unwrap_or_default()
}

fn payload_text(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic without a text".to_owned())
}

#[cfg(test)]
mod tests {
    use actix::{AsyncContext as _, Handler, Message, System};
    use tokio::sync::mpsc;

    use super::*;
    use crate::pulse::Thread;

    struct Witness(mpsc::UnboundedSender<Exited>);

    impl Actor for Witness {
        type Context = Context<Self>;
    }

    impl Handler<Exited> for Witness {
        type Result = ();

        fn handle(&mut self, exited: Exited, _: &mut Context<Self>) {
            self.0.send(exited).unwrap();
        }
    }

    #[derive(Message)]
    #[rtype(result = "()")]
    struct Fail;

    struct Child;

    impl Actor for Child {
        type Context = Context<Self>;
    }

    impl Handler<Fail> for Child {
        type Result = ();

        fn handle(&mut self, _: Fail, _: &mut Context<Self>) {
            panic!("asked to");
        }
    }

    impl Drop for Child {
        fn drop(&mut self) {
            assert!(!std::thread::panicking(), "a child is dropped after the unwind");
        }
    }

    fn causes(run: impl FnOnce(&Place, Birth) + 'static) -> Cause {
        System::new().block_on(async move {
            install_panic_hook();
            let (sender, mut exits) = mpsc::unbounded_channel();
            let supervisor = Witness(sender).start().recipient();
            run(&Place::here(Thread::Main), Birth { child: ChildId::Signals, generation: 7, supervisor });
            let exited = exits.recv().await.unwrap();
            assert_eq!(exited.generation, 7);
            exited.cause
        })
    }

    #[test]
    fn a_panic_is_told_with_its_text_and_place() {
        let cause = causes(|arbiter, birth| start_supervised(arbiter, birth, |_| Child).do_send(Fail));
        let Cause::Panicked(text) = cause else { panic!("{cause:?}") };
        assert!(text.starts_with("asked to at ") && text.contains("link.rs"), "{text}");
    }

    #[test]
    fn a_failing_constructor_is_told() {
        let cause = causes(|arbiter, birth| {
            start_supervised::<Child, _>(arbiter, birth, |_| panic!("no child"));
        });
        assert!(matches!(cause, Cause::Panicked(text) if text.starts_with("no child")));
    }

    #[test]
    fn a_stop_is_told() {
        let cause = causes(|arbiter, birth| {
            start_supervised(arbiter, birth, |context: &mut Context<Child>| {
                context.run_later(std::time::Duration::from_millis(1), |_, context| actix::ActorContext::stop(context));
                Child
            });
        });
        assert!(matches!(cause, Cause::Stopped));
    }

    #[test]
    fn a_dead_arbiter_is_told() {
        let cause = causes(|_, birth| {
            let arbiter = actix_rt::Arbiter::new();
            arbiter.stop();
            let place = Place { handle: arbiter.handle(), ..Place::here(Thread::Main) };
            arbiter.join().unwrap();
            start_supervised(&place, birth, |_| Child);
        });
        assert!(matches!(cause, Cause::ArbiterGone));
    }
}
