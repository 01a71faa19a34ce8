"""LightGBM through its Python API, as most people call it."""

import lightgbm
from contender import serve


class LightGbm:
    name = "lightgbm"
    file = "main.txt"

    def open(self, path):
        self.booster = lightgbm.Booster(model_file=path)

    def prepare(self, rows):
        self.rows = rows

    def jobs(self):
        def job(threads, **kind):
            return lambda first, last: self.booster.predict(self.rows[first:last], num_threads=threads, **kind)

        return {
            "score_one": job(1, raw_score=True),
            "score_batch": job(1, raw_score=True),
            "explain_one": job(1, pred_contrib=True),
            "explain_batch": job(2, pred_contrib=True),
        }


serve(LightGbm())
