//! Columns of a table by name, and the expressions over them, each compiled once.

use std::collections::HashMap;
use std::ops::Range;

use candor_core::preprocessing::expression::{self, Binding};
use candor_core::preprocessing::{Program, ValueType};
use candor_core::schema::Field;
use toml::Spanned;

use crate::error::Error;
use crate::names::Names;
use crate::places::offset_as_written;

/// The columns of a table while its definition is compiled.
pub(super) struct Columns<'a> {
    file: &'a str,
    text: &'a str,
    names: Names<'a>,
    /// Position and type of every column that has a name, and of every expression compiled so far.
    known: HashMap<String, (u16, ValueType)>,
    /// Fields and nested columns.
    given: usize,
    /// What is computed.
    pub(super) derived: Vec<Program>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(file: &'a str, text: &'a str, fields: &'a [Field], nested: &[&str]) -> Self {
        let mut names = Names::of_fields(fields);
        let mut known = HashMap::new();
        for (position, field) in (0..).zip(fields) {
            known.insert(field.name.clone(), (position, Names::type_of(position, field)));
        }
        for (position, name) in (fields.len()..).zip(nested) {
            if let Ok(position) = u16::try_from(position) {
                names.add(name, Binding::Field(position, ValueType::Number));
                known.insert((*name).to_owned(), (position, ValueType::Number));
            }
        }
        Self {
            file,
            text,
            names,
            known,
            given: fields.len() + nested.len(),
            derived: Vec::new(),
        }
    }

    /// An error at a place of the file.
    pub(super) fn wrong(&self, span: &Range<usize>, problem: impl Into<String>) -> Error {
        Error::at(self.file, self.text, span.start, problem)
    }

    /// Whether a column has this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// Adds a derived column with a name.
    pub(super) fn define(&mut self, name: &Spanned<String>, value: &Spanned<String>) -> Result<(), Error> {
        if self.has(name.get_ref()) {
            let problem = format!("there is a column called {} already", name.get_ref());
            return Err(self.wrong(&name.span(), problem));
        }
        let (column, value_type) = self.column(value)?;
        self.known.insert(name.get_ref().clone(), (column, value_type));
        match usize::from(column).checked_sub(self.given) {
            Some(position) => self.names.add_feature(name.get_ref(), position),
            None => self.names.add(name.get_ref(), Binding::Field(column, value_type)),
        }
        Ok(())
    }

    /// The column of an expression, which may be the name of one.
    pub(super) fn column(&mut self, written: &Spanned<String>) -> Result<(u16, ValueType), Error> {
        let text = written.get_ref().trim();
        if let Some(&known) = self.known.get(text) {
            return Ok(known);
        }
        let (program, value_type) = expression::compile(written.get_ref(), &self.names).map_err(|error| {
            let span = written.span();
            let at = span.start + offset_as_written(&self.text[span.clone()], error.offset);
            Error::at(self.file, self.text, at, error.message)
        })?;
        let position = u16::try_from(self.given + self.derived.len())
            .map_err(|_| self.wrong(&written.span(), "the table has too many columns"))?;
        self.derived.push(program);
        self.known.insert(text.to_owned(), (position, value_type));
        Ok((position, value_type))
    }

    /// The column of a condition.
    pub(super) fn condition(&mut self, written: &Spanned<String>) -> Result<u16, Error> {
        match self.column(written)? {
            (column, ValueType::Boolean) => Ok(column),
            _ => Err(self.wrong(
                &written.span(),
                "a condition (true or false) is needed here, such as COLUMN > 0",
            )),
        }
    }

    /// The column of all conditions together; `None` without any.
    pub(super) fn conditions(&mut self, all: &[&Spanned<String>]) -> Result<Option<u16>, Error> {
        let mut columns = Vec::new();
        for written in all {
            columns.push(self.condition(written)?);
        }
        let (Some(&first), true) = (columns.first(), columns.len() > 1) else {
            return Ok(columns.first().copied());
        };
        // Each is right by itself and has its column; together they are a program over those.
        let name = |column: &u16| format!("#{column}");
        let together = columns.iter().map(name).collect::<Vec<_>>().join(" and ");
        if let Some(&(column, _)) = self.known.get(&together) {
            return Ok(Some(column));
        }
        let mut operations = vec![self.operation(first)];
        for &column in &columns[1..] {
            operations.extend([self.operation(column), expression::Operation::And]);
        }
        let position = u16::try_from(self.given + self.derived.len())
            .map_err(|_| self.wrong(&all[0].span(), "the table has too many columns"))?;
        self.derived.push(Program::new(operations));
        self.known.insert(together, (position, ValueType::Boolean));
        Ok(Some(position))
    }

    fn operation(&self, column: u16) -> expression::Operation {
        match usize::from(column).checked_sub(self.given).map(u16::try_from) {
            Some(Ok(position)) => expression::Operation::Feature(position),
            _ => expression::Operation::Field(column),
        }
    }

    /// Refuses an expression that reads one of `later`, its own name first: columns are computed one after the other.
    pub(super) fn no_cycle(&self, written: &Spanned<String>, later: &[&str]) -> Result<(), Error> {
        let text = written.get_ref();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut at = 0;
        let mut quoted = false;
        for word in text.split_inclusive(|c| !is_word(c)) {
            let name = word.trim_end_matches(|c| !is_word(c));
            if !quoted && let Some(place) = later.iter().position(|known| *known == name) {
                let span = written.span();
                let offset = span.start + offset_as_written(&self.text[span.clone()], at);
                let problem = if place == 0 {
                    format!("{name} is made of itself; a column can only read those before it")
                } else {
                    format!(
                        "{name} stands after this; a column can only read those before it, so that there is no cycle"
                    )
                };
                return Err(Error::at(self.file, self.text, offset, problem));
            }
            quoted ^= word.ends_with('"');
            at += word.len();
        }
        Ok(())
    }
}
