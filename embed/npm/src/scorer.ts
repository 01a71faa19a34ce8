import { Answer } from "./answer.js";
import { valuesOf } from "./application.js";
import { digestOf } from "./digest.js";
import { LoadError } from "./errors.js";
import { readExplanation, readInteractions, readScore } from "./explanation.js";
import { readCard, readSchema } from "./model.js";
import { type Properties, propertiesOf } from "./properties.js";
import { checkTrusted } from "./signatures.js";
import type { Application, ExplainOptions, Explanation, Interactions, ModelCard, Schema, Score } from "./types.js";
import init, * as engine from "./wasm/candor_embed.js";

/** A model file: its bytes, a response that brings them, or where they are. */
export type ModelSource = Uint8Array | ArrayBuffer | Response | URL;
/** The engine itself, for hosts that keep `engine.wasm` elsewhere than the bundler puts it. */
export type EngineSource = URL | Response | BufferSource | WebAssembly.Module;

export interface LoadOptions {
  /** Only the first call's is used: there is one engine on a page. */
  readonly engine?: EngineSource | undefined;
  /**
   * Public keys, 64 hexadecimal digits each, as `candor keygen` writes them: a model that none of them has signed is
   * refused. Needs a host with Ed25519 (Node 20, browsers of 2025), and on a page HTTPS.
   */
  readonly trustedKeys?: readonly string[] | undefined;
}

/** What the engine is asked of an application. */
type Question = "score" | "explain" | "explainAgainstBackground" | "interactions";

/** A loaded model. */
export class Scorer {
  /** What the model expects of an application. */
  readonly schema: Schema;
  /** Where the model comes from, how good it is, and the policy it decides by. */
  readonly card: ModelCard;
  readonly #model: engine.Scorer;
  /** Where each field stands in the schema, and each column of related tables. */
  readonly #properties: Properties;

  private constructor(model: engine.Scorer) {
    this.#model = model;
    this.schema = readSchema(new Answer(model.schema()));
    this.card = readCard(new Answer(model.card()));
    const fields = this.schema.fields.map(({ name }) => name);
    this.#properties = propertiesOf(fields, this.schema.tables);
  }

  /** @internal The engine must be running. */
  static fromBytes(bytes: Uint8Array, digest: Uint8Array): Scorer {
    const model = new engine.Scorer(bytes, digest);
    try {
      return new Scorer(model);
    } catch (error) {
      model.free();
      throw error;
    }
  }

  /**
   * Scores an application.
   * @throws {ApplicationError} when a value does not fit its field or a name is unknown; it lists them all.
   */
  score(application: Application): Score {
    return readScore(this.#ask("score", application));
  }

  /**
   * Scores an application and says why, compared with the training population or, by the method `interventional`, with
   * the model's background: typical approved applicants near the cut-off.
   * @throws {ApplicationError} as {@link score} does.
   * @throws {Error} by the method `interventional`, when the model has no background, or trees too deep to compare with it.
   */
  explain(application: Application, options: ExplainOptions = {}): Explanation {
    const question = options.method === "interventional" ? "explainAgainstBackground" : "explain";
    return readExplanation(this.#ask(question, application), this.schema);
  }

  /**
   * What each two features add together, from the contributions of {@link explain} by the method `path-dependent`.
   * @throws {ApplicationError} as {@link score} does.
   */
  interactions(application: Application): Interactions {
    return readInteractions(this.#ask("interactions", application));
  }

  /**
   * Log-odds of rows of features that have been computed already, one row after the other in the order of
   * `schema.features`; NaN is missing. For many rows, and where features come from elsewhere.
   * @throws {RangeError} when the numbers are not whole rows.
   */
  logOddsOfFeatures(rows: Float64Array): Float64Array {
    return this.#model.logOddsOfFeatures(this.#whole(rows));
  }

  /**
   * Contributions of every feature to those log-odds, laid out as the rows are.
   * @throws {RangeError} when the numbers are not whole rows.
   */
  contributionsOfFeatures(rows: Float64Array): Float64Array {
    return this.#model.contributionsOfFeatures(this.#whole(rows));
  }

  #ask(question: Question, application: Application): Answer {
    const { name, numbers, texts } = valuesOf(application, this.#properties);
    return new Answer(this.#model[question](numbers, texts), name);
  }

  #whole(rows: Float64Array): Float64Array {
    // Without features, the remainder is NaN.
    if (rows.length % this.schema.features.length === 0) return rows;
    throw new RangeError("give one number per feature and row, in the order of schema.features");
  }

  /** Gives the model's memory back at once; without it, the garbage collector does so some time. */
  free(): void {
    this.#model.free();
  }
}

/** The bytes of a model file. */
export async function read(model: ModelSource): Promise<Uint8Array> {
  if (model instanceof Uint8Array) return model;
  if (model instanceof ArrayBuffer) return new Uint8Array(model);
  if (model instanceof Response) return body(model);
  if (model instanceof URL) return fetched(model);
  throw new TypeError("a model is given as Uint8Array, ArrayBuffer, Response or URL");
}

/** Loads a model, and has its digest computed, while the engine starts; `source` is asked only for the first model. */
export async function loadWith(
  model: Promise<Uint8Array>,
  source: () => EngineSource,
  trustedKeys: readonly string[] | undefined,
): Promise<Scorer> {
  // The engine first: it is compiled beside what the page does meanwhile.
  const started = start(source);
  const digested = model.then(async (bytes) => [bytes, await digestOf(bytes)] as const);
  const [[bytes, digest]] = await Promise.all([digested, started]);
  const scorer = Scorer.fromBytes(bytes, digest);
  if (trustedKeys === undefined) return scorer;
  try {
    await checkTrusted(bytes, trustedKeys);
    return scorer;
  } catch (error) {
    scorer.free();
    throw error;
  }
}

let running: Promise<unknown> | undefined;

/** Starts the engine once; a failed start is forgotten, so that the next call tries again. */
async function start(source: () => EngineSource): Promise<void> {
  running ??= run(source());
  try {
    await running;
  } catch (error) {
    running = undefined;
    throw error;
  }
}

async function run(source: EngineSource): Promise<void> {
  if (source instanceof WebAssembly.Module) {
    engine.initSync({ module: source });
  } else if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    // Not through `init`: it asks whether it was given a Request, and Node takes 30 ms to find out what that is.
    engine.initSync({ module: await WebAssembly.compile(source) });
  } else {
    await init({ module_or_path: source });
  }
}

/** The bytes of a response. */
async function body(response: Response): Promise<Uint8Array> {
  if (!response.ok) {
    throw new LoadError("NOT_FETCHED", `${response.url || "the model"}: ${response.status} ${response.statusText}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** The bytes behind a URL. */
async function fetched(url: URL): Promise<Uint8Array> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new LoadError("NOT_FETCHED", `${url.href}: ${error instanceof Error ? error.message : String(error)}`);
  });
  return body(response);
}
