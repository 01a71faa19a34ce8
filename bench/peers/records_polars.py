"""The features of related records as Polars makes them, from the same definition files: for time, and to compare values.

    python records_polars.py FEATURES_DIR DATA_DIR OUTPUT.parquet [CLIENT_TABLE.parquet]

Every family becomes expressions over the groups of clients, all families of a table in one pass; nothing of Candor is
used. With a client table of `candor features`, all values are compared.
"""

import pathlib
import re
import sys
import time

import polars as pl

from records_definitions import ZERO, filters, names, read, sql


def expression(text, schema):
    """An expression of a definition file; what is not finite is missing."""
    text = sql(text)
    for name, kind in schema.items():
        if kind == pl.Boolean:
            text = re.sub(rf"\b{name} = 1\b", name, text)
    return pl.sql_expr(text)


def finite(value, schema):
    """A computed column: numbers as floats, and missing where they are not finite."""
    if pl.LazyFrame(schema=schema).select(value.alias("v")).collect_schema()["v"] in (pl.Boolean, pl.String):
        return value
    number = value.cast(pl.Float64)
    return pl.when(number.is_finite()).then(number)


def cleaned(document):
    """The table's columns with sentinels, ranges and levels applied, as core does when it reads them."""
    for column in document["column"]:
        raw = pl.col(column["name"])
        if column["kind"] == "category":
            keep, value = raw.is_in([level["value"] for level in column["levels"]]), raw
        elif column["kind"] == "flag":
            keep, value = raw.is_not_null(), raw == 1
        else:
            keep, value = raw.is_finite(), raw
            for sentinel in column.get("sentinels", []):
                keep &= raw != float(sentinel)
            keep &= raw >= column["min"] if "min" in column else True
            keep &= raw <= column["max"] if "max" in column else True
        yield pl.when(keep).then(value).alias(column["name"])


def aggregated(aggregate, value, when):
    """An aggregate of the values of a group, missing ones left out; `when` are their times."""
    known = value.drop_nulls()
    if aggregate in ("first", "last"):
        return known.first() if aggregate == "first" else known.last()
    if aggregate == "trend":
        x, y = when.filter(value.is_not_null()), known.cast(pl.Float64)
        slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
        return pl.when(slope.is_finite()).then(slope)
    if aggregate in ("count", "any"):
        return value.count() if aggregate == "count" else (value.count() > 0).cast(pl.Int8)
    if aggregate == "distinct":
        return known.n_unique()
    number = value.cast(pl.Float64)
    return {
        "sum": pl.when(value.count() > 0).then(number.sum()), "mean": number.mean(), "share": number.mean(),
        "min": number.min(), "max": number.max(), "range": number.max() - number.min(),
        "std": pl.when(value.count() > 1).then(number.std(ddof=0)),
    }[aggregate]


def results(document, family, status, window, wanted, schema):
    """The wanted aggregates of a family, over the rows that a status and a window choose."""
    for chosen_status, chosen_window, conditions, latest in filters(document, family):
        if (chosen_status, chosen_window) != (status, window):
            continue
        value = finite(expression(family["value"], schema), schema) if "value" in family else pl.col("time") * 0
        when = pl.col("time")
        condition = pl.lit(True)
        for text in conditions:
            condition &= expression(text, schema)
        if conditions:
            value, when = value.filter(condition), when.filter(condition)
        if latest:
            value, when = value.tail(latest), when.tail(latest)
        for aggregate, name in wanted:
            yield aggregated(aggregate, value, when).alias(name)


def scan(path, document, keys):
    """The columns of a table that are needed."""
    kinds = {"category": pl.String}
    types = {column["name"]: kinds.get(column["kind"], pl.Float64) for column in document["column"]}
    types |= {key: pl.Int64 for key in keys}
    types[document["table"]["time"]] = pl.Float64
    header = pl.scan_csv(path, infer_schema=False).collect_schema().names()
    return pl.scan_csv(path, schema_overrides={name: types.get(name, pl.String) for name in header}).select(list(types))


def main():
    features, data, output = (pathlib.Path(argument) for argument in sys.argv[1:4])
    documents = read(features)
    start = time.perf_counter()
    clients = pl.read_csv(next(data.glob("application_train.csv*")), columns=["SK_ID_CURR"])
    wide, nested, made = clients, {}, 0
    for name, document in documents.items():
        table = document["table"]
        key, client, parent = table.get("key"), table.get("client_key"), table.get("parent_key")
        found = list(data.glob(f"{name}.csv*"))
        if not found:
            absent = [pl.lit(None, pl.Float64).alias(entry["name"]) for entry in document.get("nested", [])]
            nested.setdefault(table.get("parent"), []).append((None, absent))
            continue
        ids = [column for column in [key, parent] if column]
        rows = scan(found[0], document, [*ids, *([client] if client else [])])
        if not client:
            up = documents[table["parent"]]["table"]
            ups = pl.scan_csv(next(data.glob(up["name"] + ".csv*"))).select(parent, up["client_key"])
            rows, client = rows.join(ups, on=parent), up["client_key"]
        rows = rows.rename({client: "client_id"}).with_columns(pl.col(table["time"]).alias("time"))
        rows = rows.filter(pl.col("time") <= 0).join(clients.lazy(), left_on="client_id", right_on="SK_ID_CURR", how="semi")
        for results_of_child, added in nested.get(name, []):
            if results_of_child is not None:
                rows = rows.join(results_of_child.lazy(), left_on=key, right_on="owner", how="left", maintain_order="left")
            rows = rows.with_columns(added)
        ties = [column["name"] for column in document["column"]]
        rows = rows.sort(["client_id", "time", *ids, *(tie for tie in ties if tie != table["time"])], nulls_last=True)
        rows = rows.with_columns(cleaned(document))
        for derived in document.get("derived", []):
            schema = rows.collect_schema()
            rows = rows.with_columns(finite(expression(derived["value"], schema), schema).alias(derived["name"]))
        rows = rows.collect()
        schema = rows.schema
        for entry in document.get("nested", []):
            wanted = [(entry["aggregate"], entry["name"])]
            column = next(results(document, entry, "", "", wanted, schema))
            view = rows.filter(pl.col(parent).is_not_null()).group_by(pl.col(parent).alias("owner")).agg(column)
            added = pl.col(entry["name"]).fill_null(0) if entry["aggregate"] in ZERO else pl.col(entry["name"])
            nested.setdefault(table["parent"], []).append((view, [added]))
        columns, zero = [], []
        for family in document.get("family", []):
            for status, window, _, _ in filters(document, family):
                wanted = names(document, family, status, window)
                columns += results(document, family, status, window, wanted, schema)
                zero += [name for aggregate, name in wanted if aggregate in ZERO]
        grouped = rows.group_by("client_id").agg(columns)
        wide = wide.join(grouped, left_on="SK_ID_CURR", right_on="client_id", how="left").with_columns(
            pl.col(zero).fill_null(0)
        )
        made += len(columns)
    wide.write_parquet(output)
    print(f"Polars: {time.perf_counter() - start:.1f} s for {made} features")
    if len(sys.argv) > 4:
        compare(wide, pl.read_parquet(sys.argv[4]))


def compare(ours, theirs):
    """Prints every feature whose values differ by more than 1e-9, relative to the larger of them and 1."""
    both = ours.join(theirs.with_columns(pl.col("SK_ID_CURR").cast(pl.Int64)), on="SK_ID_CURR", suffix="_theirs")
    wrong = 0
    for name in ours.columns[1:]:
        a, b = both[name].cast(pl.Float64), both[f"{name}_theirs"].cast(pl.Float64)
        a, b = a.fill_nan(None), b.fill_nan(None)
        largest = pl.select(pl.max_horizontal(pl.lit(1.0), a.abs(), b.abs())).to_series()
        far = (a.is_null() != b.is_null()) | ((a - b).abs() > 1e-9 * largest).fill_null(False)
        if count := far.sum():
            wrong += 1
            at = far.arg_true()[0]
            print(f"{name}: {count} clients differ, such as {both['SK_ID_CURR'][at]}: {a[at]} and {b[at]}")
    print(f"{len(ours.columns) - 1} features compared, {wrong} differ")


main()
