// Prints the sizes of files as JSON by path: as they are, with gzip -9, and with Brotli at level 9.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const sizes = process.argv.slice(2).map((path) => {
  const bytes = readFileSync(path);
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  return [path, [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes, brotli).length]];
});
console.log(JSON.stringify(Object.fromEntries(sizes)));
