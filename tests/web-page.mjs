// Opening the app in Chromium, and reading from it what a person would read.
import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { serveFiles, startBrowser } from "./browser.mjs";
import { appFolder } from "./support.mjs";

/** Below a path, as on a static host: nothing in the app may assume that it lies at the root. */
const PATH = "/some/where/";

/** The app with a model beside it, in a browser. `open()` makes pages; `close()` ends it all. */
export async function startApp({ model } = {}) {
  const mounts = { [PATH]: appFolder, ...(model ? { [`${PATH}model.candor`]: model } : {}) };
  const server = await serveFiles(mounts);
  const browser = await startBrowser();
  return {
    open: (options) => openPage(browser, new URL(PATH.slice(1), server.url).href, options),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** A page that notes what must not happen: console errors, and requests to anywhere else. */
async function openPage(browser, url, options = {}) {
  const { width = 1440, height = 900, dark = false, language = "en-GB", waitFor = ".verdict" } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language,
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => {
    // Chromium reports a missing model.candor as an error of its own, though the page expects that it may be missing.
    const expected = waitFor === ".invitation" && message.text().includes("404");
    if (message.type() === "error" && !expected) page.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) page.complaints.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector(waitFor);
  return page;
}

/** The answer as it is shown; null while it is withheld. */
export function readAnswer(page) {
  return page.evaluate(() => {
    const text = (selector) => document.querySelector(selector)?.textContent.trim();
    const texts = (selector) => [...document.querySelectorAll(selector)].map((element) => element.textContent.trim());
    if (!document.querySelector(".figures")) return null;
    return {
      decision: text(".verdict__word"),
      probability: text("[data-figure=probability]"),
      points: text("[data-figure=points]"),
      level: text(".level"),
      reasons: texts(".reason"),
      waterfall: texts(".waterfall__points"),
    };
  });
}

/** The waterfall's table twin, opened if it is closed: whole numbers as the page has them. */
export async function readTwin(page) {
  const details = page.locator("details.twin");
  if ((await details.getAttribute("open")) === null) await details.locator("summary").click();
  await details.locator("tfoot").waitFor();
  return details.evaluate((element) => {
    const numbers = (name) => [...element.querySelectorAll(`[data-${name}]`)].map((cell) => Number(cell.dataset[name]));
    const running = [...element.querySelectorAll("tbody tr td:last-child")].map((cell) => cell.textContent);
    return { base: numbers("base")[0], steps: numbers("points"), total: numbers("total")[0], running };
  });
}

/** The box of the field with this column name. */
export function fieldOf(page, column) {
  return page.locator(".field", { has: page.locator(".field__column", { hasText: new RegExp(`^${column}$`) }) });
}

/** Drops a file on the page, as from a file manager. */
export async function dropFile(page, name, bytes) {
  const transfer = await page.evaluateHandle(
    ([text, name]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
      return transfer;
    },
    [Buffer.from(bytes).toString("base64"), name],
  );
  await page.dispatchEvent("main", "dragover", { dataTransfer: transfer });
  await page.locator(".drop-area").waitFor();
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
  await page.locator(".notice", { hasText: name }).waitFor();
  return page.locator(".notice");
}

/** A model file's name and bytes. */
export function readModel(path) {
  return { name: basename(path), bytes: readFileSync(path) };
}

/** SHA-256 of the model in use, as it would be printed. */
export async function digestInUse(page) {
  return (await page.locator(".footer__print").textContent()).match(/[0-9a-f]{64}/)[0];
}
