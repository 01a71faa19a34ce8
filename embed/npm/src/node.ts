// The entry for Node, where files are read and not fetched.
import { readFile } from "node:fs/promises";

import { engineHere } from "./engine.js";
import { LoadError } from "./errors.js";
import { load as loadFetched } from "./index.js";
import type { LoadOptions, ModelSource, Scorer } from "./scorer.js";

export * from "./index.js";

/**
 * Loads a model, and the engine before the first one; `file:` URLs are read from disk.
 *
 * @throws {LoadError} when the model is not a whole, sound model file; its `code` says what is wrong.
 */
export async function load(model: ModelSource, options: LoadOptions = {}): Promise<Scorer> {
  const engine = options.engine ?? engineHere();
  return loadFetched(await local(model), { engine: await fileOr(engine) });
}

async function local(model: ModelSource): Promise<ModelSource> {
  return fileOr(model).catch((error: unknown) => {
    throw new LoadError("NOT_FETCHED", error instanceof Error ? error.message : String(error));
  });
}

async function fileOr<T>(source: T): Promise<T | Uint8Array<ArrayBuffer>> {
  return source instanceof URL && source.protocol === "file:" ? readFile(source) : source;
}
