//! The row of application_train or application_test: 122 fields, or 121, from the applicant, the request, the building and the outcome.

use super::applicant::Applicant;
use super::housing;
use super::random::Random;
use super::request::Request;
use super::rows::Rows;

/// What the table shows for "not employed": a thousand years.
const NOT_EMPLOYED: i64 = 365_243;

/// Writes one row; without an outcome, it is one of application_test.
pub(super) fn write(
    rows: &mut Rows,
    client: i64,
    person: &Applicant,
    request: &Request,
    bad: Option<bool>,
    random: &mut Random,
) {
    rows.int(client);
    if let Some(bad) = bad {
        rows.flag(bad);
    }
    rows.level(if request.revolving {
        "Revolving loans"
    } else {
        "Cash loans"
    });
    rows.level(person.gender);
    rows.level(yes_no(person.car_age.is_some()));
    rows.level(yes_no(person.owns_realty));
    rows.int(person.children);
    rows.amount(person.income);
    rows.amount(request.credit);
    rows.amount(request.annuity);
    rows.optional_amount(request.goods);
    rows.optional_level(request.suite);
    rows.level(person.income_type);
    rows.level(person.education);
    rows.level(person.family_status);
    rows.level(person.housing_type);
    rows.decimal(person.region_population, 6);
    rows.int(-person.age_days);
    rows.int(person.days_employed.map_or(NOT_EMPLOYED, |days| -days));
    rows.float_int(-person.registration_days);
    rows.int(-person.identity_days);
    rows.optional_int(person.car_age);
    rows.flag(true);
    rows.flag(person.days_employed.is_some());
    rows.flag(person.work_phone);
    rows.flag(!random.chance(0.0017));
    rows.flag(person.home_phone);
    rows.flag(person.email);
    rows.optional_level(person.occupation);
    rows.float_int(person.family_members);
    rows.int(person.region_rating);
    rows.int(person.region_rating_city);
    rows.level(request.weekday);
    rows.int(request.hour);
    for mismatch in person.mismatches {
        rows.flag(mismatch);
    }
    rows.level(person.organization);
    for score in request.scores {
        rows.optional_real(score);
    }
    housing::write(rows, random, person);
    match request.social {
        Some(counts) => counts.into_iter().for_each(|count| rows.float_int(count)),
        None => (0..4).for_each(|_| rows.missing()),
    }
    rows.float_int(-person.phone_change_days);
    for document in request.documents {
        rows.flag(document);
    }
    match request.enquiries {
        Some(counts) => counts.into_iter().for_each(|count| rows.float_int(count)),
        None => (0..6).for_each(|_| rows.missing()),
    }
    rows.end_row();
}

fn yes_no(value: bool) -> &'static str {
    if value { "Y" } else { "N" }
}
