//! The tables of ARCHITECTURE.md that say what each crate may use: they are the data of the step `walls`.

use std::collections::BTreeSet;

/// Begins the names of the workspace's crates, which the tables leave out where they can.
const PREFIX: &str = "candor-";

/// What the tables say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct House {
    /// Its crates, in the order of the table.
    pub rooms: Vec<Room>,
    /// What must not be linked.
    pub bans: Vec<Ban>,
    /// What cannot be read in them.
    pub problems: Vec<String>,
}

/// A crate of the workspace.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its folder, from the workspace's root.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// The crates of the workspace that it may use.
    pub may_use: Uses,
    /// Whether it runs as WebAssembly.
    pub wasm: bool,
    /// Whether it does I/O.
    pub io: bool,
}

/// Crates that one may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uses {
    /// Whatever there is.
    All,
    /// Those of these names.
    These(BTreeSet<String>),
}

impl Default for Uses {
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

/// Packages that a crate must not link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// The crate's name, and the options that it is built with.
    pub built: Vec<String>,
    /// The targets that it is built for, as the table calls them.
    pub targets: Vec<String>,
    /// The packages; a `*` at the end stands for any ending.
    pub packages: Vec<String>,
}

impl House {
    /// Reads the tables in the text of ARCHITECTURE.md: those with a column `may use`, and with one `must not link`.
    pub fn read(text: &str) -> Self {
        let mut house = Self::default();
        for table in tables(text) {
            let rows = table.rows.iter().map(|row| Row(&table.head, row));
            if table.head.contains(&"may use") {
                for row in rows {
                    let room = Room {
                        folder: row.of("folder").trim_end_matches('/').to_owned(),
                        name: row.of("crate").to_owned(),
                        may_use: match row.of("may use") {
                            "all" => Uses::All,
                            _ => Uses::These(row.list("may use").into_iter().collect()),
                        },
                        wasm: house.is_yes(&row, "WASM"),
                        io: house.is_yes(&row, "I/O"),
                    };
                    house.rooms.push(room);
                }
            } else if table.head.contains(&"must not link") {
                house.bans.extend(rows.map(|row| Ban {
                    built: row.of("built as").split_whitespace().map(str::to_owned).collect(),
                    targets: row.list("for"),
                    packages: row.list("must not link"),
                }));
            }
        }
        for (is_there, column) in [
            (!house.rooms.is_empty(), "may use"),
            (!house.bans.is_empty(), "must not link"),
        ] {
            if !is_there {
                let problem = format!("there is no table with a column `{column}`: nothing can be held to it");
                house.problems.push(problem);
            }
        }
        let known: Vec<String> = house.rooms.iter().map(|room| room.name.clone()).collect();
        for room in &mut house.rooms {
            if let Uses::These(names) = &mut room.may_use {
                *names = names.iter().map(|name| full_name(name, &known)).collect();
            }
        }
        house
    }

    fn is_yes(&mut self, row: &Row<'_>, column: &str) -> bool {
        let cell = row.of(column);
        if !["yes", "no"].contains(&cell) {
            let name = row.of("crate");
            self.problems.push(format!(
                "the row of {name} says `{cell}` under {column}: write yes or no"
            ));
        }
        cell == "yes"
    }

    /// The row of a crate.
    pub fn room(&self, name: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.name == name)
    }
}

/// `core` is candor-core, where there is such a crate.
fn full_name(name: &str, known: &[String]) -> String {
    let long = format!("{PREFIX}{name}");
    if known.contains(&long) { long } else { name.to_owned() }
}

/// A table of a Markdown text, by cells.
struct Table<'a> {
    head: Vec<&'a str>,
    rows: Vec<Vec<&'a str>>,
}

/// A row, under its head.
struct Row<'a>(&'a [&'a str], &'a [&'a str]);

impl<'a> Row<'a> {
    /// What stands in a column; nothing where there is no such column.
    fn of(&self, column: &str) -> &'a str {
        let place = self.0.iter().position(|head| *head == column);
        let cell = place.and_then(|place| self.1.get(place)).copied();
        cell.unwrap_or_default().trim_matches('`')
    }

    /// The words of a column, between commas; a dash stands for none.
    fn list(&self, column: &str) -> Vec<String> {
        let words = self.of(column).split(',').map(|word| word.trim().trim_matches('`'));
        words
            .filter(|word| !word.is_empty() && *word != "–")
            .map(str::to_owned)
            .collect()
    }
}

/// The tables of a text: lines that begin with a bar, the first of them the head, the second a rule.
fn tables(text: &str) -> Vec<Table<'_>> {
    let mut tables: Vec<Table<'_>> = Vec::new();
    let mut in_table = false;
    for line in text.lines() {
        let Some(cells) = line.trim().strip_prefix('|') else {
            in_table = false;
            continue;
        };
        let cells: Vec<&str> = cells.trim_end_matches('|').split('|').map(str::trim).collect();
        let is_rule = cells.iter().all(|cell| cell.starts_with(['-', ':']));
        match tables.last_mut() {
            Some(table) if in_table && !is_rule => table.rows.push(cells),
            Some(_) if in_table => {}
            _ => {
                tables.push(Table {
                    head: cells,
                    rows: Vec::new(),
                });
                in_table = true;
            }
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::{Ban, House, Room, Uses};

    #[test]
    fn what_cannot_be_read_is_told() {
        let house = House::read("| crate | may use | WASM | I/O |\n|--|--|--|--|\n| a | – | perhaps | no |");
        assert_eq!(
            house.problems,
            [
                "the row of a says `perhaps` under WASM: write yes or no",
                "there is no table with a column `must not link`: nothing can be held to it"
            ]
        );
    }

    #[test]
    fn tables_are_found_by_their_columns() {
        let house = House::read(
            "\n| folder | lives |\n|---|---|\n| `d/` | e |\n\n\
             | folder | crate | may use | WASM | I/O |\n|---|:---|---|---|---|\n\
             | `a/` | candor-a | b, `c` | yes | no |\n| `b/` | candor-b | – | no | yes |\n| `c/` | c | all | no | yes |\n\
             Text.\n| built as | for | must not link |\n|--|--|--|\n| `candor-a --all-features` | host, wasm32 | x, y* |\n",
        );
        let room = |folder: &str, name: &str, may_use| Room {
            folder: folder.to_owned(),
            name: name.to_owned(),
            may_use,
            wasm: false,
            io: true,
        };
        let uses = |names: &[&str]| Uses::These(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(
            house.rooms,
            [
                Room {
                    wasm: true,
                    io: false,
                    ..room("a", "candor-a", uses(&["candor-b", "c"]))
                },
                room("b", "candor-b", uses(&[])),
                room("c", "c", Uses::All),
            ]
        );
        let words = |text: &str| text.split(' ').map(str::to_owned).collect();
        assert_eq!(
            house.bans,
            [Ban {
                built: words("candor-a --all-features"),
                targets: words("host wasm32"),
                packages: words("x y*"),
            }]
        );
    }
}
