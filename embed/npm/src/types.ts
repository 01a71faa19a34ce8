/** A sentence or label in every language that Candor speaks. */
export interface Text {
  readonly en: string;
  readonly fr: string;
}

/**
 * Raw values by field name, as the data has them: `{ AMT_CREDIT: 450000, FLAG_OWN_CAR: "Y" }`. Numbers may be written
 * out as text. What is absent, `undefined`, `null`, `NaN` or `""` is missing, which is allowed for every field.
 */
export type Application = Readonly<Record<string, Value | readonly RelatedRecord[]>>;

/** A raw value. */
export type Value = number | string | boolean | null | undefined;

/**
 * A record of a related table, such as a credit with another lender: raw values by column name, and the lists of records
 * that belong to it: `{ bureau: [{ DAYS_CREDIT: -300, bureau_balance: [{ MONTHS_BALANCE: -1, STATUS: "0" }] }] }`. A list
 * that is absent is not known; one that is empty says that there are no records.
 */
export interface RelatedRecord {
  readonly [column: string]: Value | readonly RelatedRecord[];
}

/** What a model expects of an application. */
export interface Schema {
  /** Name of the table that the fields come from. */
  readonly table: string;
  /** Column that identifies a client, if there is one; it is no field. */
  readonly id: string | null;
  /** Column that tells whether the client defaulted, if there is one; it is no field. */
  readonly target: string | null;
  /** Groups in which contributions are summed before they are ranked as reasons. */
  readonly groups: readonly Group[];
  /** The raw fields that the model reads. */
  readonly fields: readonly Field[];
  /** The features computed from them, in the order of {@link Explanation.contributions}. */
  readonly features: readonly Feature[];
  /** Columns of the table that are known and deliberately not read, such as protected attributes. */
  readonly unusedColumns: readonly string[];
  /** The related tables whose records an application may carry; a parent stands before its children. */
  readonly tables: readonly RelatedTable[];
}

/** A table of related records. */
export interface RelatedTable {
  readonly name: string;
  /** What its records are called. */
  readonly label: Text;
  /** Name of the table whose records these belong to; null when they belong to the client alone. */
  readonly parent: string | null;
  readonly fields: readonly Field[];
  /** Column with the number of a record. */
  readonly key: string | null;
  /** Column with the number of the client. */
  readonly clientKey: string | null;
  /** Column with the number of the parent's record. */
  readonly parentKey: string | null;
  /** Columns that are known and not read. */
  readonly unusedColumns: readonly string[];
}

/** Features that people understand as one reason. */
export interface Group {
  readonly key: string;
  readonly label: Text;
  /** The sentence that is shown when the group raises the risk. */
  readonly reason: Text;
}

/** A raw field of an application. */
export type Field = NumberField | FlagField | CategoryField;

interface FieldBase {
  /** Column name, such as `AMT_CREDIT`. */
  readonly name: string;
  /** Key of its group. */
  readonly group: string;
  readonly label: Text;
  readonly help: Text;
  /** Unit of the shown value, if it has one. */
  readonly unit: Text | null;
  /** Whether the applicant can change the value. */
  readonly actionable: boolean;
  /** Whether it is one of the few fields that a form shows first. */
  readonly primary: boolean;
}

export interface NumberField extends FieldBase {
  readonly kind: "number";
  /** Smallest raw value allowed. */
  readonly min: number | null;
  /** Largest raw value allowed. */
  readonly max: number | null;
  /** Digits shown after the decimal point. */
  readonly decimals: number;
  /** Whether only whole raw values are allowed. */
  readonly integer: boolean;
  /** shown = raw / scale; -365.25 shows "days before the application" as years ago. */
  readonly scale: number;
  /** Raw values that mean "missing". */
  readonly sentinels: readonly number[];
}

export interface FlagField extends FieldBase {
  readonly kind: "flag";
  /** Raw text for no; `false` means the same. */
  readonly no: string;
  /** Raw text for yes; `true` means the same. */
  readonly yes: string;
}

export interface CategoryField extends FieldBase {
  readonly kind: "category";
  readonly levels: readonly { readonly value: string; readonly label: Text }[];
  /** Raw texts that mean "missing", such as `XNA`. */
  readonly missingLevels: readonly string[];
}

/** An input of the model: a raw field as it stands, or an expression over fields. */
export interface Feature {
  readonly name: string;
  readonly label: Text;
  readonly unit: Text | null;
  /** Key of its group. */
  readonly group: string;
  /** Names of the raw fields that it depends on. */
  readonly fields: readonly string[];
}

/** What the model answers for an application. */
export interface Score {
  /** Calibrated probability of default. */
  readonly probability: number;
  /** The same as log-odds: ln(p / (1 - p)). */
  readonly logOdds: number;
  /** The same on the policy's scale; more points are less risk. */
  readonly points: number;
  /** `DECLINE` from the policy's threshold on. */
  readonly decision: Decision;
  readonly riskLevel: RiskLevel;
}

export type Decision = "APPROVE" | "DECLINE";
export type RiskLevel = "LOW" | "MEDIUM" | "HIGH" | "CRITICAL";

/** A score and what it is made of: `baseValue` + the sum of `contributions` = `logOdds`, to 1e-12. */
export interface Explanation extends Score {
  /** Mean log-odds over the training population, or over the background that is compared with. */
  readonly baseValue: number;
  /** Exact Shapley values in log-odds, in the order of {@link Schema.features}. */
  readonly contributions: Float64Array;
  /** Contributions by group, largest effect first. */
  readonly groups: readonly GroupContribution[];
  /** The groups that raise the risk most, at most as many as the policy allows. */
  readonly reasons: readonly Reason[];
  /** The same in whole points, which add up as they are shown. */
  readonly waterfall: Waterfall;
}

export interface ExplainOptions {
  /**
   * `path-dependent` (the default) compares with the training population; `interventional` with the model's background,
   * which is prepared at the first call.
   */
  readonly method?: "path-dependent" | "interventional" | undefined;
}

/** What features add together, in log-odds: a symmetric matrix whose rows add up to the contributions. */
export interface Interactions {
  /** Number of rows and of columns: of {@link Schema.features}, in their order. */
  readonly size: number;
  /** Row after row: features a and b share what they add together half and half, at `a * size + b` and `b * size + a`. */
  readonly values: Float64Array;
}

export interface GroupContribution {
  /** Key of the group. */
  readonly group: string;
  /** Sum of its features' contributions; above 0, it raises the risk. */
  readonly logOdds: number;
  /** The same in points; below 0, it raises the risk. */
  readonly points: number;
}

export interface Reason extends GroupContribution {
  readonly label: Text;
  /** The reason as a sentence. */
  readonly text: Text;
  /** Names of the raw fields behind it, largest contribution first. */
  readonly fields: readonly string[];
}

/** Whole points: `base` + the sum of the steps' `points` = `total`. */
export interface Waterfall {
  readonly base: number;
  readonly steps: readonly { readonly group: string; readonly points: number }[];
  readonly total: number;
}

/** Where a model comes from, how good it is, and the policy it decides by. */
export interface ModelCard {
  readonly name: string;
  /** SHA-256 that identifies the model file, in hexadecimal. */
  readonly digest: string | null;
  /** Version of Candor that trained it. */
  readonly candorVersion: string;
  readonly algorithm: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly data: { readonly file: string; readonly rows: number; readonly sha256: string };
  /** How the rows were split, and how good the model is on each part. */
  readonly parts: readonly Part[];
  readonly policy: Policy;
  /** Features left out because they read an excluded field. */
  readonly droppedFeatures: readonly string[];
  readonly notes: readonly string[];
}

export interface Part {
  /** `train`, `validation`, `test` or `out-of-fold`. */
  readonly name: string;
  readonly rows: number;
  /** Rows that defaulted. */
  readonly bad: number;
  readonly metrics: Metrics | null;
}

export interface Metrics {
  readonly auc: Interval;
  readonly gini: Interval;
  readonly ks: Interval;
  readonly logLoss: Interval;
  readonly brier: Interval;
  /** Expected calibration error, 20 bins of equal mass. */
  readonly calibrationError: number;
  /** Cost per client at the policy's threshold. */
  readonly cost: Interval;
  /** Cost per client at the break-even threshold of the costs. */
  readonly costAtBreakEven: Interval;
  readonly costApproveAll: number;
  readonly costDeclineAll: number;
  readonly approvalRate: number;
}

/** A figure with the interval that holds 95 % of its bootstrap values. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Policy {
  /** What wrong decisions cost, relative to each other. */
  readonly costs: { readonly falseNegative: number; readonly falsePositive: number };
  /** Applications with at least this probability of default are declined. */
  readonly threshold: number;
  /** Lower bounds of MEDIUM, HIGH and CRITICAL, as probabilities. */
  readonly riskBounds: readonly [number, number, number];
  /** `points` at odds of `odds` good clients to one bad; `pdo` more points double the odds. */
  readonly scaling: { readonly points: number; readonly odds: number; readonly pdo: number };
  readonly mostReasons: number;
  /** Fields kept out of the model, and why. */
  readonly excluded: readonly { readonly field: string; readonly why: Text }[];
}
