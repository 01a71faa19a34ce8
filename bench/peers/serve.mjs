// The loop of the JavaScript contenders: a request per line of JSON in, an answer per line out.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The version of a library's package. */
export async function version(library, packages, candor) {
  const folder = { candor, onnxruntime: join(packages, "onnxruntime-web"), ydf: join(packages, "ydf-inference") }[library];
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8")).version;
}

/** Says hello, then answers requests with the method of that name, until told to quit or left alone. */
export async function serve(version, methods) {
  const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  // What an engine prints must not look like an answer.
  console.log = console.error;
  say({ version });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (request.do === "quit") break;
    try {
      say(await methods[request.do](request));
    } catch (error) {
      say({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
    }
  }
}
