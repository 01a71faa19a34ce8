"""LightGBM through its C API, as fast as it goes: the prepared single-row call, and the matrix call for batches."""

import ctypes

import lightgbm
import numpy as np
from contender import serve
from lightgbm.basic import _LIB as lib

RAW_SCORE, CONTRIBUTIONS = 1, 3
FLOAT64 = 1


def check(code):
    if code != 0:
        lib.LGBM_GetLastError.restype = ctypes.c_char_p
        raise RuntimeError(lib.LGBM_GetLastError().decode())


class LightGbm:
    name = "lightgbm"
    file = "main.txt"
    handle = None
    fast = ()

    def open(self, path):
        if self.handle:
            for _, config in self.fast:
                check(lib.LGBM_FastConfigFree(config))
            check(lib.LGBM_BoosterFree(self.handle))
        self.handle = ctypes.c_void_p()
        iterations = ctypes.c_int()
        check(lib.LGBM_BoosterCreateFromModelfile(path.encode(), ctypes.byref(iterations), ctypes.byref(self.handle)))
        features = ctypes.c_int()
        check(lib.LGBM_BoosterGetNumFeature(self.handle, ctypes.byref(features)))
        self.width = features.value
        self.fast = [(kind, self.single_row(kind)) for kind in (RAW_SCORE, CONTRIBUTIONS)]

    def single_row(self, kind):
        config = ctypes.c_void_p()
        check(
            lib.LGBM_BoosterPredictForMatSingleRowFastInit(
                self.handle, kind, 0, -1, FLOAT64, ctypes.c_int32(self.width), b"num_threads=1", ctypes.byref(config)
            )
        )
        return config

    def prepare(self, rows):
        self.rows = np.ascontiguousarray(rows)
        self.out = np.zeros(len(rows) * (self.width + 1))
        start, step = self.rows.ctypes.data, self.width * 8
        self.places = [ctypes.c_void_p(start + row * step) for row in range(len(rows))]

    def jobs(self):
        length = ctypes.c_int64()
        out = self.out.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
        length_place = ctypes.byref(length)

        def one(kind, numbers):
            call, config = lib.LGBM_BoosterPredictForMatSingleRowFast, dict(self.fast)[kind]
            places, answer = self.places, self.out[:numbers]

            def run(first, _):
                check(call(config, places[first], length_place, out))
                return answer

            return run

        def batch(kind, numbers, threads):
            def run(first, last):
                check(
                    lib.LGBM_BoosterPredictForMat(
                        self.handle, self.places[first], FLOAT64, ctypes.c_int32(last - first),
                        ctypes.c_int32(self.width), 1, kind, 0, -1, threads, length_place, out,
                    )
                )  # fmt: skip
                return self.out[: (last - first) * numbers]

            return run

        return {
            "score_one": one(RAW_SCORE, 1),
            "score_batch": batch(RAW_SCORE, 1, b"num_threads=1"),
            "explain_one": one(CONTRIBUTIONS, self.width + 1),
            "explain_batch": batch(CONTRIBUTIONS, self.width + 1, b"num_threads=2"),
        }


serve(LightGbm())
