// A contender in a page of Chromium: `node chromium.mjs LIBRARY MODELS PACKAGES CANDOR`, steered from here.
// The protocol is in bench/src/protocol.rs.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { serveFiles, startBrowser } from "../../tests/browser.mjs";
import { serve, version } from "./serve.mjs";

const [library, models, packages, candor] = process.argv.slice(2);
// Isolated, a page's clock ticks every 5 µs; otherwise every 100 µs. Emscripten's bindings want eval.
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval' blob:",
};
const mounts = {
  "/models/": models,
  "/packages/": packages,
  "/candor/": candor,
  "/peers/": fileURLToPath(new URL(".", import.meta.url)),
};
const server = await serveFiles(mounts, HEADERS);
const browser = await startBrowser();
const page = await browser.newPage();
await page.goto(server.url);
const about = JSON.parse(await readFile(join(models, "about.json"), "utf8"));
await page.evaluate(
  async ({ library, about }) => {
    const { contender } = await import("/peers/contender.mjs");
    const read = async (name, start, end) => {
      const response = await fetch(`/models/${name}`);
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      return end === undefined ? bytes : bytes.slice(start, end);
    };
    const places = { packages: "/packages", candor: "/candor" };
    window.contender = contender(library, { about, read, places });
  },
  { library, about },
);

/** The memory of the page's process as the kernel counts it (VmHWM: most ever, VmRSS: now), where it tells. */
const session = await browser.newBrowserCDPSession();
async function memory(kind) {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) =>
      readFile(`/proc/${id}/status`, "utf8").then(
        (text) => Number(text.match(new RegExp(`^${kind}:\\s+(\\d+)`, "m"))?.[1] ?? 0) * 1024,
        () => 0,
      ),
    );
  // One of them is the page, the others are spare.
  return Math.max(0, ...(await Promise.all(sizes)));
}

const inPage = (method) => (request) =>
  page.evaluate(([method, request]) => window.contender[method](request), [method, request]);
await serve(`${await version(library, packages, candor)} in Chromium ${browser.version()}`, {
  open: inPage("open"),
  run: inPage("run"),
  async cold(request) {
    const before = await memory("VmRSS");
    const answer = await inPage("cold")(request);
    const peak = await memory("VmHWM");
    return peak > 0 ? { ...answer, peak_bytes: peak, grown_bytes: Math.max(0, peak - before) } : answer;
  },
  async answers(request) {
    const numbers = await page.evaluate(
      async (request) => Array.from(await window.contender.answers(request)),
      request,
    );
    await writeFile(request.file, new Uint8Array(Float64Array.from(numbers).buffer));
    return {};
  },
});
await browser.close();
await server.close();
