// Which properties an application and its related records may have, and where the model has them.
import type { RelatedTable } from "./types.js";

/** The position of what the model does not have. */
const NOWHERE = Infinity;

/** A property that objects may have: a value, or a list of records, or either. */
interface Property {
  readonly name: string;
  /** Where its column stands. */
  readonly position: number;
  /** What the records of the list are made of. */
  readonly records: Properties | undefined;
}

const UNKNOWN: Property = { name: "", position: NOWHERE, records: undefined };

/** The properties of an application, or of the records of a table. */
export class Properties {
  readonly #byName = new Map<string, Property>();
  /** As they stood in the object that was read last, and their names as that has them: mostly the next one has the same. */
  readonly #latest: Property[] = [];
  readonly #latestNames: string[] = [];

  /** @param names What the columns are called; of two of one name, the first is meant.
   *  @param position Where the table stands among the related ones. */
  constructor(names: readonly (string | null)[], readonly position = NOWHERE) {
    names.forEach((name, at) => {
      if (name !== null && !this.#byName.has(name)) this.#byName.set(name, { ...UNKNOWN, name, position: at });
    });
  }

  /** Adds a list of records. */
  nest(name: string, records: Properties): void {
    this.#byName.set(name, { ...UNKNOWN, ...this.#byName.get(name), name, records });
  }

  /** The property called `name`, which stands at a place among those of its object. */
  find(place: number, name: string): Property {
    if (this.#latestNames[place] === name) return this.#latest[place] as Property;
    const found = this.#byName.get(name);
    if (found === undefined) return UNKNOWN;
    if (place < this.#byName.size) {
      this.#latest[place] = found;
      this.#latestNames[place] = name;
    }
    return found;
  }
}

/** The properties of an application of these fields and related tables. */
export function propertiesOf(fields: readonly string[], tables: readonly RelatedTable[]): Properties {
  const application = new Properties(fields);
  const records = new Map<string, Properties>();
  tables.forEach(({ name, fields, key, parentKey, clientKey, unusedColumns }, position) => {
    // In the order that core's `Table::column_at` has.
    const columns = [...fields.map((field) => field.name), key, parentKey, clientKey, ...unusedColumns];
    records.set(name, new Properties(columns, position));
  });
  // A table's records may be given as the client's, and as those of a record that they belong to.
  for (const { name, parent } of tables) {
    const list = records.get(name) as Properties;
    application.nest(name, list);
    if (parent !== null) records.get(parent)?.nest(name, list);
  }
  return application;
}
