//! The threads that judge: only so many at one time. A thread cannot be ended from outside, so one that takes longer than
//! anybody waits keeps its place until it is done, and invocations that would cost more than there is do not pile up.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Instant;

/// Threads at one time: more than cores, so that short work gets past long work.
const MOST: usize = 16;

/// Stack of a thread that judges: what nests as deep as it may needs more than a thread has by default.
pub(super) const STACK: usize = 16 << 20;

/// The threads that judge.
#[derive(Clone, Debug, Default)]
pub struct Judges(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    places: Mutex<Places>,
    freed: Condvar,
}

/// Those that work, each with the moment from which on nobody waits for it.
#[derive(Debug, Default)]
struct Places {
    working: BTreeMap<u64, Instant>,
    next: u64,
}

/// A place among those that work; given back when it is dropped.
struct Place {
    shared: Arc<Shared>,
    number: u64,
}

impl Judges {
    /// Lets a thread work, and gives what comes of it.
    ///
    /// # Errors
    /// Where it is not done in time; at once where all places are taken by work that nobody waits for any more.
    pub(super) fn work<T: Send + 'static>(
        &self,
        until: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        let place = self.take(until)?;
        let (give, take) = mpsc::channel();
        let work = move || {
            let place = place;
            let done = work();
            drop(place); // before the answer, so that whoever has it finds the place free
            let _ = give.send(done); // nobody waits any more where it took too long
        };
        let thread = std::thread::Builder::new().stack_size(STACK);
        let started = thread.spawn(work);
        started.map_err(|e| format!("no thread can be started: {e}"))?;
        let left = until.saturating_duration_since(Instant::now());
        take.recv_timeout(left)
            .map_err(|_| "it took too long to judge".to_owned())
    }

    fn take(&self, until: Instant) -> Result<Place, String> {
        let mut places = self.0.lock();
        loop {
            if places.working.len() < MOST {
                let number = places.next;
                places.next += 1;
                places.working.insert(number, until);
                let shared = self.0.clone();
                return Ok(Place { shared, number });
            }
            let now = Instant::now();
            let waited_for = places.working.values().filter(|end| **end > now).max();
            let Some(last) = waited_for else {
                return Err(
                    "earlier invocations that take too long are still being judged".to_owned(),
                );
            };
            let left = until.min(*last).saturating_duration_since(now);
            if left.is_zero() {
                return Err("too many invocations are being judged".to_owned());
            }
            let waited = self.0.freed.wait_timeout(places, left);
            places = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Shared {
    /// What a thread that panicked leaves is whole: numbers are only put in and taken out.
    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.lock().working.remove(&self.number);
        self.shared.freed.notify_one();
    }
}

#[cfg(test)]
mod tests;
