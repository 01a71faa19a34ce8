//! Steps with names and needs, and the small scheduler that runs them: cheap ones first, two at a time where they do not
//! wait for each other anyway, the output of one never mixed into that of another.

use crate::error::Error;
use crate::report::{Counts, Log};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a step is silent before a line says that it is still at work.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many lines of a failed step are shown; its log file has all of them, whole.
const TAIL: usize = 120;
/// How much of a line is shown then: a failed comparison of two tables can fill screens.
const WIDTH: usize = 300;

/// Steps of one lane never run side by side: they would only wait for the same lock of cargo, or for the same cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Compiles for this machine.
    Native,
    /// Compiles for WebAssembly.
    Wasm,
    /// Compiles tools.
    Tools,
    /// Compiles nothing.
    Light,
    /// Wants the machine for itself, because it measures time.
    Alone,
}

/// What came of a step that did not fail.
pub enum Done {
    /// It did its work.
    Worked,
    /// There was nothing to do, and why.
    Nothing(&'static str),
    /// It did its work, and this belongs in front of the reader.
    Show(String),
}

type Work<'a> = Box<dyn FnOnce(&Log) -> Result<Done, Error> + Send + 'a>;

/// One named piece of work.
pub struct Step<'a> {
    name: &'static str,
    what: String,
    lane: Lane,
    needs: Vec<&'static str>,
    work: Option<Work<'a>>,
    state: State,
}

#[derive(Clone, PartialEq, Eq)]
enum State {
    Waiting,
    Running,
    Done(&'static str, Duration),
    Failed(Duration),
    Skipped(&'static str),
}

/// Steps in the order in which they are wanted.
#[derive(Default)]
pub struct Plan<'a> {
    steps: Vec<Step<'a>>,
}

/// How a plan went.
#[derive(Debug, Default, Clone, Copy)]
pub struct Outcome {
    /// Tests, as their runners counted them. A step that failed without a failed test counts as one failure.
    pub counts: Counts,
    /// Whether every step was done.
    pub done: bool,
}

impl<'a> Plan<'a> {
    /// Adds a step. `what` says what it does, for the reader; `needs` names steps that must have been done before.
    pub fn step(
        &mut self,
        name: &'static str,
        what: impl Into<String>,
        lane: Lane,
        needs: &[&'static str],
        work: impl FnOnce(&Log) -> Result<Done, Error> + Send + 'a,
    ) {
        let (what, needs, work) = (what.into(), needs.to_vec(), Some(Box::new(work) as Work<'a>));
        self.steps.push(Step {
            name,
            what,
            lane,
            needs,
            work,
            state: State::Waiting,
        });
    }

    /// The steps' names and what they do.
    pub fn list(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.steps.iter().map(|step| (step.name, step.what.as_str()))
    }

    /// Leaves only the named steps and what they need.
    pub fn only(mut self, names: &[String]) -> Result<Self, Error> {
        let known = || self.steps.iter().map(|step| step.name).collect::<Vec<_>>();
        if let Some(step) = names.iter().find(|name| !known().contains(&name.as_str())) {
            return Err(Error::UnknownStep {
                step: step.clone(),
                known: known().join(", "),
            });
        }
        let mut wanted: Vec<String> = names.to_vec();
        let mut next = 0;
        while next < wanted.len() {
            if let Some(step) = self.steps.iter().find(|step| step.name == wanted[next]) {
                for need in &step.needs {
                    if !wanted.iter().any(|name| name == need) {
                        wanted.push((*need).to_owned());
                    }
                }
            }
            next += 1;
        }
        self.steps.retain(|step| wanted.iter().any(|name| name == step.name));
        Ok(self)
    }

    /// Runs the steps and says how it goes; logs go into `logs`.
    pub fn run(mut self, logs: &Path, verbose: bool, fail_fast: bool) -> Result<Outcome, Error> {
        let started = Instant::now();
        let workers = thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 3));
        let books = self
            .steps
            .iter()
            .map(|step| Log::create(step.name, logs, verbose))
            .collect::<Result<Vec<_>, _>>()?;
        let works: Vec<Option<Work<'a>>> = self.steps.iter_mut().map(|step| step.work.take()).collect();
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            let mut works = works;
            let mut running: Vec<(usize, Instant, Instant)> = Vec::new();
            loop {
                while running.len() < workers
                    && let Some(index) = self.next()
                    && let Some(work) = works[index].take()
                {
                    self.steps[index].state = State::Running;
                    println!("  … {:<14} {}", self.steps[index].name, self.steps[index].what);
                    running.push((index, Instant::now(), Instant::now()));
                    let (sender, log) = (sender.clone(), &books[index]);
                    scope.spawn(move || {
                        let result = work(log);
                        // The receiver lives as long as a step runs.
                        let _ = sender.send((index, result));
                    });
                }
                if running.is_empty() {
                    break;
                }
                match receiver.recv_timeout(Duration::from_secs(1)) {
                    Ok((index, result)) => {
                        let Some(place) = running.iter().position(|(of, ..)| *of == index) else {
                            continue;
                        };
                        let (_, begun, _) = running.swap_remove(place);
                        self.settle(index, begun.elapsed(), result, &books[index], verbose);
                        if fail_fast && matches!(self.steps[index].state, State::Failed(_)) {
                            self.give_up();
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        for (index, begun, said) in &mut running {
                            if said.elapsed() > PATIENCE && !verbose {
                                *said = Instant::now();
                                let (name, last) = (self.steps[*index].name, books[*index].last(90));
                                println!("    {name:<14} {:>7}  {last}", time(begun.elapsed()));
                            }
                        }
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        });
        Ok(self.close(&books, started.elapsed()))
    }

    /// The first step that may start now.
    fn next(&self) -> Option<usize> {
        let running = || self.steps.iter().filter(|step| step.state == State::Running);
        if running().any(|step| step.lane == Lane::Alone) {
            return None;
        }
        self.steps.iter().position(|step| {
            let free = match step.lane {
                Lane::Alone => running().next().is_none() && self.rest_is_done(step),
                Lane::Light => true,
                lane => !running().any(|other| other.lane == lane),
            };
            step.state == State::Waiting && free && step.needs.iter().all(|need| self.is_done(need))
        })
    }

    /// Whether all steps but those that want to be alone are over, so that such a step does not hold up the others.
    fn rest_is_done(&self, but: &Step) -> bool {
        let others = self
            .steps
            .iter()
            .filter(|step| step.lane != Lane::Alone && step.name != but.name);
        others
            .into_iter()
            .all(|step| !matches!(step.state, State::Waiting | State::Running))
    }

    /// A need that is not part of the plan counts as done: its product is looked for by the step itself.
    fn is_done(&self, name: &str) -> bool {
        self.steps
            .iter()
            .filter(|step| step.name == name)
            .all(|step| matches!(step.state, State::Done(..)))
    }

    fn settle(&mut self, index: usize, took: Duration, result: Result<Done, Error>, log: &Log, verbose: bool) {
        let step = &mut self.steps[index];
        let counts = log.counts();
        let tests = match counts {
            Counts { passed: 0, failed: 0 } => String::new(),
            Counts { passed, failed } => format!("  {passed} passed, {failed} failed"),
        };
        match result {
            Ok(done) => {
                let word = match &done {
                    Done::Nothing(why) => why,
                    Done::Worked | Done::Show(_) => "ok",
                };
                println!("  ✓ {:<14} {:>7}  {word}{tests}", step.name, time(took));
                if let Done::Show(text) = done {
                    println!("\n{}\n", text.trim_end());
                }
                step.state = State::Done(word, took);
            }
            Err(error) => {
                println!("  ✗ {:<14} {:>7}  {error}{tests}", step.name, time(took));
                if !verbose {
                    for line in log.tail(TAIL) {
                        println!("      {}", line.chars().take(WIDTH).collect::<String>());
                    }
                    println!("      (all of it: {})", log.path().display());
                }
                step.state = State::Failed(took);
                let name = step.name;
                self.skip_those_that_need(name);
            }
        }
    }

    fn skip_those_that_need(&mut self, failed: &'static str) {
        let needing = |step: &&mut Step| step.state == State::Waiting && step.needs.contains(&failed);
        let mut names = Vec::new();
        for step in self.steps.iter_mut().filter(needing) {
            step.state = State::Skipped(failed);
            names.push(step.name);
        }
        for name in names {
            self.skip_those_that_need(name);
        }
    }

    fn give_up(&mut self) {
        for step in self.steps.iter_mut().filter(|step| step.state == State::Waiting) {
            step.state = State::Skipped("an earlier step");
        }
    }

    /// Prints the table and sums up.
    fn close(&self, books: &[Log], took: Duration) -> Outcome {
        let mut outcome = Outcome {
            counts: Counts::default(),
            done: true,
        };
        println!("\n  {:<16}{:>8}  result", "step", "time");
        for (step, log) in self.steps.iter().zip(books) {
            let counts = log.counts();
            outcome.counts += counts;
            let (took, word) = match &step.state {
                State::Done(word, took) => (time(*took), (*word).to_owned()),
                State::Failed(took) => (time(*took), format!("failed, see {}", log.path().display())),
                State::Skipped(needed) => (String::new(), format!("not run: needs {needed}")),
                State::Waiting | State::Running => (String::new(), "not run".to_owned()),
            };
            let tests = if counts == Counts::default() {
                String::new()
            } else {
                format!(", {} tests", counts.passed + counts.failed)
            };
            println!("  {:<16}{took:>8}  {word}{tests}", step.name);
            if !matches!(step.state, State::Done(..)) {
                outcome.done = false;
            }
            if matches!(step.state, State::Failed(_)) && counts.failed == 0 {
                outcome.counts.failed += 1;
            }
        }
        println!("  {:<16}{:>8}\n", "all", time(took));
        outcome
    }
}

/// A duration as people say it: `0.4 s`, `12 s`, `3 m 07 s`.
pub fn time(duration: Duration) -> String {
    match duration.as_secs_f64() {
        seconds if seconds < 10.0 => format!("{seconds:.1} s"),
        seconds if seconds < 100.0 => format!("{seconds:.0} s"),
        _ => format!("{} m {:02} s", duration.as_secs() / 60, duration.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    fn logs(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("candor-plan-{name}-{}", std::process::id()))
    }

    #[test]
    fn needs_come_first_and_a_failure_stops_only_what_needs_it() -> Result<(), Error> {
        let order = Mutex::new(Vec::new());
        let order = &order;
        let said = |name: &'static str| {
            move |_: &Log| {
                order.lock().unwrap().push(name);
                Ok(Done::Worked)
            }
        };
        let mut plan = Plan::default();
        plan.step("last", "", Lane::Alone, &["b"], said("last"));
        plan.step("b", "", Lane::Native, &["a"], said("b"));
        plan.step("a", "", Lane::Native, &[], said("a"));
        plan.step("bad", "", Lane::Wasm, &[], |log| {
            log.line("test result: FAILED. 2 passed; 1 failed; 0 ignored");
            Err(Error::UnknownStep {
                step: String::new(),
                known: String::new(),
            })
        });
        plan.step("needs bad", "", Lane::Wasm, &["bad"], said("never"));
        let folder = logs("needs");
        let outcome = plan.run(&folder, false, false)?;
        std::fs::remove_dir_all(&folder).map_err(Error::io("remove", &folder))?;
        assert_eq!(*order.lock().unwrap(), ["a", "b", "last"]);
        assert!(!outcome.done);
        assert_eq!(outcome.counts, Counts { passed: 2, failed: 1 });
        Ok(())
    }

    #[test]
    fn only_keeps_what_is_needed_and_names_the_steps_when_asked_for_another() -> Result<(), Error> {
        let plan = || {
            let mut plan = Plan::default();
            for (name, needs) in [("a", &[][..]), ("b", &["a"]), ("c", &["b"]), ("d", &["a"])] {
                plan.step(name, "", Lane::Light, needs, |_| Ok(Done::Worked));
            }
            plan
        };
        let names: Vec<_> = plan().only(&["c".to_owned()])?.list().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let error = plan().only(&["x".to_owned()]).err().map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some("there is no step `x`; the steps are: a, b, c, d")
        );
        Ok(())
    }
}
