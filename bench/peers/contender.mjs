// What a JavaScript contender does with a request, in Node and in a page alike; see bench/src/protocol.rs.
import { engines } from "./engines.mjs";

const NANOSECONDS = 1e6; // in a millisecond, which is what `performance.now()` counts

/** Makes a contender; `about` is the models' about.json, `read` gives the bytes of a file of the models' folder. */
export function contender(library, { about, read, places }) {
  const engine = engines[library]({ places });
  const width = about.features;
  let started, prepared = 0;

  const start = () => (started ??= engine.start());
  async function open(bytes) {
    await start();
    const begun = performance.now();
    await engine.open(bytes);
    prepared = 0;
    return performance.now() - begun;
  }
  async function ready(job, rows = about.rows) {
    const run = engine.jobs[job];
    if (!run) throw new Error(`${library} has no job ${job}`);
    if (prepared < rows) {
      const bytes = await read("rows.f64", 0, rows * width * 8);
      engine.prepare(new Float64Array(bytes.buffer, bytes.byteOffset, rows * width), width);
      prepared = rows;
    }
    return run;
  }
  return {
    async open({ model = engine.file }) {
      return { nanoseconds: [(await open(await read(model))) * NANOSECONDS] };
    },

    /** From nothing but files to the first score and reasons: the engine's start counts. */
    async cold() {
      const begun = performance.now();
      await start();
      await engine.open(await read(engine.file));
      let took = performance.now() - begun;
      for (const job of ["score_one", "explain_one"]) {
        if (!engine.jobs[job]) continue;
        const known = await ready(job, 1);
        const run = engine.first?.[job] ?? known;
        const begun = performance.now();
        await run(0, 1);
        took += performance.now() - begun;
      }
      return { nanoseconds: [took * NANOSECONDS] };
    },

    async run({ job, first, last, warm }) {
      const run = await ready(job);
      const single = job.endsWith("_one");
      if (!single) await run(first, Math.min(last, first + Math.max(warm, 1)));
      for (let row = first; single && row < Math.min(first + warm, last); row += 1) await run(row, row + 1);
      const nanoseconds = [];
      for (let row = first; row < last; row = single ? row + 1 : last) {
        const begun = performance.now();
        // Only what is a promise is waited for: waiting would cost the others a turn of the event loop.
        const answer = run(row, single ? row + 1 : last);
        if (answer instanceof Promise) await answer;
        nanoseconds.push((performance.now() - begun) * NANOSECONDS);
      }
      return { nanoseconds };
    },

    /** The answers themselves, as 64-bit floats. */
    async answers({ job, first, last }) {
      const run = await ready(job);
      const complete = (answer) => engine.complete?.(job, answer) ?? answer;
      if (!job.endsWith("_one")) return Float64Array.from(complete(await run(first, last)));
      const found = [];
      for (let row = first; row < last; row += 1) found.push(...complete(await run(row, row + 1)));
      return Float64Array.from(found);
    },
  };
}
