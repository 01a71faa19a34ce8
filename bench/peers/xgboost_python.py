"""XGBoost: in-place prediction where there is one; contributions need its matrix type, whose making counts."""

import numpy as np
import xgboost
from contender import serve


class Xgboost:
    name = "xgboost"
    file = "main.ubj"

    def open(self, path):
        self.booster = xgboost.Booster(model_file=path)
        self.threads = 0

    def prepare(self, rows):
        self.rows = rows.astype(np.float32)

    def use(self, threads):
        if self.threads != threads:
            self.booster.set_param({"nthread": threads})
            self.threads = threads

    def score(self, first, last):
        self.use(1)
        return self.booster.inplace_predict(self.rows[first:last], predict_type="margin")

    def jobs(self):
        def explain(threads):
            def run(first, last):
                self.use(threads)
                matrix = xgboost.DMatrix(self.rows[first:last], nthread=threads)
                return self.booster.predict(matrix, pred_contribs=True)

            return run

        return {
            "score_one": self.score,
            "score_batch": self.score,
            "explain_one": explain(1),
            "explain_batch": explain(2),
        }


serve(Xgboost())
