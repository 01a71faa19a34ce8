/** What can be wrong with a model file. */
export type LoadErrorCode =
  /** It does not begin like a model file. */
  | "NOT_A_MODEL"
  /** A newer Candor wrote it. */
  | "TOO_NEW"
  /** It was made before the first release. */
  | "TOO_OLD"
  /** It is shorter or longer than it says. */
  | "WRONG_LENGTH"
  /** Its digest does not match its content, or its signatures have lost their form. */
  | "DAMAGED"
  /** It holds something that no model holds. */
  | "INVALID"
  /** It does not score here as it did where it was made. */
  | "PARITY"
  /** It is not signed by a trusted key, where that was asked for. */
  | "NOT_TRUSTED"
  /** It could not be fetched. */
  | "NOT_FETCHED";

/** A model was not loaded. */
export class LoadError extends Error {
  override readonly name = "LoadError";
  readonly code: LoadErrorCode;

  constructor(code: LoadErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A value that cannot stand in its field, and why. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An application was not scored; every field that is wrong is listed. */
export class ApplicationError extends Error {
  override readonly name = "ApplicationError";
  readonly fields: readonly FieldError[];

  constructor(message: string, fields: readonly FieldError[]) {
    super(message);
    this.fields = fields;
  }
}
