//! Runs terraform: streamed for the user, or asked for a plan as JSON.

use super::{name, not_run};
use crate::cli::failure::{usage, usage_help};
use crate::engine::Failure;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Variables that change what `show` prints, or make it print more than the plan.
const NOT_FOR_SHOW: [&str; 6] = [
    "TF_CLI_ARGS",
    "TF_CLI_ARGS_show",
    "TF_LOG",
    "TF_LOG_CORE",
    "TF_LOG_PROVIDER",
    "TF_LOG_PATH",
];

/// Keeps signals from ending this program before terraform and before its files are gone, and hands them on.
pub(super) struct Watch {
    state: Arc<State>,
    #[cfg(unix)]
    handle: Option<signal_hook::iterator::Handle>,
}

#[derive(Debug, Default)]
struct State {
    /// The process that runs now; 0: none.
    child: AtomicU32,
    /// The last signal; 0: none.
    signal: AtomicU32,
}

impl Watch {
    /// Takes over the signals that end programs.
    #[cfg(unix)]
    pub(super) fn start() -> Self {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let state = Arc::new(State::default());
        let signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]);
        let handle = signals.ok().map(|mut signals| {
            let handle = signals.handle();
            let state = state.clone();
            std::thread::spawn(move || {
                for signal in signals.forever() {
                    let number = u32::try_from(signal).unwrap_or_default();
                    state.signal.store(number, Ordering::SeqCst);
                    hand_on(signal, state.child.load(Ordering::SeqCst));
                }
            });
            handle
        });
        Watch { state, handle }
    }

    /// Does nothing where there are no such signals.
    #[cfg(not(unix))]
    pub(super) fn start() -> Self {
        Watch {
            state: Arc::default(),
        }
    }

    /// The exit code of a program that a signal stopped, where one came.
    pub(super) fn stopped(&self) -> Option<u8> {
        match self.state.signal.load(Ordering::SeqCst) {
            0 => None,
            signal => u8::try_from(128 + signal).ok(),
        }
    }
}

#[cfg(unix)]
impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(handle) = &self.handle {
            handle.close();
        }
    }
}

/// Hands a signal on. What is typed at a terminal reaches terraform by itself; a second time it would stop at once.
#[cfg(unix)]
fn hand_on(signal: i32, child: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    use std::io::IsTerminal;
    let typed = signal == signal_hook::consts::SIGINT && io::stdin().is_terminal();
    let process = i32::try_from(child).ok().and_then(Pid::from_raw);
    let (Some(process), false) = (process, typed) else {
        return;
    };
    let signal = match signal {
        signal_hook::consts::SIGINT => Signal::INT,
        signal_hook::consts::SIGHUP => Signal::HUP,
        _ => Signal::TERM,
    };
    let _ = kill_process(process, signal); // it may have ended meanwhile
}

/// Runs terraform for the user, who sees and answers it as without us; its exit code.
///
/// # Errors
/// A binary that cannot be run.
pub(super) fn stream(binary: &Path, arguments: &[OsString], watch: &Watch) -> io::Result<u8> {
    let mut child = Command::new(binary).args(arguments).spawn()?;
    watch.state.child.store(child.id(), Ordering::SeqCst);
    let status = child.wait();
    watch.state.child.store(0, Ordering::SeqCst);
    Ok(code(status?))
}

/// A plan as JSON.
///
/// # Errors
/// A binary that cannot be run, or that does not show the plan.
pub(super) fn show(
    binary: &Path,
    directory: &Path,
    plan: &Path,
    watch: &Watch,
) -> Result<String, Failure> {
    let plan = std::path::absolute(plan).unwrap_or_else(|_| plan.to_owned());
    let mut command = Command::new(binary);
    let mut chdir = OsString::from("-chdir=");
    chdir.push(directory);
    command
        .arg(chdir)
        .args(["show", "-json", "-no-color"])
        .arg(plan);
    NOT_FOR_SHOW.iter().for_each(|name| {
        command.env_remove(name);
    });
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().map_err(|e| not_run(binary, &e))?;
    watch.state.child.store(child.id(), Ordering::SeqCst);
    let output = child.wait_with_output();
    watch.state.child.store(0, Ordering::SeqCst);
    let output = output.map_err(|e| not_run(binary, &e))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        let told = told.lines().map(|l| l.trim_matches(['│', '╷', '╵', ' ']));
        let first = told.filter(|l| !l.is_empty()).take(3).collect::<Vec<_>>();
        return Err(usage_help(
            format!(
                "`{} show` does not show the plan: {}",
                name(binary),
                first.join(" ")
            ),
            "run it where `init` was run, with the version that made the plan",
        ));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| usage(format!("what `{} show` prints is not UTF-8", name(binary))))
}

/// The exit code; of what a signal ended, as a shell tells it.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return u8::try_from(128 + signal).unwrap_or(u8::MAX);
        }
    }
    let code = status.code().unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}
