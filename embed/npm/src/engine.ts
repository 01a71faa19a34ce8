// Which of the two builds of the engine this host can run. They give the same bits; the one with vectors is faster.

/**
 * A module that works on a vector: a function without parameters whose body is
 * `i32.const 0, i8x16.splat, i8x16.popcnt, drop`.
 */
const VECTORS = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 11, 1, 9, 0, 65, 0, 253, 15, 253, 98, 26, 11,
]);

/** Where the engine for this host lies. */
export function engineHere(): URL {
  // Each address stands in one piece, so that bundlers find and carry both files.
  return WebAssembly.validate(VECTORS)
    ? new URL("./wasm/candor_embed_simd_bg.wasm", import.meta.url)
    : new URL("./wasm/candor_embed_bg.wasm", import.meta.url);
}
