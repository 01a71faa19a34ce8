//! Which way the value of an expression goes when one field rises and all else stays.

use candor_core::Schema;
use candor_core::preprocessing::expression::{Operation, Program};
use candor_core::preprocessing::{Preprocessing, Source};
use candor_core::schema::FieldKind;

/// The way a value goes when a field rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slope {
    /// It stays.
    Flat,
    /// It rises or stays.
    Rising,
    /// It falls or stays.
    Falling,
    /// It may do either.
    Unknown,
}

impl Slope {
    /// Of a sum.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Flat, slope) | (slope, Self::Flat) => slope,
            (a, b) if a == b => a,
            _ => Self::Unknown,
        }
    }

    fn flipped(self) -> Self {
        match self {
            Self::Rising => Self::Falling,
            Self::Falling => Self::Rising,
            other => other,
        }
    }

    /// Of a product with something that lies in `range` and stays.
    fn times(self, range: Range) -> Self {
        if self == Self::Flat || range.low >= 0.0 {
            self
        } else if range.high <= 0.0 {
            self.flipped()
        } else {
            Self::Unknown
        }
    }
}

/// Values that are possible, NaN apart.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Range {
    low: f64,
    high: f64,
}

impl Range {
    const ALL: Self = Self::new(f64::NEG_INFINITY, f64::INFINITY);
    const TRUTH: Self = Self::new(0.0, 1.0);

    const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The least range that holds all values.
    fn around(values: &[f64]) -> Self {
        if values.iter().any(|value| value.is_nan()) {
            return Self::ALL;
        }
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self::new(low, high)
    }

    fn hull(ranges: impl Iterator<Item = Self>) -> Self {
        ranges
            .reduce(|a, b| Self::new(a.low.min(b.low), a.high.max(b.high)))
            .unwrap_or(Self::ALL)
    }

    fn times(self, other: Self) -> Self {
        // 0 · ∞ stands for 0 times something finite.
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        let Self { low, high } = other;
        Self::around(&[
            product(self.low, low),
            product(self.low, high),
            product(self.high, low),
            product(self.high, high),
        ])
    }

    /// 1 / x, for x on one side of 0.
    fn inverse(self) -> Self {
        // 0 itself has no inverse, so that its sign does not matter.
        let (low, high) = (1.0 / self.low, 1.0 / self.high);
        if self.low >= 0.0 {
            Self::new(high.abs(), low.abs())
        } else if self.high <= 0.0 {
            Self::new(-high.abs(), -low.abs())
        } else {
            Self::ALL
        }
    }
}

/// A value that is not known, but something of it is.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sketch {
    range: Range,
    slope: Slope,
}

/// The slope of every feature in the field at `field`, where what is missing stays missing: whether a value is known does
/// not count as its rising or falling.
pub(super) fn slopes(schema: &Schema, preprocessing: &Preprocessing, field: usize) -> Vec<Slope> {
    let mut known: Vec<Sketch> = Vec::with_capacity(preprocessing.features.len());
    for feature in &preprocessing.features {
        let mut sketch = match &feature.source {
            Source::Field(index) => of_field(schema, usize::from(*index), field),
            Source::Expression { program, .. } => of_program(schema, program, &known, field),
        };
        if let Some(value) = feature.imputed {
            sketch.range = Range::hull([sketch.range, Range::new(value, value)].into_iter());
        }
        known.push(sketch);
    }
    known.into_iter().map(|sketch| sketch.slope).collect()
}

fn of_field(schema: &Schema, index: usize, field: usize) -> Sketch {
    let range = match schema.fields.get(index).map(|field| &field.kind) {
        Some(FieldKind::Number(number)) => Range::new(
            number.min.unwrap_or(f64::NEG_INFINITY),
            number.max.unwrap_or(f64::INFINITY),
        ),
        Some(FieldKind::Flag { .. }) => Range::TRUTH,
        _ => Range::ALL,
    };
    let slope = if index == field { Slope::Rising } else { Slope::Flat };
    Sketch { range, slope }
}

fn of_program(schema: &Schema, program: &Program, features: &[Sketch], field: usize) -> Sketch {
    const NOTHING: Sketch = Sketch {
        range: Range::ALL,
        slope: Slope::Unknown,
    };
    let mut stack: Vec<Sketch> = Vec::new();
    for &operation in program.operations() {
        let arguments = stack.split_off(stack.len().saturating_sub(operation.takes()));
        stack.push(match operation {
            Operation::Field(index) => of_field(schema, usize::from(index), field),
            Operation::Feature(index) => features.get(usize::from(index)).copied().unwrap_or(NOTHING),
            _ => result(operation, &arguments),
        });
    }
    stack.pop().unwrap_or(NOTHING)
}

/// What an operation makes of its arguments.
fn result(operation: Operation, arguments: &[Sketch]) -> Sketch {
    let argument = |index: usize| {
        arguments.get(index).copied().unwrap_or(Sketch {
            range: Range::ALL,
            slope: Slope::Unknown,
        })
    };
    let (a, b) = (argument(0), argument(1));
    let all = |range: Range| Sketch {
        range,
        slope: arguments.iter().fold(Slope::Flat, |slope, next| slope.and(next.slope)),
    };
    let only_flat = |range: Range| Sketch {
        range,
        slope: if all(range).slope == Slope::Flat {
            Slope::Flat
        } else {
            Slope::Unknown
        },
    };
    let with = |range: Range, slope: Slope| Sketch { range, slope };
    let monotone =
        |function: fn(f64) -> f64| with(Range::around(&[function(a.range.low), function(a.range.high)]), a.slope);
    match operation {
        Operation::Number(number) => with(Range::new(number, number), Slope::Flat),
        Operation::Add => all(Range::around(&[a.range.low + b.range.low, a.range.high + b.range.high])),
        Operation::Subtract => with(
            Range::around(&[a.range.low - b.range.high, a.range.high - b.range.low]),
            a.slope.and(b.slope.flipped()),
        ),
        Operation::Multiply => with(
            a.range.times(b.range),
            a.slope.times(b.range).and(b.slope.times(a.range)),
        ),
        // a / b = a · 1/b, and 1/b falls on either side of 0 as b rises, but not across it.
        Operation::Divide => {
            let one_sided = b.range.low >= 0.0 || b.range.high <= 0.0;
            let inverse = match b.slope {
                Slope::Flat => Slope::Flat,
                slope if one_sided => slope.flipped(),
                _ => Slope::Unknown,
            };
            let range = b.range.inverse();
            with(a.range.times(range), a.slope.times(range).and(inverse.times(a.range)))
        }
        Operation::Negate => with(Range::new(-a.range.high, -a.range.low), a.slope.flipped()),
        Operation::Equal | Operation::NotEqual => only_flat(Range::TRUTH),
        Operation::Less | Operation::LessOrEqual => with(Range::TRUTH, a.slope.flipped().and(b.slope)),
        Operation::And | Operation::Or => all(Range::TRUTH),
        Operation::Not => with(Range::TRUTH, a.slope.flipped()),
        Operation::If => {
            let other = argument(2);
            let condition = match a.slope {
                Slope::Flat => Slope::Flat,
                slope if b.range.low >= other.range.high => slope,
                slope if b.range.high <= other.range.low => slope.flipped(),
                _ => Slope::Unknown,
            };
            with(
                Range::hull([b.range, other.range].into_iter()),
                condition.and(b.slope).and(other.slope),
            )
        }
        // What is missing stays missing.
        Operation::IsMissing => with(Range::TRUTH, Slope::Flat),
        Operation::Count(count) => with(Range::new(0.0, f64::from(count)), Slope::Flat),
        Operation::Absolute => {
            let most = a.range.low.abs().max(a.range.high.abs());
            let sign = if a.range.low >= 0.0 {
                a.slope
            } else if a.range.high <= 0.0 {
                a.slope.flipped()
            } else {
                only_flat(Range::ALL).slope
            };
            with(Range::new(0.0, most), sign)
        }
        Operation::SquareRoot => monotone(|value| libm::sqrt(value.max(0.0))),
        Operation::Logarithm => monotone(|value| libm::log(value.max(0.0))),
        Operation::Minimum(_) | Operation::Maximum(_) | Operation::Mean(_) => {
            all(Range::hull(arguments.iter().map(|argument| argument.range)))
        }
        // Those that are missing add nothing.
        Operation::Sum(_) => all(Range::new(
            arguments.iter().map(|argument| argument.range.low.min(0.0)).sum(),
            arguments.iter().map(|argument| argument.range.high.max(0.0)).sum(),
        )),
        Operation::StandardDeviation(_) => only_flat(Range::new(0.0, f64::INFINITY)),
        // Taken care of where the stack is.
        Operation::Field(_) | Operation::Feature(_) => argument(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_definition::Definition;
    use candor_definition::{POLICY, PolicyFile};

    const FIELDS: &str = r#"
        [table]
        name = "t"
        [[group]]
        key = "g"
        label = { en = "g", fr = "g" }
        reason = { en = "g", fr = "g" }
        [[field]]
        name = "SCORE"
        kind = "number"
        group = "g"
        label = { en = "s", fr = "s" }
        help = { en = "s", fr = "s" }
        min = 0.0
        max = 1.0
        change = "fixed"
        [[field]]
        name = "DAYS"
        kind = "number"
        group = "g"
        label = { en = "d", fr = "d" }
        help = { en = "d", fr = "d" }
        min = -40000.0
        max = 0.0
        change = "fixed"
        [[field]]
        name = "ANY"
        kind = "number"
        group = "g"
        label = { en = "a", fr = "a" }
        help = { en = "a", fr = "a" }
        change = "fixed"
    "#;

    /// Slopes of an expression in SCORE, DAYS and ANY.
    fn slopes_of(expression: &str) -> [Slope; 3] {
        let text = format!(
            "{FIELDS}\n[[feature]]\nname = \"F\"\nvalue = '{expression}'\ngroup = \"g\"\nlabel = {{ en = \"f\", fr = \"f\" }}"
        );
        let mut policy = PolicyFile::parse("policy", POLICY).unwrap();
        policy.excluded.clear();
        let definition = Definition::compile("t", &text, &policy).unwrap();
        let last = |field| slopes(&definition.schema, &definition.preprocessing, field)[3];
        [last(0), last(1), last(2)]
    }

    #[test]
    fn slopes_follow_from_the_expression_and_the_ranges_of_the_fields() {
        use Slope::{Falling, Flat, Rising, Unknown};
        for (expression, wanted) in [
            ("SCORE + DAYS", [Rising, Rising, Flat]),
            ("SCORE - DAYS", [Rising, Falling, Flat]),
            ("SCORE - 2 * SCORE", [Unknown, Flat, Flat]),
            ("SCORE * DAYS", [Falling, Rising, Flat]),
            ("SCORE * ANY", [Unknown, Flat, Rising]),
            ("SCORE / DAYS", [Falling, Falling, Flat]),
            ("DAYS / SCORE", [Rising, Rising, Flat]),
            ("1 / ANY", [Flat, Flat, Unknown]),
            ("ANY / SCORE", [Unknown, Flat, Rising]),
            ("log(SCORE / (1 - SCORE))", [Rising, Flat, Flat]),
            ("sqrt(-DAYS)", [Flat, Falling, Flat]),
            ("abs(DAYS)", [Flat, Falling, Flat]),
            ("abs(ANY)", [Flat, Flat, Unknown]),
            ("mean(SCORE, DAYS, ANY)", [Rising, Rising, Rising]),
            ("min(SCORE, -ANY)", [Rising, Flat, Falling]),
            ("std(SCORE, DAYS)", [Unknown, Unknown, Flat]),
            ("count(SCORE, DAYS)", [Flat, Flat, Flat]),
            ("if(is_missing(DAYS), 0, 1)", [Flat, Flat, Flat]),
            ("if(ANY > 3, SCORE, SCORE - 1)", [Rising, Flat, Rising]),
            ("if(ANY > 3, SCORE, 0.5)", [Rising, Flat, Unknown]),
            ("if(ANY == 3, 1, 0)", [Flat, Flat, Unknown]),
            ("if(not (ANY > 3 and SCORE > 0.5), 1, 0)", [Falling, Flat, Falling]),
            ("sum(3 * (SCORE - 0.5), DAYS) / 2", [Rising, Rising, Flat]),
        ] {
            assert_eq!(slopes_of(expression), wanted, "{expression}");
        }
    }

    /// The slope of an expression is a claim about all values: some are tried.
    #[test]
    fn values_go_the_way_that_the_slope_says() {
        let ranges = [(0.0, 1.0), (-40_000.0, 0.0), (-100.0, 100.0)];
        for expression in [
            "SCORE * DAYS - ANY",
            "(1 - SCORE) / (1 - DAYS) + sqrt(SCORE)",
            "max(SCORE, 1 - DAYS) * (SCORE + 1)",
            "if(SCORE > 0.4, 2, SCORE) * abs(DAYS)",
            "sum(SCORE * 3, DAYS * 2) + log(1 - DAYS)",
        ] {
            let claimed = slopes_of(expression);
            let mut policy = PolicyFile::parse("policy", POLICY).unwrap();
            policy.excluded.clear();
            let text = format!(
                "{FIELDS}\n[[feature]]\nname = \"F\"\nvalue = '{expression}'\ngroup = \"g\"\nlabel = {{ en = \"f\", fr = \"f\" }}"
            );
            let definition = Definition::compile("t", &text, &policy).unwrap();
            let Source::Expression { program, .. } = &definition.preprocessing.features[3].source else {
                panic!("{expression} is an expression");
            };
            let mut random = candor_core::stats::Random::new(5, 9);
            for _ in 0..2000 {
                let mut fields: Vec<f64> = ranges
                    .iter()
                    .map(|(low, high)| low + (high - low) * random.share())
                    .collect();
                let field = random.below(3);
                let before = program.run(&fields, &[], &mut Vec::new());
                let (_, high) = ranges[field];
                fields[field] += (high - fields[field]) * random.share();
                let rise = program.run(&fields, &[], &mut Vec::new()) - before;
                let keeps = match claimed[field] {
                    Slope::Flat => rise == 0.0,
                    Slope::Rising => rise >= 0.0,
                    Slope::Falling => rise <= 0.0,
                    Slope::Unknown => true,
                };
                assert!(keeps, "{expression}: {rise} in field {field}, not {:?}", claimed[field]);
            }
        }
    }
}
