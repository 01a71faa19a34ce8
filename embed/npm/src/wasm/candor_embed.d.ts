// The module that `wasm-bindgen --target web` makes of the crate candor-embed: an application goes in as numbers and
// text (application.ts), an answer comes as bytes (answer.ts).
type Bytes = Uint8Array<ArrayBuffer>;

export class Scorer {
  /** The digest is the host's SHA-256 (digest.ts), or empty. */
  constructor(bytes: Uint8Array, digest: Uint8Array);
  free(): void;
  schema(): Bytes;
  card(): Bytes;
  score(numbers: Float64Array, texts: string): Bytes;
  explain(numbers: Float64Array, texts: string): Bytes;
  explainAgainstBackground(numbers: Float64Array, texts: string): Bytes;
  interactions(numbers: Float64Array, texts: string): Bytes;
  logOddsOfFeatures(rows: Float64Array): Float64Array;
  contributionsOfFeatures(rows: Float64Array): Float64Array;
}

type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** Instantiates a module that has been compiled. */
export function initSync(options: { module: WebAssembly.Module }): unknown;

/** Instantiates the module; without a source, from the .wasm file beside this one. */
export default function init(options?: { module_or_path?: Source | Promise<Source> | undefined }): Promise<unknown>;
