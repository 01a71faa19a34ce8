//! The 47 columns about the applicant's building: averages, modes and medians, missing in blocks.

use super::applicant::Applicant;
use super::random::{Random, snap};
use super::rows::Rows;

/// How a measure of the building is distributed.
enum Shape {
    /// Zero with a share, else log-normal with a median and a sigma, at most one.
    Skewed { zero: f64, median: f64, sigma: f64 },
    /// Close to one: one minus a log-normal with this median.
    NearOne { median: f64, sigma: f64 },
    /// Normal with a mean and a deviation, within 0 and 1.
    Bell { mean: f64, deviation: f64 },
    /// Steps of 1/24, with a median.
    Floors { median: f64, sigma: f64 },
}

/// The fourteen measures in table order: share missing, shape, and how much of the building's size they carry.
const MEASURES: [(f64, Shape, f64); 14] = [
    (
        0.508,
        Shape::Skewed {
            zero: 0.004,
            median: 0.088,
            sigma: 0.8,
        },
        0.9,
    ),
    (
        0.585,
        Shape::Skewed {
            zero: 0.117,
            median: 0.08,
            sigma: 0.65,
        },
        0.6,
    ),
    (
        0.489,
        Shape::NearOne {
            median: 0.018,
            sigma: 0.5,
        },
        -0.3,
    ),
    (
        0.665,
        Shape::Bell {
            mean: 0.755,
            deviation: 0.105,
        },
        0.4,
    ),
    (
        0.698,
        Shape::Skewed {
            zero: 0.089,
            median: 0.022,
            sigma: 1.2,
        },
        0.7,
    ),
    (
        0.534,
        Shape::Skewed {
            zero: 0.595,
            median: 0.16,
            sigma: 0.6,
        },
        0.8,
    ),
    (
        0.505,
        Shape::Skewed {
            zero: 0.004,
            median: 0.138,
            sigma: 0.55,
        },
        0.4,
    ),
    (
        0.499,
        Shape::Floors {
            median: 0.19,
            sigma: 0.6,
        },
        0.7,
    ),
    (
        0.678,
        Shape::Floors {
            median: 0.2,
            sigma: 0.65,
        },
        0.7,
    ),
    (
        0.594,
        Shape::Skewed {
            zero: 0.121,
            median: 0.055,
            sigma: 0.9,
        },
        0.5,
    ),
    (
        0.683,
        Shape::Skewed {
            zero: 0.004,
            median: 0.075,
            sigma: 0.8,
        },
        0.9,
    ),
    (
        0.503,
        Shape::Skewed {
            zero: 0.003,
            median: 0.0745,
            sigma: 0.85,
        },
        0.9,
    ),
    (
        0.694,
        Shape::Skewed {
            zero: 0.575,
            median: 0.0077,
            sigma: 1.1,
        },
        0.3,
    ),
    (
        0.553,
        Shape::Skewed {
            zero: 0.421,
            median: 0.022,
            sigma: 1.3,
        },
        0.3,
    ),
];

impl Shape {
    fn draw(&self, random: &mut Random, size: f64, load: f64) -> f64 {
        let z = load * size + (1.0 - load * load).sqrt() * random.normal();
        match *self {
            Self::Skewed { zero, median, sigma } => {
                if random.chance(zero) {
                    0.0
                } else {
                    (median * libm::exp(sigma * z)).min(1.0)
                }
            }
            Self::NearOne { median, sigma } => (1.0 - median * libm::exp(sigma * z)).max(0.0),
            Self::Bell { mean, deviation } => (mean + deviation * z).clamp(0.0, 1.0),
            Self::Floors { median, sigma } => snap(median * libm::exp(sigma * z), 1.0 / 24.0).clamp(0.0, 1.0),
        }
    }
}

/// Writes the building's columns, from APARTMENTS_AVG to EMERGENCYSTATE_MODE.
pub(super) fn write(rows: &mut Rows, random: &mut Random, person: &Applicant) {
    // How complete the building's file is: one number per client, so that columns are missing together.
    let file = random.uniform();
    let known = |random: &mut Random, share: f64| file >= 0.475 && file + 0.012 * random.normal() >= share;
    let size = 0.25 * person.traits.wealth + 0.2 * (2 - person.region_rating) as f64 + 0.93 * random.normal();

    let mut averages = [None; MEASURES.len()];
    for (average, (share, shape, load)) in averages.iter_mut().zip(&MEASURES) {
        if known(random, *share) {
            *average = Some(shape.draw(random, size, *load));
        }
    }
    // The mode differs a little from the average, the median hardly.
    for spread in [0.0, 0.02, 0.006] {
        for average in averages {
            match average {
                None => rows.missing(),
                Some(value) if spread == 0.0 || value > 0.9 => rows.decimal(value, 4),
                Some(value) => {
                    rows.decimal((value * (1.0 + spread * (0.5 + random.normal()))).clamp(0.0, 1.0), 4);
                }
            }
        }
    }

    let fund = known(random, 0.684).then(|| {
        random.level(&[
            ("reg oper account", 0.7618),
            ("reg oper spec account", 0.1218),
            ("org spec account", 0.0599),
            ("not specified", 0.0566),
        ])
    });
    rows.optional_level(fund);
    let house = known(random, 0.502).then(|| {
        random.level(&[
            ("block of flats", 0.982),
            ("specific housing", 0.0097),
            ("terraced house", 0.0083),
        ])
    });
    rows.optional_level(house);
    if known(random, 0.484) {
        let area = Shape::Skewed {
            zero: 0.003,
            median: 0.0715,
            sigma: 0.85,
        }
        .draw(random, size, 0.95);
        rows.decimal(area, 4);
    } else {
        rows.missing();
    }
    let walls = known(random, 0.509).then(|| {
        random.level(&[
            ("Panel", 0.4376),
            ("Stone, brick", 0.4275),
            ("Block", 0.0623),
            ("Wooden", 0.0352),
            ("Mixed", 0.0152),
            ("Monolithic", 0.0118),
            ("Others", 0.0104),
        ])
    });
    rows.optional_level(walls);
    let emergency = known(random, 0.4755).then(|| random.level(&[("No", 0.9855), ("Yes", 0.0145)]));
    rows.optional_level(emergency);
}
