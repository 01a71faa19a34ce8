//! A table's rows by client, as positions.

use std::collections::HashMap;

use super::part::Part;
use super::values::NO_KEY;

/// Stands for no client.
const NOBODY: u32 = u32::MAX;

/// The client of each key.
pub(super) enum KeyIndex {
    /// Keys close together: by their distance from the first.
    Dense(i64, Vec<u32>),
    /// Keys far apart.
    Sparse(HashMap<i64, u32>),
}

impl KeyIndex {
    /// Of `(key, client)` pairs; a key that comes again stays with its first client.
    pub(super) fn new(pairs: &[(i64, u32)]) -> Self {
        let least = pairs.iter().map(|pair| pair.0).min().unwrap_or(0);
        let most = pairs.iter().map(|pair| pair.0).max().unwrap_or(0);
        let span = usize::try_from(most.saturating_sub(least)).unwrap_or(usize::MAX);
        if span <= 16 * pairs.len() + 1024 {
            let mut dense = vec![NOBODY; span + 1];
            for (key, client) in pairs.iter().rev() {
                if let Some(slot) = usize::try_from(key - least).ok().and_then(|at| dense.get_mut(at)) {
                    *slot = *client;
                }
            }
            return Self::Dense(least, dense);
        }
        Self::Sparse(pairs.iter().rev().copied().collect())
    }

    pub(super) fn get(&self, key: i64) -> Option<u32> {
        let found = match self {
            Self::Dense(least, dense) => {
                let at = usize::try_from(key.checked_sub(*least)?).ok()?;
                dense.get(at).copied()
            }
            Self::Sparse(sparse) => sparse.get(&key).copied(),
        };
        found.filter(|client| *client != NOBODY)
    }
}

/// The rows of a table, grouped by client.
#[derive(Debug)]
pub(super) struct Grouped {
    pub(super) part: Part,
    /// Rows of client c stand at `starts[c]..starts[c + 1]` of `order`.
    starts: Vec<u32>,
    order: Vec<u32>,
    /// Rows that belong to none of the clients.
    pub(super) strangers: u64,
}

impl Grouped {
    /// Groups by the client of each row: a counting sort, so that rows of a client keep the order of the file.
    pub(super) fn new(mut part: Part, clients: usize, client_of: impl Fn(usize) -> Option<u32>) -> Self {
        let rows = part.clients.len().max(part.parents.len());
        let mut starts = vec![0_u32; clients + 1];
        let owners: Vec<u32> = (0..rows).map(|row| client_of(row).unwrap_or(NOBODY)).collect();
        let mut strangers = 0;
        for &owner in &owners {
            match starts.get_mut(owner as usize + 1) {
                Some(count) if owner != NOBODY => *count += 1,
                _ => strangers += 1,
            }
        }
        for client in 0..clients {
            starts[client + 1] += starts[client];
        }
        let mut next = starts.clone();
        let mut order = vec![0; starts.last().map_or(0, |&last| last as usize)];
        for (row, &owner) in (0_u32..).zip(&owners) {
            if owner != NOBODY {
                order[next[owner as usize] as usize] = row;
                next[owner as usize] += 1;
            }
        }
        // They have told whose each row is, and are not needed any more.
        part.clients = Vec::new();
        Self {
            part,
            starts,
            order,
            strangers,
        }
    }

    /// The rows of a client.
    pub(super) fn rows(&self, client: usize) -> &[u32] {
        match (self.starts.get(client), self.starts.get(client + 1)) {
            (Some(&start), Some(&end)) => self.order.get(start as usize..end as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// `(key, client)` of each row that has an owner.
    pub(super) fn keys(&self) -> Vec<(i64, u32)> {
        let mut pairs = Vec::with_capacity(self.order.len());
        for (client, bounds) in (0_u32..).zip(self.starts.windows(2)) {
            for &row in &self.order[bounds[0] as usize..bounds[1] as usize] {
                let key = self.part.keys.get(row as usize).copied().unwrap_or(NO_KEY);
                pairs.push((key, client));
            }
        }
        pairs
    }
}
