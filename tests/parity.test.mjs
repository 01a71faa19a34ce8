// The same model and the same rows give the same bits in the native binary, in Node and in Chromium.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { serveFiles, startBrowser } from "./browser.mjs";
import {
  columnNames,
  compareBits,
  computeNumbers,
  DECISIONS,
  parseCsv,
  readApplications,
  RISK_LEVELS,
  writeCsv,
} from "./support-parity.mjs";
import { cacheFolder, candor, engineFolder, root, syntheticData, trainedModel } from "./support.mjs";

const ROWS = 10_000;
const HOSTILE_ROWS = 500;

let model, scorer, rows, names, native;

before(async () => {
  model = trainedModel();
  const { load } = await import(pathToFileURL(join(engineFolder, "dist/node.js")).href);
  scorer = await load(pathToFileURL(model));
  names = columnNames(scorer.schema);
  const [header, ...clients] = parseCsv(readFileSync(syntheticData({ clients: ROWS }).table, "utf8"));
  const hostile = hostileRows(header, scorer.schema, HOSTILE_ROWS);
  rows = join(cacheFolder(), "parity-rows.csv");
  writeFileSync(rows, writeCsv([header, ...clients.slice(0, ROWS - hostile.length), ...hostile]));
  native = nativeNumbers();
});

test("every number that the native binary writes is compared, and the rows differ enough to prove something", () => {
  assert.equal(native.length, ROWS * names.length);
  assert.ok(scorer.schema.features.length > 50);
  const distinct = (name) => {
    const column = names.indexOf(name);
    return new Set(native.filter((_, place) => place % names.length === column)).size;
  };
  assert.ok(distinct("log_odds") > 0.9 * ROWS);
  assert.equal(distinct("decision"), DECISIONS.length);
  assert.equal(distinct("risk_level"), RISK_LEVELS.length);
});

test("the comparison finds a change of one unit in the last place, and the sign of zero", () => {
  const changed = native.slice();
  const place = 1234 * names.length + names.length - 1;
  new BigUint64Array(changed.buffer)[place] ^= 1n;
  const { rows, differing, first } = compareBits(native, changed, names);
  assert.deepEqual([rows, differing], [ROWS, 1]);
  assert.match(first, new RegExp(`^row 1234, ${names.at(-1)}: `));
  assert.equal(compareBits(Float64Array.of(0), Float64Array.of(-0), ["x"]).differing, 1);
});

test("10,000 rows have the same bits in Node", (t) => {
  const applications = readApplications(readFileSync(rows, "utf8"), scorer.schema);
  const started = performance.now();
  const found = computeNumbers(scorer, applications);
  t.diagnostic(`${micros(performance.now() - started, applications.length)} per row scored and explained in Node`);
  assert.deepEqual(compareBits(native, found, names), { rows: ROWS, differing: 0, first: null });
});

for (const [build, file] of [
  ["with vectors", "candor_embed_simd_bg.wasm"],
  ["without vectors", "candor_embed_bg.wasm"],
]) test(`10,000 rows have the same bits in Chromium, ${build}`, async (t) => {
  const server = await serveFiles({
    "/engine/": engineFolder,
    "/tests/": join(root, "tests"),
    "/model.candor": model,
    "/rows.csv": rows,
    "/native.f64": new Uint8Array(native.buffer),
  });
  t.after(server.close);
  const browser = await startBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(server.url);
  const { milliseconds, ...comparison } = await page.evaluate(async (file) => {
    const { load } = await import("/engine/dist/index.js");
    const { columnNames, compareBits, computeNumbers, readApplications } = await import("/tests/support-parity.mjs");
    const [scorer, csv, bytes] = await Promise.all([
      load(new URL("/model.candor", location.href), { engine: new URL(`/engine/dist/wasm/${file}`, location.href) }),
      fetch("/rows.csv").then((response) => response.text()),
      fetch("/native.f64").then((response) => response.arrayBuffer()),
    ]);
    const applications = readApplications(csv, scorer.schema);
    const started = performance.now();
    const found = computeNumbers(scorer, applications);
    const milliseconds = performance.now() - started;
    return { milliseconds, ...compareBits(new Float64Array(bytes), found, columnNames(scorer.schema)) };
  }, file);
  t.diagnostic(`${micros(milliseconds, ROWS)} per row scored and explained in Chromium ${browser.version()}`);
  assert.deepEqual(comparison, { rows: ROWS, differing: 0, first: null });
});

test("what the native binary refuses, the engine refuses with the same words", () => {
  const { fields } = scorer.schema;
  // No commas: that 1,5 is one and a half is something that a table tells, and one value cannot.
  const wrong = { number: ["much", "1e999", "-1e300", "1.5.2"], flag: ["perhaps", "2"], category: ["no such level", "7"] };
  const refused = fields.flatMap((field) => wrong[field.kind].map((text) => ({ [field.name]: text })));
  const header = fields.map((field) => field.name);
  const input = join(cacheFolder(), "refused-rows.csv");
  writeFileSync(input, writeCsv([header, ...refused.map((row) => header.map((name) => row[name] ?? ""))]));
  const [titles, ...answers] = parseCsv(candor("score", "--model", model, "--input", input, "--bad-rows", "report"));
  assert.equal(answers.length, refused.length);
  let refusals = 0;
  refused.forEach((application, row) => {
    const said = answers[row][titles.indexOf("error")];
    let message = "";
    try {
      scorer.score(application);
    } catch (error) {
      assert.equal(error.name, "ApplicationError");
      message = error.message;
      refusals += 1;
    }
    assert.equal(said, message, JSON.stringify(application));
  });
  assert.ok(refusals > refused.length / 2, `only ${refusals} of ${refused.length} were refused`);
});

/** What `candor score` and `candor explain` write for the rows, in the order of `names`. */
function nativeNumbers() {
  const csv = (command) => parseCsv(candor(command, "--model", model, "--input", rows));
  const [[scoreNames, ...scores], [explainNames, ...explanations]] = [csv("score"), csv("explain")];
  assert.deepEqual([...scoreNames.slice(1), ...explainNames.slice(1)], names);
  const numbers = scores.flatMap((score, row) => {
    assert.equal(score[0], explanations[row][0], `ids of row ${row}`);
    const [probability, logOdds, points, decision, riskLevel] = score.slice(1);
    const codes = [DECISIONS.indexOf(decision), RISK_LEVELS.indexOf(riskLevel)];
    assert.ok(codes.every((code) => code >= 0) && ![...score, ...explanations[row]].includes(""), `row ${row}`);
    return [probability, logOdds, points, ...codes, ...explanations[row].slice(1)].map(Number);
  });
  return Float64Array.from(numbers);
}

/** Rows of values that every field allows and that code easily treats in two ways; the first one knows nothing. */
function hostileRows(header, schema, count) {
  const random = generator(20_261_120);
  const fields = new Map(schema.fields.map((field) => [field.name, hostileTexts(field)]));
  return Array.from({ length: count }, (_, row) => {
    const share = row === 0 ? 1 : random();
    return header.map((name) => {
      if (name === schema.id) return String(9_000_000 + row);
      const texts = fields.get(name);
      return texts === undefined || random() < share ? "" : texts[Math.floor(random() * texts.length)];
    });
  });
}

function hostileTexts(field) {
  switch (field.kind) {
    case "category":
      return [...field.levels.map((level) => level.value), ...field.missingLevels];
    case "flag":
      return [field.no, field.yes, "NA"];
    case "number": {
      const bounds = [field.min, field.max].filter((bound) => bound !== null).flatMap((bound) => {
        return [bound, nextTo(bound, -1n), nextTo(bound, 1n)];
      });
      const anywhere = [0, -0, 1, -1, 0.1 + 0.2, 1 / 3, -2 / 3, 5e-324, -5e-324, 1e-35, 2 ** 53, 123_456_789, -365.25];
      const huge = [1e300, -1e300, Number.MAX_VALUE, -Number.MAX_VALUE];
      const fits = (value) =>
        (field.min ?? -Infinity) <= value &&
        value <= (field.max ?? Infinity) &&
        (!field.integer || Number.isInteger(value));
      const values = [...bounds, ...anywhere, ...huge].filter(fits).concat(field.sentinels);
      return values.map((value) => (Object.is(value, -0) ? "-0" : String(value))).concat("NaN", " ");
    }
  }
}

/** The number whose bits are one more or one less; next to 0 there are the smallest ones. */
function nextTo(number, step) {
  if (number === 0) return step < 0n ? -5e-324 : 5e-324;
  const value = Float64Array.of(number);
  new BigInt64Array(value.buffer)[0] += step;
  return value[0];
}

/** Numbers from 0 to 1 that only look random (mulberry32). */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function micros(milliseconds, rows) {
  return `${((1000 * milliseconds) / rows).toFixed(0)} µs`;
}
