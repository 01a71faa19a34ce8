// The entry for browsers and bundlers; Node has its own in node.ts.
import { engineHere } from "./engine.js";
import { loadWith, read, type LoadOptions, type ModelSource, type Scorer } from "./scorer.js";

export { ApplicationError, LoadError } from "./errors.js";
export type { FieldError, LoadErrorCode } from "./errors.js";
export type * from "./types.js";
export type { EngineSource, LoadOptions, ModelSource, Scorer } from "./scorer.js";

/**
 * Loads a model, and the engine before the first one.
 *
 * @throws {LoadError} when the model is not a whole, sound model file; its `code` says what is wrong.
 */
export function load(model: ModelSource, options: LoadOptions = {}): Promise<Scorer> {
  return loadWith(read(model), () => options.engine ?? engineHere(), options.trustedKeys);
}
