//! A compiled expression: operations on a stack of numbers.

use super::STACK_LIMIT;

/// One step of a program. Booleans are 1, 0 or missing; missing is NaN; results that are not finite become missing.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Operation {
    /// Pushes the raw field at this position.
    Field(u16),
    /// Pushes the earlier feature at this position.
    Feature(u16),
    /// Pushes a number.
    Number(f64),
    /// a + b.
    Add,
    /// a − b.
    Subtract,
    /// a · b.
    Multiply,
    /// a / b; missing when b is 0.
    Divide,
    /// −a.
    Negate,
    /// a = b.
    Equal,
    /// a ≠ b.
    NotEqual,
    /// a < b.
    Less,
    /// a ≤ b.
    LessOrEqual,
    /// Three-valued and.
    And,
    /// Three-valued or.
    Or,
    /// Not.
    Not,
    /// Condition, then, else.
    If,
    /// Whether the value is missing.
    IsMissing,
    /// Absolute value.
    Absolute,
    /// Square root.
    SquareRoot,
    /// Natural logarithm.
    Logarithm,
    /// Smallest of the last n values that are present.
    Minimum(u8),
    /// Largest of the last n values that are present.
    Maximum(u8),
    /// Mean of the last n values that are present.
    Mean(u8),
    /// Sum of the last n values that are present.
    Sum(u8),
    /// Population standard deviation of the last n values that are present.
    StandardDeviation(u8),
    /// How many of the last n values are present.
    Count(u8),
}

/// A compiled expression.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Program {
    pub(crate) operations: Vec<Operation>,
}

impl Operation {
    /// How many values the operation takes from the stack; it always leaves one.
    pub fn takes(self) -> usize {
        match self {
            Self::Field(_) | Self::Feature(_) | Self::Number(_) => 0,
            Self::Negate | Self::Not | Self::IsMissing | Self::Absolute | Self::SquareRoot | Self::Logarithm => 1,
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide => 2,
            Self::Equal | Self::NotEqual | Self::Less | Self::LessOrEqual | Self::And | Self::Or => 2,
            Self::If => 3,
            Self::Minimum(n) | Self::Maximum(n) | Self::Mean(n) => usize::from(n),
            Self::Sum(n) | Self::StandardDeviation(n) | Self::Count(n) => usize::from(n),
        }
    }

    /// What an operation on one value or two makes of them; others make nothing of it.
    #[inline(always)]
    fn of_two(self, a: f64, b: f64) -> f64 {
        let truth = |holds: bool| {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else {
                f64::from(u8::from(holds))
            }
        };
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Negate => -a,
            Self::Equal => truth(a == b),
            Self::NotEqual => truth(a != b),
            Self::Less => truth(a < b),
            Self::LessOrEqual => truth(a <= b),
            Self::And if a == 0.0 || b == 0.0 => 0.0,
            Self::Or if (a != 0.0 && !a.is_nan()) || (b != 0.0 && !b.is_nan()) => 1.0,
            Self::And | Self::Or => truth(matches!(self, Self::And)),
            Self::Not if a.is_nan() => f64::NAN,
            Self::Not => f64::from(u8::from(a == 0.0)),
            Self::IsMissing => f64::from(u8::from(a.is_nan())),
            Self::Absolute => a.abs(),
            _ => f64::NAN,
        }
    }

    fn apply(self, arguments: &[f64], fields: &[f64], features: &[f64]) -> f64 {
        let argument = |index: usize| arguments.get(index).copied().unwrap_or(f64::NAN);
        let (a, b) = (argument(0), argument(1));
        let present = || arguments.iter().copied().filter(|value| !value.is_nan());
        match self {
            Self::Field(index) => fields.get(usize::from(index)).copied().unwrap_or(f64::NAN),
            Self::Feature(index) => features.get(usize::from(index)).copied().unwrap_or(f64::NAN),
            Self::Number(number) => number,
            Self::If if a.is_nan() => f64::NAN,
            Self::If => {
                if a == 0.0 {
                    argument(2)
                } else {
                    b
                }
            }
            Self::SquareRoot => libm::sqrt(a),
            Self::Logarithm => libm::log(a),
            Self::Minimum(_) => present().fold(
                f64::NAN,
                |least, value| if value < least || least.is_nan() { value } else { least },
            ),
            Self::Maximum(_) => present().fold(
                f64::NAN,
                |most, value| if value > most || most.is_nan() { value } else { most },
            ),
            Self::Sum(_) => {
                if present().next().is_none() {
                    f64::NAN
                } else {
                    present().fold(0.0, |sum, v| sum + v)
                }
            }
            Self::Mean(_) => mean(present()),
            Self::StandardDeviation(_) => {
                let mean_value = mean(present());
                if present().nth(1).is_none() {
                    f64::NAN
                } else {
                    libm::sqrt(mean(present().map(|value| (value - mean_value) * (value - mean_value))))
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "at most 255 arguments")]
            Self::Count(_) => present().count() as f64,
            _ => self.of_two(a, b),
        }
    }

    /// Puts what the operation makes of the first `count` numbers, and of the `count` behind them, in place of the first:
    /// one plain loop for each of the operations that definitions are mostly made of. Says whether it is one of those.
    fn of_columns(self, stack: &mut [f64], count: usize) -> bool {
        let Some((first, rest)) = stack.split_at_mut_checked(count) else {
            return false;
        };
        let second = rest.get(..count).unwrap_or_default();
        macro_rules! plain {
            ($($one:ident)*; $($two:ident)*) => {
                match self {
                    $(Self::$one => for a in first {
                        *a = known(Self::$one.of_two(*a, f64::NAN));
                    },)*
                    $(Self::$two => for (a, b) in first.iter_mut().zip(second) {
                        *a = known(Self::$two.of_two(*a, *b));
                    },)*
                    _ => return false,
                }
            };
        }
        plain!(IsMissing Not; Add Subtract Multiply Divide Equal Less LessOrEqual And Or);
        true
    }
}

/// Missing, unless it is a finite number.
#[inline(always)]
fn known(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    sum / f64::from(count)
}

impl Program {
    /// A program of these operations, unchecked: a model's programs are checked when it is written and when it is read.
    pub fn new(operations: Vec<Operation>) -> Self {
        Self { operations }
    }

    /// The value for one application; NaN when missing. `stack` is scratch space.
    pub fn run(&self, fields: &[f64], features: &[f64], stack: &mut Vec<f64>) -> f64 {
        stack.clear();
        for operation in &self.operations {
            let base = stack.len().saturating_sub(operation.takes());
            let value = operation.apply(&stack[base..], fields, features);
            stack.truncate(base);
            stack.push(known(value));
        }
        stack.pop().unwrap_or(f64::NAN)
    }

    /// Its operations, in the order in which they run.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The values for `count` records at once, with the bits that [`run`](Self::run) gives for each: `columns` are the
    /// fields and behind them, from position `fields` on, the earlier features. `stack` is scratch space.
    pub fn run_columns(
        &self,
        columns: &[Vec<f64>],
        fields: usize,
        count: usize,
        stack: &mut Vec<f64>,
        result: &mut Vec<f64>,
    ) {
        stack.clear();
        let mut arguments = [f64::NAN; STACK_LIMIT];
        let mut depth = 0_usize;
        for operation in &self.operations {
            let takes = operation.takes().min(STACK_LIMIT);
            let base = depth.saturating_sub(takes) * count;
            depth = depth.saturating_sub(takes) + 1;
            let column = match operation {
                Operation::Field(index) => Some(usize::from(*index)),
                Operation::Feature(index) => Some(fields + usize::from(*index)),
                _ => None,
            };
            if let Some(column) = column {
                stack.truncate(base);
                match columns.get(column) {
                    Some(column) => stack.extend(column.iter().take(count)),
                    None => stack.resize(base + count, f64::NAN),
                }
                stack.resize(base + count, f64::NAN);
                continue;
            }
            if let Operation::Number(number) = operation {
                stack.truncate(base);
                stack.resize(base + count, known(*number));
                continue;
            }
            stack.resize(stack.len().max(base + takes * count), f64::NAN);
            if operation.of_columns(&mut stack[base..], count) {
                stack.truncate(base + count);
                continue;
            }
            for record in 0..count {
                for (place, argument) in arguments[..takes].iter_mut().enumerate() {
                    *argument = stack[base + place * count + record];
                }
                stack[base + record] = known(operation.apply(&arguments[..takes], &[], &[]));
            }
            stack.truncate(base + count);
        }
        stack.resize(count, f64::NAN);
        std::mem::swap(stack, result);
    }

    /// Positions of the raw fields that the program reads.
    pub fn fields(&self) -> impl Iterator<Item = usize> {
        self.operations.iter().filter_map(|operation| match operation {
            Operation::Field(index) => Some(usize::from(*index)),
            _ => None,
        })
    }

    /// Positions of the features that the program reads.
    pub fn features(&self) -> impl Iterator<Item = usize> {
        self.operations.iter().filter_map(|operation| match operation {
            Operation::Feature(index) => Some(usize::from(*index)),
            _ => None,
        })
    }

    /// What is wrong with a program that reads `fields` fields and the features before position `features`.
    pub(crate) fn problem(&self, fields: usize, features: usize) -> Option<String> {
        let mut depth = 0_usize;
        for operation in &self.operations {
            match operation {
                Operation::Field(index) if usize::from(*index) >= fields => {
                    return Some(format!("reads field {index} of {fields}"));
                }
                Operation::Feature(index) if usize::from(*index) >= features => {
                    return Some(format!("reads feature {index}, which does not come before it"));
                }
                Operation::Number(number) if !number.is_finite() => {
                    return Some("holds a number that is not finite".into());
                }
                _ => {}
            }
            match depth.checked_sub(operation.takes()) {
                Some(rest) => depth = rest + 1,
                None => return Some("takes more values than there are".into()),
            }
            if depth > STACK_LIMIT {
                return Some(format!("needs more than {STACK_LIMIT} values at once"));
            }
        }
        (depth != 1).then(|| "does not leave exactly one value".into())
    }
}
