// A contender in Node: `node node.mjs LIBRARY MODELS PACKAGES CANDOR`. The protocol is in bench/src/protocol.rs.
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { contender } from "./contender.mjs";
import { serve, version } from "./serve.mjs";

const [library, models, packages, candor] = process.argv.slice(2);
const about = JSON.parse(await readFile(join(models, "about.json"), "utf8"));
const places = { packages: pathToFileURL(packages).href, candor: pathToFileURL(candor).href };

async function read(name, start, end) {
  if (end === undefined) return new Uint8Array(await readFile(join(models, name)));
  const file = await open(join(models, name));
  try {
    const bytes = new Uint8Array(end - start);
    await file.read(bytes, 0, bytes.length, start);
    return bytes;
  } finally {
    await file.close();
  }
}

const inner = contender(library, { about, read, places });
const most = () => process.resourceUsage().maxRSS * 1024;
await serve(await version(library, packages, candor), {
  ...inner,
  async cold(request) {
    const before = process.memoryUsage.rss();
    const answer = await inner.cold(request);
    return { ...answer, peak_bytes: most(), grown_bytes: most() - before };
  },
  async answers(request) {
    await writeFile(request.file, new Uint8Array((await inner.answers(request)).buffer));
    return {};
  },
});
