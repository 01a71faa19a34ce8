//! The loan that is asked for, and what the lender looks up about the applicant: scores, enquiries, papers.

use super::applicant::Applicant;
use super::levels;
use super::random::{Random, normal_cdf, quantile, sigmoid, snap};

/// The loan and the checks of one application.
pub(super) struct Request {
    pub(super) revolving: bool,
    pub(super) credit: f64,
    pub(super) annuity: f64,
    pub(super) goods: Option<f64>,
    /// Yearly interest rate behind the annuity.
    pub(super) rate: f64,
    pub(super) suite: Option<&'static str>,
    pub(super) weekday: &'static str,
    pub(super) hour: i64,
    /// The three external scores on a standard normal scale, also where the table does not show them.
    pub(super) score_z: [f64; 3],
    /// The three external scores as the table shows them.
    pub(super) scores: [Option<f64>; 3],
    /// Whether the credit bureau knows the applicant.
    pub(super) in_bureau: bool,
    /// Enquiries of the last hour, day, week, month, quarter and year.
    pub(super) enquiries: Option<[i64; 6]>,
    /// Acquaintances observed and defaulted, at 30 and at 60 days past due.
    pub(super) social: Option<[i64; 4]>,
    /// FLAG_DOCUMENT_2 to FLAG_DOCUMENT_21.
    pub(super) documents: [bool; 20],
}

const SCORE_1: [(f64, f64); 9] = [
    (0.0, 0.015),
    (0.05, 0.159),
    (0.1, 0.213),
    (0.25, 0.334),
    (0.5, 0.507),
    (0.75, 0.674),
    (0.9, 0.785),
    (0.95, 0.831),
    (1.0, 0.948),
];
const SCORE_2: [(f64, f64); 9] = [
    (0.0, 0.0),
    (0.05, 0.135),
    (0.1, 0.217),
    (0.25, 0.391),
    (0.5, 0.565),
    (0.75, 0.663),
    (0.9, 0.722),
    (0.95, 0.747),
    (1.0, 0.855),
];
const SCORE_3: [(f64, f64); 9] = [
    (0.0, 0.001),
    (0.05, 0.155),
    (0.1, 0.226),
    (0.25, 0.371),
    (0.5, 0.535),
    (0.75, 0.669),
    (0.9, 0.75),
    (0.95, 0.786),
    (1.0, 0.888),
];
/// Credit over goods price: 1 without insurance, else one of the lender's packages.
const INSURANCE: [(f64, f64); 16] = [
    (1.0, 0.29),
    (1.198, 0.083),
    (1.1584, 0.08),
    (1.1188, 0.06),
    (1.132, 0.045),
    (1.2112, 0.041),
    (1.3168, 0.033),
    (1.396, 0.032),
    (1.1452, 0.06),
    (1.1056, 0.05),
    (1.264, 0.045),
    (1.2376, 0.035),
    (1.0792, 0.05),
    (1.066, 0.03),
    (1.4224, 0.018),
    (1.04, 0.02),
];
const POPULAR_GOODS: [f64; 7] = [
    225_000.0,
    450_000.0,
    675_000.0,
    900_000.0,
    1_125_000.0,
    1_350_000.0,
    1_800_000.0,
];

impl Request {
    /// Draws the request of an applicant. Those whose outcome is not known yet applied later: hardly any of them for a
    /// card, and more is known about them.
    pub(super) fn draw(random: &mut Random, person: &Applicant, decided: bool) -> Self {
        let score_z = scores(random, person);
        let in_bureau = random.chance(if decided { 0.8569 } else { 0.8682 });
        let revolving = random.chance(match person.years() {
            _ if !decided => 0.009,
            years if years < 40.0 => 0.135,
            _ => 0.062,
        });
        let (goods, credit, annuity, rate) = if revolving {
            let limit = (snap(random.lognormal(1.35 * person.income, 0.5), 45_000.0)).clamp(135_000.0, 2_250_000.0);
            let goods = (!random.chance(0.009)).then_some(limit);
            (goods, limit, limit * 0.05, 0.3)
        } else {
            cash_loan(random, person, &score_z, decided)
        };
        // A third of what is known comes from the bureau: without a record there is no third score.
        let third = in_bureau && !random.chance(0.073);
        let grid = (normal_cdf(score_z[2]) * 1000.0).floor() / 1000.0 + 0.000_437;
        let scores = [
            random
                .chance(if decided { 0.4362 } else { 0.5788 })
                .then(|| quantile(&SCORE_1, normal_cdf(score_z[0]))),
            random.chance(0.998).then(|| quantile(&SCORE_2, normal_cdf(score_z[1]))),
            third.then(|| quantile(&SCORE_3, grid)),
        ];
        let hour = (12.0 + 3.26 * random.normal()).round().clamp(0.0, 23.0) as i64;
        Self {
            revolving,
            credit,
            annuity,
            goods,
            rate,
            suite: random.chance(0.9958).then(|| random.level(&levels::TYPE_SUITE)),
            weekday: random.level(&levels::WEEKDAY),
            hour,
            score_z,
            scores,
            in_bureau,
            enquiries: in_bureau.then(|| enquiries(random, person.traits.hunger, decided)),
            social: random.chance(0.9965).then(|| social(random, person.traits.discipline)),
            documents: documents(random, person, revolving),
        }
    }
}

/// The external scores know something of the traits, of age and region, and much that nothing else shows.
fn scores(random: &mut Random, person: &Applicant) -> [f64; 3] {
    let traits = person.traits;
    let place = (2 - person.region_rating) as f64 / 0.5;
    [
        0.58 * person.age_z + 0.32 * traits.discipline + 0.08 * traits.wealth + 0.74 * random.normal(),
        0.09 * person.age_z + 0.32 * traits.discipline + 0.3 * place + 0.1 * traits.wealth + 0.88 * random.normal(),
        0.19 * person.age_z + 0.3 * traits.discipline - 0.22 * traits.hunger - 0.08 * traits.wealth
            + 0.9 * random.normal(),
    ]
}

/// Goods price, credit, annuity and yearly rate of an instalment loan.
fn cash_loan(
    random: &mut Random,
    person: &Applicant,
    score_z: &[f64; 3],
    decided: bool,
) -> (Option<f64>, f64, f64, f64) {
    let years = person.years();
    // Loans grow with income and with age up to fifty, as trust does.
    let hump = -0.0009 * (years - 47.0) * (years - 47.0);
    // Of late, less is asked for.
    let level = if decided { 535_000.0 } else { 455_000.0 };
    let median = level * libm::pow(person.income / 148_000.0, 0.45) * libm::exp(hump + 0.05 * score_z[0]);
    let raw = random.lognormal(median, 0.55).clamp(40_500.0, 2_250_000.0);
    let popular = POPULAR_GOODS
        .iter()
        .copied()
        .find(|price| (raw / price - 1.0).abs() < 0.14);
    let goods = match popular {
        Some(price) if random.chance(0.6) => price,
        _ => snap(raw, random.level(&[(45_000.0, 0.35), (22_500.0, 0.2), (4_500.0, 0.45)])).max(40_500.0),
    };
    // Who is in need takes the loan with every insurance, because it comes with the consent.
    let need = sigmoid(-1.1 - 0.45 * person.traits.discipline - 0.3 * score_z[1]);
    let ratio = if random.chance(need * 0.35) {
        random.level(&INSURANCE[5..])
    } else {
        random.level(&INSURANCE)
    };
    let credit = snap(goods * ratio, 4.5).clamp(45_000.0, 4_050_000.0);
    let large = libm::log(credit / 500_000.0);
    // Large credits run longer.
    let wanted = 31.0 + 13.0 * large + 9.0 * random.normal();
    let term = snap(wanted, 6.0).clamp(12.0, 60.0);
    // The lender prices risk, small amounts and long terms.
    let risk = -(score_z[0] + score_z[1] + score_z[2]) / 1.9;
    let z = 0.32 * risk - 0.22 * person.traits.discipline - 0.2 * large + 0.85 * random.normal();
    let rate = quantile(
        &[(0.0, 0.14), (0.3, 0.2), (0.6, 0.27), (0.85, 0.36), (1.0, 0.5)],
        normal_cdf(z),
    );
    let monthly = rate / 12.0;
    let annuity = credit * monthly / (1.0 - libm::pow(1.0 + monthly, -term));
    (Some(goods), credit, snap(annuity, 4.5), rate)
}

fn enquiries(random: &mut Random, hunger: f64, decided: bool) -> [i64; 6] {
    let pull = libm::exp(0.3 * hunger - 0.045);
    // The bureau has changed how it counts: of late, what was a week's or a month's enquiry falls into the quarter.
    let (short, quarter) = if decided { (1.0, 0.265) } else { (0.04, 0.54) };
    [
        i64::from(random.poisson(0.0062)),
        i64::from(random.poisson(0.006 * pull)),
        i64::from(random.poisson(0.034 * short * pull)),
        i64::from(random.count(0.275 * short * pull, 0.35)),
        i64::from(random.count(quarter * pull, 0.9)),
        i64::from(random.count(1.91 * pull, 2.4)),
    ]
}

fn social(random: &mut Random, discipline: f64) -> [i64; 4] {
    let observed = i64::from(random.count(1.427, 0.5)).min(30);
    let rate = 0.1 * libm::exp(-0.3 * discipline);
    let mut counts = [observed, 0, observed, 0];
    for _ in 0..observed {
        if random.chance(rate) {
            counts[1] += 1;
            counts[3] += i64::from(random.chance(0.72));
        }
    }
    // A few acquaintances drop out of the longer observation.
    if observed > counts[3] && random.chance(0.04) {
        counts[2] -= 1;
    }
    counts
}

fn documents(random: &mut Random, person: &Applicant, revolving: bool) -> [bool; 20] {
    let mut flags = [false; 20];
    let retired = person.days_employed.is_none();
    // The main paper: position is the number of the document, 0 for none.
    let main = if revolving {
        random.level(&[(0, 0.62), (3, 0.1), (8, 0.28)])
    } else if retired {
        random.level(&[(0, 0.03), (3, 0.5), (6, 0.46), (8, 0.01)])
    } else {
        random.level(&[
            (0, 0.043),
            (3, 0.855),
            (5, 0.017),
            (6, 0.006),
            (8, 0.07),
            (9, 0.005),
            (7, 0.0002),
            (4, 0.0001),
        ])
    };
    if main > 0 {
        flags[main - 2] = true;
    }
    // Rare extra papers: document number and share.
    const EXTRA: [(usize, f64); 12] = [
        (2, 0.000_07),
        (11, 0.0039),
        (13, 0.0033),
        (14, 0.0028),
        (15, 0.0013),
        (16, 0.0097),
        (17, 0.0003),
        (18, 0.0076),
        (19, 0.0005),
        (20, 0.0005),
        (21, 0.0003),
        (12, 0.000_01),
    ];
    for (document, share) in EXTRA {
        if random.chance(share) {
            flags[document - 2] = true;
        }
    }
    flags
}
