// What the tests stand on: the built programs, synthetic data and models trained on it. Made once and kept under
// target/e2e, in a folder that is named after the hash of the `candor` binary.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The `candor` command line. */
export const candorBinary = resolve(process.env.CANDOR_BIN ?? join(root, "target/release/candor"));
/** The built app. */
export const appFolder = resolve(process.env.CANDOR_APP ?? join(root, "dist"));
/** The built npm package. */
export const engineFolder = resolve(process.env.CANDOR_NPM ?? join(root, "target/npm"));

/** Runs `candor` with these arguments; its standard output. A failure throws with all that it said. */
export function candor(...options) {
  const { status, stdout, stderr, error } = spawnSync(candorBinary, options, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (error) throw new Error(`${candorBinary} does not run (${error.message}); build it with: cargo xtask test`);
  if (status !== 0) throw new Error(`candor ${options.join(" ")}: exit code ${status}\n${stderr}${stdout}`);
  return stdout;
}

let cache;

/** A folder for files that the tests make; it is emptied when `candor` changes. */
export function cacheFolder() {
  if (cache) return cache;
  const parent = join(root, "target/e2e");
  const name = createHash("sha256").update(readFileSync(candorBinary)).digest("hex").slice(0, 16);
  mkdirSync(join(parent, name), { recursive: true });
  for (const other of readdirSync(parent)) {
    if (/^[0-9a-f]{16}$/.test(other) && other !== name) rmSync(join(parent, other), { recursive: true });
  }
  return (cache = join(parent, name));
}

/** A file or folder in the cache; `make` writes it to the path that it is given, if it is not there yet. */
export function cached(name, make) {
  const path = join(cacheFolder(), name);
  if (!existsSync(path)) {
    // The name's end tells the file's format, so that the mark of the unfinished goes in front.
    const unfinished = join(cacheFolder(), `unfinished-${name}`);
    rmSync(unfinished, { recursive: true, force: true });
    make(unfinished);
    renameSync(unfinished, path);
  }
  return path;
}

/** Synthetic tables in the shape of Home Credit's; `table` is the one of applications. */
export function syntheticData({ clients = 10_000, seed = 7 } = {}) {
  const folder = cached(`data-${clients}-${seed}`, (path) =>
    candor("synth", "--output", path, "--clients", clients, "--seed", seed),
  );
  return { folder, table: join(folder, "application_train.csv") };
}

/** The path of a model trained on synthetic data, with exactly `trees` trees. */
export function trainedModel({ clients = 10_000, seed = 7, trees = 500 } = {}) {
  return cached(`model-${clients}-${seed}-${trees}.candor`, (path) => {
    const { table } = syntheticData({ clients, seed });
    candor("train", "--data", table, "--output", path, "--name", "test", "--trees", trees);
  });
}
