//! Runs the tables' programs and aggregates for one client. Buffers are kept from client to client.

use super::aggregate::Summary;
use super::order::sort;
use super::{ClientRecords, Records, Rows, Selection, Table};
use crate::application::Application;
use crate::ensemble::order::positions;

/// Room that is used again for the next client.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    tables: Vec<Sorted>,
    /// Values of an expression under way, record by record.
    stack: Vec<f64>,
    /// Values of a selection and their times, and room behind them.
    values: Vec<f64>,
    times: Vec<f64>,
    /// Results on their way into an application.
    outputs: Vec<f64>,
}

/// A client's records of a table in time order.
#[derive(Debug, Clone, Default)]
struct Sorted {
    present: bool,
    /// Fields, nested columns, derived columns.
    columns: Vec<Vec<f64>>,
    keys: Vec<i64>,
    /// The records: 0, 1, ….
    all: Vec<u32>,
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
                        let count = workspace.pick(table, selection, &sorted, &sorted.all);
                        workspace.aggregate(selection, count, |output, value| {
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
                program.run_columns(before, table.given(), sorted.all.len(), &mut self.stack, column);
            }
        }
    }

    fn aggregate_per_parent(&mut self, records: &Records, table: &Table, selection: &Selection, sorted: &Sorted) {
        let Some(parent) = table.parent.map(usize::from) else {
            return;
        };
        let first = records.tables.get(parent).map_or(0, |parent| parent.fields.len());
        // The tables are taken out of the way of the values, which the workspace holds, too.
        let mut tables = std::mem::take(&mut self.tables);
        if let Some(parent) = tables.get_mut(parent) {
            for (record, bounds) in sorted.starts.windows(2).enumerate() {
                let members = &sorted.members[bounds[0] as usize..bounds[1] as usize];
                let count = self.pick(table, selection, sorted, members);
                self.aggregate(selection, count, |output, value| {
                    let column = parent.columns.get_mut(first + output);
                    if let Some(slot) = column.and_then(|column| column.get_mut(record)) {
                        *slot = value;
                    }
                });
            }
        }
        self.tables = tables;
    }

    /// Picks the values that a selection wants, and their times, of these records, which are in time order; says how many.
    fn pick(&mut self, table: &Table, selection: &Selection, sorted: &Sorted, mut records: &[u32]) -> usize {
        let column = |position: u16| sorted.columns[usize::from(position)].as_slice();
        let condition = selection.condition.map(column);
        // Neither 0 nor missing.
        let wanted = |record: u32| condition.is_none_or(|column| column[record as usize].abs() > 0.0);
        if selection.latest > 0 {
            let (mut start, mut found) = (records.len(), 0);
            while start > 0 && found < selection.latest {
                start -= 1;
                found += u16::from(wanted(records[start]));
            }
            records = &records[start..];
        }
        let value = selection.value.map(column);
        let times = column(table.time);
        let timed = selection.results.iter().any(|result| result.aggregate.reads_times());
        // Every value is written, and stays if it is wanted: which are is as good as chance to a processor that guesses.
        self.values.resize(records.len().max(self.values.len()), 0.0);
        self.times.resize(self.values.len(), 0.0);
        let mut count = 0;
        for &record in records {
            let value = value.map_or(1.0, |column| column[record as usize]);
            self.values[count] = value;
            if timed {
                self.times[count] = times[record as usize];
            }
            count += usize::from(!value.is_nan() & wanted(record));
        }
        count
    }

    /// Aggregates the first `count` values, which were picked.
    fn aggregate(&self, selection: &Selection, count: usize, mut give: impl FnMut(usize, f64)) {
        let (values, times) = (&self.values[..count], &self.times[..count]);
        let summary = Summary::of(values);
        for result in &selection.results {
            give(usize::from(result.output), result.aggregate.of(values, times, &summary));
        }
    }
}

impl Sorted {
    /// Takes over the records that are from before the application, in time order.
    fn sort(&mut self, table: &Table, rows: Option<&Rows>) {
        self.present = rows.is_some();
        self.all.clear();
        self.keys.clear();
        self.starts.clear();
        self.members.clear();
        self.columns.resize_with(table.given() + table.derived.len(), Vec::new);
        self.columns.iter_mut().for_each(Vec::clear);
        let Some(rows) = rows else { return };
        let Some(times) = rows.columns.get(usize::from(table.time)) else {
            return;
        };
        let before = |&record: &u32| times[record as usize] <= 0.0;
        self.members.extend((0..position32(times.len())).filter(before));
        let key = |keys: &[i64], record: u32| keys.get(record as usize).copied().unwrap_or_default();
        sort(&mut self.members, |a, b| {
            times[a as usize]
                .total_cmp(&times[b as usize])
                .then_with(|| key(&rows.keys, a).cmp(&key(&rows.keys, b)))
                .then_with(|| key(&rows.parents, a).cmp(&key(&rows.parents, b)))
                .then_with(|| rows.compare_values(a as usize, b as usize))
        });
        self.all.extend(0..position32(self.members.len()));
        for (column, source) in self.columns.iter_mut().zip(&rows.columns).take(table.fields.len()) {
            let value = |&record: &u32| source.get(record as usize).copied().unwrap_or(f64::NAN);
            column.extend(self.members.iter().map(value));
        }
        for column in &mut self.columns {
            column.resize(self.all.len(), f64::NAN);
        }
        self.keys
            .extend(self.members.iter().map(|&record| key(&rows.keys, record)));
    }

    /// Groups the sorted records by the parent's record that they name: the first one of that key.
    fn group(&mut self, rows: &Rows, parent_keys: &[i64]) {
        let by_key = positions(parent_keys.len(), &|a, b| parent_keys[a].cmp(&parent_keys[b]));
        let parent_of = |record: u32| -> Option<usize> {
            let key = rows.parents.get(record as usize)?;
            let place = by_key.partition_point(|&parent| parent_keys[parent] < *key);
            let parent = *by_key.get(place)?;
            (parent_keys[parent] == *key).then_some(parent)
        };
        let parents: Vec<Option<usize>> = self.members.iter().map(|&record| parent_of(record)).collect();
        // Counting sort: how many records each parent has, then where those of each end; filled from behind, where they begin.
        self.starts.resize(parent_keys.len() + 1, 0);
        for &parent in parents.iter().flatten() {
            self.starts[parent] += 1;
        }
        let mut end = 0;
        for start in &mut self.starts {
            end += *start;
            *start = end;
        }
        self.members.clear();
        self.members.resize(end as usize, 0);
        for (record, parent) in parents.iter().enumerate().rev() {
            if let Some(parent) = *parent {
                self.starts[parent] -= 1;
                self.members[self.starts[parent] as usize] = position32(record);
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
