//! Who is measured, where, and at what.

/// Where a contender runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Native,
    Node,
    Chromium,
}

impl Place {
    pub const ALL: [Self; 3] = [Self::Native, Self::Node, Self::Chromium];

    pub fn shown(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Node => "Node",
            Self::Chromium => "Chromium",
        }
    }
}

/// What is measured in rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    ScoreOne,
    ScoreBatch,
    ExplainOne,
    ExplainBatch,
}

impl Job {
    pub const ALL: [Self; 4] = [Self::ScoreOne, Self::ScoreBatch, Self::ExplainOne, Self::ExplainBatch];

    /// The name in the protocol and in the raw data.
    pub fn name(self) -> &'static str {
        match self {
            Self::ScoreOne => "score_one",
            Self::ScoreBatch => "score_batch",
            Self::ExplainOne => "explain_one",
            Self::ExplainBatch => "explain_batch",
        }
    }

    pub fn shown(self) -> &'static str {
        match self {
            Self::ScoreOne => "Score, one row",
            Self::ScoreBatch => "Score, batch",
            Self::ExplainOne => "Contributions, one row",
            Self::ExplainBatch => "Contributions, batch",
        }
    }

    /// Whether it takes one row at a time.
    pub fn single(self) -> bool {
        matches!(self, Self::ScoreOne | Self::ExplainOne)
    }

    pub fn explains(self) -> bool {
        matches!(self, Self::ExplainOne | Self::ExplainBatch)
    }
}

/// One contender.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contender {
    /// The name in `--only` and in the raw data.
    pub name: &'static str,
    pub shown: &'static str,
    pub place: Place,
    /// The package that it stands on; empty for Candor.
    pub library: &'static str,
    /// Its program in `bench/peers`, or for JavaScript the name of its engine there.
    pub program: &'static str,
    pub explains: bool,
    /// Whether it runs trees of its own training, since it reads no LightGBM model.
    pub own_trees: bool,
    /// How far its scores may be from Candor's on the same trees: f64 and f32 differ.
    pub tolerance: f64,
    /// Its model in the models' folder, for the table of sizes.
    pub model: &'static str,
}

/// Candor, with which the others of the same place are compared.
const CANDOR: Contender = Contender {
    name: "candor",
    shown: "Candor",
    place: Place::Native,
    library: "",
    program: "candor",
    explains: true,
    own_trees: false,
    tolerance: 0.0,
    model: "main.candor",
};
const LIGHTGBM: Contender = Contender {
    name: "lightgbm",
    shown: "LightGBM (C API)",
    library: "lightgbm",
    program: "lightgbm_c.py",
    tolerance: 1e-12,
    model: "main.txt",
    ..CANDOR
};
const ONNX_RUNTIME: Contender = Contender {
    name: "onnxruntime",
    shown: "ONNX Runtime (Python)",
    library: "onnxruntime",
    program: "onnxruntime_python.py",
    explains: false,
    tolerance: 1e-4,
    model: "main.onnx",
    ..CANDOR
};
const YDF: Contender = Contender {
    name: "ydf",
    shown: "YDF (Python) †",
    library: "ydf",
    program: "ydf_python.py",
    own_trees: true,
    model: "main.ydf.zip",
    ..CANDOR
};
const ONNX_RUNTIME_WEB: Contender = Contender {
    shown: "onnxruntime-web",
    library: "onnxruntime-web",
    program: "onnxruntime",
    ..ONNX_RUNTIME
};
const YDF_INFERENCE: Contender = Contender {
    shown: "ydf-inference †",
    library: "ydf-inference",
    program: "ydf",
    explains: false,
    ..YDF
};

/// Everyone, Candor first in each place.
pub const EVERYONE: [Contender; 12] = [
    CANDOR,
    LIGHTGBM,
    Contender {
        name: "lightgbm-python",
        shown: "LightGBM (Python)",
        program: "lightgbm_python.py",
        ..LIGHTGBM
    },
    Contender {
        name: "xgboost",
        shown: "XGBoost (Python) †",
        library: "xgboost",
        program: "xgboost_python.py",
        own_trees: true,
        model: "main.ubj",
        ..CANDOR
    },
    ONNX_RUNTIME,
    YDF,
    Contender {
        name: "candor-node",
        place: Place::Node,
        ..CANDOR
    },
    Contender {
        name: "onnxruntime-node",
        place: Place::Node,
        ..ONNX_RUNTIME_WEB
    },
    Contender {
        name: "ydf-node",
        place: Place::Node,
        ..YDF_INFERENCE
    },
    Contender {
        name: "candor-chromium",
        place: Place::Chromium,
        ..CANDOR
    },
    Contender {
        name: "onnxruntime-chromium",
        place: Place::Chromium,
        ..ONNX_RUNTIME_WEB
    },
    Contender {
        name: "ydf-chromium",
        place: Place::Chromium,
        ..YDF_INFERENCE
    },
];

impl Contender {
    /// Whether this is Candor itself.
    pub fn is_candor(&self) -> bool {
        self.library.is_empty()
    }

    pub fn does(&self, job: Job) -> bool {
        self.explains || !job.explains()
    }
}
