//! What a comparison says, in lines.

use candor_core::artifact::Interval;
use candor_store::registry::{Comparison, shown};

pub(super) fn comparison_lines(comparison: &Comparison) -> Vec<String> {
    let mut lines = vec![format!(
        "Challenger {} and champion {}",
        shown(&comparison.challenger),
        shown(&comparison.champion)
    )];
    if let Some(verdict) = &comparison.verdict {
        let interval =
            |interval: &Interval| format!("{:+.4} [{:+.4}, {:+.4}]", interval.value, interval.low, interval.high);
        lines.push(format!(
            "  test clients         {}, of whom {} defaulted; the challenger has learned from {}",
            verdict.clients,
            verdict.bad,
            match comparison.seen {
                Some(0) => "none".to_owned(),
                Some(seen) => format!("{seen}"),
                None => "nobody knows how many".to_owned(),
            }
        ));
        lines.push(format!(
            "  cost per client      {:.4} (champion), {:.4} (challenger); a default approved costs {}, a good client \
             declined {}",
            verdict.champion, verdict.challenger, verdict.costs.false_negative, verdict.costs.false_positive
        ));
        lines.push(format!("  difference           {}", interval(&verdict.difference)));
        lines.push(format!("  around the policy    {}", interval(&verdict.around)));
        lines.push(format!(
            "  lower in             {:.1} % of the resamples; {:.1} % are needed",
            100.0 * verdict.lower_in,
            100.0 * verdict.level
        ));
        lines.push("In brackets: 95 % intervals of a paired bootstrap.".into());
    }
    lines.push(match &comparison.objection {
        None => "The challenger is better.".to_owned(),
        Some(objection) => format!("Against the challenger: {objection}."),
    });
    lines
}
