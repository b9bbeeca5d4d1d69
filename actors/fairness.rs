//! Many actors on one thread: none of them works for long without the others.

/// Lets the others on this thread work first, and those that the system has something for.
///
/// It is a task of its own: an actor that is woken meanwhile, by an answer to what it has just asked, would go on at once,
/// and nobody else would be read from as long as answers come.
pub(crate) async fn others_first() {
    let _ = actix_rt::spawn(tokio::task::yield_now()).await;
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, io::Write as _, rc::Rc};

    use actix::{
        Actor, ActorFutureExt as _, Addr, AsyncContext as _, Context, Handler, Message, System, WrapFuture as _,
    };
    use tokio::{io::AsyncReadExt as _, net::UnixStream};

    use super::*;

    #[derive(Message)]
    #[rtype(result = "()")]
    struct Answer;

    /// Has much to do, and asks somebody with each piece of work.
    struct Busy(Rc<Cell<u32>>, Addr<Asked>);

    impl Busy {
        fn turn(&mut self, context: &mut Context<Self>) {
            self.0.set(self.0.get() + 1);
            self.1.do_send(Question(context.address()));
            context.spawn(others_first().into_actor(self).map(|(), busy, context| busy.turn(context)));
        }
    }

    impl Actor for Busy {
        type Context = Context<Self>;

        fn started(&mut self, context: &mut Context<Self>) {
            self.turn(context);
        }
    }

    impl Handler<Answer> for Busy {
        type Result = ();

        fn handle(&mut self, _: Answer, _: &mut Context<Self>) {}
    }

    #[derive(Message)]
    #[rtype(result = "()")]
    struct Question(Addr<Busy>);

    struct Asked;

    impl Actor for Asked {
        type Context = Context<Self>;
    }

    impl Handler<Question> for Asked {
        type Result = ();

        fn handle(&mut self, Question(from): Question, _: &mut Context<Self>) {
            from.do_send(Answer);
        }
    }

    #[test]
    fn who_is_answered_all_the_time_does_not_keep_others_from_being_read() {
        System::new().block_on(async {
            let (mut ours, theirs) = UnixStream::pair().unwrap();
            let mut theirs = theirs.into_std().unwrap();
            let turns = Rc::new(Cell::new(0));
            Busy(turns.clone(), Asked.start()).start();
            for _ in 0..100 {
                theirs.write_all(b"x").unwrap();
                let before = turns.get();
                ours.read_u8().await.unwrap();
                let waited = turns.get() - before;
                assert!(waited <= 3, "{waited} turns of another until what has come was read");
            }
        });
    }
}
