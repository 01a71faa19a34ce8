// The npm package, used as an integrator uses it: by its name in Node, from a page with a strict policy in Chromium.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { serveFiles, startBrowser } from "./browser.mjs";
import { cacheFolder, candor, engineFolder, trainedModel } from "./support.mjs";

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

test("a signed model is the same model, and damaged signatures are damage", async () => {
  const fixture = (name) => readFileSync(new URL(`../crates/cli/tests/from_outside/fixtures/signature/${name}.model`, import.meta.url));
  const [plain, signed] = [fixture("plain"), fixture("signed")];
  const answers = [];
  for (const source of [plain, signed]) {
    const scorer = await engine.load(source);
    answers.push([scorer.card, scorer.score({})]);
    scorer.free();
  }
  assert.deepEqual(answers[1], answers[0]);
  for (const [code, source] of [
    ["DAMAGED", signed.subarray(0, signed.length - 1)],
    ["WRONG_LENGTH", Uint8Array.from([...plain, 1])],
  ]) {
    await assert.rejects(engine.load(source), { name: "LoadError", code });
  }
  // The keys of tests 1 and 2 of RFC 8032, section 7.1, and one that has not signed.
  const [first, second, other] = ["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "0".repeat(64)];
  for (const trustedKeys of [[first], [other, second.toUpperCase()]]) {
    (await engine.load(signed, { trustedKeys })).free();
  }
  const [wrong, wrongKey] = [Uint8Array.from(signed), Uint8Array.from(signed)];
  wrong[signed.length - 1] ^= 1;
  wrongKey[plain.length + 12] ^= 1;
  for (const [words, source, trustedKeys] of [
    [/not signed/, plain, [first]],
    [/none of the trusted keys/, signed, [other]],
    [/none of the trusted keys/, signed, []],
    [new RegExp(`key ${first} does not match`), wrong, [second]],
    [/does not match/, wrongKey, [first]],
  ]) {
    await assert.rejects(engine.load(source, { trustedKeys }), (error) => {
      assert.equal(error.code, "NOT_TRUSTED");
      return words.test(error.message);
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

test("schema and card hold every value that the command line reads in the file", async () => {
  const { schema, card } = await engine.load(bytes);
  const found = JSON.parse(candor("inspect", "--json", model), (key, value) => {
    if (key === "parameters" || typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    return Object.fromEntries(Object.entries(value).map(([name, value]) => [camel(name), value]));
  });
  const { groups, fields, id, table, target, unusedColumns } = found.schema;
  const grouped = ({ group, ...rest }) => ({ ...rest, group: groups[group].key });
  assert.deepEqual(card, { ...found.card, digest: found.digest, policy: found.policy });
  assert.deepEqual(schema, {
    ...{ groups, id, table, target, unusedColumns, tables: [] },
    fields: fields.map(({ change, kind, ...field }) => {
      const [[name, properties]] = Object.entries(kind);
      return { ...grouped(field), actionable: change === "actionable", kind: name, ...properties };
    }),
    features: found.features.map(({ source, imputed, ...feature }, index) => {
      const behind = schema.features[index].fields;
      if (source.field !== undefined && imputed === null) assert.deepEqual(behind, [fields[source.field].name]);
      return { ...grouped(feature), fields: behind };
    }),
  });
  for (const absent of [true, false]) assert.ok(schema.fields.some(({ unit }) => (unit === null) === absent));
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

test("groups, reasons and steps of an explanation name the same groups, in the words of the schema", async () => {
  const scorer = await engine.load(bytes);
  const { schema } = scorer;
  const { groups, reasons, waterfall, contributions } = scorer.explain({ AMT_CREDIT: 450_000, EXT_SOURCE_2: 0.05 });
  for (const { group, logOdds } of groups) {
    const parts = contributions.filter((_, feature) => schema.features[feature].group === group);
    assert.ok(Math.abs(parts.reduce((sum, part) => sum + part, 0) - logOdds) < 1e-12, group);
  }
  const keys = groups.map(({ group }) => group);
  assert.deepEqual(waterfall.steps.map(({ group }) => group), keys);
  for (const { group, label, text, logOdds, points, fields } of reasons) {
    const { key, ...words } = schema.groups.find(({ key }) => key === group);
    assert.deepEqual({ label, reason: text }, words);
    assert.deepEqual({ group, logOdds, points }, groups[keys.indexOf(group)]);
    assert.ok(logOdds > 0 && fields.every((name) => schema.fields.some((field) => field.name === name)));
    assert.ok(fields.length > 0);
  }
});

test("all wrong values are listed by the names they were given, and nothing is scored", async () => {
  const scorer = await engine.load(bytes);
  const wrong = {
    AMT_CREDIT: -5,
    EXT_SOURCE_2: "much",
    FLAG_OWN_CAR: "perhaps",
    NAME_CONTRACT_TYPE: ["Cash loans"],
    AMT_ANNUITY: 1n,
    "SHOE\nSIZE": 43,
    "\ud83d": "\ude42",
  };
  for (const ask of ["score", "explain", "interactions"]) {
    assert.throws(
      () => scorer[ask](wrong),
      (error) => {
        assert.ok(error instanceof engine.ApplicationError && error.name === "ApplicationError");
        assert.deepEqual(error.fields.map(({ field }) => field).sort(), Object.keys(wrong).sort());
        assert.ok(error.fields.every(({ message }) => message.length > 20));
        assert.equal(error.message, error.fields.map(({ field, message }) => `${field}: ${message}`).join("\n"));
        return true;
      },
    );
  }
});

test("what is no plain object is refused and not scored as missing", async () => {
  const scorer = await engine.load(bytes);
  const map = new Map([["AMT_CREDIT", 1]]);
  const refused = [[], "AMT_CREDIT", 1, null, undefined, map, () => 1, new Date(), Promise.resolve({}), new (class {})()];
  for (const value of refused) assert.throws(() => scorer.score(value), TypeError, String(value));
  const nothing = scorer.score({});
  for (const value of [Object.create(null), { AMT_CREDIT: undefined }, { AMT_CREDIT: NaN }, { AMT_CREDIT: "" }]) {
    assert.deepEqual(scorer.score(value), nothing);
  }
});

test("an error thrown while reading an application comes through and leaves the scorer usable", async () => {
  const scorer = await engine.load(bytes);
  const mine = new RangeError("mine");
  const fail = () => {
    throw mine;
  };
  const application = Object.defineProperty({}, "AMT_CREDIT", { get: fail, enumerable: true });
  for (const hostile of [application, new Proxy({}, { getPrototypeOf: fail }), new Proxy({}, { ownKeys: fail })]) {
    assert.throws(() => scorer.score(hostile), mine);
  }
  assert.ok(scorer.score({}).points > 0);
  scorer.free();
});

test("numbers that are not whole rows of features are a RangeError", async () => {
  const scorer = await engine.load(bytes);
  const rows = new Float64Array(3 * scorer.schema.features.length).fill(NaN);
  assert.equal(scorer.logOddsOfFeatures(rows).length, 3);
  assert.equal(scorer.contributionsOfFeatures(rows).length, rows.length);
  for (const ask of ["logOddsOfFeatures", "contributionsOfFeatures"]) {
    assert.throws(() => scorer[ask](rows.subarray(1)), RangeError);
  }
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
    const damaged = new Uint8Array(await (await fetch("/model.candor")).arrayBuffer());
    damaged[damaged.length >> 1] ^= 1;
    const codes = [await load(damaged).catch(({ code }) => code)];
    // Without the page's own SHA-256, as where there is no HTTPS, the engine's finds the same.
    Object.defineProperty(crypto, "subtle", { value: undefined });
    codes.push(await load(damaged).catch(({ code }) => code));
    const again = await load(url("/model.candor"));
    const { logOdds } = scorer.explain({ AMT_CREDIT: 450_000 });
    let wrong;
    try {
      scorer.score({ AMT_CREDIT: -1 });
    } catch (error) {
      wrong = error;
    }
    return {
      logOdds: [logOdds, again.score({ AMT_CREDIT: 450_000 }).logOdds],
      codes,
      absent: absent instanceof LoadError && absent.code,
      wrong: wrong instanceof ApplicationError && wrong.fields.map((error) => error.field),
    };
  });
  const { logOdds } = (await engine.load(bytes)).score({ AMT_CREDIT: 450_000 });
  assert.deepEqual(found, {
    logOdds: [logOdds, logOdds],
    codes: ["DAMAGED", "DAMAGED"],
    absent: "NOT_FETCHED",
    wrong: ["AMT_CREDIT"],
  });
});
