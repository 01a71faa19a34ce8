//! Levels of the previous applications' categories and their shares, measured on the real table and rounded.

use super::levels::Levels;

pub(super) const WEEKDAY: Levels<7> = [
    ("TUESDAY", 0.1573),
    ("FRIDAY", 0.1533),
    ("WEDNESDAY", 0.152),
    ("MONDAY", 0.1511),
    ("THURSDAY", 0.1482),
    ("SATURDAY", 0.1414),
    ("SUNDAY", 0.0968),
];

pub(super) const SUITE: Levels<7> = [
    ("Unaccompanied", 0.6081),
    ("Family", 0.2459),
    ("Spouse, partner", 0.0759),
    ("Children", 0.0356),
    ("Other_B", 0.0211),
    ("Other_A", 0.0105),
    ("Group of people", 0.0029),
];

/// What a refused or approved cash loan was for; most never say.
pub(super) const PURPOSE: Levels<21> = [
    ("Repairs", 0.34),
    ("Other", 0.2),
    ("Urgent needs", 0.13),
    ("Buying a used car", 0.05),
    ("Everyday expenses", 0.042),
    ("Building a house or an annex", 0.037),
    ("Payments on other loans", 0.037),
    ("Medicine", 0.032),
    ("Education", 0.02),
    ("Buying a new car", 0.015),
    ("Buying a holiday home / land", 0.015),
    ("Car repairs", 0.013),
    ("Journey", 0.012),
    ("Purchase of electronic equipment", 0.012),
    ("Buying a home", 0.012),
    ("Furniture", 0.01),
    ("Wedding / gift / holiday", 0.008),
    ("Business development", 0.007),
    ("Gasification / water supply", 0.003),
    ("Hobby", 0.002),
    ("Buying a garage", 0.001),
];

pub(super) const REJECTED_CASH: Levels<6> = [
    ("HC", 0.741),
    ("LIMIT", 0.123),
    ("SCO", 0.071),
    ("SCOFR", 0.037),
    ("VERIF", 0.017),
    ("XNA", 0.01),
];
pub(super) const REJECTED_CONSUMER: Levels<6> = [
    ("LIMIT", 0.42),
    ("HC", 0.287),
    ("SCO", 0.248),
    ("XNA", 0.027),
    ("VERIF", 0.01),
    ("SCOFR", 0.007),
];
pub(super) const REJECTED_CARD: Levels<7> = [
    ("HC", 0.72),
    ("SCOFR", 0.115),
    ("LIMIT", 0.085),
    ("SCO", 0.05),
    ("XNA", 0.021),
    ("SYSTEM", 0.006),
    ("VERIF", 0.004),
];

pub(super) const CHANNEL_CASH: Levels<7> = [
    ("Credit and cash offices", 0.772),
    ("Country-wide", 0.094),
    ("AP+ (Cash loan)", 0.067),
    ("Contact center", 0.051),
    ("Stone", 0.006),
    ("Regional / Local", 0.005),
    ("Channel of corporate sales", 0.004),
];
pub(super) const CHANNEL_CONSUMER: Levels<4> = [
    ("Country-wide", 0.576),
    ("Stone", 0.282),
    ("Regional / Local", 0.142),
    ("Car dealer", 0.0004),
];
pub(super) const CHANNEL_CARD: Levels<7> = [
    ("Credit and cash offices", 0.555),
    ("Country-wide", 0.199),
    ("Contact center", 0.08),
    ("AP+ (Cash loan)", 0.074),
    ("Regional / Local", 0.048),
    ("Stone", 0.036),
    ("Channel of corporate sales", 0.008),
];
/// Where offers go that nobody takes up.
pub(super) const CHANNEL_CANCELED: Levels<4> = [
    ("Credit and cash offices", 0.87),
    ("Contact center", 0.115),
    ("AP+ (Cash loan)", 0.01),
    ("Country-wide", 0.005),
];

/// Goods with the industry that sells them and the family of the product's name.
pub(super) const GOODS: [((&str, &str, &str), f64); 24] = [
    (("Mobile", "Connectivity", "mobile"), 0.295),
    (("Consumer Electronics", "Consumer electronics", "household"), 0.175),
    (("Computers", "Consumer electronics", "household"), 0.141),
    (("Audio/Video", "Consumer electronics", "household"), 0.14),
    (("Furniture", "Furniture", "industry"), 0.079),
    (("Construction Materials", "Construction", "industry"), 0.039),
    (("Clothing and Accessories", "Clothing", "industry"), 0.038),
    (("Photo / Cinema Equipment", "Consumer electronics", "household"), 0.033),
    (("Auto Accessories", "Auto technology", "other"), 0.011),
    (("Jewelry", "Jewelry", "other"), 0.009),
    (("Homewares", "Industry", "industry"), 0.007),
    (("Medical Supplies", "Industry", "other"), 0.006),
    (("Vehicles", "Auto technology", "other"), 0.004),
    (("Gardening", "Industry", "other"), 0.004),
    (("Sport and Leisure", "Industry", "other"), 0.004),
    (("Office Appliances", "Industry", "other"), 0.003),
    (("Tourism", "Tourism", "other"), 0.003),
    (("Other", "Industry", "other"), 0.003),
    (("Medicine", "Industry", "other"), 0.002),
    (("Direct Sales", "MLM partners", "other"), 0.001),
    (("Fitness", "Industry", "other"), 0.001),
    (("Weapon", "Industry", "other"), 0.0003),
    (("Additional Service", "Industry", "other"), 0.0002),
    (("Education", "Industry", "other"), 0.0001),
];

/// Yield groups of cash loans by their months: the shares of high, middle, low_normal and low_action.
pub(super) const YIELD_CASH: Levels<4> = [
    ("high", 0.277),
    ("middle", 0.424),
    ("low_normal", 0.27),
    ("low_action", 0.028),
];
pub(super) const YIELD_CONSUMER: Levels<4> = [
    ("high", 0.25),
    ("middle", 0.345),
    ("low_normal", 0.3),
    ("low_action", 0.105),
];
/// Telephones are sold at higher rates.
pub(super) const YIELD_MOBILE: Levels<4> = [
    ("high", 0.62),
    ("middle", 0.18),
    ("low_normal", 0.19),
    ("low_action", 0.01),
];

pub(super) const MONTHS_CASH: [(i64, f64); 10] = [
    (12, 0.27),
    (24, 0.185),
    (18, 0.14),
    (36, 0.13),
    (48, 0.085),
    (6, 0.077),
    (60, 0.058),
    (30, 0.036),
    (42, 0.017),
    (54, 0.005),
];
pub(super) const MONTHS_CASH_REFUSED: [(i64, f64); 9] = [
    (12, 0.1),
    (24, 0.16),
    (18, 0.07),
    (36, 0.24),
    (48, 0.17),
    (6, 0.03),
    (60, 0.19),
    (30, 0.02),
    (42, 0.02),
];
pub(super) const MONTHS_CONSUMER: [(i64, f64); 10] = [
    (12, 0.321),
    (6, 0.244),
    (10, 0.196),
    (24, 0.082),
    (8, 0.044),
    (4, 0.038),
    (18, 0.035),
    (14, 0.012),
    (16, 0.007),
    (36, 0.007),
];
