// What the engine answers: numbers, and one text that holds all texts (embed/src/answer.rs).
import { ApplicationError, LoadError, type LoadErrorCode } from "./errors.js";

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads an answer in the order in which the engine wrote it. */
export class Answer {
  readonly #numbers: Float64Array;
  readonly #texts: string;
  #nextNumber = 0;
  #nextUnit = 0;

  /**
   * @param name What a value of the application is called, by its place: so its problems are told.
   * @throws {LoadError | ApplicationError | Error} when there is no answer but a problem.
   */
  constructor(bytes: Uint8Array<ArrayBuffer>, name: (place: number) => string = String) {
    // The bytes are the engine's copy and begin where their buffer does; the first number counts the others.
    const [count = 0] = new Float64Array(bytes.buffer, 0, 1);
    this.#numbers = new Float64Array(bytes.buffer, 8, count);
    const texts = bytes.subarray(8 * (1 + count));
    this.#texts = texts.length === 0 ? "" : UTF8.decode(texts);
    switch (this.number()) {
      case 0:
        return;
      case 1:
        throw new LoadError(this.text() as LoadErrorCode, this.text());
      case 2:
        throw this.#applicationError(name);
      default:
        throw new Error(this.text());
    }
  }

  #applicationError(name: (place: number) => string): ApplicationError {
    const fields = this.list(() => ({ field: name(this.number()), message: this.text() }));
    return new ApplicationError(fields.map(({ field, message }) => `${field}: ${message}`).join("\n"), fields);
  }

  number(): number {
    return this.#numbers[this.#nextNumber++] as number;
  }

  flag(): boolean {
    return this.number() !== 0;
  }

  text(): string {
    const length = this.number();
    return this.#texts.slice(this.#nextUnit, (this.#nextUnit += length));
  }

  numbers(): Float64Array {
    const length = this.number();
    return this.#numbers.slice(this.#nextNumber, (this.#nextNumber += length));
  }

  list<T>(read: () => T): T[] {
    const items = [];
    for (let left = this.number(); left > 0; left -= 1) items.push(read());
    return items;
  }

  optional<T>(read: () => T): T | null {
    return this.flag() ? read() : null;
  }

  /** The item whose position is the next number. */
  oneOf<T>(items: readonly T[]): T {
    return items[this.number()] as T;
  }
}
