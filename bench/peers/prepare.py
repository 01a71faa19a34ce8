"""Makes what is measured: rows, and the same boosted trees in the format of every library.

    python prepare.py FOLDER TREES TRAINING_ROWS ROWS MORE_ROWS

LightGBM trains the main model; the ONNX model is the same trees, written node by node. XGBoost and YDF read no LightGBM
model, so they train their own on the same rows with the same number of trees and the same limits. What exists already
is not made again. A library that is not installed, or cannot do it, leaves its reason in NAME.failed.
"""

import json
import sys
import traceback
import zipfile
from pathlib import Path

import numpy as np

FEATURES, SIGNALS = 180, 30
LEAVES, DEPTH, LEARNING_RATE = 34, 8, 0.05
MISSING = 0.2
SEED = 20260101


def rows(generator, count):
    """Rows of 32-bit precision, so that a library that computes in f32 sees the very same values."""
    values = generator.standard_normal((count, FEATURES)).astype(np.float32)
    # A third of the features are skewed like amounts, a third are small whole numbers like counts.
    values[:, 1::3] = np.exp(values[:, 1::3])
    values[:, 2::3] = np.floor(4 * np.abs(values[:, 2::3]))
    return values


def with_holes(generator, values):
    holes = generator.random(values.shape, dtype=np.float32) < MISSING
    return np.where(holes, np.float32(np.nan), values)


def outcomes(generator, values):
    """About one row in ten is bad; thirty features carry signal, some of it in pairs."""
    signals = values[:, :SIGNALS]
    signals = (signals - signals.mean(axis=0)) / signals.std(axis=0)
    weights = np.random.default_rng(SEED).standard_normal(SIGNALS) * 0.35
    logit = signals @ weights + 0.3 * (signals[:, 0] * signals[:, 3]) + 0.3 * (signals[:, 6] > 0.5) * signals[:, 9]
    return (generator.random(len(values)) < 1 / (1 + np.exp(3.0 - logit))).astype(np.int32)


def lightgbm_model(folder, trees, train, target):
    import lightgbm

    parameters = {
        "objective": "binary", "num_leaves": LEAVES, "max_depth": DEPTH, "learning_rate": LEARNING_RATE,
        "feature_fraction": 0.5, "min_data_in_leaf": 5, "num_threads": 2, "seed": 1, "deterministic": True,
        "verbose": -1,
    }  # fmt: skip
    names = [f"f{index}" for index in range(FEATURES)]
    data = lightgbm.Dataset(train, target, feature_name=names)
    booster = lightgbm.train(parameters, data, num_boost_round=trees)
    booster.save_model(folder / "main.txt")


def onnx_model(folder, trees, train, target):
    import lightgbm
    import onnx
    from onnx import TensorProto, helper

    columns = {
        name: []
        for name in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids",
                     "missing_value_tracks_true")
    }  # fmt: skip
    targets = {"treeids": [], "nodeids": [], "weights": []}

    def add(tree, node, counter):
        """Adds a node before those below it; its number."""
        number = next(counter)
        place = len(columns["treeids"])
        leaf = "leaf_value" in node
        for name, value in (("treeids", tree), ("nodeids", number), ("modes", "LEAF" if leaf else "BRANCH_LEQ"),
                            ("featureids", 0 if leaf else node["split_feature"]), ("values", 0.0),
                            ("truenodeids", 0), ("falsenodeids", 0), ("missing_value_tracks_true", 0)):  # fmt: skip
            columns[name].append(value)
        if leaf:
            targets["treeids"].append(tree)
            targets["nodeids"].append(number)
            targets["weights"].append(float(np.float32(node["leaf_value"])))
            return number
        if node["decision_type"] != "<=" or node["missing_type"] == "Zero":
            raise ValueError(f"a test {node['decision_type']} with missing type {node['missing_type']}")
        # Rounded down: then every 32-bit value is on the same side of it as of the 64-bit threshold. LightGBM's 1e300,
        # which parts missing values from all others, becomes infinity.
        with np.errstate(over="ignore"):
            threshold = np.float32(node["threshold"])
        if float(threshold) > node["threshold"]:
            threshold = np.nextafter(threshold, np.float32(-np.inf))
        left_if_missing = node["default_left"] if node["missing_type"] == "NaN" else 0.0 <= node["threshold"]
        columns["values"][place] = float(threshold)
        columns["missing_value_tracks_true"][place] = int(left_if_missing)
        columns["truenodeids"][place] = add(tree, node["left_child"], counter)
        columns["falsenodeids"][place] = add(tree, node["right_child"], counter)
        return number

    dump = lightgbm.Booster(model_file=folder / "main.txt").dump_model()
    for tree in dump["tree_info"]:
        add(tree["tree_index"], tree["tree_structure"], iter(range(10**9)))
    attributes = {f"nodes_{name}": values for name, values in columns.items()}
    attributes |= {f"target_{name}": values for name, values in targets.items()}
    attributes["target_ids"] = [0] * len(targets["weights"])
    ensemble = helper.make_node(
        "TreeEnsembleRegressor", ["x"], ["score"], domain="ai.onnx.ml", n_targets=1, aggregate_function="SUM",
        post_transform="NONE", **attributes,
    )  # fmt: skip
    graph = helper.make_graph(
        [ensemble], "trees",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, FEATURES])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])],
    )  # fmt: skip
    versions = [helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=versions, ir_version=8), folder / "main.onnx")


def xgboost_model(folder, trees, train, target):
    import xgboost

    parameters = {
        "objective": "binary:logistic", "tree_method": "hist", "grow_policy": "lossguide", "max_leaves": LEAVES,
        "max_depth": DEPTH, "learning_rate": LEARNING_RATE, "colsample_bytree": 0.5, "min_child_weight": 0.1,
        "nthread": 2, "seed": 1,
    }  # fmt: skip
    booster = xgboost.train(parameters, xgboost.DMatrix(train, target), num_boost_round=trees)
    booster.save_model(folder / "main.ubj")


def ydf_model(folder, trees, train, target):
    import ydf

    # apply_link_function: the raw score is asked for, as of the others.
    learner = ydf.GradientBoostedTreesLearner(
        label="label", num_trees=trees, shrinkage=LEARNING_RATE, max_depth=DEPTH + 1, max_num_nodes=LEAVES,
        growing_strategy="BEST_FIRST_GLOBAL", early_stopping="NONE", validation_ratio=0.0, min_examples=5,
        num_candidate_attributes_ratio=0.5, apply_link_function=False, random_seed=1, num_threads=2,
    )  # fmt: skip
    columns = {f"f{index}": train[:, index] for index in range(FEATURES)}
    model = learner.train(columns | {"label": target}, verbose=0)
    model.save(str(folder / "main.ydf"))
    # As its JavaScript port wants it: all files at the top.
    with zipfile.ZipFile(folder / "main.ydf.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((folder / "main.ydf").iterdir()):
            archive.write(file, file.name)


def main():
    folder = Path(sys.argv[1])
    trees, training, count, more = map(int, sys.argv[2:6])
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(SEED)
    train = rows(generator, training)
    target = outcomes(generator, train)
    train = with_holes(generator, train)
    for name, size in (("rows", count), ("more", more)):
        values = with_holes(generator, rows(generator, size))
        values.astype("<f8").tofile(folder / f"{name}.f64")
    # LightGBM first: the ONNX model is made of its trees.
    for name, make, file in (
        ("lightgbm", lightgbm_model, "main.txt"),
        ("onnxruntime", onnx_model, "main.onnx"),
        ("xgboost", xgboost_model, "main.ubj"),
        ("ydf", ydf_model, "main.ydf.zip"),
    ):
        failed, unfinished = folder / f"{name}.failed", folder / f"{file}.unfinished"
        if (folder / file).exists() and not unfinished.exists():
            continue
        print(f"{name}: makes {file}", flush=True)
        unfinished.touch()  # stays behind if this is killed, and what is there is not taken for whole
        try:
            make(folder, trees, train, target)
            unfinished.unlink()
            failed.unlink(missing_ok=True)
        except Exception as error:
            traceback.print_exc()
            failed.write_text(f"{type(error).__name__}: {error}".splitlines()[0])
    about = {"trees": trees, "leaves": LEAVES, "depth": DEPTH, "features": FEATURES, "missing": MISSING,
             "training_rows": training, "rows": count, "more_rows": more}  # fmt: skip
    (folder / "about.json").write_text(json.dumps(about, indent=2) + "\n")


main()
