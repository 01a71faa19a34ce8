//! Levels of the application's categories and their shares, measured on the real table and rounded.

/// A level with its weight; the weights of a list need not add up to one.
pub(super) type Levels<const N: usize> = [(&'static str, f64); N];

pub(super) const INCOME_TYPE: Levels<7> = [
    ("Working", 0.6305),
    ("Commercial associate", 0.2845),
    ("State servant", 0.0848),
    ("Unemployed", 0.0001),
    ("Businessman", 0.0001),
    ("Student", 0.0001),
    ("Maternity leave", 0.00005),
];

pub(super) const HOUSING: Levels<6> = [
    ("House / apartment", 0.911),
    ("With parents", 0.028),
    ("Municipal apartment", 0.037),
    ("Rented apartment", 0.013),
    ("Office apartment", 0.008),
    ("Co-op apartment", 0.0035),
];

pub(super) const HOUSING_YOUNG: Levels<6> = [
    ("House / apartment", 0.758),
    ("With parents", 0.16),
    ("Municipal apartment", 0.035),
    ("Rented apartment", 0.033),
    ("Office apartment", 0.01),
    ("Co-op apartment", 0.004),
];

pub(super) const TYPE_SUITE: Levels<7> = [
    ("Unaccompanied", 0.8121),
    ("Family", 0.1299),
    ("Spouse, partner", 0.0375),
    ("Children", 0.0109),
    ("Other_B", 0.0057),
    ("Other_A", 0.0028),
    ("Group of people", 0.001),
];

pub(super) const WEEKDAY: Levels<7> = [
    ("TUESDAY", 0.1743),
    ("WEDNESDAY", 0.1701),
    ("MONDAY", 0.1663),
    ("THURSDAY", 0.1639),
    ("FRIDAY", 0.1621),
    ("SATURDAY", 0.1104),
    ("SUNDAY", 0.0528),
];

pub(super) const OCCUPATION_WOMEN: Levels<18> = [
    ("Sales staff", 0.143),
    ("Laborers", 0.115),
    ("Core staff", 0.108),
    ("Managers", 0.056),
    ("Accountants", 0.047),
    ("Medicine staff", 0.04),
    ("High skill tech staff", 0.037),
    ("Cooking staff", 0.026),
    ("Cleaning staff", 0.021),
    ("Private service staff", 0.013),
    ("Security staff", 0.011),
    ("Secretaries", 0.006),
    ("Waiters/barmen staff", 0.006),
    ("Drivers", 0.005),
    ("Realty agents", 0.003),
    ("HR staff", 0.003),
    ("Low-skill Laborers", 0.002),
    ("IT staff", 0.001),
];

pub(super) const OCCUPATION_MEN: Levels<18> = [
    ("Laborers", 0.306),
    ("Drivers", 0.167),
    ("Managers", 0.093),
    ("Core staff", 0.054),
    ("Security staff", 0.043),
    ("Sales staff", 0.037),
    ("High skill tech staff", 0.037),
    ("Low-skill Laborers", 0.018),
    ("Cooking staff", 0.005),
    ("IT staff", 0.004),
    ("Accountants", 0.003),
    ("Cleaning staff", 0.003),
    ("Medicine staff", 0.002),
    ("Private service staff", 0.001),
    ("Realty agents", 0.001),
    ("Secretaries", 0.001),
    ("Waiters/barmen staff", 0.001),
    ("HR staff", 0.0005),
];

/// Employers of those who work. "XNA" marks the others.
pub(super) const ORGANIZATION: Levels<57> = [
    ("Business Entity Type 3", 0.2198),
    ("Self-employed", 0.1264),
    ("Other", 0.0551),
    ("Medicine", 0.0363),
    ("Government", 0.034),
    ("Business Entity Type 2", 0.0334),
    ("School", 0.0287),
    ("Trade: type 7", 0.0259),
    ("Kindergarten", 0.0221),
    ("Construction", 0.0215),
    ("Business Entity Type 1", 0.0194),
    ("Transport: type 4", 0.0177),
    ("Trade: type 3", 0.0115),
    ("Industry: type 9", 0.0114),
    ("Industry: type 3", 0.0111),
    ("Security", 0.0102),
    ("Housing", 0.0095),
    ("Industry: type 11", 0.0087),
    ("Military", 0.0083),
    ("Bank", 0.008),
    ("Agriculture", 0.0075),
    ("Police", 0.0074),
    ("Transport: type 2", 0.0072),
    ("Postal", 0.0068),
    ("Security Ministries", 0.0061),
    ("Trade: type 2", 0.0061),
    ("Restaurant", 0.0057),
    ("Services", 0.0052),
    ("University", 0.0045),
    ("Industry: type 7", 0.0045),
    ("Industry: type 1", 0.0036),
    ("Transport: type 3", 0.0036),
    ("Electricity", 0.0035),
    ("Hotel", 0.0033),
    ("Industry: type 4", 0.0027),
    ("Industry: type 5", 0.0023),
    ("Trade: type 6", 0.0022),
    ("Telecom", 0.0019),
    ("Insurance", 0.0017),
    ("Emergency", 0.0017),
    ("Industry: type 2", 0.0016),
    ("Industry: type 12", 0.0016),
    ("Advertising", 0.0015),
    ("Culture", 0.0013),
    ("Realtor", 0.0012),
    ("Trade: type 1", 0.0011),
    ("Mobile", 0.0011),
    ("Legal Services", 0.001),
    ("Cleaning", 0.0009),
    ("Transport: type 1", 0.0008),
    ("Industry: type 10", 0.0005),
    ("Industry: type 6", 0.0004),
    ("Religion", 0.0003),
    ("Trade: type 4", 0.0002),
    ("Trade: type 5", 0.0002),
    ("Industry: type 13", 0.0002),
    ("Industry: type 8", 0.0001),
];

/// Which addresses differ, for those who work: registered/living and registered/working and living/working region,
/// then the same three for the city. Only combinations that can be true together occur.
pub(super) const MISMATCHES: [([bool; 6], f64); 9] = [
    ([false, false, false, false, false, false], 0.69),
    ([false, false, false, false, true, true], 0.172),
    ([false, false, false, true, true, false], 0.058),
    ([false, true, true, false, true, true], 0.027),
    ([false, true, true, false, false, false], 0.017),
    ([false, false, false, true, true, true], 0.01),
    ([true, true, false, true, true, false], 0.01),
    ([false, false, false, true, false, true], 0.01),
    ([true, true, true, true, true, true], 0.006),
];
