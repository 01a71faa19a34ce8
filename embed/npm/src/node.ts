// The entry for Node, where files are read and not fetched.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { engineHere } from "./engine.js";
import { LoadError } from "./errors.js";
import { loadWith, read, type LoadOptions, type ModelSource, type Scorer } from "./scorer.js";

export * from "./index.js";

/**
 * Loads a model, and the engine before the first one; `file:` URLs are read from disk.
 *
 * @throws {LoadError} when the model is not a whole, sound model file; its `code` says what is wrong.
 */
export function load(model: ModelSource, options: LoadOptions = {}): Promise<Scorer> {
  const engine = () => {
    const source = options.engine ?? engineHere();
    // At once: the compiler could not begin while the file is on its way and something else is done.
    return isFile(source) ? readFileSync(source) : source;
  };
  return loadWith(local(model), engine, options.trustedKeys);
}

async function local(model: ModelSource): Promise<Uint8Array> {
  if (!isFile(model)) return read(model);
  return readFile(model).catch((error: unknown) => {
    throw new LoadError("NOT_FETCHED", error instanceof Error ? error.message : String(error));
  });
}

function isFile(source: unknown): source is URL {
  return source instanceof URL && source.protocol === "file:";
}
