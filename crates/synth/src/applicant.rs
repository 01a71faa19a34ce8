//! The person behind an application: hidden traits, and everything that is true of the person whatever the loan.

use super::levels;
use super::random::{Random, normal_cdf, quantile, sigmoid, snap};

/// What no table shows, and what makes the tables hang together: each trait, standard normal, moves fields of the
/// application and of the history alike.
#[derive(Clone, Copy)]
pub(super) struct Traits {
    /// Pays on time.
    pub(super) discipline: f64,
    /// Looks for credit often and uses it to the limit.
    pub(super) hunger: f64,
    /// Earns and owns more.
    pub(super) wealth: f64,
}

/// One applicant.
pub(super) struct Applicant {
    pub(super) traits: Traits,
    pub(super) gender: &'static str,
    /// Age at the application.
    pub(super) age_days: i64,
    /// Age on a standard normal scale.
    pub(super) age_z: f64,
    pub(super) income_type: &'static str,
    pub(super) education: &'static str,
    pub(super) family_status: &'static str,
    pub(super) children: i64,
    pub(super) family_members: i64,
    pub(super) housing_type: &'static str,
    pub(super) income: f64,
    /// Days in the present job; none for pensioners and the unemployed, which the table shows as 365243.
    pub(super) days_employed: Option<i64>,
    pub(super) occupation: Option<&'static str>,
    pub(super) organization: &'static str,
    pub(super) registration_days: i64,
    pub(super) identity_days: i64,
    pub(super) phone_change_days: i64,
    pub(super) car_age: Option<i64>,
    pub(super) owns_realty: bool,
    pub(super) work_phone: bool,
    pub(super) home_phone: bool,
    pub(super) email: bool,
    pub(super) region_rating: i64,
    pub(super) region_rating_city: i64,
    pub(super) region_population: f64,
    /// The six "lives or works elsewhere" flags, in table order.
    pub(super) mismatches: [bool; 6],
}

/// Years of age.
const AGE: [(f64, f64); 11] = [
    (0.0, 21.0),
    (0.1, 28.2),
    (0.2, 32.1),
    (0.3, 36.1),
    (0.4, 39.5),
    (0.5, 43.2),
    (0.6, 47.1),
    (0.7, 51.6),
    (0.8, 56.0),
    (0.9, 60.6),
    (1.0, 69.0),
];
const REGISTRATION: [(f64, f64); 8] = [
    (0.0, 0.0),
    (0.01, 46.0),
    (0.05, 315.0),
    (0.25, 1_980.0),
    (0.5, 4_510.0),
    (0.75, 7_490.0),
    (0.95, 11_440.0),
    (1.0, 20_000.0),
];
const IDENTITY: [(f64, f64); 7] = [
    (0.0, 0.0),
    (0.01, 60.0),
    (0.05, 370.0),
    (0.25, 1_715.0),
    (0.5, 3_255.0),
    (0.75, 4_300.0),
    (1.0, 6_000.0),
];
const PHONE_CHANGE: [(f64, f64); 6] = [
    (0.0, 1.0),
    (0.25, 400.0),
    (0.5, 900.0),
    (0.75, 1_650.0),
    (0.95, 2_550.0),
    (1.0, 4_100.0),
];
const CAR_AGE: [(f64, f64); 7] = [
    (0.0, 0.0),
    (0.05, 1.0),
    (0.25, 5.0),
    (0.5, 9.0),
    (0.75, 15.0),
    (0.98, 30.0),
    (1.0, 45.0),
];
const POPULATION: [[(f64, f64); 5]; 3] = [
    [
        (0.0, 0.0035),
        (0.25, 0.0326),
        (0.5, 0.0462),
        (0.75, 0.0725),
        (1.0, 0.0725),
    ],
    [
        (0.0, 0.0003),
        (0.25, 0.0097),
        (0.5, 0.0188),
        (0.75, 0.0264),
        (1.0, 0.0358),
    ],
    [
        (0.0, 0.0005),
        (0.25, 0.0069),
        (0.5, 0.018),
        (0.75, 0.0202),
        (1.0, 0.0207),
    ],
];

impl Applicant {
    /// Draws one applicant.
    pub(super) fn draw(random: &mut Random) -> Self {
        let discipline = random.normal();
        let hunger = 0.97 * random.normal() - 0.24 * discipline;
        let traits = Traits {
            discipline,
            hunger,
            wealth: random.normal(),
        };
        let age_z = random.normal();
        let years = quantile(&AGE, normal_cdf(age_z));
        let age_days = (years * 365.25) as i64;
        // About one in 18,000 real applications has no gender.
        let gender = random.level(&[("F", 0.6584), ("M", 0.3416), ("XNA", 0.000_05)]);
        let male = gender == "M";
        let income_type = income_type(random, years, male);
        let retired = matches!(income_type, "Pensioner" | "Unemployed");
        let education = education(random, years, income_type, traits.wealth);
        let family_status = family_status(random, years);
        let children = children(random, years, family_status);
        let couple = matches!(family_status, "Married" | "Civil marriage");
        let housing_type = random.level(if years < 30.0 {
            &levels::HOUSING_YOUNG
        } else {
            &levels::HOUSING
        });

        // Region 1 is the capital, region 3 the poorest: the wealthy live in better regions.
        let place = 0.4 * traits.wealth + 0.92 * random.normal();
        let region_rating = if place > 1.257 {
            1
        } else if place < -1.006 {
            3
        } else {
            2
        };
        let region_rating_city = match region_rating {
            2 if random.chance(0.006) => 1,
            3 if random.chance(0.09) => 2,
            rating => rating,
        };
        // Populations are those of some hundred regions, not a continuum.
        let cell = (random.uniform() * 35.0).floor() / 35.0 + 0.014;
        let region_population = quantile(&POPULATION[region_rating as usize - 1], cell);

        let days_employed = (!retired).then(|| days_employed(random, years, traits));
        let income = income(random, traits.wealth, income_type, male, education, region_rating);
        let occupation = if retired || random.chance(0.161) {
            None
        } else {
            Some(random.level(if male {
                &levels::OCCUPATION_MEN
            } else {
                &levels::OCCUPATION_WOMEN
            }))
        };
        let car_shift = 0.25 * traits.wealth - if retired { 0.5 } else { 0.0 };
        let car_threshold = if male { -0.10 } else { 0.70 };
        let car = random.normal() + car_shift > car_threshold;
        Self {
            gender,
            income_type,
            education,
            family_status,
            children,
            family_members: children + if couple { 2 } else { 1 },
            housing_type,
            income,
            days_employed,
            occupation,
            organization: if retired {
                "XNA"
            } else {
                random.level(&levels::ORGANIZATION)
            },
            registration_days: (random.draw_quantile(&REGISTRATION, 0.33 * age_z) as i64).min(age_days),
            identity_days: random.draw_quantile(&IDENTITY, 0.27 * age_z) as i64,
            phone_change_days: phone_change(random, traits.discipline),
            car_age: car.then(|| car_age(random, traits.wealth)),
            owns_realty: random.chance(0.6977),
            work_phone: !retired && random.chance(0.242),
            home_phone: random.chance(0.278),
            email: random.chance(0.056),
            region_rating,
            region_rating_city,
            region_population,
            mismatches: mismatches(random, retired),
            traits,
            age_days,
            age_z,
        }
    }

    /// True for men. The two applicants in a hundred thousand without a gender count as neither.
    pub(super) fn is_male(&self) -> bool {
        self.gender == "M"
    }

    /// Years of age.
    pub(super) fn years(&self) -> f64 {
        self.age_days as f64 / 365.25
    }
}

fn income_type(random: &mut Random, years: f64, male: bool) -> &'static str {
    let retirement = if male { 58.9 } else { 55.3 };
    if random.chance(0.004 + 0.9 * sigmoid((years - retirement) / 1.9)) {
        "Pensioner"
    } else {
        random.level(&levels::INCOME_TYPE)
    }
}

fn education(random: &mut Random, years: f64, income_type: &str, wealth: f64) -> &'static str {
    let shift = match income_type {
        "Pensioner" => -0.38,
        "State servant" => 0.45,
        "Commercial associate" => 0.22,
        _ => -0.05,
    };
    match 0.45 * wealth + 0.89 * random.normal() + shift {
        z if z < -2.25 => "Lower secondary",
        z if z < 0.62 => "Secondary / secondary special",
        // Who is young enough may still be studying.
        z if z < 1.25 && random.chance(if years < 32.0 { 0.4 } else { 0.12 }) => "Incomplete higher",
        z if z > 3.25 => "Academic degree",
        _ => "Higher education",
    }
}

fn family_status(random: &mut Random, years: f64) -> &'static str {
    let single = 0.07 + 0.38 * sigmoid((29.0 - years) / 4.0) + 0.04 * sigmoid((years - 55.0) / 4.0);
    let civil = if years < 45.0 { 0.115 } else { 0.07 };
    let separated = 0.082 * sigmoid((years - 30.0) / 4.0);
    let widowed = 0.3 * sigmoid((years - 58.5) / 4.5);
    let levels = [
        ("Single / not married", single),
        ("Civil marriage", civil),
        ("Separated", separated),
        ("Widow", widowed),
        ("Married", 1.0 - single - civil - separated - widowed),
    ];
    random.level(&levels)
}

fn children(random: &mut Random, years: f64, family_status: &str) -> i64 {
    // The mean number of children at the middle of each span of five years from 20 on.
    const MEAN: [f64; 10] = [0.2, 0.55, 0.82, 0.86, 0.58, 0.28, 0.105, 0.038, 0.012, 0.01];
    let mean = MEAN[(((years - 20.0) / 5.0) as usize).min(MEAN.len() - 1)];
    let factor = match family_status {
        "Married" => 1.17,
        "Civil marriage" => 0.85,
        "Separated" => 0.95,
        "Widow" => 0.85,
        _ => 0.3,
    };
    i64::from(random.poisson(mean * factor)).min(10)
}

fn days_employed(random: &mut Random, years: f64, traits: Traits) -> i64 {
    // Nobody has worked longer than since the age of sixteen.
    let most = (years - 16.0) * 365.25;
    let median = 1_560.0 * libm::exp(0.022 * (years - 40.0) + 0.12 * traits.discipline);
    (random.lognormal(median, 1.05).min(most * random.between(0.75, 1.0)) as i64).max(20)
}

fn income(random: &mut Random, wealth: f64, income_type: &str, male: bool, education: &str, region_rating: i64) -> f64 {
    let base = match income_type {
        "Pensioner" => 108_000.0,
        "Commercial associate" => 160_000.0,
        "State servant" => 138_000.0,
        "Businessman" => 400_000.0,
        "Unemployed" | "Maternity leave" => 100_000.0,
        _ => 131_000.0,
    };
    let mut shift = 0.24 * wealth - 0.06 * (region_rating - 2) as f64;
    if male {
        shift += 0.2;
    }
    if matches!(education, "Higher education" | "Academic degree") {
        shift += 0.16;
    }
    let raw = base * random.lognormal(libm::exp(shift), 0.33);
    // A handful of implausibly large incomes is part of the real data too.
    let raw = if random.chance(0.0003) {
        raw * random.lognormal(12.0, 1.0)
    } else {
        raw
    };
    let step = random.level(&[(22_500.0, 0.72), (4_500.0, 0.25), (450.0, 0.024), (4.5, 0.006)]);
    snap(raw, step).max(25_650.0)
}

fn phone_change(random: &mut Random, discipline: f64) -> i64 {
    if random.chance(0.124) {
        0
    } else {
        random.draw_quantile(&PHONE_CHANGE, 0.1 * discipline) as i64
    }
}

fn car_age(random: &mut Random, wealth: f64) -> i64 {
    // Ages of 64 and 65 years stand for "very old" in the real data.
    if random.chance(0.035) {
        random.whole(64, 65)
    } else {
        random.draw_quantile(&CAR_AGE, -0.35 * wealth) as i64
    }
}

fn mismatches(random: &mut Random, retired: bool) -> [bool; 6] {
    if retired {
        return if random.chance(0.03) {
            [false, false, false, true, false, false]
        } else {
            [false; 6]
        };
    }
    random.level(&levels::MISMATCHES)
}
