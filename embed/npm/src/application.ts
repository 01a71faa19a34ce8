// From an application to what the engine reads of it (embed/src/input.rs).
import type { Application, RelatedTable } from "./types.js";

const NOT_PLAIN =
  "an application is a plain object of raw values by field name, such as { AMT_CREDIT: 450000, FLAG_OWN_CAR: 'Y' }";

const NUMBER = 0;
const FLAG = 1;
const TEXT = 2;
const SOMETHING_ELSE = 3;
const LIST = 4;
const RECORD = 5;

/** An application as numbers and text. */
export interface Values {
  /** What a value is called, by its place. */
  readonly name: (place: number) => string;
  /** Of each value the position of its field, what it is, and itself; a text is told by its length. */
  readonly numbers: Float64Array;
  /** The texts, with a line end behind each: halves of a character in two texts must not become one. */
  readonly texts: string;
}

/** Where the fields of a schema stand, and the columns of its related tables. */
export interface Positions {
  readonly fields: ReadonlyMap<string, number>;
  /** Tables by name; those of a table are the ones that its records may nest. */
  readonly tables: ReadonlyMap<string, TablePositions>;
}

interface TablePositions {
  readonly position: number;
  readonly columns: ReadonlyMap<string, number>;
  readonly children: Map<string, TablePositions>;
}

/** Of two fields of one name, the first is meant. */
export function positionsOf(names: readonly (string | null)[]): ReadonlyMap<string, number> {
  const known = names.map((name, position) => [name, position] as const);
  return new Map(known.filter((entry): entry is readonly [string, number] => entry[0] !== null).reverse());
}

/** Where the columns of tables stand: fields, the numbers of record, client and parent, then what is not read. */
export function tablePositions(tables: readonly RelatedTable[]): ReadonlyMap<string, TablePositions> {
  const found = new Map<string, TablePositions>();
  tables.forEach(({ name, fields, key, clientKey, parentKey, unusedColumns }, position) => {
    const columns = [...fields.map((field) => field.name), key, clientKey, parentKey, ...unusedColumns];
    found.set(name, { position, columns: positionsOf(columns), children: new Map() });
  });
  for (const { name, parent } of tables) {
    const table = found.get(name);
    if (parent !== null && table !== undefined) found.get(parent)?.children.set(name, table);
  }
  return found;
}

/** A list of records that is still to be written. */
interface List {
  readonly table: TablePositions;
  readonly records: readonly unknown[];
  /** Place of the record that it is nested in among all records, or -1. */
  readonly nestedIn: number;
  readonly path: string;
}

/**
 * Takes an application apart; what one of its getters throws comes through.
 *
 * @throws {TypeError} when it is no plain object.
 */
export function valuesOf(application: Application, positions: Positions): Values {
  if (!isPlain(application)) throw new TypeError(NOT_PLAIN);
  const numbers: number[] = [];
  const texts: string[] = [];
  const keys: string[] = [];
  const paths: string[] = [];
  const lists: List[] = [];
  const write = (path: string, key: string, position: number, kind: number, number: number): void => {
    paths.push(path);
    keys.push(key);
    numbers.push(position, kind, number);
  };
  const writeValue = (path: string, key: string, position: number, value: unknown): void => {
    let [kind, number] = [SOMETHING_ELSE, NaN];
    if (typeof value === "number") [kind, number] = [NUMBER, value];
    else if (typeof value === "boolean") [kind, number] = [FLAG, value ? 1 : 0];
    else if (value === null || value === undefined) kind = NUMBER;
    else if (typeof value === "string") {
      [kind, number] = [TEXT, value.length];
      texts.push(value);
    }
    write(path, key, position, kind, number);
  };
  for (const [name, value] of Object.entries(application)) {
    const table = Array.isArray(value) ? positions.tables.get(name) : undefined;
    if (table !== undefined) lists.push({ table, records: value as unknown[], nestedIn: -1, path: name });
    else writeValue("", name, positions.fields.get(name) ?? Infinity, value);
  }
  let count = 0;
  for (const { table, records, nestedIn, path } of lists) {
    write(path, "", table.position, LIST, nestedIn);
    for (const [index, record] of records.entries()) {
      const place = `${path}[${index}]`;
      if (!isPlain(record)) {
        write(place, "", 0, SOMETHING_ELSE, NaN);
        continue;
      }
      write(place, "", 0, RECORD, 0);
      for (const [name, value] of Object.entries(record as object)) {
        const child = Array.isArray(value) ? table.children.get(name) : undefined;
        // The list grows while it is gone through: what is nested is written behind all that is not.
        if (child !== undefined) lists.push({ table: child, records: value, nestedIn: count, path: `${place}.${name}` });
        else writeValue(place, name, table.columns.get(name) ?? Infinity, value);
      }
      count += 1;
    }
  }
  const name = (place: number): string => [paths[place], keys[place]].filter(Boolean).join(".");
  return { name, numbers: Float64Array.from(numbers), texts: texts.map((text) => `${text}\n`).join("") };
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
