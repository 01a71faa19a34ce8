//! Just enough CBOR to take documents apart and to put hostile ones together, written independently of the crate's.

/// A head with a number in as few bytes as it needs.
pub fn head(major: u8, value: u64) -> Vec<u8> {
    let (info, size) = match value {
        0..24 => (value as u8, 0),
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    [&[major << 5 | info][..], &value.to_be_bytes()[8 - size..]].concat()
}

/// A head that takes 8 bytes for its number, whatever it is.
pub fn longest_head(major: u8, value: u64) -> Vec<u8> {
    [&[major << 5 | 27][..], &value.to_be_bytes()].concat()
}

pub fn unsigned(value: u64) -> Vec<u8> {
    head(0, value)
}

pub fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len() as u64), value.to_vec()].concat()
}

pub fn text(value: &str) -> Vec<u8> {
    [head(3, value.len() as u64), value.as_bytes().to_vec()].concat()
}

pub fn array(elements: &[Vec<u8>]) -> Vec<u8> {
    [head(4, elements.len() as u64), elements.concat()].concat()
}

/// An item of a document: where it is and what its head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// First byte of the head.
    pub at: usize,
    /// Bytes of the head.
    pub head: usize,
    pub major: u8,
    pub value: u64,
    /// First byte after the item and all that is inside.
    pub end: usize,
}

/// The item that begins at a byte of a sound document.
pub fn item(document: &[u8], at: usize) -> Item {
    let (major, info) = (document[at] >> 5, document[at] & 31);
    let size = match info {
        0..24 => 0,
        24..28 => 1 << (info - 24),
        _ => panic!("byte {:02x} at {at}", document[at]),
    };
    let mut value = if size == 0 { u64::from(info) } else { 0 };
    for &byte in &document[at + 1..][..size] {
        value = value << 8 | u64::from(byte);
    }
    let head = 1 + size;
    let mut end = at + head;
    match major {
        2 | 3 => end += value as usize,
        4 | 5 => {
            for _ in 0..value * u64::from(major - 3) {
                end = item(document, end).end;
            }
        }
        0 | 7 => {}
        _ => panic!("major type {major} at {at}"),
    }
    Item {
        at,
        head,
        major,
        value,
        end,
    }
}

/// All items of a document, each before what is inside of it.
pub fn items(document: &[u8]) -> Vec<Item> {
    let (mut items, mut at) = (Vec::new(), 0);
    while at < document.len() {
        let found = item(document, at);
        items.push(found);
        at = if matches!(found.major, 4 | 5) {
            at + found.head
        } else {
            found.end
        };
    }
    items
}

/// The entries of the map at a byte: key, first byte of the key, item of the value.
pub fn entries(document: &[u8], at: usize) -> Vec<(u64, usize, Item)> {
    let map = item(document, at);
    assert_eq!(map.major, 5);
    let mut next = at + map.head;
    (0..map.value)
        .map(|_| {
            let key = item(document, next);
            let value = item(document, key.end);
            next = value.end;
            (key.value, key.at, value)
        })
        .collect()
}

/// The value at a path: keys in maps, positions in arrays.
pub fn value_at(document: &[u8], path: &[u64]) -> Item {
    path.iter().fold(item(document, 0), |within, &step| match within.major {
        4 => (0..step).fold(item(document, within.at + within.head), |element, _| {
            item(document, element.end)
        }),
        _ => {
            let entries = entries(document, within.at);
            entries
                .iter()
                .find(|(key, ..)| *key == step)
                .expect("the key is there")
                .2
        }
    })
}

/// A document with other bytes where a value stood.
pub fn replaced(document: &[u8], item: Item, value: &[u8]) -> Vec<u8> {
    [&document[..item.at], value, &document[item.end..]].concat()
}

/// A document whose map at a byte has other entries, given as bytes with their keys.
pub fn with_entries(document: &[u8], at: usize, entries: &[Vec<u8>]) -> Vec<u8> {
    let map = item(document, at);
    let other = [head(5, entries.len() as u64), entries.concat()].concat();
    replaced(document, map, &other)
}
