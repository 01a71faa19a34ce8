//! The step `walls` of `cargo xtask test`: crates use each other, and packages, as ARCHITECTURE.md says.
//!
//! The graph comes from `cargo tree`, whose lines are read as they are: the JSON of `cargo metadata` would want a parser
//! that is compiled before anything else can happen, and would still leave open which features and targets are meant.

use crate::error::Error;
use crate::house::{Ban, House, Room, Uses};
use crate::imports::count;
use crate::io;
use crate::modules::Crate;
use crate::plan::Done;
use crate::report::Log;
use crate::setup::WASM_TARGET;
use crate::workspace::{Member, Workspace};
use std::collections::BTreeSet;
use std::fs;

/// The page with the tables.
const PAGE: &str = "ARCHITECTURE.md";
/// This machine, as cargo calls it for any.
const HOST: &str = "host-tuple";

/// Runs the step.
pub fn step(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    let page = workspace.root.join(PAGE);
    let house = House::read(&fs::read_to_string(&page).map_err(Error::io("read", &page))?);
    let members = workspace.members()?;
    let mut problems = house.problems.clone();
    problems.extend(rows(&house, &members, workspace));
    let edges = |kinds| -> Result<Edges, Error> {
        let targets = ["--target", HOST, "--target", WASM_TARGET];
        let tree = [
            "--workspace",
            "--all-features",
            "--depth",
            "1",
            "--no-dedupe",
            "--prefix",
            "depth",
        ];
        let lines = workspace.tree(&[&tree[..], &targets, &["--edges", kinds]].concat())?;
        Ok(edges(&lines, &members))
    };
    problems.extend(uses(&house, &edges("normal,build")?, &edges("dev")?));
    for ban in &house.bans {
        problems.extend(bans(ban, &house, workspace)?);
    }
    for room in house.rooms.iter().filter(|room| !room.io) {
        for file in Crate::of(&workspace.root.join(&room.folder))?
            .iter()
            .flat_map(|all| &all.files)
        {
            for (line, what) in io::named(&file.source) {
                problems.push(format!(
                    "{}:{line} names {what}, and {} does no I/O: take bytes and values in, and hand values out",
                    workspace.shown(&file.path),
                    room.name
                ));
            }
        }
    }
    for problem in &problems {
        log.line(problem);
    }
    if problems.is_empty() {
        return Ok(Done::Worked);
    }
    Err(Error::Broken {
        what: format!(
            "{} between what {PAGE} says of the crates and what they are",
            count(problems.len(), "difference", "differences")
        ),
    })
}

/// Which crate of the workspace depends on which other.
type Edges = BTreeSet<(String, String)>;

/// Every crate has its row, and every row its crate.
fn rows(house: &House, members: &[Member], workspace: &Workspace) -> Vec<String> {
    let mut problems = Vec::new();
    for member in members {
        let folder = workspace.shown(&member.folder).to_string();
        match house.room(&member.name) {
            None => problems.push(format!(
                "{} has no row in {PAGE}: add what it holds, may use and does to the table of the house",
                member.name
            )),
            Some(room) if room.folder != folder => problems.push(format!(
                "{} is in {folder}/, and {PAGE} says {}/: write where it is",
                member.name, room.folder
            )),
            Some(_) => {}
        }
    }
    for room in &house.rooms {
        if !members.iter().any(|member| member.name == room.name) {
            problems.push(format!(
                "{PAGE} has a row for {}, which is no crate of the workspace: take the row out",
                room.name
            ));
        }
    }
    problems
}

/// The edges in the lines of `cargo tree`: `0candor-core v0.1.0 (…)`, below it `1candor-ensemble v0.1.0 (…)`.
fn edges(lines: &str, members: &[Member]) -> Edges {
    let mut edges = Edges::new();
    let mut from = "";
    for line in lines.lines() {
        if let Some(package) = line.strip_prefix('0') {
            from = package.split(' ').next().unwrap_or_default();
        } else if let Some(package) = line.strip_prefix('1') {
            let to = package.split(' ').next().unwrap_or_default();
            if members.iter().any(|member| member.name == to) {
                edges.insert((from.to_owned(), to.to_owned()));
            }
        }
    }
    edges
}

/// Every edge is in the table, every allowance is used, and nobody uses what does more than he may himself.
fn uses(house: &House, edges: &Edges, of_tests: &Edges) -> Vec<String> {
    let mut problems = Vec::new();
    for (kind, edges) in [("uses", edges), ("uses in its tests", of_tests)] {
        for (from, to) in edges {
            let allowed = house.room(from).is_none_or(|room| match &room.may_use {
                Uses::All => true,
                Uses::These(names) => names.contains(to),
            });
            if !allowed {
                problems.push(format!(
                    "{from} {kind} {to}, which {PAGE} does not allow: move what is needed to where both may reach it, or, \
                     if the arrow points down, add it to the row"
                ));
            }
        }
    }
    for room in &house.rooms {
        let Uses::These(names) = &room.may_use else { continue };
        for name in names {
            let edge = (room.name.clone(), name.clone());
            match house.room(name) {
                None => problems.push(format!(
                    "{PAGE} lets {} use {name}, which has no row: write the name of a crate",
                    room.name
                )),
                Some(_) if !edges.contains(&edge) && !of_tests.contains(&edge) => problems.push(format!(
                    "{PAGE} lets {} use {name}, and it does not: take it out of the row",
                    room.name
                )),
                Some(used) => problems.extend(
                    more(room, used).map(|what| format!("{} {what}, and uses {name}, which does not", room.name)),
                ),
            }
        }
    }
    problems
}

/// What a crate promises that one which it uses does not.
fn more(room: &Room, used: &Room) -> Option<&'static str> {
    match (room, used) {
        (Room { wasm: true, .. }, Room { wasm: false, .. }) => Some("runs as WebAssembly"),
        (Room { io: false, .. }, Room { io: true, .. }) => Some("does without I/O"),
        _ => None,
    }
}

/// What is linked although a row of the table says that it must not be.
fn bans(ban: &Ban, house: &House, workspace: &Workspace) -> Result<Vec<String>, Error> {
    let mut problems = Vec::new();
    let Some((name, options)) = ban.built.split_first().filter(|(name, _)| house.room(name).is_some()) else {
        let built = ban.built.join(" ");
        problems.push(format!(
            "{PAGE} says what `{built}` must not link: begin with the name of a crate"
        ));
        return Ok(problems);
    };
    for target in &ban.targets {
        let triple = match target.as_str() {
            "host" => HOST,
            "wasm32" => WASM_TARGET,
            _ => {
                problems.push(format!(
                    "{PAGE} says what {name} must not link for {target}: write host or wasm32"
                ));
                continue;
            }
        };
        let mut tree = vec!["--package", name, "--target", triple];
        tree.extend(options.iter().map(String::as_str));
        // What a procedural macro is made of is not linked.
        let lines = workspace.tree(&[&tree[..], &["--edges", "normal,no-proc-macro", "--prefix", "none"]].concat())?;
        for package in banned(&lines, &ban.packages) {
            problems.push(format!(
                "{} links {package}, which {PAGE} forbids; `cargo tree {} --edges normal --invert {package}` shows by whom",
                ban.built.join(" "),
                tree.join(" ")
            ));
        }
    }
    Ok(problems)
}

/// The packages in the lines of `cargo tree` that one of the names means.
fn banned<'a>(lines: &'a str, names: &[String]) -> BTreeSet<&'a str> {
    let packages = lines.lines().filter_map(|line| line.split(' ').next());
    let means = |name: &String, package: &str| match name.strip_suffix('*') {
        Some(beginning) => package.starts_with(beginning),
        None => package == name,
    };
    packages
        .filter(|package| names.iter().any(|name| means(name, package)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{banned, edges, rows, uses};
    use crate::house::House;
    use crate::workspace::{Member, Workspace};

    const HEAD: &str = "| folder | crate | may use | WASM | I/O |\n|---|---|---|---|---|\n";
    const TREE: &str =
        "0candor-top v0.1.0 (/w/top)\n1candor-low v0.1.0 (/w/low)\n1libm v0.2.16\n\n0candor-low v0.1.0 (/w/low)\n";

    fn members() -> Vec<Member> {
        ["candor-top v0.1.0 (/w/top)", "candor-low v0.1.0 (/w/low)"]
            .into_iter()
            .filter_map(Member::from_line)
            .collect()
    }

    fn house(rows: &str) -> House {
        House::read(&format!("{HEAD}{rows}"))
    }

    /// What is said of these rows, for a crate that uses another one.
    fn said(rows: &str) -> Vec<String> {
        uses(&house(rows), &edges(TREE, &members()), &edges("", &members()))
    }

    fn assert_says(problems: &[String], wanted: &str) {
        assert!(problems.len() == 1 && problems[0].contains(wanted), "{problems:?}");
    }

    #[test]
    fn what_the_table_says_is_right() {
        let rows = "| `top/` | candor-top | low | no | yes |\n| `low/` | candor-low | – | yes | no |";
        assert_eq!(said(rows), [""; 0]);
    }

    #[test]
    fn an_edge_that_is_not_in_the_table_is_told() {
        let rows = "| `top/` | candor-top | – | no | yes |\n| `low/` | candor-low | – | yes | no |";
        assert_says(&said(rows), "candor-top uses candor-low");
        let none = edges("", &members());
        let of_tests = uses(&house(rows), &none, &edges(TREE, &members()));
        assert_says(&of_tests, "candor-top uses in its tests candor-low");
    }

    #[test]
    fn an_allowance_that_nobody_uses_is_told() {
        let rows = "| `top/` | candor-top | low | no | yes |\n| `low/` | candor-low | top | no | yes |";
        assert_says(&said(rows), "lets candor-low use candor-top, and it does not");
        let rows = "| `top/` | candor-top | low, lower | no | yes |\n| `low/` | candor-low | – | no | yes |";
        assert_says(&said(rows), "lets candor-top use lower, which has no row");
    }

    #[test]
    fn a_promise_that_a_crate_below_does_not_make_is_told() {
        let low = "| `low/` | candor-low | – | no | yes |";
        let rows = format!("| `top/` | candor-top | low | yes | yes |\n{low}");
        assert_says(&said(&rows), "runs as WebAssembly");
        let rows = format!("| `top/` | candor-top | low | no | no |\n{low}");
        assert_says(&said(&rows), "does without I/O");
    }

    #[test]
    fn rows_and_crates_belong_together() {
        let workspace = Workspace {
            root: "/w".into(),
            target: "/w/target".into(),
            cache: "/c".into(),
        };
        let said = |text: &str| rows(&house(text), &members(), &workspace);
        let top = "| `top/` | candor-top | – | no | yes |";
        let low = "| `low/` | candor-low | – | no | yes |";
        assert_eq!(said(&format!("{top}\n{low}")), [""; 0]);
        assert_says(&said(top), "candor-low has no row");
        let more = "| `more/` | candor-more | – | no | yes |";
        assert_says(
            &said(&format!("{top}\n{low}\n{more}")),
            "candor-more, which is no crate",
        );
        assert_says(
            &said(&format!("{top}\n{}", low.replace("low/", "high/"))),
            "candor-low is in low/",
        );
    }

    #[test]
    fn a_forbidden_package_is_found_by_name_and_by_beginning() {
        let tree = "candor-core v0.1.0 (/w/core)\nrayon v1.12.0\narrow-array v60.0.0\nnarrow v1.0.0\nrayon-core v1.0.0";
        let names = ["rayon", "arrow*", "tokio"].map(str::to_owned);
        assert_eq!(
            banned(tree, &names).into_iter().collect::<Vec<_>>(),
            ["arrow-array", "rayon"]
        );
    }
}
