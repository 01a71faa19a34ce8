"""The definition files of related records, as the benchmarks of other engines read them."""

import re
import tomllib

# What is 0, and not missing, where there is no record.
ZERO = ("count", "any", "distinct")
CALLS = re.compile(r"\b(if|is_missing)\(")


def sql(text):
    """An expression of a definition file in SQL."""
    text = re.sub(r'"([^"]*)"', r"'\1'", text.replace("==", "="))
    while call := CALLS.search(text):
        start, depth, parts, at = call.end(), 1, [], call.end()
        while depth:
            character = text[at]
            depth += (character == "(") - (character == ")")
            if depth == 0 or (depth == 1 and character == ","):
                parts.append(text[start:at].strip())
                start = at + 1
            at += 1
        if call.group(1) == "if":
            new = f"(CASE WHEN ({parts[0]}) THEN ({parts[1]}) WHEN NOT ({parts[0]}) THEN ({parts[2]}) END)"
        else:
            new = f"(({parts[0]}) IS NULL)"
        text = text[: call.start()] + new + text[at:]
    return text


def read(features):
    """The documents of a folder by the name of their table, children before parents."""
    found = {}
    for path in sorted(features.glob("*.toml")):
        document = tomllib.loads(path.read_text())
        if "prefix" in document.get("table", {}):
            found[document["table"]["name"]] = document
    return {name: found[name] for name in sorted(found, key=lambda name: "parent" not in found[name]["table"])}


def filters(document, family):
    """Every status with every window: words of the name, conditions, how many of the latest."""
    known = {kind: {entry["key"]: entry for entry in document.get(kind, [])} for kind in ("status", "window")}
    for status in family.get("statuses", [""]):
        for window in family.get("windows", [""]):
            chosen = [known["status"].get(status, {}), known["window"].get(window, {})]
            conditions = [entry["where"] for entry in [*chosen, family] if "where" in entry]
            yield status, window, conditions, max(entry.get("latest", 0) for entry in chosen)


def names(document, family, status, window):
    """(aggregate, name of the feature) of a family with a status and a window."""
    words = [document["table"]["prefix"], status, family["name"], window]
    return [(aggregate, "_".join(word for word in [*words, aggregate.upper()] if word)) for aggregate in family["aggregates"]]
