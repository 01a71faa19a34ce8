//! Parses and type-checks an expression in one pass, by recursive descent.

use super::lexer::{Token, error, tokens};
use super::program::{Operation, Program};
use super::{Binding, ExpressionError, STACK_LIMIT, Scope, ValueType};

/// Parentheses and calls within each other; more is refused rather than risking the stack.
const NESTING_LIMIT: usize = 64;

/// Compiles `text` to a program and its type.
///
/// # Errors
/// What is wrong and at which column: an unknown name, types that do not fit, arithmetic with a category, an unknown
/// level, a wrong number of arguments, a syntax error.
///
/// ```
/// use candor_core::preprocessing::expression::{Binding, Scope, ValueType, compile};
/// struct Loan;
/// impl Scope for Loan {
///     fn resolve(&self, name: &str) -> Option<Binding> {
///         ["CREDIT", "ANNUITY"].iter().position(|n| *n == name).map(|i| Binding::Field(i as u16, ValueType::Number))
///     }
///     fn level(&self, _: u16, _: &str) -> Option<u16> { None }
///     fn similar(&self, _: &str) -> Option<String> { None }
/// }
/// let (program, _) = compile("CREDIT / ANNUITY", &Loan).unwrap();
/// assert_eq!(program.run(&[1200.0, 100.0], &[], &mut Vec::new()), 12.0);
/// assert_eq!(compile("CREDIT / ANUITY", &Loan).unwrap_err().offset, 9);
/// ```
pub fn compile(text: &str, scope: &dyn Scope) -> Result<(Program, ValueType), ExpressionError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        position: 0,
        operations: Vec::new(),
        nesting: 0,
        scope,
    };
    let value_type = parser.disjunction()?;
    parser.expect_end()?;
    if let ValueType::Category(_) = value_type {
        return Err(error(
            0,
            "this is a category; compare it with a level, as in FIELD == \"level\"",
        ));
    }
    let program = Program::new(parser.operations);
    // Names were resolved through the scope; what is left to check is the height of the stack.
    match program.problem(usize::MAX, usize::MAX) {
        Some(problem) => Err(error(
            0,
            &format!("the expression {problem}; split it into several features"),
        )),
        None => Ok((program, value_type)),
    }
}

struct Parser<'a> {
    tokens: Vec<(Token, usize)>,
    position: usize,
    operations: Vec<Operation>,
    nesting: usize,
    scope: &'a dyn Scope,
}

/// The type of a part of an expression and where the part starts.
type Part = (ValueType, usize);

impl Parser<'_> {
    fn disjunction(&mut self) -> Result<ValueType, ExpressionError> {
        self.logic("or", Operation::Or, |parser| {
            parser.logic("and", Operation::And, Self::negation)
        })
    }

    fn logic(
        &mut self,
        word: &str,
        operation: Operation,
        mut operand: impl FnMut(&mut Self) -> Result<ValueType, ExpressionError>,
    ) -> Result<ValueType, ExpressionError> {
        let mut start = self.offset();
        let mut value_type = operand(self)?;
        while self.take_word(word) {
            boolean((value_type, start), word)?;
            start = self.offset();
            let right = operand(self)?;
            boolean((right, start), word)?;
            value_type = self.push(operation, ValueType::Boolean);
        }
        Ok(value_type)
    }

    fn negation(&mut self) -> Result<ValueType, ExpressionError> {
        if self.take_word("not") {
            let start = self.offset();
            let operand = self.nested(Self::negation)?;
            boolean((operand, start), "not")?;
            return Ok(self.push(Operation::Not, ValueType::Boolean));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<ValueType, ExpressionError> {
        let start = self.offset();
        let left = self.sum()?;
        let at = self.offset();
        let Token::Symbol(symbol @ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "=")) = *self.peek() else {
            return Ok(left);
        };
        if symbol == "=" {
            return Err(error(at, "write == to compare"));
        }
        self.position += 1;
        if let ValueType::Category(field) = left {
            return self.level_comparison(field, symbol, at);
        }
        number((left, start), symbol)?;
        let right_start = self.offset();
        if let Token::Text(_) = self.peek() {
            return Err(error(right_start, "only a category can be compared with text"));
        }
        // a > b is b < a: the right side comes first on the stack.
        let left_operations = self.operations.len();
        let right = self.sum()?;
        number((right, right_start), symbol)?;
        let operation = match symbol {
            "==" => Operation::Equal,
            "!=" => Operation::NotEqual,
            "<" => Operation::Less,
            "<=" => Operation::LessOrEqual,
            ">" | ">=" => {
                let left_start = self.part_start(left_operations);
                self.operations[left_start..].rotate_left(left_operations - left_start);
                if symbol == ">" {
                    Operation::Less
                } else {
                    Operation::LessOrEqual
                }
            }
            _ => return Err(error(at, "this comparison has no meaning")),
        };
        let value_type = self.push(operation, ValueType::Boolean);
        if let Token::Symbol("==" | "!=" | "<" | "<=" | ">" | ">=") = self.peek() {
            return Err(error(
                self.offset(),
                "comparisons cannot be chained; join them with 'and'",
            ));
        }
        Ok(value_type)
    }

    /// Where the operations of the value that ends just before `end` begin.
    fn part_start(&self, end: usize) -> usize {
        let mut wanted = 1_usize;
        let mut start = end;
        while wanted > 0 && start > 0 {
            start -= 1;
            wanted = wanted - 1 + self.operations[start].takes();
        }
        start
    }

    fn level_comparison(&mut self, field: u16, symbol: &str, at: usize) -> Result<ValueType, ExpressionError> {
        if symbol != "==" && symbol != "!=" {
            return Err(error(
                at,
                &format!("a category has no order; '{symbol}' needs numbers, == and != do not"),
            ));
        }
        let start = self.offset();
        let Token::Text(level) = self.next() else {
            return Err(error(
                start,
                "a category can only be compared with a level in quotes, as in FIELD == \"level\"",
            ));
        };
        let Some(position) = self.scope.level(field, &level) else {
            return Err(error(start, &format!("\"{level}\" is not a level of this category")));
        };
        self.push(Operation::Number(f64::from(position)), ValueType::Number);
        Ok(self.push(
            if symbol == "==" {
                Operation::Equal
            } else {
                Operation::NotEqual
            },
            ValueType::Boolean,
        ))
    }

    fn sum(&mut self) -> Result<ValueType, ExpressionError> {
        self.arithmetic(&[("+", Operation::Add), ("-", Operation::Subtract)], |parser| {
            parser.arithmetic(&[("*", Operation::Multiply), ("/", Operation::Divide)], Self::sign)
        })
    }

    fn arithmetic(
        &mut self,
        symbols: &[(&str, Operation)],
        mut operand: impl FnMut(&mut Self) -> Result<ValueType, ExpressionError>,
    ) -> Result<ValueType, ExpressionError> {
        let start = self.offset();
        let mut value_type = operand(self)?;
        while let Some((symbol, operation)) = symbols
            .iter()
            .find(|(symbol, _)| matches!(self.peek(), Token::Symbol(found) if found == symbol))
        {
            number((value_type, start), symbol)?;
            self.position += 1;
            let right_start = self.offset();
            let right = operand(self)?;
            number((right, right_start), symbol)?;
            value_type = self.push(*operation, ValueType::Number);
        }
        Ok(value_type)
    }

    fn sign(&mut self) -> Result<ValueType, ExpressionError> {
        if *self.peek() == Token::Symbol("-") {
            self.position += 1;
            let start = self.offset();
            let operand = self.nested(Self::sign)?;
            number((operand, start), "-")?;
            return Ok(self.push(Operation::Negate, ValueType::Number));
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<ValueType, ExpressionError> {
        let start = self.offset();
        match self.next() {
            Token::Number(value) => Ok(self.push(Operation::Number(value), ValueType::Number)),
            Token::Symbol("(") => {
                let value_type = self.nested(Self::disjunction)?;
                self.expect(")")?;
                Ok(value_type)
            }
            Token::Name(name) if *self.peek() == Token::Symbol("(") => {
                self.position += 1;
                self.nested(|parser| parser.call(&name, start))
            }
            Token::Name(name) => match self.scope.resolve(&name) {
                Some(Binding::Field(index, value_type)) => Ok(self.push(Operation::Field(index), value_type)),
                Some(Binding::Feature(index)) => Ok(self.push(Operation::Feature(index), ValueType::Number)),
                None => {
                    let hint = self.scope.similar(&name).map(|near| format!("; did you mean {near}?"));
                    let message = format!(
                        "there is no field or earlier feature called {name}{}",
                        hint.unwrap_or_default()
                    );
                    Err(error(start, &message))
                }
            },
            Token::Text(_) => Err(error(
                start,
                "text may only stand on the right of a category's == or !=",
            )),
            Token::End => Err(error(start, "the expression ends where a value is expected")),
            Token::Symbol(symbol) => Err(error(start, &format!("a value is expected here, not '{symbol}'"))),
        }
    }

    fn call(&mut self, name: &str, start: usize) -> Result<ValueType, ExpressionError> {
        let mut arguments: Vec<Part> = Vec::new();
        if *self.peek() != Token::Symbol(")") {
            loop {
                let argument_start = self.offset();
                arguments.push((self.disjunction()?, argument_start));
                if *self.peek() != Token::Symbol(",") {
                    break;
                }
                self.position += 1;
            }
        }
        self.expect(")")?;
        let count = u8::try_from(arguments.len())
            .ok()
            .filter(|&count| usize::from(count) <= STACK_LIMIT);
        let Some(count) = count else {
            return Err(error(
                start,
                &format!("{name} has more than {STACK_LIMIT} arguments; split it"),
            ));
        };
        let (operation, exactly) = match name {
            "if" => (Operation::If, Some(3)),
            "is_missing" => (Operation::IsMissing, Some(1)),
            "abs" => (Operation::Absolute, Some(1)),
            "sqrt" => (Operation::SquareRoot, Some(1)),
            "log" => (Operation::Logarithm, Some(1)),
            "min" => (Operation::Minimum(count), None),
            "max" => (Operation::Maximum(count), None),
            "mean" => (Operation::Mean(count), None),
            "sum" => (Operation::Sum(count), None),
            "std" => (Operation::StandardDeviation(count), None),
            "count" => (Operation::Count(count), None),
            _ => {
                let known = "if, is_missing, abs, sqrt, log, min, max, mean, sum, std, count";
                return Err(error(
                    start,
                    &format!("there is no function called {name}; the functions are {known}"),
                ));
            }
        };
        if exactly.is_some_and(|wanted| wanted != count) || count == 0 {
            let wanted = exactly.map_or("at least 1".to_owned(), |wanted| wanted.to_string());
            return Err(error(start, &format!("{name} takes {wanted} argument(s), not {count}")));
        }
        match operation {
            Operation::IsMissing => return Ok(self.push(operation, ValueType::Boolean)),
            Operation::Count(_) => return Ok(self.push(operation, ValueType::Number)),
            Operation::If => {
                boolean(arguments[0], "if")?;
                let branches = (arguments[1].0, arguments[2].0);
                number(arguments[1], "if")?;
                number(arguments[2], "if")?;
                let both_boolean = branches == (ValueType::Boolean, ValueType::Boolean);
                return Ok(self.push(
                    operation,
                    if both_boolean {
                        ValueType::Boolean
                    } else {
                        ValueType::Number
                    },
                ));
            }
            _ => {}
        }
        for argument in arguments {
            number(argument, name)?;
        }
        Ok(self.push(operation, ValueType::Number))
    }

    fn nested(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<ValueType, ExpressionError>,
    ) -> Result<ValueType, ExpressionError> {
        self.nesting += 1;
        if self.nesting > NESTING_LIMIT {
            return Err(error(
                self.offset(),
                "the expression is nested too deeply; split it into several features",
            ));
        }
        let value_type = part(self)?;
        self.nesting -= 1;
        Ok(value_type)
    }

    fn push(&mut self, operation: Operation, value_type: ValueType) -> ValueType {
        self.operations.push(operation);
        value_type
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.position).map_or(&Token::End, |(token, _)| token)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.position += 1;
        token
    }

    fn offset(&self) -> usize {
        self.tokens
            .get(self.position)
            .or(self.tokens.last())
            .map_or(0, |(_, offset)| *offset)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Name(name) if name == word);
        self.position += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), ExpressionError> {
        if *self.peek() == Token::Symbol(symbol) {
            self.position += 1;
            return Ok(());
        }
        Err(error(self.offset(), &format!("'{symbol}' is expected here")))
    }

    fn expect_end(&self) -> Result<(), ExpressionError> {
        match self.peek() {
            Token::End => Ok(()),
            _ => Err(error(self.offset(), "the expression should end here")),
        }
    }
}

fn number((value_type, start): Part, user: &str) -> Result<(), ExpressionError> {
    match value_type {
        ValueType::Number | ValueType::Boolean => Ok(()),
        ValueType::Category(_) => Err(error(
            start,
            &format!("'{user}' needs a number, and this is a category"),
        )),
    }
}

fn boolean((value_type, start): Part, user: &str) -> Result<(), ExpressionError> {
    match value_type {
        ValueType::Boolean => Ok(()),
        ValueType::Number | ValueType::Category(_) => Err(error(
            start,
            &format!("'{user}' needs a condition (true or false) here"),
        )),
    }
}
