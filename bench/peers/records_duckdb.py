"""The features of related records as DuckDB makes them, from the same definition files: for time, and to compare values.

    python records_duckdb.py FEATURES_DIR DATA_DIR OUTPUT.parquet [CLIENT_TABLE.parquet]

Every family becomes SQL; nothing of Candor is used. With a client table of `candor features`, all values are compared.
"""

import pathlib
import re
import sys
import time

import duckdb

from records_definitions import ZERO, filters, names, read, sql

SQL = {
    "count": "count({v})", "any": "(count({v}) > 0)::int", "sum": "sum({v})", "mean": "avg({v})", "share": "avg({v})",
    "min": "min({v})", "max": "max({v})", "range": "max({v}) - min({v})",
    "std": "CASE WHEN count({v}) > 1 THEN stddev_pop({v}) END",
    "first": "arg_min({v}, r) FILTER (WHERE {v} IS NOT NULL)", "last": "arg_max({v}, r) FILTER (WHERE {v} IS NOT NULL)",
    "trend": "CASE WHEN isfinite(regr_slope({v}, t)) THEN regr_slope({v}, t) END", "distinct": "count(DISTINCT {v})",
}
def columns(document):
    """The table's columns with sentinels, ranges and levels applied, as core does when it reads them."""
    for column in document["column"]:
        name = column["name"]
        raw = f'"{name}"'
        if column["kind"] == "category":
            levels = ", ".join("'" + level["value"] + "'" for level in column["levels"])
            yield f"CASE WHEN {raw} IN ({levels}) THEN {raw} END AS {name}"
            continue
        if column["kind"] == "flag":
            yield f"({raw}::double = 1) AS {name}"
            continue
        keep = [f"{raw} <> {value}" for value in column.get("sentinels", [])]
        keep += [f"{raw} >= {column['min']}"] if "min" in column else []
        keep += [f"{raw} <= {column['max']}"] if "max" in column else []
        yield f"CASE WHEN {' AND '.join(keep) or 'true'} THEN {raw}::double END AS {name}"


def aggregates(owner, document, family, wanted, conditions, latest):
    """A query over the table `rows`: one row per owner, a column per wanted (aggregate, name)."""
    value = sql(family["value"]) if "value" in family else "1"
    condition = " AND ".join(f"({sql(text)})" for text in conditions) or "true"
    is_condition = "value" in family and re.search(r"[=<>]|\bis_missing\b", family["value"])
    named = next((d["value"] for d in document.get("derived", []) if d["name"] == family.get("value")), "")
    flags = [column["name"] for column in document["column"] if column["kind"] == "flag"]
    if is_condition or re.search(r"[=<>]|\bis_missing\b", re.sub(r"if\(.*", "", named)) or family.get("value") in flags:
        value = f"({value})::int::double"
    inner = f"SELECT {owner} AS owner, {value} AS v, time AS t, position AS r FROM rows WHERE {condition} AND {owner} IS NOT NULL"
    if latest:
        inner += f" QUALIFY row_number() OVER (PARTITION BY {owner} ORDER BY position DESC) <= {latest}"
    results = ", ".join(f"{SQL[aggregate].format(v='v')} AS {name}" for aggregate, name in wanted)
    return f"SELECT owner, {results} FROM ({inner}) GROUP BY owner"


def main():
    features, data, output = (pathlib.Path(argument) for argument in sys.argv[1:4])
    documents = read(features)
    start = time.perf_counter()
    connection = duckdb.connect()
    run = connection.execute
    run("SET ieee_floating_point_ops = false; SET error_on_division_by_zero = false; SET preserve_insertion_order = false")
    run(f"CREATE TABLE clients AS SELECT SK_ID_CURR FROM read_csv('{data}/application_train.csv*')")
    made, nested = [], {}
    for name, document in documents.items():
        table = document["table"]
        found = list(data.glob(f"{name}.csv*"))
        if not found:
            absent = [f"NULL::double AS {entry['name']}" for entry in document.get("nested", [])]
            nested.setdefault(table.get("parent"), []).append(("clients", absent))
            continue
        source = f"read_csv('{found[0]}', sample_size = -1)"
        key, client, parent = table.get("key"), table.get("client_key"), table.get("parent_key")
        owner = f'"{client}"' if client else ''
        joins = ""
        if not client:
            up = documents[table["parent"]]["table"]
            parent_source = f"read_csv('{next(data.glob(up['name'] + '.csv*'))}')"
            source = f"(SELECT c.*, p.{up['client_key']} AS client FROM {source} c JOIN {parent_source} p USING ({parent}))"
            owner = "client"
        extra = nested.get(name, [])
        for number, (child, _) in enumerate(extra):
            if child != "clients":
                joins += f" LEFT JOIN {child} n{number} ON n{number}.owner = s.{key}"
        ids = ", ".join(f"s.{column}" for column in [key, parent] if column)
        time_column = table["time"]
        values = ", ".join(columns(document)).replace('"' + time_column + '"', f's."{time_column}"')
        tie = ", ".join('s."' + column["name"] + '"' for column in document["column"])
        more = "".join(f", {column}" for _, added in extra for column in added)
        run(
            f"CREATE OR REPLACE TABLE rows AS SELECT s.{owner} AS client_id, {ids}{more}, {values}, s.{time_column} AS time, "
            f"row_number() OVER (ORDER BY s.{owner}, s.{time_column}, {ids}, {tie}) AS position FROM {source} s{joins} "
            f"WHERE s.{owner} IN (SELECT SK_ID_CURR FROM clients) AND s.{time_column} <= 0"
        )
        for derived in document.get("derived", []):
            run(f"CREATE OR REPLACE TABLE rows AS SELECT *, ({sql(derived['value'])}) AS {derived['name']} FROM rows")
        for entry in document.get("nested", []):
            view = f"nested_{entry['name']}"
            conditions = [entry["where"]] if "where" in entry else []
            wanted = [(entry["aggregate"], entry["name"])]
            run(f"CREATE TABLE {view} AS {aggregates(parent, document, entry, wanted, conditions, entry.get('latest', 0))}")
            added = entry["name"]
            result = f"coalesce({added}, 0) AS {added}" if entry["aggregate"] in ZERO else added
            nested.setdefault(table["parent"], []).append((view, [result]))
        for family in document.get("family", []):
            for status, window, conditions, latest in filters(document, family):
                wanted = names(document, family, status, window)
                view = f"f{len(made)}"
                run(f"CREATE TABLE {view} AS {aggregates('client_id', document, family, wanted, conditions, latest)}")
                made.append((view, wanted))
    # Joined a few at a time: one join of hundreds of tables takes the planner longer than the features.
    wide = "clients"
    for first in range(0, len(made), 16):
        step = f"wide{first}"
        parts = made[first : first + 16]
        results = ", ".join(
            f"coalesce({column}, 0) AS {column}" if aggregate in ZERO else column
            for _, wanted in parts for aggregate, column in wanted
        )
        joins = " ".join(f"LEFT JOIN {view} ON {view}.owner = w.SK_ID_CURR" for view, _ in parts)
        run(f"CREATE TABLE {step} AS SELECT w.*, {results} FROM {wide} w {joins}")
        wide = step
    run(f"COPY {wide} TO '{output}' (FORMAT parquet)")
    print(f"DuckDB: {time.perf_counter() - start:.1f} s for {sum(len(wanted) for _, wanted in made)} features")
    if len(sys.argv) > 4:
        compare(connection, output, sys.argv[4], [column for _, wanted in made for _, column in wanted])


def compare(connection, ours, theirs, names):
    """Prints every feature whose values differ by more than 1e-9, relative to the larger of them and 1."""
    wrong = 0
    join = f"FROM '{ours}' a JOIN '{theirs}' b ON a.SK_ID_CURR = b.SK_ID_CURR::bigint"
    for name in names:
        a, b = f"a.{name}::double", f"b.{name}::double"
        far = f"abs({a} - {b}) > 1e-9 * greatest(1, abs({a}), abs({b}))"
        count, example = connection.execute(
            f"SELECT count(*), first(concat(a.SK_ID_CURR, ': ', {a}, ' and ', {b})) {join} "
            f"WHERE ({a} IS NULL) <> ({b} IS NULL) OR {far}"
        ).fetchone()
        if count:
            wrong += 1
            print(f"{name}: {count} clients differ, such as {example}")
    print(f"{len(names)} features compared, {wrong} differ")


main()
