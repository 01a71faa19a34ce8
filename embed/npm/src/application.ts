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
const PER_VALUE = 3;

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

/** Values on their way to the engine. */
class Writer {
  texts = "";
  #numbers = new Float64Array(1024);
  #count = 0;

  /** @param told Who is told what each value is called, if anyone wants to know. */
  constructor(private readonly told?: (path: string, key: string) => void) {}

  write(path: string, key: string, position: number, kind: number, number: number): void {
    if (this.#count + PER_VALUE > this.#numbers.length) {
      const larger = new Float64Array(2 * this.#numbers.length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#count] = position;
    this.#numbers[this.#count + 1] = kind;
    this.#numbers[this.#count + 2] = number;
    this.#count += PER_VALUE;
    this.told?.(path, key);
  }

  /** What has been written. */
  numbers(): Float64Array {
    return this.#numbers.subarray(0, this.#count);
  }

  value(path: string, key: string, position: number, value: unknown): void {
    if (typeof value === "number") this.write(path, key, position, NUMBER, value);
    else if (typeof value === "string") {
      this.texts += `${value}\n`;
      this.write(path, key, position, TEXT, value.length);
    } else if (typeof value === "boolean") this.write(path, key, position, FLAG, value ? 1 : 0);
    else this.write(path, key, position, value === null || value === undefined ? NUMBER : SOMETHING_ELSE, NaN);
  }

  application(application: Readonly<Record<string, unknown>>, positions: Positions): void {
    const lists: List[] = [];
    for (const name of Object.keys(application)) {
      const value = application[name];
      const table = Array.isArray(value) ? positions.tables.get(name) : undefined;
      if (table !== undefined) lists.push({ table, records: value as unknown[], nestedIn: -1, path: name });
      else this.value("", name, positions.fields.get(name) ?? Infinity, value);
    }
    let count = 0;
    // The lists grow while they are gone through: what is nested is written behind all that is not.
    for (const list of lists) count = this.list(list, count, lists);
  }

  private list({ table, records, nestedIn, path }: List, first: number, lists: List[]): number {
    this.write(path, "", table.position, LIST, nestedIn);
    let count = first;
    records.forEach((record, index) => {
      const place = this.told === undefined ? "" : `${path}[${index}]`;
      if (!isPlain(record)) return this.write(place, "", 0, SOMETHING_ELSE, NaN);
      this.write(place, "", 0, RECORD, 0);
      for (const name of Object.keys(record)) {
        const value = record[name];
        const child = Array.isArray(value) ? table.children.get(name) : undefined;
        if (child === undefined) this.value(place, name, table.columns.get(name) ?? Infinity, value);
        else lists.push({ table: child, records: value as unknown[], nestedIn: count, path: `${place}.${name}` });
      }
      count += 1;
    });
    return count;
  }
}

/**
 * Takes an application apart; what one of its getters throws comes through.
 *
 * @throws {TypeError} when it is no plain object.
 */
export function valuesOf(application: Application, positions: Positions): Values {
  if (!isPlain(application)) throw new TypeError(NOT_PLAIN);
  const writer = new Writer();
  writer.application(application, positions);
  // Names are for problems, which are rare: they are found by going through the application again.
  let names: string[] | undefined;
  const name = (place: number): string => {
    if (names === undefined) {
      const told: string[] = (names = []);
      new Writer((path, key) => told.push([path, key].filter(Boolean).join("."))).application(application, positions);
    }
    return names[place] as string;
  };
  return { name, numbers: writer.numbers(), texts: writer.texts };
}

/**
 * Whether the value is `{…}` or an object without a prototype: a `Map`, an array or a promise has no fields as
 * properties, and would otherwise be scored as an application of which nothing is known.
 */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  // Another frame has another `Object.prototype`; in all of them it is the end of the chain.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
