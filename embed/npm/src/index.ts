// The entry for browsers and bundlers; Node has its own in node.ts.
import { engineHere } from "./engine.js";
import { body, fetched, Scorer, start, type LoadOptions, type ModelSource } from "./scorer.js";

export { ApplicationError, LoadError } from "./errors.js";
export type { FieldError, LoadErrorCode } from "./errors.js";
export type * from "./types.js";
export type { EngineSource, LoadOptions, ModelSource, Scorer } from "./scorer.js";

/**
 * Loads a model, and the engine before the first one.
 *
 * @throws {LoadError} when the model is not a whole, sound model file; its `code` says what is wrong.
 */
export async function load(model: ModelSource, options: LoadOptions = {}): Promise<Scorer> {
  const [bytes] = await Promise.all([read(model), start(options.engine ?? engineHere())]);
  return Scorer.fromBytes(bytes);
}

async function read(model: ModelSource): Promise<Uint8Array> {
  if (model instanceof Uint8Array) return model;
  if (model instanceof ArrayBuffer) return new Uint8Array(model);
  if (model instanceof Response) return body(model);
  if (model instanceof URL) return fetched(model);
  throw new TypeError("a model is given as Uint8Array, ArrayBuffer, Response or URL");
}
