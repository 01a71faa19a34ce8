//! Where the measuring is: one line on a terminal, a line every half minute elsewhere.

use std::cell::RefCell;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

/// Says what is being done.
pub struct Progress {
    begun: Instant,
    terminal: bool,
    said: RefCell<Option<Instant>>,
}

impl Progress {
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            terminal: stderr().is_terminal(),
            said: RefCell::new(None),
        }
    }

    /// What is done now.
    pub fn say(&self, what: &str) {
        let seconds = self.begun.elapsed().as_secs();
        let line = format!("  {:>2}:{:02}  {what}", seconds / 60, seconds % 60);
        let mut said = self.said.borrow_mut();
        // A progress line that cannot be written is no reason to stop.
        if self.terminal {
            let _ = write!(stderr(), "\r\x1b[K{line}");
        } else if said.is_none_or(|said| said.elapsed() >= PATIENCE) {
            let _ = writeln!(stderr(), "{line}");
            *said = Some(Instant::now());
        }
    }

    /// Takes the line away.
    pub fn end(&self) {
        if self.terminal {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
