// Related records in JavaScript: the bits that the command line gives for the same tables, and what is said of wrong ones.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { cached, candor, engineFolder, syntheticData } from "./support.mjs";

const CLIENTS = 2000;
const PARENTS = { bureau: "SK_ID_BUREAU", previous_application: "SK_ID_PREV" };
const CHILDREN = {
  bureau_balance: "bureau",
  POS_CASH_balance: "previous_application",
  installments_payments: "previous_application",
  credit_card_balance: "previous_application",
};

let engine, scorer, applications, scores;

before(async () => {
  engine = await import(pathToFileURL(join(engineFolder, "dist/node.js")).href);
  const { folder, table } = syntheticData({ clients: CLIENTS });
  const model = cached(`records-${CLIENTS}.candor`, (path) =>
    candor("train", "--data", folder, "--output", path, "--trees", 60),
  );
  scorer = await engine.load(readFileSync(model));
  const lines = candor("score", "--model", model, "--input", table, "--format", "jsonl").trimEnd().split("\n");
  scores = new Map(lines.map((line) => JSON.parse(line)).map((score) => [Number(score.id), score]));
  applications = nested(folder, new Set(scorer.schema.fields.map(({ name }) => name)));
});

/** Each client's application with its records, those of a credit or loan nested in it. */
function nested(folder, fields) {
  const read = (name) => {
    const [header, ...rows] = readFileSync(join(folder, `${name}.csv`), "utf8").trimEnd().split("\n").map(cells);
    const value = (cell) => (cell === "" || Number.isNaN(Number(cell)) ? cell : Number(cell));
    return rows.map((row) => Object.fromEntries(header.map((column, at) => [column, value(row[at])])));
  };
  const clients = new Map();
  for (const row of read("application_train")) {
    const known = Object.entries(row).filter(([name]) => fields.has(name));
    const empty = [...Object.keys(PARENTS), ...Object.keys(CHILDREN)].map((name) => [name, []]);
    clients.set(row.SK_ID_CURR, Object.fromEntries([...known, ...empty]));
  }
  const records = new Map();
  for (const [table, key] of Object.entries(PARENTS)) {
    for (const row of read(table)) {
      clients.get(row.SK_ID_CURR)?.[table].push(row);
      records.set(`${table} ${row[key]}`, row);
    }
  }
  for (const [table, parent] of Object.entries(CHILDREN)) {
    for (const row of read(table)) {
      const record = records.get(`${parent} ${row[PARENTS[parent]]}`);
      if (record === undefined) clients.get(row.SK_ID_CURR)?.[table].push(row);
      else (record[table] ??= []).push(row);
    }
  }
  return clients;
}

/** The cells of a line of CSV. */
function cells(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
  );
}

/** Milliseconds that a call takes, the middle of many, most of them in code that the host has made fast. */
function time(call, times = 500) {
  const taken = Array.from({ length: times }, () => {
    const start = performance.now();
    call();
    return performance.now() - start;
  });
  return taken.sort((a, b) => a - b)[times >> 1];
}

/** How many records an application carries. */
function count(value) {
  return Object.values(value)
    .filter(Array.isArray)
    .reduce((sum, list) => sum + list.reduce((sum, record) => sum + 1 + count(record), 0), 0);
}

test("records give the bits of the command line", () => {
  assert.equal(applications.size, CLIENTS);
  for (const [id, application] of applications) {
    const { probability, logOdds } = scorer.score(application);
    const { probability: expected, log_odds } = scores.get(id);
    assert.deepEqual([probability, logOdds], [expected, log_odds], id);
  }
});

test("records matter, in any order, and one from after the application does not", () => {
  const [id, application] = [...applications].find(([, { bureau }]) => bureau.length > 3);
  const { log_odds: expected } = scores.get(id);
  const bureau = [...application.bureau].reverse();
  assert.equal(scorer.score({ ...application, bureau }).logOdds, expected);
  // Its months are left out: they would be from before the application, and twice there.
  const leak = { ...bureau[0], bureau_balance: [], DAYS_CREDIT: 1, AMT_CREDIT_SUM_OVERDUE: 1e9 };
  assert.equal(scorer.score({ ...application, bureau: [...bureau, leak] }).logOdds, expected);
  const changed = [...applications.values()].filter((client) => {
    return scorer.score(client).logOdds !== scorer.score({ ...client, bureau: [] }).logOdds;
  });
  assert.ok(changed.length > CLIENTS / 4, `${changed.length} clients`);
});

test("objects of other shapes give the same bits", () => {
  const [id, application] = [...applications].find(([, { previous_application }]) => previous_application.length > 3);
  const { log_odds: expected } = scores.get(id);
  const logOdds = (change) => scorer.score(change(application)).logOdds;
  const turned = (value) => {
    if (Array.isArray(value)) return value.map(turned);
    return typeof value === "object" ? Object.fromEntries(Object.entries(value).reverse().map(([k, v]) => [k, turned(v)])) : value;
  };
  assert.equal(logOdds(turned), expected, "properties in another order");
  const bare = (record, place) => Object.assign(Object.create(null), place % 2 ? { ...record, SK_ID_CURR: 1 } : record);
  const bared = (client) => ({ ...client, previous_application: client.previous_application.map(bare) });
  assert.equal(logOdds(bared), expected, "records of several shapes");
  const asking = (client) => ({
    ...client,
    get previous_application() {
      scorer.score({ AMT_CREDIT: 1e6, bureau: [{ DAYS_CREDIT: -1, CREDIT_ACTIVE: "Active" }] });
      return client.previous_application;
    },
  });
  assert.equal(logOdds(asking), expected, "a getter that scores meanwhile");
  Object.prototype.AMT_CREDIT = "of no one";
  try {
    assert.equal(logOdds((client) => client), expected, "what all objects inherit");
  } finally {
    delete Object.prototype.AMT_CREDIT;
  }
  // What one application leaves behind is not in the next.
  const { previous_application, ...without } = application;
  assert.equal(scorer.score({ AMT_CREDIT: 1 }).logOdds, scorer.score({ AMT_CREDIT: 1 }).logOdds);
  assert.equal(logOdds((client) => client), expected);
  assert.notEqual(scorer.score(without).logOdds, expected, "a table that is not there");
});

test("tables are described, and wrong records are named by their place", () => {
  const tables = scorer.schema.tables;
  assert.deepEqual(tables.find(({ name }) => name === "bureau_balance").parent, "bureau");
  assert.equal(tables.find(({ name }) => name === "bureau").key, "SK_ID_BUREAU");
  const wrong = {
    AMT_CREDIT: "much",
    bureau: [{ DAYS_CREDIT: -5 }, { DAYS_CREDIT: "soon", bureau_balance: [{ STATUS: "Z" }] }, 7],
    previous_application: [{ AMT_KREDIT: 5, bureau: [] }],
  };
  assert.throws(
    () => scorer.score(wrong),
    ({ fields }) => {
      assert.deepEqual(fields.map(({ field }) => field).sort(), [
        "AMT_CREDIT",
        "bureau[1].DAYS_CREDIT",
        "bureau[1].bureau_balance[0].STATUS",
        "bureau[2]",
        "previous_application[0].AMT_KREDIT",
        "previous_application[0].bureau",
      ]);
      return true;
    },
  );
});

test("how long raw records take", (context) => {
  const bySize = [...applications.values()].sort((a, b) => count(a) - count(b));
  const median = bySize[CLIENTS >> 1];
  const instalments = bySize
    .flatMap(({ previous_application }) => previous_application)
    .flatMap(({ installments_payments }) => installments_payments ?? []);
  const large = { ...median, installments_payments: instalments.slice(0, 2000 - count(median)) };
  for (const [what, application] of [["median", median], ["large", large]]) {
    const taken = time(() => scorer.score(application));
    context.diagnostic(`${what} client, ${count(application)} records: ${taken.toFixed(2)} ms`);
  }
});
