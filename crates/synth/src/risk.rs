//! Who fails to pay: a log-odds from the application, the history and the hidden traits, then a coin.
//!
//! The weights were tuned so that 8 % fail, that a boosted-tree model finds an AUC of about 0.76 in the application
//! alone, and that the history adds two to three hundredths, as in the real data.

use super::applicant::Applicant;
use super::random::{Random, sigmoid};
use super::request::Request;

/// What the records of the past say about a client, gathered while they are drawn.
#[derive(Default)]
pub(super) struct History {
    /// Months reported by other lenders, and those of them past due, weighted by how far.
    pub(super) bureau_months: f64,
    pub(super) bureau_late: f64,
    /// Debt still open with other lenders.
    pub(super) open_debt: f64,
    /// Credits taken elsewhere in the last year, and all.
    pub(super) recent_credits: f64,
    pub(super) bureau_credits: f64,
    /// Previous applications with the same lender, those refused and those canceled, weighted by how recent.
    pub(super) applications: f64,
    pub(super) refused: f64,
    pub(super) canceled: f64,
    /// Instalments due, those paid late, and those paid short.
    pub(super) instalments: f64,
    pub(super) late: f64,
    pub(super) short: f64,
    /// Months with a credit card, and the sum of its use relative to its limit.
    pub(super) card_months: f64,
    pub(super) card_use: f64,
}

const BASE: f64 = -3.34;
/// How much the application and the history weigh: the two that set how well a model can do.
const APPLICATION: f64 = 0.84;
const HISTORY: f64 = 0.78;

/// Log-odds of failing from what the application shows.
fn application(person: &Applicant, request: &Request) -> f64 {
    let [first, second, third] = request.score_z;
    let mut z = -0.27 * first - 0.34 * second - 0.43 * third;
    // Two weak scores are worse than their sum, two strong ones hardly better.
    z += 0.1 * second * third;
    z -= 0.08 * person.age_z;
    z += 0.06 * (person.age_z * person.age_z - 1.0).max(0.0);
    let male = person.is_male();
    if male {
        z += 0.26;
    }
    z += match person.education {
        "Lower secondary" => 0.3,
        "Higher education" => -0.24,
        "Academic degree" => -0.6,
        _ => 0.06,
    };
    match person.days_employed {
        // Each doubling of the time in the job counts the same.
        Some(days) => z -= 0.17 * libm::log((days as f64 + 120.0) / 1_500.0),
        None => z -= 0.14,
    }
    z += 0.2 * (person.region_rating - 2) as f64;
    if person.mismatches[3] {
        z += 0.18;
    }
    z += match person.occupation {
        Some("Low-skill Laborers") => 0.4,
        Some("Drivers" | "Waiters/barmen staff" | "Laborers" | "Security staff" | "Cooking staff") => 0.12,
        Some("Accountants") => -0.25,
        Some("High skill tech staff" | "Core staff" | "Managers" | "Medicine staff") => -0.12,
        _ => 0.0,
    };
    if matches!(person.housing_type, "Rented apartment" | "With parents") {
        z += 0.12;
    }
    if person.car_age.is_some_and(|age| age < 12) {
        z -= 0.2;
    }
    z -= 0.00016 * (person.phone_change_days as f64 - 900.0);
    z -= 0.00005 * (person.identity_days as f64 - 3_000.0);
    z -= 0.00001 * (person.registration_days as f64 - 5_000.0);
    if request.documents[1] {
        z += 0.14;
    }
    z += loan(person, request);
    if !request.in_bureau {
        z += 0.45;
    }
    z += request.social.map_or(0.0, |counts| 0.16 * (counts[1] as f64).min(3.0));
    z += request.enquiries.map_or(0.15, |counts| {
        0.03 * (counts[5] as f64 - 2.0).min(4.0) - 0.08 * counts[4].min(2) as f64
    });
    // A weak score weighs more on the young.
    z + if person.years() < 32.0 && third < -0.5 {
        0.22
    } else {
        0.0
    }
}

/// The part of the requested loan.
fn loan(person: &Applicant, request: &Request) -> f64 {
    if request.revolving {
        return -0.3;
    }
    let mut z = 2.6 * (request.rate - 0.25);
    let ratio = request.goods.map_or(1.0, |goods| request.credit / goods);
    z += 2.0 * (ratio - 1.12);
    // Medium terms are the worst: short ones are soon over, long ones go to the well known.
    let months = request.credit / request.annuity;
    z -= 0.0018 * (months - 19.0) * (months - 19.0) - 0.09;
    let burden = request.annuity / (person.income / 12.0);
    z += 0.06 * (burden - 2.2).clamp(-2.0, 3.0);
    // An expensive loan to someone new in the job.
    if request.rate > 0.3 && person.days_employed.is_some_and(|days| days < 700) {
        z += 0.25;
    }
    z - 0.08 * libm::log(request.credit / 500_000.0)
}

/// The part of the past.
fn history(person: &Applicant, past: &History) -> f64 {
    let share = |part: f64, whole: f64, prior: f64, weight: f64| (part + prior * weight) / (whole + weight);
    let mut z = 0.0;
    z += 7.0 * (share(past.bureau_late, past.bureau_months, 0.025, 12.0) - 0.025).min(0.15);
    z += 0.11 * (libm::log1p(past.open_debt / person.income) - 0.7);
    z += 0.2 * (past.recent_credits - 1.0).min(4.0) - 0.015 * (past.bureau_credits - 5.0).min(10.0);
    z += 1.1 * (share(past.refused, past.applications, 0.17, 2.0) - 0.17);
    z += 1.2 * (share(past.canceled, past.applications, 0.19, 2.0) - 0.19);
    z += 3.6 * (share(past.late, past.instalments, 0.08, 8.0) - 0.08).min(0.25);
    z += 6.0 * (share(past.short, past.instalments, 0.02, 8.0) - 0.02).min(0.15);
    if past.card_months > 0.0 {
        z += 1.3 * (past.card_use / past.card_months - 0.4);
    }
    z
}

/// Whether the client fails to pay.
pub(super) fn outcome(random: &mut Random, person: &Applicant, request: &Request, past: &History) -> bool {
    let traits = person.traits;
    let hidden = -0.12 * traits.discipline + 0.08 * traits.hunger + 0.3 * random.normal();
    let seen = APPLICATION * application(person, request) + HISTORY * history(person, past);
    random.chance(sigmoid(BASE + seen + hidden))
}
