// What a model says of itself, in the order in which embed/src/output.rs writes it.
import type { Answer } from "./answer.js";
import type { Feature, Field, Group, Interval, Metrics, ModelCard, Part, Policy, RelatedTable, Schema, Text } from "./types.js";

export function readSchema(answer: Answer): Schema {
  const name = () => answer.text();
  const table = name();
  const id = answer.optional(name);
  const target = answer.optional(name);
  const groups = answer.list((): Group => ({ key: name(), label: text(answer), reason: text(answer) }));
  const fields = answer.list(() => field(answer, groups));
  const features = answer.list(() => feature(answer, groups, fields));
  const unusedColumns = answer.list(name);
  const tables: RelatedTable[] = [];
  answer.list(() => tables.push(relatedTable(answer, groups, tables)));
  return { table, id, target, groups, fields, features, unusedColumns, tables };
}

/** A parent stands before its children. */
function relatedTable(answer: Answer, groups: readonly Group[], before: readonly RelatedTable[]): RelatedTable {
  const name = () => answer.text();
  return {
    name: name(),
    label: text(answer),
    parent: answer.optional(() => answer.oneOf(before).name),
    fields: answer.list(() => field(answer, groups)),
    key: answer.optional(name),
    clientKey: answer.optional(name),
    parentKey: answer.optional(name),
    unusedColumns: answer.list(name),
  };
}

function field(answer: Answer, groups: readonly Group[]): Field {
  const name = answer.text();
  const group = answer.oneOf(groups).key;
  const label = text(answer);
  const help = text(answer);
  const unit = answer.flag() ? text(answer) : null;
  const actionable = answer.flag();
  const primary = answer.flag();
  // Each kind is written out whole: in code that has just been loaded, spreading what they have in common takes as long as all
  // the rest.
  switch (answer.number()) {
    case 0:
      return {
        name,
        group,
        label,
        help,
        unit,
        actionable,
        primary,
        kind: "number",
        min: answer.flag() ? answer.number() : null,
        max: answer.flag() ? answer.number() : null,
        decimals: answer.number(),
        integer: answer.flag(),
        scale: answer.number(),
        sentinels: answer.list(() => answer.number()),
      };
    case 1:
      return { name, group, label, help, unit, actionable, primary, kind: "flag", no: answer.text(), yes: answer.text() };
    default:
      return {
        name,
        group,
        label,
        help,
        unit,
        actionable,
        primary,
        kind: "category",
        levels: answer.list(() => ({ value: answer.text(), label: text(answer) })),
        missingLevels: answer.list(() => answer.text()),
      };
  }
}

function feature(answer: Answer, groups: readonly Group[], fields: readonly Field[]): Feature {
  return {
    name: answer.text(),
    label: text(answer),
    unit: answer.optional(() => text(answer)),
    group: answer.oneOf(groups).key,
    fields: answer.list(() => answer.oneOf(fields).name),
  };
}

export function readCard(answer: Answer): ModelCard {
  return {
    name: answer.text(),
    digest: answer.optional(() => answer.text()),
    candorVersion: answer.text(),
    algorithm: answer.text(),
    parameters: Object.fromEntries(answer.list(() => [answer.text(), answer.text()])),
    data: { file: answer.text(), rows: answer.number(), sha256: answer.text() },
    parts: answer.list(() => part(answer)),
    policy: policy(answer),
    droppedFeatures: answer.list(() => answer.text()),
    notes: answer.list(() => answer.text()),
  };
}

function part(answer: Answer): Part {
  return {
    name: answer.text(),
    rows: answer.number(),
    bad: answer.number(),
    metrics: answer.optional(() => metrics(answer)),
  };
}

function metrics(answer: Answer): Metrics {
  return {
    auc: interval(answer),
    gini: interval(answer),
    ks: interval(answer),
    logLoss: interval(answer),
    brier: interval(answer),
    calibrationError: answer.number(),
    cost: interval(answer),
    costAtBreakEven: interval(answer),
    costApproveAll: answer.number(),
    costDeclineAll: answer.number(),
    approvalRate: answer.number(),
  };
}

function interval(answer: Answer): Interval {
  return { value: answer.number(), low: answer.number(), high: answer.number() };
}

function policy(answer: Answer): Policy {
  return {
    costs: { falseNegative: answer.number(), falsePositive: answer.number() },
    threshold: answer.number(),
    riskBounds: [answer.number(), answer.number(), answer.number()],
    scaling: { points: answer.number(), odds: answer.number(), pdo: answer.number() },
    mostReasons: answer.number(),
    excluded: answer.list(() => ({ field: answer.text(), why: text(answer) })),
  };
}

function text(answer: Answer): Text {
  return { en: answer.text(), fr: answer.text() };
}
