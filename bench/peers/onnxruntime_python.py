"""ONNX Runtime on the main model's trees. It has no contributions."""

import numpy as np
import onnxruntime
from contender import serve


class OnnxRuntime:
    name = "onnxruntime"
    file = "main.onnx"

    def open(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def prepare(self, rows):
        self.rows = rows.astype(np.float32)

    def score(self, first, last):
        return self.session.run(None, {"x": self.rows[first:last]})[0]

    def jobs(self):
        return {"score_one": self.score, "score_batch": self.score}


serve(OnnxRuntime())
