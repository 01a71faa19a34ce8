// The check that a model file is whole, done by the host: WebAssembly that has just started takes twenty milliseconds for a
// digest that the host has in one, and meanwhile the engine can get ready.

/**
 * SHA-256 of what a model file's own digest covers, the bytes on both sides of it up to the end of the document (signatures
 * may stand behind); empty on a host that has none, such as a page without HTTPS, and then the engine computes it.
 */
export async function digestOf(file: Uint8Array): Promise<Uint8Array> {
  const [before, after] = [file.subarray(0, 20), file.subarray(52, 52 + documentLength(file))];
  const covered = new Uint8Array(before.length + after.length);
  covered.set(before);
  covered.set(after, before.length);
  try {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", covered));
  } catch {
    return new Uint8Array();
  }
}

/** What the header says, of at most the bytes that there are: the engine refuses a file that says anything else. */
function documentLength(file: Uint8Array): number {
  if (file.length < 52) return 0;
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(12, true);
  return length < BigInt(file.length) ? Number(length) : file.length;
}
