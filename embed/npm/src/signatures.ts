// Whether a model comes from somebody who is trusted. The host's own Ed25519 says so: the engine carries no cryptography.
import { LoadError } from "./errors.js";

/** Where the digest stands that is signed, with the format version before it. */
const [VERSION, DIGEST, DOCUMENT] = [8, 20, 52];
/** Bytes before the signatures, and of each: a public key and a signature. */
const [HEAD, KEY, ENTRY] = [12, 32, 96];
const DOMAIN = new TextEncoder().encode("Candor model file, Ed25519 signature, version 1\n");

/**
 * Refuses a model that none of these public keys has signed, or that has a wrong signature, whoever it is of. The file has
 * been loaded, so its digest and the form of its signatures are right.
 */
export async function checkTrusted(file: Uint8Array, trusted: readonly string[]): Promise<void> {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(12, true));
  const entries = file.subarray(DOCUMENT + length + HEAD);
  const message = new Uint8Array([...DOMAIN, ...file.subarray(VERSION, 12), ...file.subarray(DIGEST, DOCUMENT)]);
  const known = new Set(trusted.map((key) => key.trim().toLowerCase()));
  if (entries.length === 0) throw refusal("the model is not signed");
  let found = false;
  for (let place = 0; place < entries.length; place += ENTRY) {
    const entry = entries.slice(place, place + ENTRY);
    const key = hexadecimal(entry.subarray(0, KEY));
    if (!(await isRight(entry.subarray(0, KEY), entry.subarray(KEY), message))) {
      throw refusal(`the signature of key ${key} does not match the model; do not use this file`);
    }
    found ||= known.has(key);
  }
  if (!found) throw refusal("the model is signed, but by none of the trusted keys");
}

async function isRight(key: BufferSource, signature: BufferSource, message: BufferSource): Promise<boolean> {
  try {
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw refusal(`this host cannot check the signature of the model (${detail}); it needs Ed25519, and HTTPS on a page`);
  }
}

function refusal(message: string): LoadError {
  return new LoadError("NOT_TRUSTED", message);
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
