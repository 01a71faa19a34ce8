//! A scorecard: logistic regression on weights of evidence (Siddiqi 2006), as trees of one feature each.
//!
//! Where boosted trees find what features do together, a regression weighs all of them at once, each by itself, and so
//! hears many weak ones that trees pass over. As trees it can be scored, explained and stored like any other ensemble.

mod evidence;
mod imputation;
mod logistic;
mod trees;

use candor_core::ensemble::Ensemble;
use candor_definition::Definition;
use evidence::Encoding;
use imputation::Imputation;
use rayon::prelude::*;

use crate::learner::Matrix;

/// Fits a scorecard on the given rows, whose raw scores are log-odds of default. `None` where the regression finds nothing
/// to learn: rows of one class, or no feature that says more of them than chance would have it say. Features that the
/// matrix holds to a direction keep to it.
pub fn fit(definition: &Definition, matrix: &Matrix<'_>, rows: &[usize], outcomes: &[bool]) -> Option<Ensemble> {
    let imputation = Imputation::fit(definition, matrix, rows);
    let mut encoding = Encoding::fit(&imputation, matrix, rows, outcomes);
    let outcomes: Vec<bool> = rows.iter().map(|&row| outcomes[row]).collect();
    let model = loop {
        if encoding.columns.is_empty() {
            return None;
        }
        let inputs = encoding.encode(&imputation, matrix, rows);
        let model = logistic::fit(&inputs, encoding.columns.len(), &outcomes)?;
        // Evidence for the client may not raise the risk where there is a direction to keep to: what others make weigh the
        // wrong way has nothing to add to them.
        let mut coefficients = model.coefficients.iter();
        let before = encoding.columns.len();
        encoding.columns.retain(|column| {
            coefficients
                .next()
                .is_some_and(|&coefficient| !column.is_held || coefficient <= 0.0)
        });
        if encoding.columns.len() == before {
            break model;
        }
    };
    let points = trees::points(&encoding, &model.coefficients, &imputation);
    let trees = points.into_par_iter().map(|points| points.into_tree(matrix, rows));
    Some(Ensemble {
        trees: trees.collect(),
        scale: 1.0,
        offset: model.intercept,
    })
}

#[cfg(test)]
mod tests {
    use candor_core::ensemble::Compiled;

    use super::*;
    use candor_definition::{POLICY, PolicyFile};

    const COLUMNS: [&str; 4] = ["SCORE", "AMOUNT", "CITY", "NOISE"];
    const SCORE: usize = 0;
    const AMOUNT: usize = 1;
    const CITY: usize = 2;
    const CITIES: u32 = 40;
    /// Far fewer clients than a twentieth have such a score, and most of them default.
    const NARROW: std::ops::Range<f64> = 0.30..0.32;

    fn definition() -> Definition {
        let mut text = "[table]\nname = \"t\"\n[[group]]\nkey = \"g\"\nlabel = { en = \"g\", fr = \"g\" }\n\
                        reason = { en = \"g\", fr = \"g\" }\n"
            .to_owned();
        let levels: Vec<String> = (0..CITIES)
            .map(|level| format!("{{ value = \"{level}\", label = {{ en = \"{level}\", fr = \"{level}\" }} }}"))
            .collect();
        for name in COLUMNS {
            let kind = match name {
                "CITY" => format!("kind = \"category\"\nlevels = [{}]", levels.join(", ")),
                _ => "kind = \"number\"".to_owned(),
            };
            text.push_str(&format!(
                "[[field]]\nname = \"{name}\"\n{kind}\ngroup = \"g\"\nlabel = {{ en = \"n\", fr = \"n\" }}\n\
                 help = {{ en = \"n\", fr = \"n\" }}\nchange = \"fixed\"\n"
            ));
        }
        let mut policy = PolicyFile::parse("policy.toml", POLICY).unwrap();
        policy.excluded.clear();
        Definition::compile("t.toml", &text, &policy).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// Clients row by row, and whether they defaulted: more often with a low score, one of the narrow range, a missing
    /// amount, or in every fifth city.
    fn clients(count: usize) -> (Vec<f64>, Vec<bool>) {
        let mut state = 9_u64;
        let mut share = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / f64::from(1 << 24)
        };
        let (mut values, mut outcomes) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let score = share();
            let amount = if share() < 0.2 { f64::NAN } else { 1e5 * share() };
            let city = (share() * f64::from(CITIES)).floor();
            values.extend([score, amount, city, share()]);
            let mut log_odds = -2.0 - 2.0 * score;
            log_odds += if NARROW.contains(&score) { 3.0 } else { 0.0 };
            log_odds += if amount.is_nan() { 0.7 } else { 0.0 };
            log_odds += if city % 5.0 == 0.0 { 1.0 } else { 0.0 };
            outcomes.push(share() < 1.0 / (1.0 + libm::exp(-log_odds)));
        }
        (values, outcomes)
    }

    fn with_matrix<T>(values: &[f64], directions: &[i8], test: impl FnOnce(&Matrix<'_>) -> T) -> T {
        let names = COLUMNS.map(str::to_owned);
        test(&Matrix {
            values,
            names: &names,
            categorical: &[CITY],
            directions,
        })
    }

    fn fitted(directions: &[i8]) -> Ensemble {
        let (values, outcomes) = clients(20_000);
        let rows: Vec<usize> = (0..outcomes.len()).collect();
        with_matrix(&values, directions, |matrix| {
            fit(&definition(), matrix, &rows, &outcomes).unwrap()
        })
    }

    #[test]
    fn trees_say_what_the_regression_says() {
        let (mut values, outcomes) = clients(20_000);
        let rows: Vec<usize> = (0..outcomes.len()).collect();
        let definition = definition();
        let (ensemble, imputation, encoding, model) = with_matrix(&values, &[], |matrix| {
            let imputation = Imputation::fit(&definition, matrix, &rows);
            let encoding = Encoding::fit(&imputation, matrix, &rows, &outcomes);
            let model = logistic::fit(
                &encoding.encode(&imputation, matrix, &rows),
                encoding.columns.len(),
                &outcomes,
            );
            let ensemble = fit(&definition, matrix, &rows, &outcomes).unwrap();
            (ensemble, imputation, encoding, model.unwrap())
        });
        assert_eq!(ensemble.problem(COLUMNS.len()), None);
        for tree in &ensemble.trees {
            assert_eq!(tree.covers.iter().sum::<f64>(), 20_000.0);
        }
        // Bounds, infinities, what is missing, and levels that nobody has.
        let bounds: Vec<f64> = ensemble.trees[0]
            .nodes
            .iter()
            .map(|node| match node.test {
                candor_core::ensemble::Test::AtMost(threshold, _) => threshold,
                candor_core::ensemble::Test::InSet { .. } => panic!("the score is a number"),
            })
            .collect();
        for odd in bounds.into_iter().chain([f64::NEG_INFINITY, f64::NAN, f64::MAX]) {
            for city in [0.0, 31.0, 32.0, 39.0, 40.0, 97.0, f64::NAN] {
                values.extend([odd, -odd, city, odd]);
            }
        }
        let compiled = Compiled::new(&ensemble);
        for row in values.chunks_exact(COLUMNS.len()) {
            let inputs = encoding.columns.iter().zip(&model.coefficients);
            let wanted = inputs.fold(model.intercept, |sum, (column, coefficient)| {
                sum + coefficient * column.weight(&imputation, row[column.feature])
            });
            for found in [ensemble.raw_score(row), compiled.raw_score(row)] {
                assert!((found - wanted).abs() < 1e-12, "{row:?}: {found} ≠ {wanted}");
            }
        }
    }

    #[test]
    fn narrow_ranges_are_found_and_noise_is_not() {
        let ensemble = fitted(&[]);
        let features: Vec<u16> = ensemble.trees.iter().map(|tree| tree.nodes[0].feature).collect();
        assert_eq!(features, [SCORE, AMOUNT, CITY].map(|feature| feature as u16));
        let of_score = |score: f64| ensemble.trees[0].value(&[score, 0.0, 0.0, 0.0]);
        assert!(of_score(0.31) > of_score(0.29) + 1.5 && of_score(0.31) > of_score(0.33) + 1.5);
        assert!(ensemble.trees[0].leaves.len() < 40, "what does not differ is one bin");
        let of_amount = |amount: f64| ensemble.trees[1].value(&[0.0, amount, 0.0, 0.0]);
        let known = of_amount(5e4);
        assert!(of_amount(f64::NAN) > known + 0.4);
        assert!(of_amount(1e3) < known + 0.2 && of_amount(9.9e4) < known + 0.2);
    }

    #[test]
    fn directions_are_kept() {
        let swing = |ensemble: &Ensemble| {
            let steps = (0..1000).map(|step| f64::from(step) / 1000.0);
            let scores: Vec<f64> = steps.map(|score| ensemble.raw_score(&[score, 0.0, 0.0, 0.0])).collect();
            let rises = scores.windows(2).filter(|pair| pair[1] > pair[0]).count();
            (rises, scores[0] - scores[999])
        };
        let (rises, fall) = swing(&fitted(&[-1, 0, 0, 0]));
        assert_eq!(rises, 0);
        assert!(fall > 1.0, "it still falls: {fall}");
        assert!(
            swing(&fitted(&[])).0 > 0,
            "held to nothing, the narrow range makes it rise"
        );
        // Held to the wrong direction, the score has nothing to say.
        assert!(
            fitted(&[1, 0, 0, 0])
                .trees
                .iter()
                .all(|tree| tree.nodes[0].feature != 0)
        );
    }

    #[test]
    fn there_is_nothing_to_learn_from_one_class() {
        let (values, _) = clients(1000);
        let rows: Vec<usize> = (0..1000).collect();
        with_matrix(&values, &[], |matrix| {
            assert!(fit(&definition(), matrix, &rows, &[false; 1000]).is_none());
            assert!(fit(&definition(), matrix, &[], &[]).is_none());
        });
    }
}
