//! What drift is measured with: tails and p-values against SciPy 1.17, distances against counting, sketches against the
//! samples that they were made of.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::artifact::{FieldPopulation, FieldValues, PackedPopulation, Population, ScorePopulation};
use candor_core::schema::FieldKind;
use candor_core::stats::{
    Sketch, Stability, chi_square_above, equal_mass_bounds, histogram, holm, homogeneity, jensen_shannon_distance,
    ks_distance, ks_p_value, mean_and_deviation, normal_beyond, sturges_edges, wasserstein_distance,
};
use candor_core::{Model, Scorer};
use support::{Random, small_model};

fn assert_close(found: f64, expected: f64, what: &str) {
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1e-3),
        "{what}: {found} is not {expected}"
    );
}

#[test]
fn tails_are_those_of_scipy() {
    for (statistic, degrees, expected) in [
        (0.5, 1, 0.479_500_122_186_953_37),
        (3.84, 1, 0.050_043_521_248_705_19),
        (16.9, 9, 0.050_305_190_124_310_8),
        (31.0, 9, 0.000_296_031_887_362_163_5),
        (1e-3, 2, 0.999_500_124_979_169_3),
        (60.0, 57, 0.367_525_298_803_038_86),
        (1500.0, 1400, 0.031_503_720_989_392_366),
        (2000.0, 3, 0.0),
        (3.3, 4, 0.508_932_257_844_997_8),
        (0.0, 3, 1.0),
        (f64::INFINITY, 3, 0.0),
        (5.0, 0, 1.0),
    ] {
        assert_close(
            chi_square_above(statistic, degrees),
            expected,
            &format!("chi² {statistic}, {degrees}"),
        );
    }
    for (z, expected) in [
        (0.0, 1.0),
        (0.3, 0.764_177_155_622_094_8),
        (-1.96, 0.049_995_790_296_440_87),
        (3.0, 0.002_699_796_063_260_186_6),
    ] {
        assert_close(normal_beyond(z), expected, &format!("z {z}"));
    }
}

/// All methods of the one-sample distribution that SciPy falls back on are in here.
#[test]
fn p_values_of_long_samples_are_those_of_scipy() {
    for (n, m, distance, expected) in [
        (12_000, 900, 0.03, 0.430_145_240_054_696),
        (12_000, 900, 0.02, 0.884_425_101_044_845),
        (11_000, 60, 0.15, 0.121_105_349_505_898_69),
        (10_500, 30, 0.11, 0.822_654_182_834_976_3),
        (20_000, 1000, 0.02, 0.833_326_544_973_362_6),
        (20_000, 20_000, 0.009, 0.390_439_212_033_122_26),
        (50_000, 150, 0.03, 0.998_721_660_612_889_1),
        (11_000, 5, 0.3, 0.664),
        (15_000, 140, 0.006, 1.0),
        (100_000, 300, 0.6, 1.855_663_750_826_772_6e-103),
        (20_000, 20_000, 0.012, 0.111_352_574_037_493_88),
        (12_000, 100, 0.06, 0.846_997_345_903_261_6),
        (10_001, 10_001, 0.000_4, 1.0),
    ] {
        assert_close(ks_p_value(n, m, distance), expected, &format!("{n}, {m}, {distance}"));
    }
}

/// Every order of two small samples is counted.
#[test]
fn p_values_of_small_samples_are_shares_of_all_orders() {
    for (n, m) in [(1, 1), (3, 5), (4, 4), (6, 4), (7, 3), (2, 9)] {
        let mut distances = Vec::new();
        for order in 0_u32..1 << (n + m) {
            if order.count_ones() as usize != n {
                continue;
            }
            let (mut i, mut j, mut largest) = (0_usize, 0_usize, 0_usize);
            for place in 0..n + m {
                if order >> place & 1 == 1 {
                    i += 1
                } else {
                    j += 1
                }
                largest = largest.max((i * m).abs_diff(j * n));
            }
            distances.push(largest);
        }
        let mut seen = distances.clone();
        seen.sort_unstable();
        seen.dedup();
        for at in seen {
            let share = distances.iter().filter(|&&distance| distance >= at).count() as f64 / distances.len() as f64;
            let found = ks_p_value(n, m, at as f64 / (n * m) as f64);
            assert_close(found, share, &format!("{n}, {m}, {at}"));
            assert_close(
                ks_p_value(m, n, at as f64 / (n * m) as f64),
                share,
                "the other way round",
            );
        }
    }
    assert_eq!((ks_p_value(0, 5, 0.5), ks_p_value(5, 5, 0.0)), (1.0, 1.0));
}

#[test]
fn distances_are_those_of_a_hand() {
    let (a, b) = ([0.0, 1.0, 3.0], [5.0, 6.0, 8.0]);
    assert_close(wasserstein_distance(&a, &b), 5.0, "apart");
    assert_close(ks_distance(&a, &b), 1.0, "apart");
    assert_close(ks_distance(&[1.0, 1.0, 2.0, 3.0], &[1.0, 2.0, 2.0, 4.0]), 0.25, "ties");
    assert_close(wasserstein_distance(&[1.0, 1.0], &[1.0, 2.0]), 0.5, "ties");
    assert_eq!((wasserstein_distance(&[], &b), ks_distance(&a, &[])), (0.0, 0.0));
    assert_close(
        jensen_shannon_distance(&[1.0, 0.0], &[0.0, 2.0]),
        std::f64::consts::LN_2.sqrt(),
        "nothing in common",
    );
    assert_close(
        jensen_shannon_distance(&[1.0, 0.0], &[0.5, 0.5]),
        0.464_501_404_022_458_93,
        "SciPy's own example",
    );
    assert_eq!(mean_and_deviation(&[1.0, 3.0]), Some((2.0, 1.0)));
    let edges = sturges_edges(&[0.0, 1.0, 2.0, 3.0], &[3.0, 8.0, 8.0, 8.0]);
    assert_eq!(edges, [0.0, 2.0, 4.0, 6.0, 8.0], "8 values are in 4 bins");
    assert_eq!(histogram(&[0.0, 1.0, 2.0, 3.0, 8.0], &edges), [2, 2, 0, 1]);
    assert!(sturges_edges(&[], &[]).is_empty() && sturges_edges(&[2.0], &[2.0]) == [1.5, 2.5]);
}

#[test]
fn counts_are_compared_as_scipy_does_and_thin_bins_together() {
    let found = homogeneity(&[40, 25, 15, 12, 8, 30], &[31, 35, 12, 20, 11, 17]).unwrap();
    assert_close(found.statistic, 9.150_007_850_435_276, "chi2_contingency");
    assert_close(found.p_value, 0.103_228_374_505_414_95, "chi2_contingency");
    assert_eq!(found.degrees, 5);
    // Three levels of a client or two each are one bin, and one of them alone joins the smallest.
    assert_eq!(homogeneity(&[50, 40, 4, 3, 1], &[45, 47, 3, 2, 3]).unwrap().degrees, 2);
    assert_eq!(homogeneity(&[50, 40, 1], &[45, 47, 3]).unwrap().degrees, 1);
    for (before, now) in [
        (&[10, 0][..], &[12, 0][..]),
        (&[1, 1], &[1, 0]),
        (&[0, 0], &[5, 5]),
        (&[0, 0], &[0, 0]),
        (&[], &[]),
    ] {
        assert_eq!(homogeneity(before, now), None, "{before:?}, {now:?}");
    }
    assert_eq!(holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
    assert_eq!(holm(&[0.5, 0.9]), [1.0, 1.0]);
    assert_eq!(
        [0.0999, 0.1, 0.25, 0.2501].map(Stability::of),
        [Stability::Stable, Stability::Watch, Stability::Watch, Stability::Act]
    );
}

/// Samples of all shapes, sorted.
fn samples() -> Vec<Vec<f64>> {
    let mut random = Random::new(7);
    let mut samples = vec![
        vec![3.5],
        vec![-2.0, -2.0],
        vec![0.1; 50],
        vec![f64::MIN, 0.0, f64::MAX],
    ];
    for rows in [33, 700, 5007] {
        let shapes: [fn(f64, f64) -> f64; 8] = [
            |u, _| u,
            |u, v| u + v - 1.0,
            |u, _| 1e6 * u * u * u * u,
            |u, _| (12.0 * u).floor(),
            |u, _| 2015.0 + (100.0 * u).floor() / 10.0,
            |u, v| if u < 0.7 { 0.0 } else { 100.0 * v },
            |u, v| {
                if u < 0.3 {
                    0.1
                } else if u < 0.5 {
                    v
                } else {
                    -1e-7 * v
                }
            },
            |u, _| -1.0 / (u + 1e-6),
        ];
        for shape in shapes {
            let mut values: Vec<f64> = (0..rows).map(|_| shape(random.unit(), random.unit())).collect();
            values.sort_by(f64::total_cmp);
            samples.push(values);
        }
    }
    samples
}

#[test]
fn what_a_sketch_says_is_within_its_bounds() {
    let all = samples();
    for (place, before) in all.iter().enumerate() {
        let sketch = Sketch::of(before).unwrap();
        assert_eq!(sketch.count(), before.len() as u64);
        // What is compared with: the sample itself, one like it, moved, and another.
        let moved: Vec<f64> = before.iter().map(|value| value * 1.1 + 0.05).collect();
        for now in [
            before,
            &moved,
            &all[(place + 8) % all.len()],
            &all[(place + 3) % all.len()],
            &vec![before[0]],
        ] {
            let (ks, exact) = (sketch.ks_distance(now), ks_distance(before, now));
            assert!(
                ks.low <= exact + 1e-12 && exact <= ks.high + 1e-12,
                "sample {place}: {exact} not in {ks:?}"
            );
            if before.last().unwrap() - before[0] > 1e300 {
                continue;
            }
            let (distance, exact) = (sketch.wasserstein_distance(now), wasserstein_distance(before, now));
            let room = 1e-12 * exact.abs().max(1.0);
            assert!(
                distance.low <= exact + room && exact <= distance.high + room,
                "sample {place}: {exact} not in {distance:?}"
            );
            assert!(distance.low <= distance.value && distance.value <= distance.high);
        }
        // Tenths are counted, not guessed; of few values, they are those of the values.
        let (bounds, counts) = sketch.tenths();
        let mut from = 0;
        for (bin, &count) in counts.iter().enumerate() {
            let until = bounds
                .get(bin)
                .map_or(before.len(), |&bound| before.partition_point(|&value| value <= bound));
            assert_eq!(count, (until - from) as u64, "sample {place}, bin {bin}");
            from = until;
        }
        assert!(counts.len() <= 10);
        if sketch.values().is_some() {
            assert_eq!(bounds, equal_mass_bounds(before, 10), "sample {place}");
        }
        let (_, deviation) = mean_and_deviation(before).unwrap();
        assert!(
            (sketch.deviation() - deviation).abs() <= 2e-6 * deviation + 1e-15 || deviation.is_infinite(),
            "sample {place}"
        );
    }
    assert_eq!(Sketch::of(&[]), None);
    assert_eq!(
        Sketch::of(&[f64::NEG_INFINITY, 1.0, 2.0, f64::INFINITY]),
        Sketch::of(&[1.0, 2.0])
    );
}

/// The ends of a sample of many values may be one person's: they are not in the sketch.
#[test]
fn a_sketch_does_not_tell_the_largest_value() {
    let values: Vec<f64> = (1..=1000).map(|value| f64::from(value) * 1.234_567_8).collect();
    // Nor are the values of twenty clients, of whom each has another.
    for values in [&values[..], &values[..20]] {
        let shown = format!("{:?}", Sketch::of(values).unwrap());
        for value in values {
            assert!(!shown.contains(&format!("{value}")), "{value} in {shown}");
        }
    }
}

fn population(model: &Model) -> Population {
    let samples = samples();
    let fields = model.schema.fields.iter().zip(samples.iter().rev()).enumerate();
    Population {
        rows: 6000,
        fields: fields
            .map(|(place, (field, values))| FieldPopulation {
                missing: place as u64,
                values: match &field.kind {
                    FieldKind::Number(_) if place == 0 => FieldValues::Numbers(None),
                    FieldKind::Number(_) => FieldValues::Numbers(Sketch::of(values)),
                    FieldKind::Flag { .. } => FieldValues::Levels(vec![0, 6000]),
                    FieldKind::Category { levels, .. } => FieldValues::Levels((0..levels.len() as u64).collect()),
                },
            })
            .collect(),
        scores: Some(ScorePopulation {
            log_odds: Sketch::of(&samples[5]).unwrap(),
            probability: Sketch::of(&samples[4]).unwrap(),
            approved: 17,
            mean_probability: 0.08,
        }),
    }
}

#[test]
fn a_population_survives_the_model_file_and_nothing_else_does() {
    let mut model = small_model::model();
    let without = model.to_bytes().unwrap();
    let population = population(&model);
    model.population = Some(population.pack());
    let bytes = model.to_bytes().unwrap();
    let read = Scorer::from_bytes(&bytes).unwrap();
    let packed = read.model().population.clone().unwrap();
    assert_eq!(Population::unpack(&packed, read.schema()), Some(population.clone()));
    let scorer = Scorer::from_bytes(&without).unwrap();
    assert_eq!(scorer.model().population, None, "older files have none, and read");

    let mut unscored = population.clone();
    unscored.scores = None;
    assert_eq!(Population::unpack(&unscored.pack(), read.schema()), Some(unscored));
    let mut other = read.schema().clone();
    other.fields.pop();
    assert_eq!(
        Population::unpack(&packed, &other),
        None,
        "the population of another schema"
    );
    assert_eq!(Population::unpack(&PackedPopulation::default(), read.schema()), None);

    // Bytes that were cut or changed are refused or read as something else; they never stop the reader.
    let whole = packed.as_bytes();
    for until in 0..whole.len() {
        let cut = PackedPopulation::from(whole[..until].to_vec());
        let found = Population::unpack(&cut, read.schema());
        assert!(found.is_none_or(|found| found.scores.is_none()), "cut at {until}");
        for change in [1, 0x80, 0xff] {
            let mut changed = whole.to_vec();
            changed[until] ^= change;
            if let Some(read) = Population::unpack(&PackedPopulation::from(changed), read.schema()) {
                for field in read.fields {
                    if let FieldValues::Numbers(Some(sketch)) = field.values {
                        let _ = (
                            sketch.tenths(),
                            sketch.quantile(0.5),
                            sketch.ks_distance(&[1.0]),
                            sketch.wasserstein_distance(&[1.0]),
                        );
                    }
                }
            }
        }
    }
}
