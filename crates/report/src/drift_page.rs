//! Drift as one HTML file, of the parts that reports are made of: no script, nothing from elsewhere.

use candor_charts::markup::{Table, code, details, document, escape, figure, gaps, name, section};
use candor_charts::{Axis, Mark, NONE, Numbers, Plot, Row, Rows, Series, Shows};
use candor_core::Language;
use candor_core::stats::Stability;
use candor_portfolio::drift::evidently::Decision;
use candor_portfolio::drift::figures::{Bin, Change, FieldFigures, Figures, ScoreFigures};

use crate::shown::Shown;

/// Fields in the chart of fields.
const CHARTED: usize = 15;
/// Fields whose bins are drawn: those that have drifted, and so many at least.
const DRAWN: usize = 6;

/// Draws the page.
pub fn page(figures: &Figures, language: Language) -> String {
    let mut page = Page {
        figures,
        numbers: Numbers { language },
        charts: 0,
    };
    let title = escape(&format!("{} – {}", page.say("Drift", "Dérive"), figures.model));
    let (summary, score, ranking) = (page.summary(), page.score(), page.ranking());
    let (details, gaps, rules) = (page.details(), page.gaps(), page.rules());
    document(
        language,
        &title,
        &format!("<h1>{title}</h1>\n{summary}"),
        "",
        &[score, ranking, details, gaps, rules].concat(),
    )
}

/// How a reading is called, in English and French.
fn reading(stability: Stability) -> (&'static str, &'static str) {
    match stability {
        Stability::Stable => ("stable", "stable"),
        Stability::Watch => ("to watch", "à surveiller"),
        Stability::Act => ("to act on", "à traiter"),
    }
}

struct Page<'a> {
    figures: &'a Figures,
    numbers: Numbers,
    /// Charts drawn so far: each has its number in its identifiers.
    charts: usize,
}

impl Page<'_> {
    fn say<'t>(&self, en: &'t str, fr: &'t str) -> &'t str {
        self.numbers.say(en, fr)
    }

    fn section(&self, id: &str, en: &str, fr: &str, content: &str) -> String {
        section(id, self.say(en, fr), content)
    }

    fn reading(&self, stability: Stability) -> &'static str {
        let (en, fr) = reading(stability);
        self.numbers.say(en, fr)
    }

    fn yes_no(&self, drifted: bool) -> &'static str {
        if drifted {
            self.numbers.say("drift", "dérive")
        } else {
            self.numbers.say("no drift", "pas de dérive")
        }
    }

    fn summary(&self) -> String {
        let (figures, numbers) = (self.figures, self.numbers);
        let verdict = &figures.verdict;
        let reference = figures.reference.as_deref().map_or_else(
            || {
                self.say(
                    "the training population kept in the model file",
                    "la population d’entraînement gardée dans le fichier du modèle",
                )
                .to_owned()
            },
            name,
        );
        let by = format!(
            "<p class=\"by\">{} ({}), {} {} ({}). Candor {}, {} {}</p>\n",
            name(&figures.current),
            self.clients(figures.rows_now),
            self.say("compared with", "comparé à"),
            reference,
            self.clients(figures.rows_before),
            escape(&figures.candor_version),
            self.say("model", "modèle"),
            code(&figures.model_digest),
        );
        let tile = |title: &str, value: &str, note: String| {
            format!(
                "<div><dt>{}</dt><dd>{}<small>{note}</small></dd></div>\n",
                escape(title),
                escape(value)
            )
        };
        let candor = &verdict.candor;
        let evidently = &verdict.evidently;
        let not_certain = if evidently.certain {
            ""
        } else {
            self.say("; not certain", " ; incertain")
        };
        let tiles = [
            tile(
                self.say("Candor's rule", "Règle de Candor"),
                self.yes_no(candor.drift),
                format!(
                    "{} {} {} {}",
                    numbers.count(candor.fields),
                    self.say("of", "sur"),
                    numbers.count(candor.tested),
                    if candor.score {
                        self.say("fields, and the scores", "champs, et les scores")
                    } else {
                        self.say("fields", "champs")
                    }
                ),
            ),
            tile(
                self.say("Bank's reading of the score (PSI)", "Lecture bancaire du score (PSI)"),
                verdict.bank.score.map_or(NONE, |stability| self.reading(stability)),
                format!(
                    "{} {}, {} {}",
                    numbers.count(verdict.bank.watch),
                    self.say("fields to watch", "champs à surveiller"),
                    numbers.count(verdict.bank.act),
                    self.say("to act on (CSI)", "à traiter (CSI)")
                ),
            ),
            tile(
                "Evidently 0.7",
                self.yes_no(evidently.drift),
                format!(
                    "{} / {} {} ({}, {} {}){not_certain}",
                    numbers.count(evidently.drifted_columns),
                    numbers.count(evidently.columns),
                    self.say("columns", "colonnes"),
                    numbers.percent(evidently.share, 0),
                    self.say("threshold", "seuil"),
                    numbers.percent(evidently.threshold, 0)
                ),
            ),
        ];
        format!("{by}<dl class=\"tiles\">\n{}</dl>\n", tiles.concat())
    }

    fn clients(&self, rows: u64) -> String {
        format!("{} {}", self.numbers.count(rows), self.say("clients", "clients"))
    }

    fn score(&mut self) -> String {
        let Some(score) = &self.figures.score else {
            return String::new();
        };
        let numbers = self.numbers;
        let takeaway = format!(
            "<p class=\"takeaway\">PSI {} ({}).</p>\n",
            numbers.number(score.change.index, 4),
            self.reading(score.change.reading)
        );
        let mut table = Table::new(
            self.say("Scores", "Scores"),
            1,
            &["", self.say("Reference", "Référence"), self.say("Current", "Actuel")],
        );
        table.row([
            self.say("Clients with a score", "Clients avec un score").to_owned(),
            numbers.count(score.rows_before),
            numbers.count(score.rows_now),
        ]);
        table.row([
            self.say("Mean probability of default", "Probabilité moyenne de défaut")
                .to_owned(),
            numbers.percent(score.mean_probability_before, 2),
            numbers.percent(score.mean_probability_now, 2),
        ]);
        table.row([
            self.say("Approved at the threshold", "Acceptés au seuil").to_owned(),
            numbers.percent(score.approved_before, 1),
            numbers.percent(score.approved_now, 1),
        ]);
        let tests = self.score_tests(score);
        let title = self.say(
            "Clients by tenth of the reference's scores",
            "Clients par dixième des scores de référence",
        );
        let chart = self.bins(title, &score.change, None, &self.change_line(&score.change));
        let content = format!(
            "{takeaway}{}{tests}<div class=\"charts\">\n{chart}</div>\n",
            table.markup()
        );
        self.section("score", "Scores", "Scores", &content)
    }

    fn score_tests(&self, score: &ScoreFigures) -> String {
        let line = |of: &str, decision: Option<&Decision>| match decision {
            Some(decision) => format!("<li>{}: {}</li>\n", escape(of), self.decision(decision)),
            None => String::new(),
        };
        format!(
            "<p>{}</p>\n<ul>\n{}{}</ul>\n",
            self.say("What Evidently 0.7 decides:", "Ce que décide Evidently 0.7 :"),
            line(
                self.say("log-odds and points", "log-cotes et points"),
                score.evidently_log_odds.as_ref()
            ),
            line(
                self.say("probability", "probabilité"),
                score.evidently_probability.as_ref()
            ),
        )
    }

    /// A decision of Evidently's: test, score with its bounds, threshold, verdict.
    fn decision(&self, decision: &Decision) -> String {
        let numbers = self.numbers;
        let bounds = if decision.score.low < decision.score.high {
            format!(
                " [{}, {}]",
                numbers.short(decision.score.low),
                numbers.short(decision.score.high)
            )
        } else {
            String::new()
        };
        format!(
            "{} {}{bounds}, {} {}: <strong>{}</strong>{}",
            escape(decision.test.name()),
            numbers.short_number(decision.score.value),
            self.say("threshold", "seuil"),
            numbers.short(decision.threshold),
            self.yes_no(decision.drifted),
            if decision.certain {
                ""
            } else {
                self.say(" (not certain)", " (incertain)")
            }
        )
    }

    /// A corrected p-value: whole for programs, and for people no smaller than matters.
    fn p_value(&self, change: &Change) -> String {
        let numbers = self.numbers;
        match change.adjusted_p_value {
            Some(p) if p < 1e-4 => numbers.data(p, &format!("&lt; {}", numbers.short(1e-4))),
            Some(p) => numbers.short_number(p),
            None => NONE.to_owned(),
        }
    }

    fn change_line(&self, change: &Change) -> String {
        let numbers = self.numbers;
        let p_value = self.p_value(change);
        format!(
            "{} {} ({}), {} {}; {} {p_value}: <strong>{}</strong>.",
            self.say("Index", "Indice"),
            numbers.number(change.index, 4),
            self.reading(change.reading),
            self.say("of which by chance about", "dont par hasard environ"),
            numbers.short(change.expected_by_chance),
            self.say("corrected p-value", "valeur p corrigée"),
            self.yes_no(change.drifted)
        )
    }

    /// The chart of all fields, and their table.
    fn ranking(&mut self) -> String {
        let (figures, numbers) = (self.figures, self.numbers);
        let fields = &figures.fields;
        if fields.is_empty() {
            return String::new();
        }
        let title = self.say("Fields by importance and drift", "Champs par importance et dérive");
        let mut table = Table::new(
            title,
            2,
            &[
                self.say("Field", "Champ"),
                self.say("Name", "Nom"),
                self.say("Importance", "Importance"),
                "CSI",
                self.say("Reading", "Lecture"),
                self.say("Corrected p", "p corrigée"),
                "Candor",
                self.say("Missing then", "Manquants avant"),
                self.say("Missing now", "Manquants maintenant"),
                "Evidently 0.7",
                self.say("Its score", "Son score"),
                self.say("Its verdict", "Son verdict"),
            ],
        );
        for field in fields {
            let change = &field.change;
            let (test, score, drifted) = field.evidently.as_ref().map_or_else(
                || (NONE.to_owned(), NONE.to_owned(), NONE.to_owned()),
                |decision| {
                    let sure = if decision.certain { "" } else { " (?)" };
                    (
                        escape(decision.test.name()),
                        numbers.short_number(decision.score.value),
                        format!("{}{sure}", self.yes_no(decision.drifted)),
                    )
                },
            );
            let cells = [
                escape(&numbers.label(&field.input)),
                code(&field.input.name),
                numbers.percent(field.importance, 1),
                numbers.number(change.index, 4),
                self.reading(change.reading).to_owned(),
                self.p_value(change),
                self.yes_no(change.drifted).to_owned(),
                numbers.percent(field.missing_before, 1),
                numbers.percent(field.missing_now, 1),
                test,
                score,
                drifted,
            ];
            table.marked_row(cells, change.drifted);
        }
        let highest = fields
            .iter()
            .map(|field| field.change.index)
            .fold(Stability::WATCH, f64::max);
        self.charts += 1;
        let takeaway = format!(
            "{} {} {} {}.",
            numbers.count(figures.verdict.candor.fields),
            self.say("of", "des"),
            numbers.count(figures.verdict.candor.tested),
            self.say(
                "tested fields have changed by more than chance and by an index of 0.1 or more",
                "champs testés ont changé au-delà du hasard et d’un indice d’au moins 0,1"
            )
        );
        let rows = Rows {
            title: title.to_owned(),
            description: self
                .say(
                    "Stability index (CSI) of the fields",
                    "Indice de stabilité (CSI) des champs",
                )
                .to_owned(),
            axis: Axis::up_to(
                self.say("Stability index (CSI)", "Indice de stabilité (CSI)"),
                highest,
                Shows::Numbers,
            ),
            rule: Some(Stability::WATCH),
            rows: fields
                .iter()
                .take(CHARTED)
                .map(|field| Row {
                    name: numbers.label(&field.input),
                    value: field.change.index,
                    interval: None,
                    shown: numbers.text(field.change.index, 3),
                })
                .collect(),
        };
        let svg = rows.svg(self.charts, numbers);
        let content = format!(
            "<p class=\"takeaway\">{takeaway}</p>\n<figure>\n{svg}\n</figure>\n{}",
            details(
                "twin",
                self.say("Show all fields as a table", "Afficher tous les champs en tableau"),
                &table.markup()
            )
        );
        self.section("fields", "Fields", "Champs", &content)
    }

    /// The bins of the fields that have drifted, or that weigh most.
    fn details(&mut self) -> String {
        let fields = &self.figures.fields;
        let shown = fields
            .iter()
            .enumerate()
            .filter(|(place, field)| field.change.drifted || *place < DRAWN);
        let drawn: Vec<String> = shown.map(|(_, field)| self.field(field)).collect();
        if drawn.is_empty() {
            return String::new();
        }
        let content = format!("<div class=\"charts\">\n{}</div>\n", drawn.concat());
        self.section("bins", "What has moved", "Ce qui a bougé", &content)
    }

    fn field(&mut self, field: &FieldFigures) -> String {
        let mut line = self.change_line(&field.change);
        if let Some(decision) = &field.evidently {
            line.push_str(&format!(" Evidently: {}.", self.decision(decision)));
        }
        if !field.new_levels.is_empty() {
            let most = field.new_levels.iter().take(5);
            let listed: Vec<String> = most
                .map(|new| format!("{} ({})", name(&new.level), self.numbers.count(new.rows)))
                .collect();
            let more = field.new_levels.len().saturating_sub(listed.len());
            let more = if more > 0 { format!(" + {more}") } else { String::new() };
            let say = self.say("Levels unknown to the model:", "Modalités inconnues du modèle :");
            line.push_str(&format!(" {say} {}{more}.", listed.join(", ")));
        }
        let title = self.numbers.label(&field.input);
        self.bins(&title, &field.change, Some(field), &line)
    }

    /// Shares by bin, then and now, with their table.
    #[expect(clippy::cast_precision_loss, reason = "a number of bins")]
    fn bins(&mut self, title: &str, change: &Change, field: Option<&FieldFigures>, line: &str) -> String {
        let numbers = self.numbers;
        let input = field.map(|field| &field.input);
        let all = |count: fn(&Bin) -> u64| change.bins.iter().map(count).sum::<u64>().max(1) as f64;
        let (before_all, now_all) = (all(|bin| bin.before), all(|bin| bin.now));
        let shares: Vec<(f64, f64)> = change
            .bins
            .iter()
            .map(|bin| (bin.before as f64 / before_all, bin.now as f64 / now_all))
            .collect();
        let names: Vec<String> = change
            .bins
            .iter()
            .map(|bin| numbers.values_text(&bin.values, input))
            .collect();
        let (then, now) = (
            self.say("Reference", "Référence").to_owned(),
            self.say("Current", "Actuel").to_owned(),
        );
        let mut table = Table::new(title, 1, &[self.say("Values", "Valeurs"), &then, &now]);
        for (bin, &(before, current)) in change.bins.iter().zip(&shares) {
            table.row([
                numbers.values(&bin.values, input),
                numbers.percent(before, 1),
                numbers.percent(current, 1),
            ]);
        }
        let highest = shares
            .iter()
            .flat_map(|&(before, now)| [before, now])
            .fold(0.0, f64::max);
        let points = |share: fn(&(f64, f64)) -> f64| -> Vec<(f64, f64)> {
            shares
                .iter()
                .enumerate()
                .map(|(place, shares)| (place as f64, share(shares)))
                .collect()
        };
        let (before, current) = (points(|shares| shares.0), points(|shares| shares.1));
        self.charts += 1;
        let svg = Plot {
            title: title.to_owned(),
            description: self
                .say(
                    "Share of clients by bin, then and now",
                    "Part des clients par classe, avant et maintenant",
                )
                .to_owned(),
            x: Axis::named(self.say("Values", "Valeurs"), names),
            y: Axis::up_to(
                self.say("Share of clients", "Part des clients"),
                highest,
                Shows::Percent,
            ),
            series: vec![
                Series {
                    name: then,
                    style: 0,
                    mark: Mark::Bars(before),
                },
                Series {
                    name: now,
                    style: 1,
                    mark: Mark::Points(current.into_iter().map(|(x, y)| (x, y, y, y)).collect()),
                },
            ],
        }
        .svg(self.charts, numbers);
        figure(numbers, title, &svg, line, &table.markup())
    }

    fn gaps(&self) -> String {
        let language = self.numbers.language;
        gaps(
            self.say("What this page cannot say", "Ce que cette page ne peut dire"),
            self.figures.gaps.iter().map(|gap| gap.in_language(language)),
        )
    }

    fn rules(&self) -> String {
        let rate = self.numbers.percent(self.figures.verdict.candor.rate, 0);
        let content = format!(
            "<ul>\n<li><strong>Candor</strong>: {} {rate}{}</li>\n<li><strong>{}</strong>{}</li>\n<li><strong>Evidently 0.7</strong>{}</li>\n</ul>\n",
            self.say(
                "a field or the score has drifted when its counts differ by more than chance, corrected by Holm for all fields tested, \
                 and its index is 0.1 or more. The chance of even one false alarm is at most",
                "un champ ou le score a dérivé quand ses effectifs diffèrent plus que par hasard, correction de Holm pour tous les \
                 champs testés, et que son indice est d’au moins 0,1. La probabilité d’une seule fausse alerte est d’au plus"
            ),
            self.say(".", "."),
            self.say("Bank", "Banque"),
            self.say(
                ": the population stability index over the reference's tenths, PSI of the score, CSI of a field; below 0.1 stable, up to 0.25 \
                 to watch, above to act on. In small samples, chance alone exceeds 0.1.",
                " : indice de stabilité sur les dixièmes de la référence, PSI du score, CSI d’un champ ; sous 0,1 stable, jusqu’à 0,25 à \
                 surveiller, au-delà à traiter. Sur de petits échantillons, le hasard seul dépasse 0,1."
            ),
            self.say(
                ": its default test by column; the data set has drifted when half of the columns have. Nothing corrects for their number. \
                 Numbers in brackets bound a score that the model file tells only so far.",
                " : son test par défaut par colonne ; le jeu de données a dérivé quand la moitié des colonnes ont dérivé. Rien ne corrige leur \
                 nombre. Les nombres entre crochets bornent un score que le fichier du modèle ne donne qu’à peu près."
            ),
        );
        self.section("rules", "How it is decided", "Comment c’est décidé", &content)
    }
}
