// From an application to what the engine reads of it (embed/src/input.rs).
import type { Application } from "./types.js";

const NOT_PLAIN =
  "an application is a plain object of raw values by field name, such as { AMT_CREDIT: 450000, FLAG_OWN_CAR: 'Y' }";

const NUMBER = 0;
const FLAG = 1;
const TEXT = 2;
const SOMETHING_ELSE = 3;
const PER_VALUE = 3;

/** An application as numbers and text. */
export interface Values {
  /** Names of the values, in the order given. */
  readonly names: readonly string[];
  /** Of each value the position of its field, what it is, and itself; a text is told by its length. */
  readonly numbers: Float64Array;
  /** The texts, with a line end behind each: halves of a character in two texts must not become one. */
  readonly texts: string;
}

/**
 * Takes an application apart; what one of its getters throws comes through.
 *
 * @param positions Where each field stands in the schema, by its name.
 * @throws {TypeError} when it is no plain object.
 */
export function valuesOf(application: Application, positions: ReadonlyMap<string, number>): Values {
  if (!isPlain(application)) throw new TypeError(NOT_PLAIN);
  const entries = Object.entries(application);
  const names: string[] = [];
  const numbers = new Float64Array(PER_VALUE * entries.length);
  let texts = "";
  entries.forEach(([name, value], index) => {
    let [kind, number] = [SOMETHING_ELSE, NaN];
    if (typeof value === "number") [kind, number] = [NUMBER, value];
    else if (typeof value === "boolean") [kind, number] = [FLAG, value ? 1 : 0];
    else if (value === null || value === undefined) kind = NUMBER;
    else if (typeof value === "string") {
      [kind, number] = [TEXT, value.length];
      texts += `${value}\n`;
    }
    names.push(name);
    numbers.set([positions.get(name) ?? Infinity, kind, number], PER_VALUE * index);
  });
  return { names, numbers, texts };
}

/**
 * Whether the value is `{…}` or an object without a prototype: a `Map`, an array or a promise has no fields as
 * properties, and would otherwise be scored as an application of which nothing is known.
 */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  // Another frame has another `Object.prototype`; in all of them it is the end of the chain.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
