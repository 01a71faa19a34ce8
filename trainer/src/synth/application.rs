//! The row of application_train: 122 fields from the applicant, the request, the building and the outcome.

use super::applicant::Applicant;
use super::housing;
use super::random::Random;
use super::request::Request;
use super::writer::Table;

/// What the table shows for "not employed": a thousand years.
const NOT_EMPLOYED: i64 = 365_243;

/// Writes one row.
pub(super) fn write(
    table: &mut Table,
    client: i64,
    person: &Applicant,
    request: &Request,
    bad: bool,
    random: &mut Random,
) {
    table.int(client);
    table.flag(bad);
    table.text(if request.revolving {
        "Revolving loans"
    } else {
        "Cash loans"
    });
    table.text(person.gender);
    table.text(yes_no(person.car_age.is_some()));
    table.text(yes_no(person.owns_realty));
    table.int(person.children);
    table.amount(person.income);
    table.amount(request.credit);
    table.amount(request.annuity);
    table.optional_amount(request.goods);
    table.optional_text(request.suite);
    table.text(person.income_type);
    table.text(person.education);
    table.text(person.family_status);
    table.text(person.housing_type);
    table.decimal(person.region_population, 6);
    table.int(-person.age_days);
    table.int(person.days_employed.map_or(NOT_EMPLOYED, |days| -days));
    table.float_int(-person.registration_days);
    table.int(-person.identity_days);
    table.optional_int(person.car_age);
    table.flag(true);
    table.flag(person.days_employed.is_some());
    table.flag(person.work_phone);
    table.flag(!random.chance(0.0017));
    table.flag(person.home_phone);
    table.flag(person.email);
    table.optional_text(person.occupation);
    table.float_int(person.family_members);
    table.int(person.region_rating);
    table.int(person.region_rating_city);
    table.text(request.weekday);
    table.int(request.hour);
    for mismatch in person.mismatches {
        table.flag(mismatch);
    }
    table.text(person.organization);
    for score in request.scores {
        table.optional_real(score);
    }
    housing::write(table, random, person);
    match request.social {
        Some(counts) => counts.into_iter().for_each(|count| table.float_int(count)),
        None => (0..4).for_each(|_| table.missing()),
    }
    table.float_int(-person.phone_change_days);
    for document in request.documents {
        table.flag(document);
    }
    match request.enquiries {
        Some(counts) => counts.into_iter().for_each(|count| table.float_int(count)),
        None => (0..6).for_each(|_| table.missing()),
    }
    table.end_row();
}

fn yes_no(value: bool) -> &'static str {
    if value { "Y" } else { "N" }
}
