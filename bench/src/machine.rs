//! The machine and the versions that figures belong to.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What this process has of memory as the kernel counts it (`VmHWM`: most ever, `VmRSS`: now), in bytes.
pub fn memory(kind: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(kind))?;
    let kilobytes: u64 = line.trim_start_matches(':').split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Names and values, in the order in which they are shown. What cannot be found out is left out.
pub fn describe(python: &Path, node: &Path) -> Vec<(&'static str, String)> {
    let cores = std::thread::available_parallelism().ok().map(|cores| cores.to_string());
    let clean = said("git", &["status", "--porcelain", "--untracked-files=no"]).is_some_and(|text| text.is_empty());
    let commit = said("git", &["log", "-1", "--format=%h of %cs"])
        .map(|commit| commit + if clean { "" } else { ", with changes not committed" });
    [
        ("Commit", commit),
        (
            "Processor",
            in_file("/proc/cpuinfo", "model name").map(|name| name.trim_start_matches(':').trim().to_owned()),
        ),
        ("Cores", cores),
        (
            "Memory",
            in_file("/proc/meminfo", "MemTotal:").and_then(|text| {
                let kilobytes: f64 = text.split_whitespace().next()?.parse().ok()?;
                Some(format!("{:.0} GiB", kilobytes / 1024.0 / 1024.0))
            }),
        ),
        (
            "System",
            in_file("/etc/os-release", "PRETTY_NAME=").map(|name| {
                let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
                format!("{}, Linux {}", name.trim_matches('"'), kernel.trim())
            }),
        ),
        ("Rust", said("rustc", &["--version"])),
        ("Python", said(&python.to_string_lossy(), &["--version"])),
        ("Node", said(&node.to_string_lossy(), &["--version"])),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// How busy the machine is: processes that wanted a core, on average over the last minute.
pub fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg")
        .ok()?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

fn in_file(path: &str, prefix: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(prefix))?;
    Some(line.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}
