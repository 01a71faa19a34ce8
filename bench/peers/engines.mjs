// The JavaScript engines behind one face, the same code for Node and for a page.
//
// An engine is made with what it may read: { read(name) -> bytes of a file of the models' folder, places } where
// `places` are URLs of the packages. It has
//   file           its model in the models' folder
//   start()        gets its WebAssembly running
//   open(bytes)    loads a model
//   prepare(rows, width)  turns rows (a Float64Array, NaN is missing) into what it takes, before any clock runs
//   jobs           functions (first, last) -> an array of answers, by the name of the job
//   first          its jobs on the first row as a page asks for them, if that is something else: a whole application there
//   complete(job, answers)  if it has one: adds what others say of each row and it says once, before answers are compared

const inNode = typeof window === "undefined";

/** Candor through its npm package: rows of features in, numbers out, as with the others. */
function candor({ places }) {
  let load, scorer, all, single, features, application;
  const part = (first, last) => all.subarray(first * features, last * features);
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
      [all, features] = [rows, width];
      single = eachRow(rows, width, (row) => row);
      application = Object.fromEntries(
        Array.from(single[0], (value, place) => [`f${place}`, Number.isNaN(value) ? null : value]),
      );
    },
    first: { score_one: () => scorer.score(application), explain_one: () => scorer.explain(application) },
    jobs: {
      score_one: (first) => scorer.logOddsOfFeatures(single[first]),
      score_batch: (first, last) => scorer.logOddsOfFeatures(part(first, last)),
      explain_one: (first) => scorer.contributionsOfFeatures(single[first]),
      explain_batch: (first, last) => scorer.contributionsOfFeatures(part(first, last)),
    },
    complete(job, answer) {
      if (!job.startsWith("explain")) return answer;
      const { baseValue } = scorer.explain(application);
      return eachRow(answer, features, (row) => [...row, baseValue]).flat();
    },
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
