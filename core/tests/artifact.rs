//! The model file: round trip, and every kind of damage.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::artifact::FORMAT_VERSION;
use candor_core::{Application, LoadError, Model, Scorer};
use support::small_model::{self, APPLICATIONS};
use support::trees::in_level_order;
use support::{HEADER, cbor, file_around, file_of, tiny_model};

fn application(scorer: &Scorer, values: &[&str]) -> Application {
    let mut application = Application::empty(scorer.schema());
    for (index, (field, text)) in scorer.schema().fields.iter().zip(values).enumerate() {
        application.set_stored(index, field.parse(text).unwrap());
    }
    application
}

/// The error of a file that must not load.
#[track_caller]
fn refusal(bytes: &[u8]) -> LoadError {
    match Scorer::from_bytes(bytes) {
        Ok(_) => panic!("the file was loaded"),
        Err(error) => error,
    }
}

fn invalid(problem: &str) -> LoadError {
    LoadError::Invalid {
        problem: problem.to_owned(),
    }
}

#[test]
fn a_model_survives_the_round_trip_through_its_file() {
    let model = small_model::model();
    let bytes = model.to_bytes().unwrap();
    let scorer = Scorer::from_bytes(&bytes).unwrap();
    assert_eq!(scorer.model(), &in_level_order(&model));
    assert_eq!(scorer.model().to_bytes().unwrap(), bytes);
    let direct = Scorer::from_model(model).unwrap();
    for values in &APPLICATIONS {
        let (a, b) = (
            scorer.explain(&application(&scorer, values)),
            direct.explain(&application(&direct, values)),
        );
        assert_eq!(a, b);
        assert_eq!(a.score, scorer.score(&application(&scorer, values)));
    }
}

#[test]
fn the_header_is_as_documented() {
    let bytes = small_model::model().to_bytes().unwrap();
    assert_eq!(bytes[..8], [0x89, 0x43, 0x41, 0x4e, 0x44, 0x4f, 0x52, 0x0a]);
    assert_eq!(bytes[8..12], FORMAT_VERSION.to_le_bytes());
    assert_eq!(bytes[12..20], ((bytes.len() - HEADER) as u64).to_le_bytes());
    assert_eq!(file_around(FORMAT_VERSION, &bytes[HEADER..]), bytes);
    let digest = Model::digest_of(&bytes).unwrap();
    assert_eq!(digest.len(), 64);
    assert_eq!(digest[..2], format!("{:02x}", bytes[20]));
    assert_eq!(Model::digest_of(&bytes[..HEADER - 1]), None);
}

#[test]
fn a_digest_computed_by_the_host_is_compared_as_the_engines_own() {
    let bytes = small_model::model().to_bytes().unwrap();
    let digest: [u8; 32] = bytes[20..HEADER].try_into().unwrap();
    let load = |digest| Scorer::from_digested_bytes(&bytes, digest).map(|scorer| scorer.model().clone());
    assert_eq!(load(digest).unwrap(), *Scorer::from_bytes(&bytes).unwrap().model());
    let mut wrong = digest;
    wrong[31] ^= 1;
    assert_eq!(load(wrong).unwrap_err(), LoadError::Damaged);
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let bytes = small_model::model().to_bytes().unwrap();
    assert_eq!(refusal(&[]), LoadError::NotAModel);
    for length in 1..bytes.len() {
        let error = refusal(&bytes[..length]);
        let expected = if length < HEADER { HEADER } else { bytes.len() };
        assert_eq!(
            error,
            LoadError::WrongLength {
                expected: expected as u64,
                found: length as u64
            }
        );
    }
}

#[test]
fn a_flipped_bit_anywhere_is_noticed() {
    let bytes = tiny_model().to_bytes().unwrap();
    assert!(Scorer::from_bytes(&bytes).is_ok());
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1 << (place % 8);
        let error = refusal(&damaged);
        match place {
            0..8 => assert_eq!(error, LoadError::NotAModel),
            12..20 => assert!(matches!(error, LoadError::WrongLength { .. }), "byte {place}: {error}"),
            _ => assert_eq!(error, LoadError::Damaged, "byte {place}"),
        }
    }
}

#[test]
fn every_bit_of_the_header_matters() {
    let bytes = tiny_model().to_bytes().unwrap();
    for bit in 0..HEADER * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(Scorer::from_bytes(&damaged).is_err(), "bit {bit}");
    }
}

#[test]
fn bytes_after_the_file_are_refused() {
    let mut bytes = small_model::model().to_bytes().unwrap();
    let expected = bytes.len() as u64;
    bytes.push(b'\n');
    assert_eq!(
        refusal(&bytes),
        LoadError::WrongLength {
            expected,
            found: expected + 1
        }
    );
}

#[test]
fn bytes_after_the_document_are_refused() {
    let document = small_model::model().document();
    assert!(Scorer::from_bytes(&file_around(FORMAT_VERSION, &document)).is_ok());
    // A whole value, half a value, an array without its element, and a byte that begins nothing.
    for extra in [&[0xf6][..], &[0x19], &[0x81], &[0xff], &[0xf4], &[0, 0], &document] {
        let error = refusal(&file_around(FORMAT_VERSION, &[&document, extra].concat()));
        let place = document.len();
        let problem = format!("byte {place} of the document (Model.population): there are bytes after its end");
        assert_eq!(error, invalid(&problem), "{extra:02x?}");
    }
}

#[test]
fn a_newer_format_is_told_from_damage() {
    let document = small_model::model().document();
    for version in [FORMAT_VERSION + 1, 1000, u32::MAX] {
        let error = refusal(&file_around(version, &document));
        assert_eq!(error, LoadError::TooNew { found: version });
        assert!(error.to_string().contains("use a newer Candor"));
    }
    // A newer format may hold anything, as long as its digest is right …
    let error = refusal(&file_around(7, b"anything"));
    assert_eq!(error, LoadError::TooNew { found: 7 });
    // … and a damaged version number is damage.
    let mut bytes = file_around(FORMAT_VERSION, &document);
    bytes[8] = 7;
    assert_eq!(refusal(&bytes), LoadError::Damaged);
    // Version 0 was never written, and version 1 never released.
    for version in [0, 1] {
        let error = refusal(&file_around(version, &document));
        assert_eq!(error, LoadError::TooOld { found: version });
        let words = error.to_string();
        assert!(
            words.contains("before the first release") && words.contains("make it again"),
            "{words}"
        );
    }
}

#[test]
fn other_files_are_not_models() {
    let foreign: [&[u8]; 9] = [
        b"",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"PK\x03\x04\x14\0\0\0\x08\0",
        b"{\"version\": 1, \"trees\": []}",
        b"\x1f\x8b\x08\0\0\0\0\0",
        b"tree\nversion=v4\n",
        b"CANDOR\n",
        b"\x89CANDOR\r\n",
        b"\xef\xbb\xbf\x89CANDOR\n",
    ];
    for bytes in foreign {
        let error = refusal(bytes);
        assert_eq!(error, LoadError::NotAModel, "{bytes:?}");
        let padded = [bytes, &[0; 200]].concat();
        assert_eq!(refusal(&padded), LoadError::NotAModel, "{bytes:?}");
    }
    // In text mode, a file transfer changes the line feed: the magic is there to notice it.
    let mut bytes = small_model::model().to_bytes().unwrap();
    bytes.insert(7, b'\r');
    assert_eq!(refusal(&bytes), LoadError::NotAModel);
}

#[test]
fn a_model_that_scores_otherwise_than_recorded_is_refused() {
    let model = small_model::model();
    for case in [0, 5, APPLICATIONS.len() - 1] {
        for sign in [-1, 1] {
            let mut tampered = model.clone();
            let bits = &mut tampered.parity[case].log_odds_bits;
            *bits = bits.wrapping_add_signed(sign);
            let error = refusal(&file_of(&tampered));
            assert!(
                matches!(error, LoadError::Parity { case: found, .. } if found == case),
                "{error}"
            );
            assert!(error.to_string().contains("do not use it"), "{error}");
        }
        // Contributions are recomputed for the first two cases only: they take time in a browser that has just started.
        let case = case.min(1);
        let mut tampered = model.clone();
        tampered.parity[case].contribution_bits ^= 1;
        let error = refusal(&file_of(&tampered));
        assert!(
            matches!(error, LoadError::Parity { case: found, .. } if found == case),
            "{error}"
        );
    }
    // Changing what the model computes, instead of what is recorded, is noticed just as well.
    let mut tampered = model.clone();
    tampered.calibration.slope = tampered.calibration.slope.next_up();
    assert!(matches!(
        Scorer::from_bytes(&file_of(&tampered)),
        Err(LoadError::Parity { .. })
    ));
    let mut tampered = model;
    tampered.ensemble.trees.swap(3, 17);
    let swapped = Scorer::from_bytes(&file_of(&tampered));
    assert!(
        matches!(swapped, Err(LoadError::Parity { .. })),
        "the order of the trees matters"
    );
}

#[test]
fn a_parity_case_has_to_fit_the_schema() {
    let mut model = small_model::model();
    model.parity[2].values[0] = "much".into();
    let error = refusal(&file_of(&model));
    assert!(
        error
            .to_string()
            .contains("parity case: AMT_CREDIT: 'much' is not a number"),
        "{error}"
    );
    let mut model = small_model::model();
    model.parity[2].values.pop();
    let error = refusal(&file_of(&model));
    assert_eq!(error, invalid("parity case 2 has 6 values for 7 fields"));
}

#[test]
fn keys_that_a_later_version_adds_are_passed_over() {
    let document = small_model::model().document();
    let maps: Vec<cbor::Item> = cbor::items(&document)
        .into_iter()
        .filter(|item| item.major == 5 && !is_text_map(&document, *item))
        .collect();
    assert!(maps.len() > 200, "{}", maps.len());
    let nested = [[0x81].repeat(5000), vec![0xf6]].concat();
    let values = [
        &[0xf6][..],
        &[0x83, 1, 2, 3],
        b"\x63abc",
        &[0xa1, 0x61, b'k', 0x41, 0xff],
        &[0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0xf9, 0x7e, 0],
        &[0xc1, 0x1a, 0, 1, 0, 0],
        &[0x38, 99],
        &nested,
    ];
    // As the last entry of every record in turn, and several at once.
    for (index, map) in maps.into_iter().enumerate() {
        let value = values[index % values.len()];
        let mut entries: Vec<Vec<u8>> = cbor::entries(&document, map.at)
            .iter()
            .map(|&(_, key, value)| document[key..value.end].to_vec())
            .collect();
        entries.push([&[0x18, 99], value].concat());
        if index % 2 == 0 {
            entries.push([cbor::unsigned(u64::MAX), value.to_vec()].concat());
        }
        let other = cbor::with_entries(&document, map.at, &entries);
        if let Err(error) = Scorer::from_bytes(&file_around(FORMAT_VERSION, &other)) {
            panic!("{value:02x?} in the map at {}: {error}", map.at);
        }
    }
}

/// Whether a map has texts as keys: the parameters of a model card.
fn is_text_map(document: &[u8], map: cbor::Item) -> bool {
    map.value > 0 && document[map.at + map.head] >> 5 == 3
}

#[test]
fn keys_that_are_missing_double_or_out_of_order_are_refused() {
    let document = small_model::model().document();
    let (mut refused, mut read) = (0, 0);
    for map in cbor::items(&document).into_iter().filter(|item| item.major == 5) {
        let entries: Vec<Vec<u8>> = cbor::entries(&document, map.at)
            .iter()
            .map(|&(_, key, value)| document[key..value.end].to_vec())
            .collect();
        let with = |entries: &[Vec<u8>]| {
            let other = cbor::with_entries(&document, map.at, entries);
            Scorer::from_bytes(&file_around(FORMAT_VERSION, &other)).err()
        };
        for index in 0..entries.len() {
            let mut double = entries.clone();
            double.insert(index, entries[index].clone());
            let error = with(&double).unwrap().to_string();
            assert!(error.contains("do not increase"), "{error}");
            if index > 0 {
                let mut swapped = entries.clone();
                swapped.swap(index - 1, index);
                let error = with(&swapped).unwrap().to_string();
                let words = ["do not increase", "it is missing", "a column is missing"];
                assert!(words.iter().any(|words| error.contains(words)), "{error}");
            }
            let mut missing = entries.clone();
            missing.remove(index);
            // An optional field may be missing, or an entry of the parameters; nothing else.
            match with(&missing) {
                Some(_) => refused += 1,
                None => read += 1,
            }
        }
    }
    assert!(refused > 10 * read && read > 0, "{refused} refused, {read} read");
}

#[test]
fn a_document_has_one_encoding() {
    let document = tiny_model().document();
    for item in cbor::items(&document) {
        if item.major == 7 || item.head == 9 {
            continue;
        }
        let longer = cbor::longest_head(item.major, item.value);
        let other = [&document[..item.at], &longer, &document[item.at + item.head..]].concat();
        let error = refusal(&file_around(FORMAT_VERSION, &other)).to_string();
        assert!(
            error.contains("written longer than it needs"),
            "byte {}: {error}",
            item.at
        );
        // Strings, arrays and maps without a length.
        if item.major > 1 {
            let open = [
                &document[..item.at],
                &[item.major << 5 | 31],
                &document[item.at + item.head..],
            ]
            .concat();
            let error = refusal(&file_around(FORMAT_VERSION, &open)).to_string();
            assert!(error.contains("a length is not given"), "byte {}: {error}", item.at);
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_its_byte_and_field() {
    let document = small_model::model().document();
    for (path, value, words) in [
        (
            &[0, 4, 3, 0][..],
            cbor::unsigned(7),
            "(Field.name): there should be a text",
        ),
        (
            &[0, 4, 3, 2],
            cbor::unsigned(70_000),
            "(Field.group): the number before this is too large",
        ),
        (
            &[0, 4, 3, 7],
            cbor::text("yes"),
            "(Field.primary): there should be true or false",
        ),
        (&[0, 4, 3, 1, 0], cbor::unsigned(9), "means nothing to this Candor"),
        (
            &[4, 1],
            vec![0xf9, 0, 0],
            "(Policy.threshold): there should be a float of 64 bits",
        ),
        (
            &[4, 2],
            cbor::bytes(&[0; 16]),
            "(Policy.risk_bounds): there should be 3 floats",
        ),
        (
            &[5, 1],
            cbor::bytes(&[0; 12]),
            "(Reference.score_quantiles): the floats before this",
        ),
        (
            &[6, 0],
            vec![0x62, 0xff, 0xff],
            "(ModelCard.name): the text before this is not UTF-8",
        ),
        (
            &[7],
            cbor::longest_head(4, u64::MAX),
            "(Model.parity): more elements are announced than bytes are left",
        ),
        (
            &[7],
            cbor::longest_head(4, 1 << 63),
            "(Model.parity): more elements are announced than bytes are left",
        ),
    ] {
        let item = cbor::value_at(&document, path);
        let error = refusal(&file_around(FORMAT_VERSION, &cbor::replaced(&document, item, &value))).to_string();
        assert!(error.contains(words), "'{error}' does not say '{words}'");
        let byte = error.split("byte ").nth(1).and_then(|rest| rest.split(' ').next());
        let byte: usize = byte.unwrap().parse().unwrap();
        assert!(
            (item.at..=item.at + value.len() + 1).contains(&byte),
            "{error}; it is at {}",
            item.at
        );
    }
}
