//! Threads on which an evaluation can nest as deep as is allowed.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, scope};

/// Room for expressions and references that nest as deep as is allowed; only what is used is taken.
const STACK: usize = 128 << 20;

thread_local! {
    /// Whether this thread has that room.
    static ROOM: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` where there is room: here, or on a thread made for it. `None`: no such thread can be had.
pub(super) fn with<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    if ROOM.get() {
        return Some(work());
    }
    let roomy = || {
        ROOM.set(true);
        work()
    };
    scope(|scope| {
        let large = Builder::new().stack_size(STACK);
        large.spawn_scoped(scope, roomy).ok()?.join().ok()
    })
}

/// Works on many things at once, on threads with room of their own rather than on rayon's: their stacks are made once.
pub(crate) fn on_threads<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            match items.get(index) {
                Some(item) => done.push((index, work(item))),
                None => return done,
            }
        }
    };
    let roomy = || {
        ROOM.set(true);
        run()
    };
    let mut done: Vec<(usize, R)> = scope(|scope| {
        let threads = rayon::current_num_threads().min(items.len());
        let made = (0..threads).filter_map(|_| {
            let large = Builder::new().stack_size(STACK);
            large.spawn_scoped(scope, roomy).ok()
        });
        let mut done = Vec::new();
        for thread in made.collect::<Vec<_>>() {
            match thread.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done.extend(run()); // where no thread could be had
        done
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
