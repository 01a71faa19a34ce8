//! Which parameters are searched, and between which values.

use std::collections::BTreeMap;

use candor_core::stats::Random;

use crate::learner::Parameters;

/// What is searched.
#[derive(Debug, Clone)]
pub struct Space {
    /// One dimension per parameter.
    pub dimensions: Vec<Dimension>,
}

/// One parameter and its values.
#[derive(Debug, Clone, Copy)]
pub struct Dimension {
    /// LightGBM's first name of it.
    pub name: &'static str,
    /// Its values.
    pub kind: Kind,
}

/// The values of a dimension.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Numbers between two positive bounds, searched on a logarithmic scale.
    Scale(f64, f64),
    /// Numbers between two bounds.
    Number(f64, f64),
    /// Whole numbers from 1 on between two bounds, searched on a logarithmic scale.
    Count(u32, u32),
    /// One of some words, the learner's own choice first.
    Choice(&'static [&'static str]),
}

/// Depth at most 8 keeps exact explanations cheap. The learning rate is not among them: a lower one is hardly ever
/// worse and always slower, so it is chosen by patience and not by search. Nor are parameters that distort
/// probabilities.
const SEARCHED: [Dimension; 11] = [
    dimension("num_leaves", Kind::Count(6, 80)),
    dimension("max_depth", Kind::Count(3, 8)),
    dimension("min_data_in_leaf", Kind::Count(10, 1000)),
    dimension("feature_fraction", Kind::Scale(0.01, 1.0)),
    dimension("bagging_fraction", Kind::Number(0.4, 1.0)),
    dimension("lambda_l2", Kind::Scale(0.1, 500.0)),
    dimension("path_smooth", Kind::Scale(0.1, 300.0)),
    dimension("cat_l2", Kind::Scale(1.0, 300.0)),
    dimension("cat_smooth", Kind::Scale(1.0, 300.0)),
    dimension("max_bin", Kind::Count(63, 1023)),
    dimension("extra_trees", Kind::Choice(&["false", "true"])),
];

const fn dimension(name: &'static str, kind: Kind) -> Dimension {
    Dimension { name, kind }
}

impl Space {
    /// What can be searched, without the parameters that are `fixed`.
    pub fn without(fixed: &BTreeMap<String, String>) -> Self {
        Self {
            dimensions: SEARCHED
                .into_iter()
                .filter(|dimension| !fixed.contains_key(dimension.name))
                .collect(),
        }
    }

    /// The point of the given parameters: what the first trial tries, so that a search never ends below them. What lies
    /// outside is brought to the nearest bound.
    pub fn point_of(&self, parameters: &Parameters) -> Vec<f64> {
        self.dimensions
            .iter()
            .map(|dimension| dimension.nearest(parameters.get(dimension.name)))
            .collect()
    }

    /// A point anywhere.
    pub(super) fn random_point(&self, random: &mut Random) -> Vec<f64> {
        self.dimensions
            .iter()
            .map(|dimension| dimension.random(random))
            .collect()
    }

    /// Names and values as LightGBM reads them.
    pub fn texts(&self, point: &[f64]) -> BTreeMap<String, String> {
        self.dimensions
            .iter()
            .zip(point)
            .map(|(dimension, &place)| (dimension.name.to_owned(), dimension.text(place)))
            .collect()
    }

    /// The point that [`texts`](Self::texts) describes; `None` when they name other parameters or other values.
    pub fn point(&self, texts: &BTreeMap<String, String>) -> Option<Vec<f64>> {
        if texts.len() != self.dimensions.len() {
            return None;
        }
        self.dimensions
            .iter()
            .map(|dimension| dimension.place(texts.get(dimension.name)?))
            .collect()
    }
}

// A place is where a value stands on the dimension's scale: its logarithm, itself, or the position of a choice.
impl Dimension {
    /// The bounds of the places. A count owns half a unit on either side.
    pub(super) fn range(&self) -> (f64, f64) {
        match self.kind {
            Kind::Scale(low, high) => (libm::log(low), libm::log(high)),
            Kind::Number(low, high) => (low, high),
            Kind::Count(low, high) => (libm::log(f64::from(low) - 0.5), libm::log(f64::from(high) + 0.5)),
            Kind::Choice(choices) => (0.0, count(choices) - 1.0),
        }
    }

    /// The place nearest to `place` whose value can be written in a parameter file: three digits for numbers.
    pub(super) fn settle(&self, place: f64) -> f64 {
        self.place(&self.text(place)).unwrap_or(place)
    }

    /// The value at a place.
    pub(super) fn text(&self, place: f64) -> String {
        match self.kind {
            Kind::Scale(low, high) => three_digits(libm::exp(place).clamp(low, high)).to_string(),
            Kind::Number(low, high) => three_digits(place.clamp(low, high)).to_string(),
            Kind::Count(low, high) => libm::exp(place)
                .round()
                .clamp(f64::from(low), f64::from(high))
                .to_string(),
            Kind::Choice(choices) => choices[position(place, choices)].to_owned(),
        }
    }

    /// The place of a value; `None` when it is none of this dimension.
    fn place(&self, text: &str) -> Option<f64> {
        let number = || text.parse::<f64>().ok();
        match self.kind {
            Kind::Scale(low, high) => number().filter(|n| (low..=high).contains(n)).map(libm::log),
            Kind::Number(low, high) => number().filter(|n| (low..=high).contains(n)),
            Kind::Count(low, high) => text
                .parse::<u32>()
                .ok()
                .filter(|n| (low..=high).contains(n))
                .map(|n| libm::log(f64::from(n))),
            Kind::Choice(choices) =>
            {
                #[expect(clippy::cast_precision_loss, reason = "a handful of choices")]
                choices
                    .iter()
                    .position(|choice| *choice == text)
                    .map(|place| place as f64)
            }
        }
    }

    fn nearest(&self, text: Option<&str>) -> f64 {
        let number = text.and_then(|text| text.parse::<f64>().ok());
        let place = match self.kind {
            Kind::Scale(low, high) => libm::log(number.unwrap_or(low).clamp(low, high)),
            Kind::Number(low, high) => number.unwrap_or(high).clamp(low, high),
            Kind::Count(low, high) => {
                libm::log(number.map_or(f64::from(high), |n| n.clamp(f64::from(low), f64::from(high))))
            }
            Kind::Choice(_) => text.and_then(|text| self.place(text)).unwrap_or(0.0),
        };
        self.settle(place)
    }

    fn random(&self, random: &mut Random) -> f64 {
        if let Kind::Choice(choices) = self.kind {
            #[expect(clippy::cast_precision_loss, reason = "a handful of choices")]
            return random.below(choices.len()) as f64;
        }
        let (low, high) = self.range();
        self.settle(low + random.share() * (high - low))
    }
}

/// The position of a choice.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position from 0 on"
)]
pub(super) fn position(place: f64, choices: &[&str]) -> usize {
    (place.max(0.0) as usize).min(choices.len().saturating_sub(1))
}

#[expect(clippy::cast_precision_loss, reason = "a handful of choices")]
fn count(choices: &[&str]) -> f64 {
    choices.len() as f64
}

/// A number to three significant digits, the value that its text has.
fn three_digits(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_the_space_can_be_set_and_read_again() {
        let space = Space::without(&BTreeMap::new());
        let mut random = Random::new(1, 1);
        let ends = |end: fn((f64, f64)) -> f64| space.dimensions.iter().map(|d| d.settle(end(d.range()))).collect();
        let mut points: Vec<Vec<f64>> = vec![ends(|range| range.0), ends(|range| range.1)];
        points.extend((0..200).map(|_| space.random_point(&mut random)));
        for point in points {
            let texts = space.texts(&point);
            assert_eq!(space.point(&texts).unwrap(), point, "{texts:?}");
            for (name, value) in &texts {
                Parameters::default().set(&format!("{name}={value}")).unwrap();
                assert!(value.len() <= 7, "{name} = {value} is short");
            }
        }
    }

    #[test]
    fn the_first_trial_is_what_training_does_without_a_search() {
        let space = Space::without(&BTreeMap::new());
        let defaults = Parameters::default();
        let mut first = defaults.clone();
        for (name, value) in space.texts(&space.point_of(&defaults)) {
            assert_eq!(defaults.get(&name).unwrap_or("false"), value, "{name}");
            first.set(&format!("{name}={value}")).unwrap();
        }
        // What is far out is brought to the bound.
        first.set("max_depth=40").unwrap();
        assert_eq!(space.texts(&space.point_of(&first))["max_depth"], "8");
    }

    #[test]
    fn what_is_fixed_is_not_searched_and_strange_values_are_no_point() {
        let fixed = BTreeMap::from([("num_leaves".to_owned(), "9".to_owned())]);
        let space = Space::without(&fixed);
        assert!(space.dimensions.iter().all(|dimension| dimension.name != "num_leaves"));
        let texts = space.texts(&space.point_of(&Parameters::default()));
        assert!(space.point(&texts).is_some());
        for (name, value) in [
            ("max_depth", "9"),
            ("max_depth", "2.5"),
            ("lambda_l2", "x"),
            ("extra_trees", "yes"),
        ] {
            let mut texts = texts.clone();
            texts.insert(name.into(), value.into());
            assert_eq!(space.point(&texts), None, "{name}={value}");
        }
        assert_eq!(space.point(&BTreeMap::new()), None);
    }
}
