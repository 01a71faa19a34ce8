//! Related records: order, windows, nesting, what is missing and what is nothing, and records from after the application.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use candor_core::records::{Rows, Workspace};
use candor_core::{ClientRecords, Raw, Records, Scorer};
use support::related::{number, program, records};
use support::tiny_model;

fn pairs<'a>(names: [&'a str; 4], values: [f64; 4]) -> impl Iterator<Item = (&'a str, Raw<'a>)> {
    names.into_iter().zip(values.map(Raw::Number))
}

/// Three loans, of which one is from after the application, and their months.
fn client(records: &Records) -> ClientRecords {
    let mut client = ClientRecords::default();
    for (loan, day, amount, status) in [
        (7.0, -10.0, 300.0, "Active"),
        (5.0, -400.0, 100.0, "Closed"),
        (9.0, 3.0, 1e9, "Active"),
        (6.0, -200.0, 50.0, "Active"),
    ] {
        let loan = [
            ("LOAN", Raw::Number(loan)),
            ("DAY", Raw::Number(day)),
            ("AMOUNT", Raw::Number(amount)),
        ];
        client
            .add(
                records,
                0,
                None,
                loan.into_iter().chain([("STATUS", Raw::Text(status))]),
            )
            .unwrap();
    }
    for month in [
        [5.0, -13.0, 0.0],
        [7.0, -1.0, 4.0],
        [5.0, -12.0, 2.0],
        [7.0, -2.0, f64::NAN],
        [8.0, -3.0, 9.0], // of no loan that is known
        [6.0, 1.0, 50.0], // from after the application
    ] {
        let names = ["LOAN", "MONTH", "DELAY", "NOTE"];
        client
            .add(records, 1, None, pairs(names, [month[0], month[1], month[2], 0.0]))
            .unwrap();
    }
    client
}

fn run(records: &Records, client: &ClientRecords) -> Vec<f64> {
    let mut outputs = Vec::new();
    records.run(client, &mut Workspace::default(), &mut outputs);
    outputs
}

/// Bits, with one for all that is missing.
fn bits(values: &[f64]) -> Vec<u64> {
    let one = |value: &f64| if value.is_nan() { u64::MAX } else { value.to_bits() };
    values.iter().map(one).collect()
}

#[test]
fn records_become_numbers() {
    let records = records();
    let outputs = run(&records, &client(&records));
    // DELAY over months −13, −12, −3, −1 is 0, 2, 9, 4: the slope is worked out by hand.
    let (times, delays) = ([-13.0, -12.0, -3.0, -1.0], [0.0, 2.0, 9.0, 4.0]);
    let together: f64 = times.iter().zip(delays).map(|(t, d)| (t + 7.25) * (d - 3.75)).sum();
    let spread: f64 = times.iter().map(|t| (t + 7.25) * (t + 7.25)).sum();
    let expected = [
        9.0,
        together / spread,
        4.0,
        1.0,
        3.0,
        350.0,
        50.0,
        300.0,
        175.0,
        2.0 / 3.0,
    ];
    assert_eq!(bits(&outputs[..10]), bits(&expected));
    // `DELAY > 0`: the months' program reads its second field, which the loans' scope calls AMOUNT.
    assert_eq!(
        outputs[10..],
        [2.0, 1.0],
        "late months per loan: 1 and 1, and none of the third"
    );
}

#[test]
fn the_order_in_which_records_come_does_not_matter() {
    let records = records();
    let mut straight = client(&records);
    // Several of one day, told apart by their numbers or, without numbers, by their values.
    let same_day = [
        ("LOAN", Raw::Number(3.0)),
        ("DAY", Raw::Number(-10.0)),
        ("AMOUNT", Raw::Number(77.0)),
    ];
    let active = [("STATUS", Raw::Text("Active"))];
    straight
        .add(&records, 0, None, same_day.into_iter().chain(active))
        .unwrap();
    for delay in [6.0, 5.0] {
        let month = [
            ("LOAN", Raw::Number(7.0)),
            ("MONTH", Raw::Number(-1.0)),
            ("DELAY", Raw::Number(delay)),
        ];
        straight.add(&records, 1, None, month).unwrap();
    }
    let outputs = run(&records, &straight);
    assert_eq!(
        (outputs[2], outputs[7]),
        (5.5, 300.0),
        "the larger delays, and loan 7 after loan 3"
    );
    let expected = bits(&outputs);
    let mut turned = straight;
    for rows in turned.tables.iter_mut().flatten() {
        rows.keys.reverse();
        rows.parents.reverse();
        rows.columns.iter_mut().for_each(|column| column.reverse());
    }
    // The same workspace, used before for a client with more records, leaves nothing behind.
    let (mut workspace, mut outputs) = (Workspace::default(), Vec::new());
    let mut more = client(&records);
    for _ in 0..20 {
        more.add(
            &records,
            0,
            None,
            [("DAY", Raw::Number(-1.0)), ("AMOUNT", Raw::Number(7.0))],
        )
        .unwrap();
    }
    records.run(&more, &mut workspace, &mut outputs);
    assert_ne!(bits(&outputs), expected);
    records.run(&turned, &mut workspace, &mut outputs);
    assert_eq!(bits(&outputs), expected);
}

#[test]
fn a_leak_from_after_the_application_changes_nothing() {
    let records = records();
    let mut leaking = client(&records);
    let expected = bits(&run(&records, &leaking));
    for day in [1.0, 0.5, f64::NAN, 4000.0] {
        let leak = [
            ("LOAN", Raw::Number(70.0)),
            ("DAY", Raw::Number(day)),
            ("AMOUNT", Raw::Number(1e6)),
        ];
        leaking
            .add(
                &records,
                0,
                None,
                leak.into_iter().chain([("STATUS", Raw::Text("Active"))]),
            )
            .unwrap();
        let months = [
            ("LOAN", Raw::Number(7.0)),
            ("MONTH", Raw::Number(day)),
            ("DELAY", Raw::Number(99.0)),
        ];
        leaking.add(&records, 1, None, months).unwrap();
    }
    assert_eq!(bits(&run(&records, &leaking)), expected);
    let allowed = [("DAY", Raw::Number(0.0)), ("AMOUNT", Raw::Number(1e6))];
    leaking.add(&records, 0, None, allowed).unwrap();
    assert_ne!(
        bits(&run(&records, &leaking)),
        expected,
        "a record of the day itself counts"
    );
}

#[test]
fn no_records_are_not_the_same_as_no_table() {
    let records = records();
    let none = ClientRecords {
        tables: vec![Some(Rows::new(3)), Some(Rows::new(2))],
    };
    let outputs = run(&records, &none);
    for (position, value) in outputs.iter().enumerate() {
        match position {
            3 | 4 => assert_eq!(*value, 0.0, "a count of nothing is known"),
            _ => assert!(value.is_nan(), "{position}: {value}"),
        }
    }
    assert!(
        run(&records, &ClientRecords::default())
            .iter()
            .all(|value| value.is_nan())
    );
    // Without the table of months, what is known of the loans stays.
    let mut loans = client(&records);
    let with = run(&records, &loans);
    loans.tables.truncate(1);
    let without = run(&records, &loans);
    assert_eq!(bits(&without[3..10]), bits(&with[3..10]));
    assert!(without[..3].iter().chain(&without[10..]).all(|value| value.is_nan()));
}

#[test]
fn wrong_values_and_names_are_told() {
    let records = records();
    let mut client = ClientRecords::default();
    let wrong = [
        ("AMUONT", Raw::Number(1.0)),
        ("STATUS", Raw::Text("Open")),
        ("DAY", Raw::Text("soon")),
    ];
    let errors = client.add(&records, 0, None, wrong).unwrap_err();
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("AMUONT: the model has no such field"), "{told:?}");
    assert!(told[1].starts_with("STATUS: 'Open' is not a known level"), "{told:?}");
    assert!(told[2].starts_with("DAY: 'soon' is not a number"), "{told:?}");
}

#[test]
fn a_model_file_carries_its_records() {
    let mut model = tiny_model();
    let without = model.to_bytes().unwrap();
    let records = records();
    let first = model.schema.fields.len();
    for output in 0..records.output_count() {
        model.schema.fields.push(number(&format!("RECORDS_{output}")));
        let mut reference = model.reference.fields[0].clone();
        (reference.missing_share, reference.quantiles, reference.shares) = (1.0, vec![], vec![]);
        model.reference.fields.push(reference);
    }
    for case in &mut model.parity {
        case.values.resize(model.schema.fields.len(), String::new());
    }
    model.background = None;
    model.records = Some(records.clone());
    let scorer = Scorer::from_model(model.clone()).unwrap();
    assert_eq!(scorer.model().records.as_ref(), Some(&records));
    let mut application = candor_core::Application::empty(scorer.schema());
    records.fill(&mut application, &client(&records), &mut Workspace::default());
    assert_eq!(
        bits(&application.values()[first..]),
        bits(&run(&records, &client(&records)))
    );

    // Whatever points nowhere is refused.
    let spoil: [fn(&mut Records); 7] = [
        |records| records.tables[0].time = 3,
        |records| records.tables[0].parent = Some(0),
        |records| records.tables[0].selections[0].per_parent = true,
        |records| records.tables[0].selections[1].condition = Some(8),
        |records| records.tables[0].selections[1].value = None,
        |records| records.tables[1].selections[1].results[0].output = 2,
        |records| records.tables[1].derived[0] = program("ACTIVE + 0"),
    ];
    for (position, spoil) in spoil.into_iter().enumerate() {
        let mut spoiled = records.clone();
        spoil(&mut spoiled);
        let refused = candor_core::Model {
            records: Some(spoiled),
            ..model.clone()
        }
        .to_bytes();
        let message = refused.map(|_| ()).unwrap_err().to_string();
        assert!(message.contains("records: table "), "{position}: {message}");
    }
    // A model without records has the bytes that it had before there were any.
    model.records = None;
    assert_eq!(tiny_model().to_bytes().unwrap(), without);
}
