//! A related table from CSV: blocks of whole records, parsed on all cores.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use candor_core::records::Table;
use candor_portfolio::Error as ReadError;
use candor_portfolio::table::{Notation, NotationRules};
use csv::{ByteRecord, ReaderBuilder};
use flate2::read::MultiGzDecoder;
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::part::{Layout, Part, PartReader};
use crate::open::read_error;

/// Bytes that a thread parses at a time.
const BLOCK: usize = 4 << 20;
/// Bytes from which the notation is told.
const SAMPLE: u64 = 1 << 18;

/// Reads a file, plain or gzipped.
pub(super) fn read(
    path: &Path,
    gzipped: bool,
    table: &Table,
    rules: NotationRules,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(Layout, Part), ReadError> {
    let file = File::open(path).map_err(ReadError::read(path))?;
    let mut bytes: Box<dyn Read + Send> = if gzipped {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut sample = Vec::new();
    bytes
        .by_ref()
        .take(SAMPLE)
        .read_to_end(&mut sample)
        .map_err(|source| read_error(path, gzipped, source))?;
    let notation = Notation::of(&sample, (sample.len() as u64) < SAMPLE, rules);
    let mut blocks = Blocks {
        bytes: Box::new(Cursor::new(sample).chain(bytes)),
        rest: Vec::new(),
        ended: false,
    };
    let wrong = |problem: String| ReadError::table(path, problem);
    let failed = |source: io::Error| read_error(path, gzipped, source);
    let first = blocks.next().transpose().map_err(failed)?.unwrap_or_default();
    let header_end = record_end(&first).unwrap_or(first.len());
    let separator = notation.separator.byte();
    let mut names = Vec::new();
    with_cells(&first[..header_end], separator, &mut Vec::new(), |cells| {
        let name = |column: usize| String::from_utf8_lossy(cells.get(column)).into_owned();
        let names_of = (0..cells.ends.len()).map(name);
        names = names_of
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
    });
    let layout = Layout::of(&names, table).map_err(wrong)?;
    let parse = |block: &[u8]| -> Part {
        let mut reader = PartReader::new(table, &layout, notation.decimal);
        let mut ends = Vec::new();
        let mut rest = block;
        while !rest.is_empty() {
            let (record, after) = rest.split_at(record_end(rest).unwrap_or(rest.len()));
            rest = after;
            with_cells(record, separator, &mut ends, |cells| {
                if cells.ends.len() == layout.width {
                    reader.row(|column| cells.get(column));
                } else if cells.ends.len() > 1 || !cells.get(0).trim_ascii().is_empty() {
                    reader.part.ragged += 1;
                    reader.part.rows += 1;
                }
            });
        }
        progress(reader.part.rows as u64);
        reader.part
    };
    let mut whole = parse(&first[header_end..]);
    drop(first);
    let mut parts = blocks
        .enumerate()
        .par_bridge()
        .map(|(position, block)| Ok((position, parse(&block.map_err(failed)?))))
        .collect::<Result<Vec<_>, ReadError>>()?;
    parts.sort_by_key(|(position, _)| *position);
    for (_, part) in parts {
        whole.append(part);
    }
    Ok((layout, whole))
}

/// Blocks that end where a record does.
struct Blocks {
    bytes: Box<dyn Read + Send>,
    /// The beginning of a record whose end has not been read.
    rest: Vec<u8>,
    ended: bool,
}

impl Iterator for Blocks {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut wanted = BLOCK;
        while !self.ended {
            let missing = wanted.saturating_sub(self.rest.len()) as u64;
            self.rest.reserve(usize::try_from(missing).unwrap_or(0));
            match self.bytes.by_ref().take(missing).read_to_end(&mut self.rest) {
                Ok(read) if (read as u64) < missing => self.ended = true,
                Ok(_) => {}
                Err(error) => {
                    self.ended = true;
                    self.rest.clear();
                    return Some(Err(error));
                }
            }
            if self.ended {
                break;
            }
            if let Some(end) = last_record_end(&self.rest) {
                let rest = self.rest.split_off(end);
                return Some(Ok(std::mem::replace(&mut self.rest, rest)));
            }
            wanted *= 2;
        }
        (!self.rest.is_empty()).then(|| Ok(std::mem::take(&mut self.rest)))
    }
}

/// Where the last whole record ends: behind a line feed that stands in no quotes.
fn last_record_end(bytes: &[u8]) -> Option<usize> {
    if !bytes.contains(&b'"') {
        return bytes.iter().rposition(|&byte| byte == b'\n').map(|at| at + 1);
    }
    let mut last = None;
    let mut quoted = false;
    for (at, &byte) in bytes.iter().enumerate() {
        quoted ^= byte == b'"';
        if byte == b'\n' && !quoted {
            last = Some(at + 1);
        }
    }
    last
}

/// Where the first record ends, its line feed included.
fn record_end(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    let mut quoted = false;
    loop {
        let line = bytes.get(from..)?.iter().position(|&byte| byte == b'\n')?;
        let end = from + line + 1;
        let line = &bytes[from..end];
        if line.contains(&b'"') {
            quoted ^= line.iter().filter(|&&byte| byte == b'"').count() % 2 == 1;
        }
        if !quoted {
            return Some(end);
        }
        from = end;
    }
}

/// A record's cells.
struct Cells<'a> {
    bytes: &'a [u8],
    /// Where each ends.
    ends: &'a [usize],
    /// Bytes between two.
    gap: usize,
}

impl<'a> Cells<'a> {
    fn get(&self, column: usize) -> &'a [u8] {
        let start = match column.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before).map_or(self.bytes.len(), |end| end + self.gap),
        };
        let end = self.ends.get(column).copied().unwrap_or(self.bytes.len());
        self.bytes.get(start..end).unwrap_or_default()
    }
}

/// Tells `visit` the cells of a record. `ends` is scratch space.
fn with_cells(record: &[u8], separator: u8, ends: &mut Vec<usize>, visit: impl FnOnce(&Cells<'_>)) {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    ends.clear();
    if record.contains(&b'"') {
        let mut quoted = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(record);
        let mut cells = ByteRecord::new();
        if quoted.read_byte_record(&mut cells).is_ok() {
            let mut end = 0;
            ends.extend(cells.iter().map(|cell| {
                end += cell.len();
                end
            }));
        }
        let bytes = cells.as_slice();
        return visit(&Cells { bytes, ends, gap: 0 });
    }
    ends.extend(
        record
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == separator)
            .map(|(at, _)| at),
    );
    ends.push(record.len());
    visit(&Cells {
        bytes: record,
        ends,
        gap: 1,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(record: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        with_cells(record, b',', &mut Vec::new(), |cells| {
            found = (0..cells.ends.len())
                .map(|column| String::from_utf8_lossy(cells.get(column)).into_owned())
                .collect();
        });
        found
    }

    #[test]
    fn records_fall_into_cells() {
        assert_eq!(cells(b"1,,x y,\r\n"), ["1", "", "x y", ""]);
        assert_eq!(cells(b"1,\"a,\"\"b\"\"\nc\",2\n"), ["1", "a,\"b\"\nc", "2"]);
        assert_eq!(cells(b"\n"), [""]);
    }

    #[test]
    fn blocks_end_with_records() {
        let text = b"a,b\n1,\"x\ny\"\n2,z\n3,\"open\n";
        assert_eq!(last_record_end(text), Some(16));
        assert_eq!(record_end(&text[4..]), Some(8));
        assert_eq!(last_record_end(b"1,2\n3"), Some(4));
        let many = "1,\"two\nlines\"\n".repeat(700_000);
        let blocks = Blocks {
            bytes: Box::new(Cursor::new(many.clone().into_bytes())),
            rest: Vec::new(),
            ended: false,
        };
        let blocks: Vec<Vec<u8>> = blocks.map(Result::unwrap).collect();
        assert!(blocks.len() > 1 && blocks.iter().all(|block| block.ends_with(b"\"\n")));
        assert_eq!(blocks.concat(), many.as_bytes());
    }
}
