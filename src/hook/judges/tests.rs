#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use super::*;
use std::time::Duration;

fn soon(milliseconds: u64) -> Instant {
    Instant::now() + Duration::from_millis(milliseconds)
}

/// Fills all places with work that ends when the senders are dropped; nobody waits for it longer than that.
fn fill(judges: &Judges, milliseconds: u64) -> Vec<mpsc::Sender<()>> {
    let mut ends = Vec::new();
    let askers: Vec<_> = (0..MOST)
        .map(|_| {
            let (end, ended) = mpsc::channel::<()>();
            ends.push(end);
            let judges = judges.clone();
            std::thread::spawn(move || {
                let until = soon(milliseconds);
                judges.work(until, move || ended.recv().is_err())
            })
        })
        .collect();
    for asker in askers {
        let answer = asker.join().unwrap();
        assert_eq!(answer.unwrap_err(), "it took too long to judge");
    }
    ends
}

#[test]
fn work_that_nobody_waits_for_does_not_pile_up() {
    let judges = Judges::default();
    let ends = fill(&judges, 50);
    let asked = Instant::now();
    for _ in 0..100 {
        let answer = judges.work(soon(10_000), || ());
        let why = "earlier invocations that take too long are still being judged";
        assert_eq!(answer.unwrap_err(), why);
    }
    assert!(asked.elapsed() < Duration::from_secs(5), "nobody waited");
    assert_eq!(judges.0.lock().working.len(), MOST);
    drop(ends);
    let until = soon(10_000);
    while !judges.0.lock().working.is_empty() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(judges.work(soon(10_000), || 7), Ok(7));
}

#[test]
fn who_finds_no_place_waits_for_one() {
    let judges = Judges::default();
    let held: Vec<Place> = (0..MOST)
        .map(|_| judges.take(soon(60_000)).unwrap())
        .collect();
    let why = "too many invocations are being judged";
    assert_eq!(judges.work(soon(20), || ()).unwrap_err(), why);
    let waiter = {
        let judges = judges.clone();
        std::thread::spawn(move || judges.work(soon(60_000), || 7))
    };
    std::thread::sleep(Duration::from_millis(20));
    drop(held);
    assert_eq!(waiter.join().unwrap(), Ok(7));
    assert!(judges.0.lock().working.is_empty());
}
