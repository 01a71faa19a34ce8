// Scores raw CSV rows and compares numbers by their bits. Runs in Node and, as it stands, in a browser.

/** The rows of a CSV file as arrays of texts, the header first. Quoted cells may hold commas, quotes and line ends. */
export function parseCsv(text) {
  const rows = [];
  let row = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (cell.lastIndex < text.length) {
    const place = cell.lastIndex;
    const match = cell.exec(text);
    if (!match) throw new Error(`row ${rows.length}: no CSV cell at character ${place}`);
    const [, quoted, plain, end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ",") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

/** The inverse of {@link parseCsv}. */
export function writeCsv(rows) {
  const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/** The rows of a CSV file as applications: every cell as text, and only columns that are fields of the model. */
export function readApplications(csv, schema) {
  const [header, ...rows] = parseCsv(csv);
  const fields = new Set(schema.fields.map((field) => field.name));
  const columns = header.flatMap((name, place) => (fields.has(name) ? [[name, place]] : []));
  return rows.map((row) => Object.fromEntries(columns.map(([name, place]) => [name, row[place]])));
}

export const DECISIONS = ["APPROVE", "DECLINE"];
export const RISK_LEVELS = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];

/** Names of the numbers that are compared for each row. */
export function columnNames(schema) {
  const features = schema.features.map((feature) => feature.name);
  return ["probability", "log_odds", "points", "decision", "risk_level", "base_value", ...features];
}

/** Scores and explains every application: the numbers named by {@link columnNames}, row by row. */
export function computeNumbers(scorer, applications) {
  const width = columnNames(scorer.schema).length;
  const numbers = new Float64Array(applications.length * width);
  applications.forEach((application, row) => {
    const { probability, logOdds, points, decision, riskLevel } = scorer.score(application);
    const { baseValue, contributions } = scorer.explain(application);
    const codes = [DECISIONS.indexOf(decision), RISK_LEVELS.indexOf(riskLevel)];
    numbers.set([probability, logOdds, points, ...codes, baseValue], row * width);
    numbers.set(contributions, (row + 1) * width - contributions.length);
  });
  return numbers;
}

/** Compares two tables of numbers by their bits: rows compared, rows that differ, and the first difference by name. */
export function compareBits(expected, found, names) {
  if (expected.length !== found.length) throw new Error(`${expected.length} numbers expected, ${found.length} found`);
  const bits = (numbers) => new BigUint64Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const [a, b] = [bits(expected), bits(found)];
  const rows = expected.length / names.length;
  const differing = new Set();
  let first = null;
  for (let place = 0; place < a.length; place += 1) {
    if (a[place] === b[place]) continue;
    const row = Math.floor(place / names.length);
    differing.add(row);
    const [wanted, got] = [a[place], b[place]].map((value) => value.toString(16).padStart(16, "0"));
    first ??=
      `row ${row}, ${names[place % names.length]}: ` +
      `${expected[place]} (bits ${wanted}) expected, ${found[place]} (bits ${got}) found`;
  }
  return { rows, differing: differing.size, first };
}
