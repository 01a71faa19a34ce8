//! The terms of a previous application: what was asked for, granted, paid at once and per month.

use super::applicant::Applicant;
use super::previous_levels as levels;
use super::random::{Random, snap};

/// The terms of an application that got as far as having any.
pub(super) struct Terms {
    pub(super) application: f64,
    pub(super) credit: f64,
    pub(super) annuity: f64,
    /// Paid at once, and its share as the table shows it.
    pub(super) down: Option<(f64, f64)>,
    pub(super) months: i64,
    pub(super) yield_group: &'static str,
    pub(super) insured: bool,
}

/// An annuity in the lender's own way: simple interest on the average debt.
fn annuity(credit: f64, months: i64, monthly_rate: f64) -> f64 {
    let months = months as f64;
    snap(credit * (1.0 + monthly_rate * (months + 1.0) / 2.0) / months, 0.045)
}

/// Draws the terms of a cash loan.
pub(super) fn cash(random: &mut Random, person: &Applicant, granted: bool) -> Terms {
    // Large and long loans are refused more often.
    let months = random.level(if granted {
        &levels::MONTHS_CASH
    } else {
        &levels::MONTHS_CASH_REFUSED
    });
    let base = if granted { 265_000.0 } else { 310_000.0 };
    let median = base * libm::pow(person.income / 148_000.0, 0.5) * libm::pow(months as f64 / 24.0, 0.8);
    let application = snap(
        random.lognormal(median, 0.75),
        random.level(&[(45_000.0, 0.4), (22_500.0, 0.2), (4_500.0, 0.4)]),
    )
    .clamp(45_000.0, 3_150_000.0);
    let insured = random.chance(0.6);
    let credit = snap(
        application * if insured { random.between(1.06, 1.35) } else { 1.0 },
        4.5,
    );
    let yield_group = random.level(&levels::YIELD_CASH);
    let rate = match yield_group {
        "high" => 0.042,
        "middle" => 0.033,
        "low_normal" => 0.026,
        _ => 0.02,
    };
    let down = random.chance(0.12).then_some((0.0, 0.0));
    Terms {
        application,
        credit,
        annuity: annuity(credit, months, rate),
        down,
        months,
        yield_group,
        insured,
    }
}

/// Draws the terms of a loan for goods.
pub(super) fn consumer(random: &mut Random, person: &Applicant, family: &str) -> Terms {
    let months = random.level(&levels::MONTHS_CONSUMER);
    let base = if family == "mobile" { 45_000.0 } else { 85_000.0 };
    let median = base * libm::pow(person.income / 148_000.0, 0.4) * (months as f64 / 10.0).sqrt();
    let application = snap(random.lognormal(median, 0.62).clamp(9_000.0, 2_970_000.0), 4.5);
    let share = match random.uniform() {
        u if u < 0.49 => 0.0,
        u if u < 0.56 => 0.1,
        _ => random.lognormal(0.11, 0.65).min(0.75),
    };
    let paid = snap(application * share, if random.chance(0.4) { 450.0 } else { 4.5 });
    let insured = random.chance(0.3);
    let credit = snap(
        (application - paid) * if insured { random.between(1.05, 1.16) } else { 1.0 },
        4.5,
    )
    .max(4_500.0);
    let yield_group = random.level(if family == "mobile" {
        &levels::YIELD_MOBILE
    } else {
        &levels::YIELD_CONSUMER
    });
    let rate = match yield_group {
        "high" => 0.05,
        "middle" => 0.03,
        "low_normal" => 0.018,
        _ => 0.012,
    };
    // The lender relates the down payment to price and fees together.
    let down = Some((
        paid,
        if paid > 0.0 {
            1.08909 * paid / (credit + paid)
        } else {
            0.0
        },
    ));
    Terms {
        application,
        credit,
        annuity: annuity(credit, months, rate),
        down,
        months,
        yield_group,
        insured,
    }
}

/// Draws the terms of a credit card.
pub(super) fn card(random: &mut Random, person: &Applicant) -> Terms {
    let limit = snap(
        random.lognormal(175_000.0 * libm::pow(person.income / 148_000.0, 0.5), 0.68),
        22_500.0,
    )
    .clamp(45_000.0, 1_350_000.0);
    let asked = if random.chance(0.45) { 0.0 } else { limit };
    let down = random.chance(0.013).then_some((0.0, 0.0));
    Terms {
        application: asked,
        credit: limit,
        annuity: limit * 0.05,
        down,
        months: 0,
        yield_group: "XNA",
        insured: false,
    }
}
