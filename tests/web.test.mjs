// The advisor's page, as an advisor uses it.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { root, trainedModel } from "./support.mjs";
import { digestInUse, dropFile, fieldOf, readAnswer, readModel, readTwin, startApp } from "./web-page.mjs";

const PICTURES = join(root, "target/e2e");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

let app, model, otherModel;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  model = process.env.CANDOR_MODEL ?? trainedModel({ trees: 500 });
  otherModel = process.env.CANDOR_OTHER_MODEL ?? trainedModel({ trees: 50 });
  app = await startApp({ model });
});

after(() => app?.close());

/** A test on a page of its own that must end without console errors and without a request to anywhere else. */
function onPage(name, options, run) {
  test(name, async () => {
    const page = await app.open(options);
    try {
      await run(page);
      assert.deepEqual(page.complaints, []);
    } finally {
      await page.context().close();
    }
  });
}

onPage("the first client has a decision as soon as the page is up", {}, async (page) => {
  const answer = await readAnswer(page);
  assert.match(answer.decision, /^(Approve|Decline)$/);
  assert.match(answer.probability, /^\d+\.\d+%$/);
  assert.match(answer.level, /^(Low|Medium|High|Critical)$/);
  assert.ok(answer.reasons.length <= 4);
  assert.equal(await page.locator(".client[aria-pressed=true] .client__name").textContent(), "Client 1");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
});

onPage("every client gets the decision that its button promises, and its waterfall adds up", {}, async (page) => {
  const clients = page.locator(".client:not(.client--new)");
  const seen = new Set();
  for (let client = 0; client < (await clients.count()); client += 1) {
    await clients.nth(client).click();
    const answer = await readAnswer(page);
    const promise = await clients.nth(client).locator(".client__decision").textContent();
    assert.equal(promise.trim(), `${answer.decision} · ${answer.probability}`);
    await addsUp(page);
    seen.add(answer.points);
  }
  assert.ok(seen.size > 1, "the clients differ");
});

async function addsUp(page) {
  const { base, steps, total, running } = await readTwin(page);
  const sums = steps.reduce((sums, step) => [...sums, sums.at(-1) + step], [base]);
  assert.equal(sums.at(-1), total);
  assert.deepEqual(running.map(readWhole), sums);
  // The drawing shows what the table says.
  const { points, waterfall } = await readAnswer(page);
  assert.deepEqual(waterfall.map(readWhole), [base, ...steps, total]);
  assert.equal(readWhole(points), total);
}

function readWhole(text) {
  return Number(text.replace(/[,\s]/g, "").replace("−", "-").replace("+", ""));
}

onPage("typing changes the answer with every key, and undoing brings it back", {}, async (page) => {
  const field = fieldOf(page, "EXT_SOURCE_3");
  const before = await readAnswer(page);
  await field.locator("input").fill("0.0");
  const between = await readAnswer(page);
  await field.locator("input").press("End");
  await page.keyboard.type("2");
  const after = await readAnswer(page);
  for (const key of ["probability", "points", "reasons", "waterfall"]) {
    assert.notDeepEqual(after[key], before[key], key);
  }
  assert.ok(between !== null);
  await addsUp(page);
  await page.locator(".basis__before").waitFor();
  await page.locator(".verdict__client", { hasText: "with changes" }).waitFor();
  await field.getByRole("button", { name: "Undo" }).click();
  assert.deepEqual(await readAnswer(page), before);
  assert.equal(await field.locator(".field__changed").count(), 0);
});

onPage("numbers are understood as people of each language write them", {}, async (page) => {
  const input = fieldOf(page, "AMT_CREDIT").locator("input");
  await input.fill("1 250 000,5");
  const spaced = await readAnswer(page);
  await input.fill("1,250,000.5");
  assert.deepEqual(await readAnswer(page), spaced);
  await input.blur();
  assert.equal(await input.inputValue(), "1,250,000.5");
  await input.fill("270,000");
  await input.blur();
  assert.equal(await input.inputValue(), "270,000");
  await page.getByRole("button", { name: "Français" }).click();
  assert.equal(await input.inputValue(), "270\u202f000");
});

onPage("a wrong value is marked at its field, and nothing is scored until it is put right", {}, async (page) => {
  const field = fieldOf(page, "AMT_CREDIT");
  const input = field.locator("input");
  const before = await readAnswer(page);
  await input.fill("12 abc");
  assert.equal(await readAnswer(page), null);
  assert.equal(await input.getAttribute("aria-invalid"), "true");
  const note = (await input.getAttribute("aria-describedby")).split(" ").find((id) => id.startsWith("note"));
  assert.match(await page.locator(`#${note}`).textContent(), /“12 abc” is not a number/);
  assert.match(await page.locator(".verdict").textContent(), /No answer yet.*Credit amount.*is not a number/s);
  await page.setViewportSize({ width: 390, height: 844 });
  assert.match(await page.locator(".summary-bar").textContent(), /No answer yet/);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole("button", { name: "Français" }).click();
  assert.match(await page.locator(`#${note}`).textContent(), /«\u00a012 abc\u00a0» n’est pas un nombre/);
  await input.fill("-5");
  assert.match(await page.locator(`#${note}`).textContent(), /trop petit/);
  await page.locator(".verdict .link-button").click();
  await page.waitForFunction((id) => document.activeElement?.id === id, await input.getAttribute("id"));
  await field.getByRole("button", { name: "Annuler" }).click();
  await page.getByRole("button", { name: "English" }).click();
  assert.deepEqual(await readAnswer(page), before);
});

onPage("a missing value is shown as unknown and scored as missing", {}, async (page) => {
  const before = await readAnswer(page);
  const field = fieldOf(page, "EXT_SOURCE_2");
  await field.locator("input").fill("");
  assert.match(await field.getAttribute("class"), /field--missing/);
  assert.equal(await field.locator("input").getAttribute("placeholder"), "unknown");
  assert.notDeepEqual((await readAnswer(page)).waterfall, before.waterfall);
  const unusual = fieldOf(page, "AMT_CREDIT");
  await unusual.locator("input").fill("99,000,000");
  assert.match(await unusual.textContent(), /Unusual/);
  assert.notEqual(await readAnswer(page), null);
});

onPage("a new application starts from nothing and grows", {}, async (page) => {
  await page.locator(".client--new").click();
  assert.equal(await readAnswer(page), null);
  assert.match(await page.locator(".verdict").textContent(), /Nothing is known yet/);
  await fieldOf(page, "AMT_CREDIT").locator("input").fill("270000");
  assert.match(await page.locator(".basis").textContent(), /Rests on 1 of \d+ values/);
  await page.getByRole("radiogroup", { name: "Owns a car" }).getByText("yes", { exact: true }).click();
  assert.match(await page.locator(".basis").textContent(), /Rests on 2 of/);
  await fieldOf(page, "NAME_INCOME_TYPE").locator("select").selectOption("Pensioner");
  assert.match(await page.locator(".basis").textContent(), /Rests on 3 of/);
  await addsUp(page);
});

onPage("fields are found by their labels in both languages and by column name", {}, async (page) => {
  const search = page.locator("#search");
  for (const query of ["Annuity", "echeance", "AMT_ANN"]) {
    await search.fill(query);
    assert.equal(await fieldOf(page, "AMT_ANNUITY").count(), 1, query);
    assert.ok((await page.locator(".field").count()) < 10, query);
  }
  await search.fill("FLAG_DOCUMENT_3");
  assert.equal(await fieldOf(page, "FLAG_DOCUMENT_3").count(), 1);
  await search.fill("no such field");
  assert.match(await page.locator(".form__empty").textContent(), /No field matches/);
  await search.press("Escape");
  assert.ok((await page.locator(".section").count()) > 1);
});

onPage("sections open and close, and a reason leads to its field", {}, async (page) => {
  const toggle = page.locator(".section__toggle").first();
  const shown = await page.locator(".field").count();
  await toggle.click();
  assert.equal(await toggle.getAttribute("aria-expanded"), "true");
  assert.ok((await page.locator(".field").count()) > shown);
  await toggle.click();
  assert.equal(await page.locator(".field").count(), shown);
  await page.locator(".value-button").first().click();
  await page.waitForFunction(() => document.activeElement?.id.startsWith("field-"));
  const group = page.locator(".waterfall__toggle").first();
  await group.click();
  assert.ok((await page.locator(".features tbody tr").count()) > 0);
});

onPage("French is one click away, and remembered", {}, async (page) => {
  await page.getByRole("button", { name: "Français" }).click();
  const answer = await readAnswer(page);
  assert.match(answer.decision, /^(Accorder|Refuser)$/);
  assert.match(answer.probability, /^\d+,\d+\u202f%$/);
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await page.reload();
  await page.waitForSelector(".verdict");
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  assert.match((await readAnswer(page)).decision, /^(Accorder|Refuser)$/);
});

onPage("a browser in French gets a French page", { language: "fr-FR" }, async (page) => {
  assert.match((await readAnswer(page)).decision, /^(Accorder|Refuser)$/);
});

onPage("bad files are refused with a reason, and the model in use goes on", {}, async (page) => {
  const { bytes } = readModel(model);
  const before = await readAnswer(page);
  const digest = await digestInUse(page);
  const flipped = Buffer.from(bytes);
  flipped[flipped.length >> 1] ^= 1;
  const cases = [
    ["holiday.jpg", Buffer.from("not a model"), /not a Candor model file/],
    ["empty.candor", Buffer.alloc(0), /not a Candor model file/],
    ["half.candor", bytes.subarray(0, bytes.length >> 1), /incomplete.*bytes expected/],
    ["flipped.candor", flipped, /damaged/],
  ];
  for (const [name, content, problem] of cases) {
    const notice = await dropFile(page, name, content);
    assert.match(await notice.textContent(), problem, name);
    assert.match(await notice.textContent(), /goes on working/, name);
    assert.deepEqual(await readAnswer(page), before, name);
    assert.equal(await digestInUse(page), digest, name);
  }
  await page.getByRole("button", { name: "Français" }).click();
  assert.match(await page.locator(".notice").textContent(), /endommagé.*continue de fonctionner/s);
  await page.getByRole("button", { name: "English" }).click();
  await fieldOf(page, "EXT_SOURCE_3").locator("input").fill("0.01");
  assert.notDeepEqual(await readAnswer(page), before);
});

onPage("another model replaces the one in use", {}, async (page) => {
  const digest = await digestInUse(page);
  const { name, bytes } = readModel(otherModel);
  const notice = await dropFile(page, name, bytes);
  assert.match(await notice.textContent(), /was loaded from/);
  assert.notEqual(await digestInUse(page), digest);
  assert.notEqual(await readAnswer(page), null);
  await addsUp(page);
});

onPage("what was typed stays when another model comes", {}, async (page) => {
  await fieldOf(page, "AMT_CREDIT").locator("input").fill("271828");
  await fieldOf(page, "EXT_SOURCE_3").locator("input").fill("0..3");
  const { name, bytes } = readModel(otherModel);
  await dropFile(page, name, bytes);
  assert.equal(await fieldOf(page, "AMT_CREDIT").locator("input").inputValue(), "271,828");
  assert.equal(await fieldOf(page, "EXT_SOURCE_3").locator("input").inputValue(), "0..3");
  assert.equal(await readAnswer(page), null);
  await fieldOf(page, "EXT_SOURCE_3").locator("input").fill("0.3");
  await addsUp(page);
});

onPage("the model card tells what the model is", {}, async (page) => {
  await page.getByRole("button", { name: "About the model" }).click();
  const card = page.getByRole("dialog");
  const text = await card.textContent();
  for (const part of [/AUC/, /Approving everybody/, /Declining everybody/, /CODE_GENDER/, await digestInUse(page)]) {
    assert.match(text, new RegExp(part));
  }
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "About the model" }).click();
  await card.waitFor();
});

onPage("the keyboard alone is enough", {}, async (page) => {
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip to the application/);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.id), /^field-/);
  const before = await readAnswer(page);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("0.01");
  assert.notDeepEqual(await readAnswer(page), before);
  await page.locator(".live-region", { hasText: /points/ }).waitFor({ state: "attached" });
});

test("without a model beside the page, it asks for one", async () => {
  const bare = await startApp({});
  try {
    const page = await bare.open({ waitFor: ".invitation" });
    await checkAccessibility(page, "invitation");
    await page.locator("#open-first-model").setInputFiles(model);
    await page.waitForSelector(".verdict");
    assert.deepEqual(page.complaints, []);
  } finally {
    await bare.close();
  }
});

async function checkAccessibility(page, state) {
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  assert.deepEqual(told, [], state);
}

/** Everything that can be open is open. */
async function openAll(page) {
  for (const toggle of await page.locator(".section__toggle").all()) await toggle.click();
  await page.locator(".waterfall__toggle").first().click();
  await readTwin(page);
}

const LOOKS = [
  { name: "light", options: {}, allOpen: true },
  { name: "dark", options: { dark: true }, allOpen: true },
  { name: "french", options: { language: "fr-FR" } },
  { name: "narrow", options: { width: 390, height: 844 }, allOpen: true },
  { name: "narrow, dark and French", options: { width: 390, height: 844, dark: true, language: "fr-FR" } },
  { name: "medium", options: { width: 768, height: 1024 } },
];

// Looking at every element takes seconds a page, on one core: two pages at a time.
describe("accessibility", { concurrency: 2 }, () => {
  for (const { name, options, allOpen = false } of LOOKS) {
    onPage(`no accessibility violation: ${name}`, options, async (page) => {
      await checkAccessibility(page, "first client");
      assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        "nothing sticks out sideways",
      );
      await page.locator(".client:not(.client--new)").last().click();
      if (allOpen) await openAll(page);
      await checkAccessibility(page, allOpen ? "last client, all open" : "last client");
      await fieldOf(page, "AMT_CREDIT").locator("input").fill("wrong");
      await dropFile(page, "bad.candor", Buffer.from("bad"));
      await checkAccessibility(page, "wrong value and bad file");
      await page.locator(".header__tools > .button").first().click();
      await page.getByRole("dialog").waitFor();
      await checkAccessibility(page, "model card");
    });
  }
});

const PICTURE_OF = [
  { file: "app-1440", options: { width: 1440, height: 900 } },
  { file: "app-1440-dark-fr", options: { width: 1440, height: 900, dark: true, language: "fr-FR" }, client: -1 },
  { file: "app-768", options: { width: 768, height: 1024 } },
  { file: "app-390", options: { width: 390, height: 844 } },
  { file: "app-390-result", options: { width: 390, height: 844, language: "fr-FR" }, client: -1, at: ".result" },
];

for (const { file, options, client, at } of PICTURE_OF) {
  onPage(`picture ${file}.png`, options, async (page) => {
    if (client) await page.locator(".client:not(.client--new)").nth(client).click();
    if (at) await page.locator(at).evaluate((element) => element.scrollIntoView());
    await page.screenshot({ path: join(PICTURES, `${file}.png`) });
  });
}
