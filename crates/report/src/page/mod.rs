//! The report as one HTML file: no script, no font, nothing from elsewhere. A policy inside forbids all of that, so that
//! not even a name in a model could bring it in.

mod calibration;
mod costs;
mod curves;
mod discrimination;
mod fairness;
mod importance;
mod inputs;
mod lineage;
mod points;
mod population;
mod stability;
mod summary;

use candor_charts::markup::{details, document, escape, figure, section};
use candor_charts::{Numbers, Plot, Rows};
use candor_core::Language;

pub(super) use discrimination::is_comparison;

use crate::figures::{Figures, PartFigures, Section};

/// Draws the page.
pub fn page(figures: &Figures, language: Language) -> String {
    let mut page = Page {
        figures,
        numbers: Numbers { language },
        charts: 0,
    };
    let title = escape(&format!(
        "{} – {}",
        page.say("Validation report", "Rapport de validation"),
        figures.lineage.card.name
    ));
    let sections: Vec<String> = SECTIONS
        .iter()
        .map(|part| {
            let content = (part.draw)(&mut page) + &page.gaps(Some(part.section));
            section(part.id, page.say(part.en, part.fr), &content)
        })
        .collect();
    let contents: String = SECTIONS
        .iter()
        .map(|section| {
            format!(
                "<li><a href=\"#{}\">{}</a></li>",
                section.id,
                page.say(section.en, section.fr)
            )
        })
        .collect();
    let nav = format!(
        "<nav aria-label=\"{}\"><ol>{contents}</ol></nav>\n",
        page.say("Contents", "Sommaire")
    );
    document(language, &title, &summary::draw(&page), &nav, &sections.concat())
}

struct SectionOfPage {
    section: Section,
    id: &'static str,
    en: &'static str,
    fr: &'static str,
    draw: fn(&mut Page<'_>) -> String,
}

const SECTIONS: [SectionOfPage; 10] = [
    SectionOfPage {
        section: Section::Population,
        id: "population",
        en: "Population and definition",
        fr: "Population et définition",
        draw: population::draw,
    },
    SectionOfPage {
        section: Section::Discrimination,
        id: "discrimination",
        en: "Discrimination",
        fr: "Discrimination",
        draw: discrimination::draw,
    },
    SectionOfPage {
        section: Section::Calibration,
        id: "calibration",
        en: "Calibration",
        fr: "Calibrage",
        draw: calibration::draw,
    },
    SectionOfPage {
        section: Section::Scaling,
        id: "scaling",
        en: "Points and cut-off",
        fr: "Points et seuil",
        draw: points::draw,
    },
    SectionOfPage {
        section: Section::Costs,
        id: "costs",
        en: "Costs",
        fr: "Coûts",
        draw: costs::draw,
    },
    SectionOfPage {
        section: Section::Inputs,
        id: "inputs",
        en: "Inputs: weights of evidence",
        fr: "Variables : poids de l’évidence",
        draw: inputs::draw,
    },
    SectionOfPage {
        section: Section::Importance,
        id: "importance",
        en: "Importance and dependence",
        fr: "Importance et dépendance",
        draw: importance::draw,
    },
    SectionOfPage {
        section: Section::Stability,
        id: "stability",
        en: "Stability",
        fr: "Stabilité",
        draw: stability::draw,
    },
    SectionOfPage {
        section: Section::Fairness,
        id: "fairness",
        en: "Fairness by group",
        fr: "Équité par groupe",
        draw: fairness::draw,
    },
    SectionOfPage {
        section: Section::Lineage,
        id: "lineage",
        en: "Lineage and parameters",
        fr: "Provenance et paramètres",
        draw: lineage::draw,
    },
];

/// The page while it is drawn.
struct Page<'a> {
    figures: &'a Figures,
    numbers: Numbers,
    /// Charts drawn so far: each has its number in its identifiers.
    charts: usize,
}

impl<'a> Page<'a> {
    fn say<'t>(&self, en: &'t str, fr: &'t str) -> &'t str {
        self.numbers.say(en, fr)
    }

    /// A part's name as people say it.
    fn part_name(&self, name: &str) -> String {
        let known = match name {
            "train" => self.say("training", "entraînement"),
            "validation" => "validation",
            "test" => "test",
            "out-of-fold" => self.say("out of fold", "hors pli"),
            "data" => self.say("data given", "données fournies"),
            other => other,
        };
        known.to_owned()
    }

    /// The name of a model that was measured out of fold, as people say it.
    fn model_name(&self, name: &str) -> String {
        let known = match name {
            "out-of-fold" => self.say("this model", "ce modèle"),
            "prior" => self.say("prior (the default rate for everybody)", "taux de défaut pour tous"),
            "logistic regression" => self.say(
                "logistic regression on weights of evidence",
                "régression logistique sur poids de la preuve",
            ),
            "random forest" => self.say("random forest", "forêt aléatoire"),
            "LightGBM defaults" => self.say("LightGBM with its own defaults", "LightGBM avec ses propres réglages"),
            "without directions" => self.say("this model, held to no direction", "ce modèle, sans contrainte de sens"),
            other => match other.strip_suffix(" fields") {
                Some(count) => return format!("{count} {}", self.say("fields", "champs")),
                None => other,
            },
        };
        known.to_owned()
    }

    /// The part that the report is about.
    fn measured(&self) -> Option<&'a PartFigures> {
        let figures = self.figures;
        figures.parts.iter().find(|part| part.name == figures.measured_on)
    }

    /// A chart with its title, its take-away and its table; the last three are markup. A table that is too wide to stand
    /// in a column, or that charts share, is left empty here and follows them: see [`twin`](Self::twin).
    fn figure(&self, title: &str, svg: &str, takeaway: &str, table: &str) -> String {
        figure(self.numbers, title, svg, takeaway, table)
    }

    /// The table of charts, folded up below them.
    fn twin(&self, title: &str, table: &str) -> String {
        let summary = self.say("Show as a table", "Afficher en tableau");
        details(
            "twin",
            &format!("{summary}{} {}", self.say(":", "\u{a0}:"), escape(title)),
            table,
        )
    }

    fn plot(&mut self, plot: &Plot) -> String {
        self.charts += 1;
        plot.svg(self.charts, self.numbers)
    }

    fn rows(&mut self, rows: &Rows) -> String {
        self.charts += 1;
        rows.svg(self.charts, self.numbers)
    }

    /// What is not known, of one section or of all.
    fn gaps(&self, section: Option<Section>) -> String {
        let of_section = |gap: &&crate::figures::Gap| section.is_none_or(|section| gap.section == section);
        let gaps = self.figures.gaps.iter().filter(of_section);
        candor_charts::markup::gaps(
            self.say("What this section cannot say", "Ce que cette section ne peut dire"),
            gaps.map(|gap| gap.what.in_language(self.numbers.language)),
        )
    }
}
