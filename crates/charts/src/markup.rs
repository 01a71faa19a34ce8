//! HTML that says what it is given: every text that comes from a model or a table goes through [`escape`].

use std::fmt::Write;

use candor_core::Language;

use crate::numbers::Numbers;

/// A text as HTML, in an element or in a quoted attribute. Characters that HTML does not allow become U+FFFD.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(character),
            _ if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A name from a model or a table: its direction of writing cannot reach the text around it.
pub fn name(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape(text))
}

/// A name that a program gave, such as that of a column.
pub fn code(text: &str) -> String {
    format!("<code><bdi>{}</bdi></code>", escape(text))
}

/// A table. Cells are markup.
#[derive(Debug, Default)]
pub struct Table {
    caption: String,
    head: Vec<String>,
    body: String,
    texts: usize,
}

impl Table {
    /// A table whose first `texts` columns are texts and whose others are numbers.
    pub fn new(caption: &str, texts: usize, head: &[&str]) -> Self {
        Self {
            caption: escape(caption),
            head: head.iter().map(|title| escape(title)).collect(),
            body: String::new(),
            texts,
        }
    }

    /// Adds a row of cells; the first heads it.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.marked_row(cells, false);
    }

    /// Adds a row that stands out when `marked`.
    pub fn marked_row(&mut self, cells: impl IntoIterator<Item = String>, marked: bool) {
        self.body
            .push_str(if marked { "<tr class=\"marked\">" } else { "<tr>" });
        for (column, cell) in cells.into_iter().enumerate() {
            let class = if column < self.texts { "" } else { " class=\"n\"" };
            // Writing into a text cannot fail.
            let _ = if column == 0 {
                write!(self.body, "<th scope=\"row\"{class}>{cell}</th>")
            } else {
                write!(self.body, "<td{class}>{cell}</td>")
            };
        }
        self.body.push_str("</tr>\n");
    }

    /// The table, in a frame that scrolls where the page is narrow.
    pub fn markup(&self) -> String {
        let mut head = String::new();
        for (column, title) in self.head.iter().enumerate() {
            let class = if column < self.texts { "" } else { " class=\"n\"" };
            let _ = write!(head, "<th scope=\"col\"{class}>{title}</th>");
        }
        format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table><caption>{caption}</caption>\
             <thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>\n",
            caption = self.caption,
            body = self.body
        )
    }
}

/// Something that is folded up until it is asked for; `class` says whether print unfolds it.
pub fn details(class: &str, summary: &str, content: &str) -> String {
    format!("<details class=\"{class}\"><summary>{summary}</summary>\n{content}</details>\n")
}

/// A whole page: no script, no font, nothing from elsewhere. `title` is markup, as all the rest.
pub fn document(language: Language, title: &str, header: &str, nav: &str, main: &str) -> String {
    let lang = language.code();
    format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<header>\n{header}</header>\n\
         {nav}<main>\n{main}</main>\n</body>\n</html>\n",
        style = include_str!("style.css"),
    )
}

/// A section with its heading.
pub fn section(id: &str, heading: &str, content: &str) -> String {
    format!("<section id=\"{id}\">\n<h2>{heading}</h2>\n{content}</section>\n")
}

/// A chart with its title, its take-away and, folded up, its table; the last three are markup, and the table may be empty.
pub fn figure(numbers: Numbers, title: &str, svg: &str, takeaway: &str, table: &str) -> String {
    let twin = if table.is_empty() {
        String::new()
    } else {
        details("twin", numbers.say("Show as a table", "Afficher en tableau"), table)
    };
    format!(
        "<figure>\n<h3>{}</h3>\n{svg}\n<figcaption>{takeaway}</figcaption>\n{twin}</figure>\n",
        escape(title)
    )
}

/// What is not known, under a title; nothing where all is.
pub fn gaps<'a>(title: &str, gaps: impl Iterator<Item = &'a str>) -> String {
    let items: String = gaps.map(|gap| format!("<li>{}</li>", escape(gap))).collect();
    if items.is_empty() {
        return items;
    }
    format!("<aside class=\"gaps\"><strong>{title}</strong><ul>{items}</ul></aside>\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn nothing_that_is_given_becomes_markup() {
        assert_eq!(
            escape("</td><script>alert('1 & \"2\"')</script>"),
            "&lt;/td&gt;&lt;script&gt;alert(&#39;1 &amp; &quot;2&quot;&#39;)&lt;/script&gt;"
        );
        assert_eq!(escape("a\u{0}b\u{1b}c\u{85}d\ne"), "a\u{fffd}b\u{fffd}c\u{fffd}d\ne");
        let mut table = Table::new("<caption>", 1, &["<b>", "n"]);
        table.row([name("<i>"), code("\"x\" onload=")]);
        let markup = table.markup();
        for part in ["<b>", "<i>", "<caption><", "\"x\""] {
            assert!(!markup.contains(part), "{part} in {markup}");
        }
    }
}
