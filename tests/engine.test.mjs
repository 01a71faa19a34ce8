// The npm package, used as an integrator uses it: by its name in Node, from a page with a strict policy in Chromium.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { serveFiles, startBrowser } from "./browser.mjs";
import { cacheFolder, engineFolder, trainedModel } from "./support.mjs";

let model, bytes, engine;

before(async () => {
  model = trainedModel();
  bytes = readFileSync(model);
  engine = await import(pathToFileURL(join(engineFolder, "dist/node.js")).href);
});

test("the example of the README runs", () => {
  const [, example] = readFileSync(join(engineFolder, "README.md"), "utf8").match(/```js\n(.*?)```/s);
  const folder = join(cacheFolder(), "example");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "node_modules/@candor"), { recursive: true });
  symlinkSync(engineFolder, join(folder, "node_modules/@candor/engine"), "junction");
  copyFileSync(model, join(folder, "model.candor"));
  writeFileSync(join(folder, "example.mjs"), example);
  const { stdout, stderr } = spawnSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
  assert.equal(stderr, "");
  const [answer, ...rest] = stdout.trimEnd().split("\n");
  assert.match(answer, /^(APPROVE|DECLINE) \d+\.\d % \d+ points$/);
  assert.match(rest[0], /^- .+ \(-\d+ points\)$/);
  assert.match(rest.at(-2), /^AMT_CREDIT: 'much' is not a number/);
  assert.match(rest.at(-1), /^SHOE_SIZE: the model has no such field/);
});

test("a model is taken as bytes, buffer, response or file URL, and all answer the same", async () => {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const sources = [bytes, buffer, new Response(buffer), pathToFileURL(model)];
  const answers = [];
  for (const source of sources) {
    const scorer = await engine.load(source);
    answers.push(scorer.explain({ AMT_CREDIT: 450_000 }));
    scorer.free();
  }
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  await assert.rejects(engine.load("model.candor"), TypeError);
});

test("a file that is no model is a LoadError with its code", async () => {
  const damaged = Uint8Array.from(bytes);
  damaged[damaged.length >> 1] ^= 1;
  for (const [code, source] of [
    ["NOT_A_MODEL", Uint8Array.from([80, 75, 3, 4])],
    ["WRONG_LENGTH", bytes.subarray(0, bytes.length - 1)],
    ["DAMAGED", damaged],
    ["NOT_FETCHED", new Response("", { status: 404 })],
    ["NOT_FETCHED", new URL("no-such-model.candor", import.meta.url)],
  ]) {
    await assert.rejects(engine.load(source), (error) => {
      assert.ok(error instanceof engine.LoadError && error instanceof Error);
      assert.deepEqual([error.name, error.code], ["LoadError", code]);
      return error.message !== "";
    });
  }
});

test("schema and card describe the model", async () => {
  const { schema, card } = await engine.load(bytes);
  assert.equal(card.name, "test");
  assert.match(card.digest, /^[0-9a-f]{64}$/);
  assert.deepEqual(card.parts.map((part) => part.name).sort(), ["test", "train", "validation"]);
  assert.ok(card.policy.excluded.some(({ field }) => field === "CODE_GENDER"));
  assert.ok(!schema.fields.some(({ name }) => name === "CODE_GENDER"));
  const groups = new Set(schema.groups.map((group) => group.key));
  const names = new Set(schema.fields.map((field) => field.name));
  for (const { name, group, label } of [...schema.fields, ...schema.features]) {
    assert.ok(groups.has(group) && label.en && label.fr, name);
  }
  for (const feature of schema.features) assert.ok(feature.fields.every((field) => names.has(field)), feature.name);
  const kinds = new Set(schema.fields.map((field) => field.kind));
  assert.deepEqual([...kinds].sort(), ["category", "flag", "number"]);
});

test("an explanation adds up", async () => {
  const scorer = await engine.load(bytes);
  const explanation = scorer.explain({ AMT_CREDIT: 450_000, EXT_SOURCE_2: 0.05, NAME_CONTRACT_TYPE: "Cash loans" });
  assert.equal(explanation.contributions.length, scorer.schema.features.length);
  const sum = explanation.contributions.reduce((sum, value) => sum + value, explanation.baseValue);
  assert.ok(Math.abs(sum - explanation.logOdds) < 1e-12);
  const { base, steps, total } = explanation.waterfall;
  assert.equal(steps.reduce((sum, step) => sum + step.points, base), total);
  assert.ok(explanation.reasons.length > 0 && explanation.reasons.length <= scorer.card.policy.mostReasons);
});

test("in Chromium, a page with a strict content security policy loads, scores and reports errors", async (t) => {
  const server = await serveFiles({ "/engine/": engineFolder, "/model.candor": model });
  t.after(server.close);
  const browser = await startBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(server.url);
  const found = await page.evaluate(async () => {
    const { load, LoadError, ApplicationError } = await import("/engine/dist/index.js");
    const url = (path) => new URL(path, location.href);
    const scorer = await load(await fetch("/model.candor"), { engine: url("/engine/dist/wasm/candor_embed_bg.wasm") });
    const absent = await load(url("/absent.candor")).catch((error) => error);
    const { logOdds } = scorer.explain({ AMT_CREDIT: 450_000 });
    let wrong;
    try {
      scorer.score({ AMT_CREDIT: -1 });
    } catch (error) {
      wrong = error;
    }
    return {
      logOdds,
      absent: absent instanceof LoadError && absent.code,
      wrong: wrong instanceof ApplicationError && wrong.fields.map((error) => error.field),
    };
  });
  const { logOdds } = (await engine.load(bytes)).score({ AMT_CREDIT: 450_000 });
  assert.deepEqual(found, { logOdds, absent: "NOT_FETCHED", wrong: ["AMT_CREDIT"] });
});
