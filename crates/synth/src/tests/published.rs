//! Published figures of the Home Credit Default Risk competition (Kaggle, 2018).
//!
//! They are counts, shares and means that the competition's data page and public notebooks report: numbers of rows, of
//! missing values, of levels, of clients with records. Train and test clients count together, but for the application.
//! They are typed in, rounded; no row of the data is needed or held.

/// Rows of each table. All must come within 5 %.
pub(super) const ROWS: [(&str, f64); 6] = [
    ("bureau", 1_716_428.0),
    ("bureau_balance", 27_299_925.0),
    ("previous_application", 1_670_214.0),
    ("POS_CASH_balance", 10_001_358.0),
    ("installments_payments", 13_605_401.0),
    ("credit_card_balance", 3_840_312.0),
];

/// Clients with rows in a table, and contracts (loans, credits, cards) in it.
pub(super) const CLIENTS: [(&str, f64); 5] = [
    ("bureau", 305_811.0),
    ("previous_application", 338_857.0),
    ("POS_CASH_balance", 337_252.0),
    ("installments_payments", 339_587.0),
    ("credit_card_balance", 103_558.0),
];
pub(super) const CONTRACTS: [(&str, &str, f64); 4] = [
    ("bureau_balance", "SK_ID_BUREAU", 817_395.0),
    ("POS_CASH_balance", "SK_ID_PREV", 936_325.0),
    ("installments_payments", "SK_ID_PREV", 997_752.0),
    ("credit_card_balance", "SK_ID_PREV", 104_307.0),
];

/// Share of contracts with monthly records whose own row is not there.
pub(super) const ORPHANS: [(&str, &str, &str, f64); 3] = [
    ("bureau_balance", "SK_ID_BUREAU", "bureau", 0.0527),
    ("POS_CASH_balance", "SK_ID_PREV", "previous_application", 0.04),
    ("credit_card_balance", "SK_ID_PREV", "previous_application", 0.109),
];

/// Share of rows without a value.
pub(super) const MISSING: [(&str, &str, f64); 36] = [
    ("application_train", "EXT_SOURCE_1", 0.5638),
    ("application_train", "EXT_SOURCE_3", 0.1983),
    ("application_train", "OCCUPATION_TYPE", 0.3135),
    ("application_train", "OWN_CAR_AGE", 0.6599),
    ("application_train", "COMMONAREA_AVG", 0.6987),
    ("application_train", "APARTMENTS_AVG", 0.5075),
    ("application_train", "FLOORSMAX_MODE", 0.4976),
    ("application_train", "EMERGENCYSTATE_MODE", 0.474),
    ("application_train", "AMT_REQ_CREDIT_BUREAU_YEAR", 0.135),
    ("bureau", "DAYS_CREDIT_ENDDATE", 0.0615),
    ("bureau", "DAYS_ENDDATE_FACT", 0.3692),
    ("bureau", "AMT_CREDIT_MAX_OVERDUE", 0.6551),
    ("bureau", "AMT_CREDIT_SUM_DEBT", 0.1501),
    ("bureau", "AMT_CREDIT_SUM_LIMIT", 0.3448),
    ("bureau", "AMT_ANNUITY", 0.7147),
    ("bureau", "AMT_CREDIT_SUM", 0.0),
    ("previous_application", "AMT_ANNUITY", 0.2229),
    ("previous_application", "AMT_DOWN_PAYMENT", 0.5364),
    ("previous_application", "AMT_GOODS_PRICE", 0.2308),
    ("previous_application", "RATE_INTEREST_PRIMARY", 0.9964),
    ("previous_application", "NAME_TYPE_SUITE", 0.4912),
    ("previous_application", "CNT_PAYMENT", 0.2229),
    ("previous_application", "PRODUCT_COMBINATION", 0.0002),
    ("previous_application", "DAYS_FIRST_DRAWING", 0.403),
    ("previous_application", "DAYS_TERMINATION", 0.403),
    ("POS_CASH_balance", "CNT_INSTALMENT", 0.0026),
    ("POS_CASH_balance", "SK_DPD", 0.0),
    ("installments_payments", "DAYS_ENTRY_PAYMENT", 0.0002),
    ("installments_payments", "AMT_INSTALMENT", 0.0),
    ("credit_card_balance", "AMT_DRAWINGS_ATM_CURRENT", 0.1952),
    ("credit_card_balance", "AMT_PAYMENT_CURRENT", 0.2),
    ("credit_card_balance", "CNT_DRAWINGS_POS_CURRENT", 0.1952),
    ("credit_card_balance", "AMT_INST_MIN_REGULARITY", 0.0795),
    ("credit_card_balance", "CNT_INSTALMENT_MATURE_CUM", 0.0795),
    ("credit_card_balance", "AMT_BALANCE", 0.0),
    ("bureau_balance", "STATUS", 0.0),
];

/// Share of rows with a level.
pub(super) const LEVELS: [(&str, &str, &str, f64); 37] = [
    ("application_train", "NAME_CONTRACT_TYPE", "Revolving loans", 0.0952),
    ("application_train", "CODE_GENDER", "F", 0.6583),
    ("application_train", "NAME_INCOME_TYPE", "Pensioner", 0.18),
    ("application_train", "NAME_EDUCATION_TYPE", "Higher education", 0.2434),
    ("application_train", "NAME_FAMILY_STATUS", "Married", 0.6388),
    ("application_train", "NAME_HOUSING_TYPE", "House / apartment", 0.8873),
    ("application_train", "ORGANIZATION_TYPE", "XNA", 0.18),
    ("bureau", "CREDIT_ACTIVE", "Closed", 0.6288),
    ("bureau", "CREDIT_ACTIVE", "Active", 0.3674),
    ("bureau", "CREDIT_ACTIVE", "Sold", 0.0038),
    ("bureau", "CREDIT_TYPE", "Consumer credit", 0.7292),
    ("bureau", "CREDIT_TYPE", "Credit card", 0.2343),
    ("bureau", "CREDIT_TYPE", "Car loan", 0.0161),
    ("bureau", "CREDIT_TYPE", "Mortgage", 0.0107),
    ("bureau", "CREDIT_CURRENCY", "currency 1", 0.9992),
    ("bureau_balance", "STATUS", "C", 0.4999),
    ("bureau_balance", "STATUS", "0", 0.2747),
    ("bureau_balance", "STATUS", "X", 0.2128),
    ("bureau_balance", "STATUS", "1", 0.0089),
    ("bureau_balance", "STATUS", "5", 0.0023),
    ("bureau_balance", "STATUS", "2", 0.0009),
    ("previous_application", "NAME_CONTRACT_TYPE", "Cash loans", 0.4476),
    ("previous_application", "NAME_CONTRACT_TYPE", "Consumer loans", 0.4366),
    ("previous_application", "NAME_CONTRACT_TYPE", "Revolving loans", 0.1157),
    ("previous_application", "NAME_CONTRACT_STATUS", "Approved", 0.6207),
    ("previous_application", "NAME_CONTRACT_STATUS", "Canceled", 0.1894),
    ("previous_application", "NAME_CONTRACT_STATUS", "Refused", 0.174),
    ("previous_application", "NAME_CONTRACT_STATUS", "Unused offer", 0.0158),
    ("previous_application", "CODE_REJECT_REASON", "XAP", 0.8101),
    ("previous_application", "NAME_CLIENT_TYPE", "Repeater", 0.7372),
    ("previous_application", "NAME_PORTFOLIO", "POS", 0.4137),
    ("POS_CASH_balance", "NAME_CONTRACT_STATUS", "Active", 0.915),
    ("POS_CASH_balance", "NAME_CONTRACT_STATUS", "Completed", 0.0745),
    ("POS_CASH_balance", "NAME_CONTRACT_STATUS", "Signed", 0.0087),
    ("credit_card_balance", "NAME_CONTRACT_STATUS", "Active", 0.9631),
    ("credit_card_balance", "NAME_CONTRACT_STATUS", "Completed", 0.0336),
    ("credit_card_balance", "NAME_CONTRACT_STATUS", "Signed", 0.0029),
];

/// Means, without the sentinel 365243. All must come within 15 %.
pub(super) const MEANS: [(&str, &str, f64); 20] = [
    ("application_train", "AMT_INCOME_TOTAL", 168_798.0),
    ("application_train", "AMT_CREDIT", 599_026.0),
    ("application_train", "AMT_ANNUITY", 27_109.0),
    ("application_train", "DAYS_BIRTH", -16_037.0),
    ("application_train", "EXT_SOURCE_2", 0.5144),
    ("application_train", "EXT_SOURCE_3", 0.5109),
    ("application_train", "CNT_FAM_MEMBERS", 2.153),
    ("bureau", "DAYS_CREDIT", -1_142.0),
    ("bureau", "DAYS_ENDDATE_FACT", -1_017.0),
    ("bureau", "AMT_CREDIT_SUM", 354_995.0),
    ("bureau_balance", "MONTHS_BALANCE", -30.7),
    ("previous_application", "DAYS_DECISION", -880.7),
    ("previous_application", "AMT_ANNUITY", 15_955.0),
    ("previous_application", "AMT_APPLICATION", 175_234.0),
    ("previous_application", "AMT_CREDIT", 196_114.0),
    ("previous_application", "CNT_PAYMENT", 16.05),
    ("POS_CASH_balance", "MONTHS_BALANCE", -35.0),
    ("POS_CASH_balance", "CNT_INSTALMENT", 17.09),
    ("installments_payments", "DAYS_INSTALMENT", -1_042.3),
    ("credit_card_balance", "AMT_CREDIT_LIMIT_ACTUAL", 153_808.0),
];

/// Bad rate of all clients, of those whom the bureau does not know, and over previous applications by their fate.
pub(super) const BAD_RATE: f64 = 0.0807;
pub(super) const BAD_RATE_UNKNOWN: f64 = 0.101;
pub(super) const BAD_RATES: [(&str, f64); 3] = [("Approved", 0.076), ("Canceled", 0.0917), ("Refused", 0.12)];
