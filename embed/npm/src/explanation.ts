// Answers about an application, in the order in which embed/src/output.rs writes them.
import type { Answer } from "./answer.js";
import type {
  Decision,
  Explanation,
  Field,
  Group,
  GroupContribution,
  Interactions,
  Reason,
  RiskLevel,
  Schema,
  Score,
  Waterfall,
} from "./types.js";

const DECISIONS: readonly Decision[] = ["APPROVE", "DECLINE"];
const RISK_LEVELS: readonly RiskLevel[] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];

export function readScore(answer: Answer): Score {
  return {
    probability: answer.number(),
    logOdds: answer.number(),
    points: answer.number(),
    decision: answer.oneOf(DECISIONS),
    riskLevel: answer.oneOf(RISK_LEVELS),
  };
}

export function readExplanation(answer: Answer, { groups, fields }: Schema): Explanation {
  return {
    ...readScore(answer),
    baseValue: answer.number(),
    contributions: answer.numbers(),
    groups: answer.list(() => contribution(answer, answer.oneOf(groups))),
    reasons: answer.list(() => reason(answer, groups, fields)),
    waterfall: waterfall(answer, groups),
  };
}

export function readInteractions(answer: Answer): Interactions {
  return { size: answer.number(), values: answer.numbers() };
}

function contribution(answer: Answer, { key }: Group): GroupContribution {
  return { group: key, logOdds: answer.number(), points: answer.number() };
}

function reason(answer: Answer, groups: readonly Group[], fields: readonly Field[]): Reason {
  const { key, label, reason } = answer.oneOf(groups);
  return {
    group: key,
    // An answer is its reader's own: what is done to it must not be seen in the schema.
    label: { ...label },
    text: { ...reason },
    logOdds: answer.number(),
    points: answer.number(),
    fields: answer.list(() => answer.oneOf(fields).name),
  };
}

function waterfall(answer: Answer, groups: readonly Group[]): Waterfall {
  return {
    base: answer.number(),
    steps: answer.list(() => ({ group: answer.oneOf(groups).key, points: answer.number() })),
    total: answer.number(),
  };
}
