//! Runs the tables' programs and aggregates for one client. Buffers are kept from client to client.

use super::{ClientRecords, Records, Rows, Selection, Table};
use crate::application::Application;
use crate::ensemble::order::positions;

/// Room that is used again for the next client.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    tables: Vec<Sorted>,
    /// Values of an expression under way, record by record.
    stack: Vec<f64>,
    /// Records of a selection.
    chosen: Vec<u32>,
    /// Their values and times.
    values: Vec<f64>,
    times: Vec<f64>,
    /// Results on their way into an application.
    outputs: Vec<f64>,
}

/// A client's records of a table in time order.
#[derive(Debug, Clone, Default)]
struct Sorted {
    present: bool,
    count: usize,
    /// Fields, nested columns, derived columns.
    columns: Vec<Vec<f64>>,
    keys: Vec<i64>,
    /// Records by the parent's record that they belong to: those of record p stand at `starts[p]..starts[p + 1]` of
    /// `members`, in time order.
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Records {
    /// Computes the fields that come from records into `outputs` (missing is NaN), in schema order.
    ///
    /// Records with a time that is missing or above 0 count for nothing. Records of the same time stand in the order of
    /// their keys, then of their parents' keys, then of their values, so that it does not matter in which order they come.
    pub fn run(&self, client: &ClientRecords, workspace: &mut Workspace, outputs: &mut Vec<f64>) {
        outputs.clear();
        outputs.resize(self.output_count(), f64::NAN);
        workspace.tables.resize_with(self.tables.len(), Sorted::default);
        for (index, table) in self.tables.iter().enumerate() {
            let mut sorted = std::mem::take(&mut workspace.tables[index]);
            sorted.sort(table, client.tables.get(index).and_then(Option::as_ref));
            if let (Some(parent), Some(Some(rows))) = (table.parent, client.tables.get(index)) {
                let parents = workspace.tables.get(usize::from(parent));
                sorted.group(rows, parents.map_or(&[], |parent| &parent.keys));
            }
            workspace.tables[index] = sorted;
        }
        // Children first: their results are columns of their parents.
        for (index, table) in self.tables.iter().enumerate().rev() {
            let mut sorted = std::mem::take(&mut workspace.tables[index]);
            if sorted.present {
                workspace.derive(table, &mut sorted);
                for selection in &table.selections {
                    if selection.per_parent {
                        workspace.aggregate_per_parent(self, table, selection, &sorted);
                    } else {
                        workspace.choose(selection, &sorted, 0..sorted.count, |position| position);
                        workspace.aggregate(table, selection, &sorted, |output, value| {
                            if let Some(slot) = outputs.get_mut(output) {
                                *slot = value;
                            }
                        });
                    }
                }
            }
            workspace.tables[index] = sorted;
        }
    }

    /// Computes the fields that come from records and puts them into an application, whose last ones they are.
    pub fn fill(&self, application: &mut Application, client: &ClientRecords, workspace: &mut Workspace) {
        let mut outputs = std::mem::take(&mut workspace.outputs);
        self.run(client, workspace, &mut outputs);
        let first = application.values().len().saturating_sub(outputs.len());
        for (position, &value) in outputs.iter().enumerate() {
            application.set_stored(first + position, value);
        }
        workspace.outputs = outputs;
    }
}

impl Workspace {
    fn derive(&mut self, table: &Table, sorted: &mut Sorted) {
        for (position, program) in table.derived.iter().enumerate() {
            let (before, column) = sorted.columns.split_at_mut(table.given() + position);
            if let Some(column) = column.first_mut() {
                program.run_columns(before, table.given(), sorted.count, &mut self.stack, column);
            }
        }
    }

    fn aggregate_per_parent(&mut self, records: &Records, table: &Table, selection: &Selection, sorted: &Sorted) {
        let Some(parent) = table.parent.map(usize::from) else {
            return;
        };
        let first = records.tables.get(parent).map_or(0, |parent| parent.fields.len());
        for (record, bounds) in sorted.starts.windows(2).enumerate() {
            let member = |position: usize| sorted.members[position] as usize;
            self.choose(selection, sorted, bounds[0] as usize..bounds[1] as usize, member);
            // The values are taken out of the workspace's way, which holds the parent's columns, too.
            let mut tables = std::mem::take(&mut self.tables);
            self.aggregate(table, selection, sorted, |output, value| {
                let column = tables
                    .get_mut(parent)
                    .and_then(|parent| parent.columns.get_mut(first + output));
                if let Some(slot) = column.and_then(|column| column.get_mut(record)) {
                    *slot = value;
                }
            });
            self.tables = tables;
        }
    }

    /// Chooses the records that a selection wants among those at `positions`, which are in time order.
    fn choose(
        &mut self,
        selection: &Selection,
        sorted: &Sorted,
        positions: std::ops::Range<usize>,
        record_at: impl Fn(usize) -> usize,
    ) {
        let condition = selection.condition.map(|column| &sorted.columns[usize::from(column)]);
        let holds = |record: &usize| condition.is_none_or(|column| column[*record] != 0.0 && !column[*record].is_nan());
        self.chosen.clear();
        self.chosen
            .extend(positions.map(record_at).filter(holds).map(position32));
        let latest = usize::from(selection.latest);
        if latest > 0 && self.chosen.len() > latest {
            self.chosen.drain(..self.chosen.len() - latest);
        }
    }

    /// Aggregates the chosen records.
    fn aggregate(&mut self, table: &Table, selection: &Selection, sorted: &Sorted, mut give: impl FnMut(usize, f64)) {
        self.values.clear();
        self.times.clear();
        let times = &sorted.columns[usize::from(table.time)];
        let values = selection.value.map(|column| &sorted.columns[usize::from(column)]);
        for &record in &self.chosen {
            let value = values.map_or(1.0, |column| column[record as usize]);
            if !value.is_nan() {
                self.values.push(value);
                self.times.push(times[record as usize]);
            }
        }
        for result in &selection.results {
            give(
                usize::from(result.output),
                result.aggregate.of(&self.values, &self.times),
            );
        }
    }
}

impl Sorted {
    /// Takes over the records that are from before the application, in time order.
    fn sort(&mut self, table: &Table, rows: Option<&Rows>) {
        self.present = rows.is_some();
        self.count = 0;
        self.keys.clear();
        self.starts.clear();
        self.members.clear();
        self.columns.resize_with(table.given() + table.derived.len(), Vec::new);
        self.columns.iter_mut().for_each(Vec::clear);
        let Some(rows) = rows else { return };
        let time = usize::from(table.time);
        self.members.extend(
            (0..rows.count())
                .filter(|&record| rows.value(time, record) <= 0.0)
                .map(position32),
        );
        let known = &self.members;
        let key = |keys: &[i64], record: usize| keys.get(record).copied().unwrap_or_default();
        let order = positions(known.len(), &|a, b| {
            let (a, b) = (known[a] as usize, known[b] as usize);
            let by = |field: usize| rows.value(field, a).total_cmp(&rows.value(field, b));
            by(time)
                .then_with(|| key(&rows.keys, a).cmp(&key(&rows.keys, b)))
                .then_with(|| key(&rows.parents, a).cmp(&key(&rows.parents, b)))
                .then_with(|| {
                    let mut fields = (0..rows.columns.len()).map(by);
                    fields.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
                })
        });
        self.count = order.len();
        self.members = order.into_iter().map(|position| known[position]).collect();
        for (field, column) in self.columns.iter_mut().enumerate().take(table.fields.len()) {
            column.extend(self.members.iter().map(|&record| rows.value(field, record as usize)));
        }
        for column in self.columns.iter_mut().skip(table.fields.len()) {
            column.resize(self.count, f64::NAN);
        }
        self.keys
            .extend(self.members.iter().map(|&record| key(&rows.keys, record as usize)));
    }

    /// Groups the sorted records by the parent's record that they name: the first one of that key.
    fn group(&mut self, rows: &Rows, parent_keys: &[i64]) {
        let by_key = positions(parent_keys.len(), &|a, b| {
            parent_keys[a].cmp(&parent_keys[b]).then(a.cmp(&b))
        });
        let parent_of = |record: u32| -> Option<usize> {
            let key = rows.parents.get(record as usize)?;
            let place = by_key.partition_point(|&parent| parent_keys[parent] < *key);
            let parent = *by_key.get(place)?;
            (parent_keys[parent] == *key).then_some(parent)
        };
        let parents: Vec<Option<usize>> = self.members.iter().map(|&record| parent_of(record)).collect();
        // Counting sort: how many records each parent has, then where those of each begin.
        self.starts.resize(parent_keys.len() + 1, 0);
        for &parent in parents.iter().flatten() {
            self.starts[parent + 1] += 1;
        }
        for parent in 0..parent_keys.len() {
            self.starts[parent + 1] += self.starts[parent];
        }
        let mut next = self.starts.clone();
        self.members.clear();
        self.members.resize(parents.iter().flatten().count(), 0);
        for (record, parent) in parents.iter().enumerate() {
            if let Some(parent) = *parent {
                self.members[next[parent] as usize] = position32(record);
                next[parent] += 1;
            }
        }
    }
}

/// A position in a list of a client's records.
#[expect(
    clippy::cast_possible_truncation,
    reason = "lists of 4 thousand million records do not fit into memory"
)]
fn position32(position: usize) -> u32 {
    position as u32
}
