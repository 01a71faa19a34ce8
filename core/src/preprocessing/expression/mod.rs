//! The typed expression language of feature definitions.
//!
//! | written | meaning |
//! |---|---|
//! | `+ - * /`, unary `-` | arithmetic; missing with a missing operand, a zero divisor or an overflow |
//! | `== != < <= > >=` | comparison of numbers; missing with a missing operand |
//! | `FIELD == "level"`, `!=` | comparison of a category with one of its levels |
//! | `and or not` | three-valued logic: `false and missing` is false, `true or missing` is true |
//! | `if(condition, a, b)` | `a` or `b`; missing when the condition is |
//! | `is_missing(x)` | true or false, never missing |
//! | `min max mean sum (x, …)` | over the values present; missing when none is |
//! | `std(x, …)` | population standard deviation of the values present; missing below two |
//! | `count(x, …)` | how many values are present |
//! | `abs(x) sqrt(x) log(x)` | `sqrt` of a negative and `log` of a non-positive number are missing |
//!
//! Flags and comparisons are booleans; where a number is wanted they count as 1 and 0.

mod lexer;
mod parser;
mod program;

use thiserror::Error;

pub use parser::compile;
pub use program::{Operation, Program};

/// Values that a program may have on its stack at once; longer expressions are refused when they are compiled.
pub const STACK_LIMIT: usize = 64;

/// What kind of value an expression yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// A number.
    Number,
    /// True, false or missing.
    Boolean,
    /// A level of the category field at this position.
    Category(u16),
}

/// What a name in an expression stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// The raw field at this position, with its type.
    Field(u16, ValueType),
    /// The earlier feature at this position; always a number.
    Feature(u16),
}

/// What the names in an expression mean.
pub trait Scope {
    /// The meaning of `name`, or `None` when there is no such field or earlier feature.
    fn resolve(&self, name: &str) -> Option<Binding>;
    /// The position of `level` among the levels of the category field at `field`.
    fn level(&self, field: u16, level: &str) -> Option<u16>;
    /// Names close to `name`, to suggest after a typing error.
    fn similar(&self, name: &str) -> Option<String>;
}

/// What is wrong with an expression, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("column {}: {message}", offset + 1)]
pub struct ExpressionError {
    /// Bytes from the start of the expression.
    pub offset: usize,
    /// What is wrong and what would be right.
    pub message: String,
}
