// The JavaScript engines behind one face, the same code for Node and for a page.
//
// An engine is made with what it may read: { read(name) -> bytes of a file of the models' folder, places } where
// `places` are URLs of the packages. It has
//   file           its model in the models' folder
//   start()        gets its WebAssembly running
//   open(bytes)    loads a model
//   prepare(rows, width)  turns rows (a Float64Array, NaN is missing) into what it takes, before any clock runs
//   jobs           functions (first, last) -> an array of answers, by the name of the job

const inNode = typeof window === "undefined";

/** Candor through its npm package: whole applications in, whole explanations out. */
function candor({ places }) {
  let load, scorer, applications;
  const one = (method) => (first) => [method(applications[first])];
  const each = (call) => (first, last) => applications.slice(first, last).flatMap((_, place) => call(first + place));
  const explained = ({ baseValue, contributions }) => [...contributions, baseValue];
  const jobs = {
    score_one: one((application) => scorer.score(application).logOdds),
    explain_one: (first) => explained(scorer.explain(applications[first])),
  };
  return {
    file: "main.candor",
    async start() {
      ({ load } = await import(`${places.candor}/dist/${inNode ? "node" : "index"}.js`));
    },
    async open(bytes) {
      scorer?.free();
      scorer = await load(bytes);
    },
    prepare(rows, width) {
      applications = eachRow(rows, width, (row) =>
        Object.fromEntries(Array.from(row, (value, place) => [`f${place}`, Number.isNaN(value) ? null : value])),
      );
    },
    jobs: { ...jobs, score_batch: each(jobs.score_one), explain_batch: each(jobs.explain_one) },
  };
}

/** ONNX Runtime's WebAssembly backend with one thread. It has no contributions. */
function onnxruntime({ places }) {
  let ort, session, single, all, features;
  const score = async (tensor) => (await session.run({ x: tensor })).score.data;
  return {
    file: "main.onnx",
    async start() {
      const folder = `${places.packages}/onnxruntime-web/dist`;
      ort = await import(`${folder}/ort.wasm.min.mjs`);
      ort.env.wasm.numThreads = 1;
      if (inNode) {
        const { readFile } = await import("node:fs/promises");
        ort.env.wasm.wasmBinary = await readFile(new URL(`${folder}/ort-wasm-simd-threaded.wasm`));
      }
    },
    async open(bytes) {
      await session?.release();
      session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    },
    prepare(rows, width) {
      [all, features] = [Float32Array.from(rows), width];
      single = eachRow(all, width, (row) => new ort.Tensor("float32", row, [1, width]));
    },
    jobs: {
      score_one: (first) => score(single[first]),
      score_batch: (first, last) =>
        score(new ort.Tensor("float32", all.subarray(first * features, last * features), [last - first, features])),
    },
  };
}

/** YDF's port to JavaScript. It has no contributions. */
function ydf({ places }) {
  let module, model, columns, single;
  return {
    file: "main.ydf.zip",
    async start() {
      if (inNode) {
        const { createRequire } = await import("node:module");
        module = await createRequire(`${places.packages}/x.cjs`)("ydf-inference")();
      } else {
        // Classic scripts that leave their names on the window.
        for (const script of ["jszip/dist/jszip.min.js", "ydf-inference/dist/inference.js"]) {
          await new Promise((loaded, failed) => {
            const source = `${places.packages}/${script}`;
            document.head.append(Object.assign(document.createElement("script"), { src: source, onload: loaded, onerror: failed }));
          });
        }
        module = await window.YDFInference();
      }
    },
    async open(bytes) {
      model?.unload();
      model = await module.loadModelFromZipBlob(bytes);
    },
    prepare(rows, width) {
      const value = (number) => (Number.isNaN(number) ? null : number);
      columns = Array.from({ length: width }, (_, place) =>
        Array.from({ length: rows.length / width }, (_, row) => value(rows[row * width + place])),
      );
      single = eachRow(rows, width, (row) =>
        Object.fromEntries(Array.from(row, (number, place) => [`f${place}`, [value(number)]])),
      );
    },
    jobs: {
      score_one: (first) => model.predict(single[first]),
      score_batch: (first, last) =>
        model.predict(Object.fromEntries(columns.map((column, place) => [`f${place}`, column.slice(first, last)]))),
    },
  };
}

export const engines = { candor, onnxruntime, ydf };

function eachRow(rows, width, make) {
  return Array.from({ length: rows.length / width }, (_, row) => make(rows.slice(row * width, (row + 1) * width)));
}
