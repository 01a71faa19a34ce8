//! Logistic regression by Newton's method, with a small penalty that keeps inputs that say the same from tearing at each
//! other.

use candor_core::decision::probability_of;
use rayon::prelude::*;

/// Inputs of many rows, row by row.
#[derive(Debug, Clone)]
pub(super) struct Inputs {
    pub(super) values: Vec<f64>,
    pub(super) width: usize,
}

/// A fitted regression.
#[derive(Debug, Clone)]
pub(super) struct Logistic {
    /// One per input.
    pub(super) coefficients: Vec<f64>,
    pub(super) intercept: f64,
}

/// Weight of the penalty on squared coefficients, in rows.
const PENALTY: f64 = 30.0;
/// Newton's method settles in six or seven steps.
const MOST_STEPS: usize = 30;
/// A step that moves no coefficient by more ends the search.
const SETTLED: f64 = 1e-8;
/// Rows that are summed by one thread; sums are put together in row order, whatever the threads did.
const CHUNK: usize = 2048;

impl Inputs {
    fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.width..(row + 1) * self.width]
    }
}

impl Logistic {
    /// Log-odds of a row.
    fn log_odds(&self, inputs: &Inputs, row: usize) -> f64 {
        let mut sum = self.intercept;
        for (value, coefficient) in inputs.row(row).iter().zip(&self.coefficients) {
            sum += value * coefficient;
        }
        sum
    }
}

/// Fits the regression of maximum penalised likelihood; the intercept bears no penalty. `None` where Newton's steps are
/// not finite.
pub(super) fn fit(inputs: &Inputs, width: usize, outcomes: &[bool]) -> Option<Logistic> {
    let size = width + 1;
    let mut model = Logistic {
        coefficients: vec![0.0; width],
        intercept: 0.0,
    };
    for _ in 0..MOST_STEPS {
        let mut sums = Sums::of(inputs, outcomes, &model);
        for (index, &coefficient) in model.coefficients.iter().enumerate() {
            sums.gradient[index] -= PENALTY * coefficient;
            sums.curvature[index * size + index] += PENALTY;
        }
        let step = solve(sums.curvature, sums.gradient, size)?;
        for (coefficient, step) in model.coefficients.iter_mut().zip(&step) {
            *coefficient += step;
        }
        model.intercept += step[width];
        let largest = step.iter().fold(0.0_f64, |most, step| most.max(step.abs()));
        if !largest.is_finite() {
            return None;
        }
        if largest < SETTLED {
            break;
        }
    }
    Some(model)
}

/// Gradient and negative Hessian of the log-likelihood; of the Hessian, the lower triangle.
struct Sums {
    gradient: Vec<f64>,
    curvature: Vec<f64>,
}

impl Sums {
    fn of(inputs: &Inputs, outcomes: &[bool], model: &Logistic) -> Self {
        let size = inputs.width + 1;
        let rows: Vec<usize> = (0..outcomes.len()).collect();
        let parts: Vec<Self> = rows
            .par_chunks(CHUNK)
            .map(|rows| {
                let mut part = Self::nothing(size);
                let mut with_one = vec![1.0; size];
                for &row in rows {
                    let probability = probability_of(model.log_odds(inputs, row));
                    with_one[..inputs.width].copy_from_slice(inputs.row(row));
                    part.add(&with_one, f64::from(u8::from(outcomes[row])), probability);
                }
                part
            })
            .collect();
        let mut whole = Self::nothing(size);
        for part in parts {
            for (sum, value) in whole.gradient.iter_mut().zip(part.gradient) {
                *sum += value;
            }
            for (sum, value) in whole.curvature.iter_mut().zip(part.curvature) {
                *sum += value;
            }
        }
        whole
    }

    fn nothing(size: usize) -> Self {
        Self {
            gradient: vec![0.0; size],
            curvature: vec![0.0; size * size],
        }
    }

    fn add(&mut self, values: &[f64], outcome: f64, probability: f64) {
        let weight = probability * (1.0 - probability);
        for (sum, value) in self.gradient.iter_mut().zip(values) {
            *sum += value * (outcome - probability);
        }
        for (index, line) in self.curvature.chunks_exact_mut(values.len()).enumerate() {
            let weighted = weight * values[index];
            for (sum, value) in line[..=index].iter_mut().zip(values) {
                *sum += weighted * value;
            }
        }
    }
}

/// Solves `matrix` · x = `right` for a symmetric, positive definite matrix of which the lower triangle is given
/// (Cholesky). `None` where it is not positive definite.
fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>, size: usize) -> Option<Vec<f64>> {
    for column in 0..size {
        for row in column..size {
            let mut value = matrix[row * size + column];
            for before in 0..column {
                value -= matrix[row * size + before] * matrix[column * size + before];
            }
            if row > column {
                matrix[row * size + column] = value / matrix[column * size + column];
            } else if value > 0.0 {
                matrix[row * size + column] = libm::sqrt(value);
            } else {
                return None;
            }
        }
    }
    for row in 0..size {
        for before in 0..row {
            right[row] -= matrix[row * size + before] * right[before];
        }
        right[row] /= matrix[row * size + row];
    }
    for row in (0..size).rev() {
        for after in row + 1..size {
            right[row] -= matrix[after * size + row] * right[after];
        }
        right[row] /= matrix[row * size + row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One input of two values: the regression without a penalty would give each its own log-odds exactly.
    #[test]
    fn groups_get_their_log_odds() {
        let (mut values, mut outcomes) = (Vec::new(), Vec::new());
        for (value, good, bad) in [(-1.0, 90_000, 10_000), (1.0, 60_000, 40_000)] {
            for row in 0..good + bad {
                values.push(value);
                outcomes.push(row < bad);
            }
        }
        let inputs = Inputs { values, width: 1 };
        let model = fit(&inputs, 1, &outcomes).unwrap();
        let wanted = [libm::log(1.0 / 9.0), libm::log(2.0 / 3.0)];
        for (row, wanted) in [(0, wanted[0]), (100_000, wanted[1])] {
            let found = model.log_odds(&inputs, row);
            assert!((found - wanted).abs() < 2e-3, "{found} ≠ {wanted}");
        }
    }

    #[test]
    fn equations_are_solved() {
        let matrix = vec![4.0, 0.0, 0.0, 2.0, 5.0, 0.0, 1.0, 3.0, 6.0];
        let found = solve(matrix, vec![11.0, 21.0, 25.0], 3).unwrap();
        // 4a + 2b + c = 11, 2a + 5b + 3c = 21, a + 3b + 6c = 25.
        for (found, wanted) in found.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - wanted).abs() < 1e-12, "{found} ≠ {wanted}");
        }
        assert_eq!(solve(vec![0.0; 4], vec![1.0; 2], 2), None);
    }
}
