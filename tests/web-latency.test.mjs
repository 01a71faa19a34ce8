// How long after a keystroke the explanation is painted. Reported (target/e2e/latency.json), not asserted: what is slow on
// a busy machine is no fault of the page.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { root, trainedModel } from "./support.mjs";
import { fieldOf, startApp } from "./web-page.mjs";

const FIELDS = ["EXT_SOURCE_3", "EXT_SOURCE_2", "AMT_CREDIT", "AMT_ANNUITY"];
const TYPED = ["0.123456", "0.654321", "1234567.5", "23456.75"];
const ROUNDS = 3;
/** Milliseconds between keystrokes: a fast typist. */
const PAUSE = 60;

test("keystroke to painted explanation", async (t) => {
  const model = process.env.CANDOR_MODEL ?? trainedModel({ trees: 500 });
  const app = await startApp({ model });
  try {
    const page = await app.open();
    await page.evaluate(watch);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [place, column] of FIELDS.entries()) {
        await fieldOf(page, column).locator("input").fill("");
        await pause();
        for (const key of TYPED[place]) {
          await page.keyboard.type(key);
          // No polling in the page: it would be measured, too.
          await pause();
        }
      }
    }
    const times = await page.evaluate(() => window.candorLatency);
    const report = { keystrokes: times.painted.length };
    for (const [name, values] of Object.entries(times)) report[name] = summary(values);
    mkdirSync(join(root, "target/e2e"), { recursive: true });
    writeFileSync(join(root, "target/e2e/latency.json"), `${JSON.stringify(report, null, 2)}\n`);
    for (const [name, value] of Object.entries(report)) t.diagnostic(`${name}: ${JSON.stringify(value)}`);
  } finally {
    await app.close();
  }
});

function pause() {
  return new Promise((done) => setTimeout(done, PAUSE));
}

/**
 * Runs in the page. Times in milliseconds from the keystroke's own time stamp (`painted`) or from the start of its event
 * (`work`: until the explanation stands in the document and is laid out), and of core's part alone (`explain`).
 */
function watch() {
  const latency = (window.candorLatency = { painted: [], work: [], explain: [] });
  const soon = (run) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = run;
    channel.port2.postMessage(null);
  };
  window.addEventListener(
    "input",
    (event) => {
      const start = performance.now();
      soon(() => {
        document.querySelector(".waterfall").getBoundingClientRect();
        latency.work.push(performance.now() - start);
      });
      requestAnimationFrame(() => soon(() => latency.painted.push(performance.now() - event.timeStamp)));
    },
    true,
  );
  new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName("candor:explain")) latency.explain.push(entry.duration);
  }).observe({ type: "measure" });
}

function summary(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => Number(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(2));
  return { p50: at(0.5), p95: at(0.95), largest: at(1) };
}
