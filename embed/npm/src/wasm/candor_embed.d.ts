// The module that `wasm-bindgen --target web` makes of the crate candor-embed, with the types that `any` hides there.
import type { Application, Explanation, Interactions, ModelCard, Schema, Score } from "../types.js";

export class Scorer {
  constructor(bytes: Uint8Array);
  free(): void;
  schema(): Schema;
  card(): ModelCard;
  score(application: Application): Score;
  explain(application: Application): Explanation;
  logOddsOfFeatures(rows: Float64Array): Float64Array;
  contributionsOfFeatures(rows: Float64Array): Float64Array;
  explainAgainstBackground(application: Application): Explanation;
  interactions(application: Application): Interactions;
}

type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** Instantiates the module; without a source, from the .wasm file beside this one. */
export default function init(options?: { module_or_path?: Source | Promise<Source> | undefined }): Promise<unknown>;
