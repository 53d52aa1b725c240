//! `hook serve` and `hook lambda`: what goes on for long.

use super::{Given, Lambda, Lines, Logged, Metrics, Serve};
use crate::cli::failure::{usage, usage_help};
use crate::engine::Failure;
use crate::hook::lambda::{self, Api};
use crate::hook::log::{Basis, Log};
use crate::hook::serve::{Limits, Server, Stop, serve as answer};
use crate::hook::task::Tasks;
use crate::hook::{LARGEST_INVOCATION, Setup};
use crate::span::why;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Answers over HTTP until a signal says that it is enough.
pub(super) fn serve(args: &Serve) -> Result<u8, Failure> {
    let setup = args.given.setup();
    if let Err(why) = &setup.rules {
        return Err(usage(why.clone()));
    }
    let log = log(&args.logged, &args.given, &setup);
    let tasks = match &args.run_task_key {
        None => None,
        Some(path) => Some(Tasks {
            key: key(path)?,
            hosts: args.run_task_host.clone(),
            running: Arc::default(),
        }),
    };
    let server = Arc::new(Server {
        setup: Arc::new(setup),
        log,
        tasks,
        limits: Limits {
            transfer: Duration::from_secs(args.timeout),
            ..Limits::default()
        },
    });
    let listen = args.listen;
    let cannot = |e: std::io::Error| usage(format!("cannot listen at {listen}: {}", why(&e)));
    let listener = TcpListener::bind(listen).map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let stop = Stop::default();
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|e| usage(format!("signals cannot be waited for: {e}")))?;
    let told = stop.clone();
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            told.tell(address);
        }
    });
    let most = LARGEST_INVOCATION >> 20;
    print(&format!(
        "listening at http://{address} (requests up to {most} MiB)"
    ));
    answer(&server, &listener, &stop).map_err(cannot)?;
    Ok(0)
}

/// Answers invocations of Lambda until the runtime API is gone.
pub(super) fn lambda(args: &Lambda) -> Result<u8, Failure> {
    let api = Api::read(&args.api).map_err(usage)?;
    let setup = args.given.setup();
    let log = log(&args.logged, &args.given, &setup);
    if let Err(why) = &setup.rules {
        log.trouble(why); // and the answer to every invocation
    }
    lambda::run(&api, &Arc::new(setup), &log).map_err(usage)?;
    Ok(0)
}

/// The key of a file, without the line end that editors add.
fn key(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|e| {
        usage(format!(
            "--run-task-key `{shown}` cannot be read: {}",
            why(&e)
        ))
    })?;
    let key = bytes.trim_ascii_end().to_vec();
    match key.is_empty() {
        true => Err(usage_help(
            format!("--run-task-key `{shown}` is empty"),
            "give the run task an HMAC key: without one, anybody could ask",
        )),
        false => Ok(key),
    }
}

fn log(logged: &Logged, given: &Given, setup: &Setup) -> Log {
    Log {
        verdicts: logged.log == Lines::Json,
        metrics: logged.metrics == Metrics::Emf,
        config: basis(given, setup),
        now: jiff::Timestamp::now,
        print: Box::new(print),
        measure: Box::new(measure),
    }
}

fn basis(given: &Given, setup: &Setup) -> Basis {
    let Ok(rules) = &setup.rules else {
        return Basis::default();
    };
    let config = rules.config();
    let file = config.file.and_then(|id| setup.files.get(id));
    let path = file.map(|f| f.path.clone()).or_else(|| given.config());
    let modified = path.and_then(|p| std::fs::metadata(p).ok()?.modified().ok());
    Basis {
        sha256: config.sha256.clone(),
        modified: modified.and_then(|m| jiff::Timestamp::try_from(m).ok()),
    }
}

/// Metrics go to standard output: there, nothing else does.
fn measure(line: &str) {
    let _ = std::io::stdout()
        .lock()
        .write_all(format!("{line}\n").as_bytes()); // nowhere left to complain
}

/// One line in one piece, so that lines of several threads do not mix.
fn print(line: &str) {
    let _ = std::io::stderr()
        .lock()
        .write_all(format!("{line}\n").as_bytes()); // nowhere left to complain
}
