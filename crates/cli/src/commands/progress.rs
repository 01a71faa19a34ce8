//! Progress on a terminal, silence in a pipe.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar up to `length`, or a counter when the end is not known. Nothing is drawn when standard error is no terminal.
pub(super) fn bar(length: Option<u64>, what: &str) -> ProgressBar {
    let (bar, template) = match length {
        Some(length) => (
            ProgressBar::new(length),
            "{msg:<34} {wide_bar} {human_pos}/{human_len} {eta}",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {msg:<34} {human_pos} {elapsed}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
