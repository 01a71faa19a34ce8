//! An application that nests related records: taken by name, the other way round, and as JavaScript hands it to the engine,
//! to the same bits.
//!
//! It is lines, of which no change makes anything but another application: `name=`, a letter for the kind of value and the
//! value; `[name` begins a list and its first record, `-` the next record, `]` ends the list. The letters: `n` a number
//! written out, `b` the bits of one in hexadecimal, `y` a flag, `z` nothing, `e` an empty list, `o` a list of no records,
//! anything else text. What begins with a zero byte is numbers that JavaScript would never write.
#![no_main]

use std::collections::VecDeque;
use std::sync::LazyLock;

use candor_core::records::Workspace;
use candor_core::{Application, ClientRecords, Raw, Records, Scorer};
use candor_fuzz::{HOSTILE, memory, related, seeds};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

static SCORER: LazyLock<Scorer> = LazyLock::new(|| Scorer::from_model(related::model()).expect("the model is sound"));

thread_local! {
    /// The engine as JavaScript has it.
    static ENGINE: candor_embed::Scorer = {
        let file = SCORER.model().to_bytes().expect("the model is sound");
        candor_embed::Scorer::new(&file, &[])
    };
}

const SEEDS: [&str; 6] = [
    "AMT_CREDIT=n450000\n[loans\nLOAN=n7\nDAY=n-10\nAMOUNT=n300\nSTATUS=tActive\n[months\nMONTH=n-1\nDELAY=n4\n-\n\
     MONTH=n-2\nDELAY=n0\n-\nMONTH=n-3\n]\n-\nLOAN=n5\nDAY=n-400\nAMOUNT=n100.5\nSTATUS=tClosed",
    "[loans\nLOAN=n1\nDAY=n-5\nAMOUNT=n1\n-\nLOAN=n1\nDAY=n-5\nAMOUNT=n1\n[months\nMONTH=n-1\n]\n-\nDAY=n3\n]\n\
     [months\nLOAN=n1\nMONTH=n-9\nDELAY=n2\nNOTE=tx\n-\nLOAN=t1\nMONTH=n-9\nDELAY=n1",
    "AMT_CREDIT=t90000\nFLAG_OWN_CAR=y1\nloans=e\nmonths=e",
    "[loans\nDAY=t-3\nSTATUS=z\nAMOUNT=n-0\n[months\n-\nMONTH=n-1\nDELAY=n1e300\n-\nMONTH=n0\nDELAY=n1e300\nLOAN=b43",
    "REGION=e\n[loans\nDAY=tsoon\nSTATUS=tOpen\nAMUONT=n5\nmonths=o",
    "\0\u{4}\0\0\u{5}\0\u{2}\u{2}\u{1}\0\u{6}\0",
];

fuzz_target!(
    init: seeds::write((0..).zip(SEEDS).map(|(index, seed): (u32, _)| (format!("records-{index}"), seed.into()))),
    |bytes: &[u8]| match bytes {
        [0, numbers @ ..] => memory::bounded(numbers, check_numbers),
        _ => memory::bounded(bytes, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            check(&object(&mut text.split('\n'), 0).0);
        }),
    }
);

/// Lists in lists, of which two levels mean something.
const DEEPEST: usize = 4;

/// Reads an object up to the end of its record, and whether another record follows.
fn object(lines: &mut std::str::Split<'_, char>, depth: usize) -> (Map<String, Value>, bool) {
    let mut object = Map::new();
    while let Some(line) = lines.next() {
        match line.split_at_checked(1) {
            Some(("-", _)) if depth > 0 => return (object, true),
            Some(("]", _)) if depth > 0 => return (object, false),
            Some(("[", name)) if depth < DEEPEST => {
                let (mut list, mut more) = (Vec::new(), true);
                while more {
                    let (record, follows) = self::object(lines, depth + 1);
                    list.push(Value::Object(record));
                    more = follows;
                }
                object.insert(name.to_owned(), Value::Array(list));
            }
            _ => {
                if let Some((name, text)) = line.split_once('=') {
                    object.insert(name.to_owned(), value(text));
                }
            }
        }
    }
    (object, false)
}

fn value(text: &str) -> Value {
    let (kind, value) = text.split_at_checked(1).unwrap_or_default();
    match kind {
        "n" => value.parse::<f64>().map_or(Value::Null, Value::from),
        "b" => u64::from_str_radix(value, 16).map_or(Value::Null, |bits| Value::from(f64::from_bits(bits))),
        "y" => Value::Bool(value.starts_with('1')),
        "z" => Value::Null,
        "e" => Value::Array(vec![]),
        "o" => Value::Array(vec![Value::from(7)]),
        _ => Value::from(value),
    }
}

/// Numbers as JavaScript writes them for the engine, and the texts behind (`embed/src/input.rs`).
#[derive(Default)]
struct Written {
    numbers: Vec<f64>,
    texts: String,
    known: Vec<String>,
}

impl Written {
    fn push(&mut self, place: Option<usize>, kind: f64, number: f64) {
        let place = place.map_or(f64::INFINITY, |place| place as f64);
        self.numbers.extend([place, kind, number]);
    }

    fn value(&mut self, place: Option<usize>, raw: Option<Raw<'_>>) {
        match raw {
            Some(Raw::Missing) => self.push(place, 0.0, f64::NAN),
            Some(Raw::Number(number)) => self.push(place, 0.0, number),
            Some(Raw::Flag(flag)) => self.push(place, 1.0, f64::from(u8::from(flag))),
            Some(Raw::Text(text)) => match self.known.iter().position(|known| known == text) {
                Some(known) => self.push(place, 6.0, known as f64),
                None => {
                    self.push(place, 2.0, text.encode_utf16().count() as f64);
                    self.texts.extend([text, "\n"]);
                    self.known.push(text.to_owned());
                }
            },
            None => self.push(place, 3.0, f64::NAN),
        }
    }
}

/// A list of records that is still to be read: table, records, the number and the place of the record that it is nested in.
type List<'a> = (usize, &'a [Value], Option<(i64, usize)>);

fn check(object: &Map<String, Value>) {
    let schema = SCORER.schema();
    let records = SCORER.model().records.as_ref().expect("it has records");
    let (mut written, mut wrong) = (Written::default(), false);
    let mut application = Application::empty(schema);
    let mut lists: VecDeque<List<'_>> = VecDeque::new();
    for (name, value) in object {
        if let (Some(table), Value::Array(list)) = (records.table_index(name), value) {
            lists.push_back((table, list, None));
            continue;
        }
        let place = schema.field_index(name);
        let raw = raw_of(value);
        written.value(place, raw);
        let outcome = place.zip(raw).map(|(place, raw)| application.set(schema, place, raw));
        wrong |= !matches!(outcome, Some(Ok(())));
    }
    let mut client = ClientRecords::default();
    let mut count = 0;
    while let Some((table, list, parent)) = lists.pop_front() {
        client.rows(records, table);
        written.push(Some(table), 4.0, parent.map_or(-1.0, |(_, place)| place as f64));
        for record in list {
            let Value::Object(record) = record else {
                written.value(Some(0), None);
                wrong = true;
                continue;
            };
            written.push(Some(0), 5.0, 0.0);
            let (mut pairs, mut nested) = (Vec::new(), Vec::new());
            for (name, value) in record {
                if let (Some(child), Value::Array(list)) = (child_of(records, table, name), value) {
                    nested.push((child, list));
                    continue;
                }
                let raw = raw_of(value);
                written.value(place_of(records, table, name), raw);
                wrong |= raw.is_none();
                pairs.extend(raw.map(|raw| (name.as_str(), raw)));
            }
            let added = client.add(records, table, parent.map(|(number, _)| number), pairs);
            wrong |= added.is_err();
            let number = added.unwrap_or_default();
            lists.extend(
                nested
                    .into_iter()
                    .map(|(child, list)| (child, list.as_slice(), Some((number, count)))),
            );
            count += 1;
        }
    }
    if !client.tables.is_empty() {
        let mut workspace = Workspace::default();
        records.fill(&mut application, &client, &mut workspace);
        check_order(records, &mut client, &mut workspace, &application);
    }
    let answer = ENGINE.with(|engine| engine.score(&written.numbers, &written.texts));
    let number = |at: usize| {
        answer[8 * at..8 * at + 8]
            .try_into()
            .map_or(f64::NAN, f64::from_le_bytes)
    };
    // How many numbers there are, what came of it, the probability, the log-odds.
    assert_eq!(
        number(1) == 0.0,
        !wrong,
        "one says that it is wrong, and the other does not"
    );
    if !wrong {
        let score = SCORER.score(&application);
        assert!(score.log_odds.is_finite(), "log-odds {}", score.log_odds);
        assert_eq!(
            number(3).to_bits(),
            score.log_odds.to_bits(),
            "JavaScript gets another score"
        );
    }
}

/// The same records the other way round say the same.
fn check_order(records: &Records, client: &mut ClientRecords, workspace: &mut Workspace, application: &Application) {
    for rows in client.tables.iter_mut().flatten() {
        rows.keys.reverse();
        rows.parents.reverse();
        rows.columns.iter_mut().for_each(|column| column.reverse());
    }
    let mut turned = application.clone();
    records.fill(&mut turned, client, workspace);
    let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    let difference = application
        .values()
        .iter()
        .zip(turned.values())
        .position(|pair| !same(pair));
    assert_eq!(difference, None, "this field depends on the order of records");
    assert!(
        !application.values().iter().any(|value| value.is_infinite()),
        "an overflow is missing"
    );
}

/// Numbers that no one writes: an answer comes nevertheless.
fn check_numbers(bytes: &[u8]) {
    let numbers = bytes.chunks_exact(2).flat_map(|pair| {
        let number = |byte: u8| match byte {
            0..128 => f64::from(byte) - 1.0,
            _ => HOSTILE[usize::from(byte) % HOSTILE.len()],
        };
        [number(pair[0] >> 3), f64::from(pair[0] & 7), number(pair[1])]
    });
    let texts = String::from_utf8_lossy(bytes);
    ENGINE.with(|engine| engine.score(&numbers.collect::<Vec<_>>(), &texts));
}

fn raw_of(value: &Value) -> Option<Raw<'_>> {
    match value {
        Value::Null => Some(Raw::Missing),
        Value::Bool(flag) => Some(Raw::Flag(*flag)),
        Value::Number(number) => number.as_f64().map(Raw::Number),
        Value::String(text) => Some(Raw::Text(text)),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The table called `name`, if its records are nested in those of `table`.
fn child_of(records: &Records, table: usize, name: &str) -> Option<usize> {
    let child = records.table_index(name)?;
    (records.tables[child].parent.map(usize::from) == Some(table)).then_some(child)
}

/// Where the column called `name` stands, as JavaScript counts: fields, the numbers of record, parent and client, the rest.
fn place_of(records: &Records, table: usize, name: &str) -> Option<usize> {
    let table = &records.tables[table];
    let keys = [&table.key, &table.parent_key, &table.client_key].map(Option::as_deref);
    let fields = table.fields.iter().map(|field| Some(field.name.as_str()));
    let rest = table.unused_columns.iter().map(|column| Some(column.as_str()));
    fields.chain(keys).chain(rest).position(|known| known == Some(name))
}
