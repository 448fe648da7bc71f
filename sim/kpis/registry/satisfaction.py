"""Satisfaction and recommendation."""

from sim.kpis.registry.base import Kpi

KPIS = (
    Kpi(
        name="csat",
        group="Satisfaction",
        unit="share",
        good="higher",
        definition=(
            "Mean chance that the customer of an ended ticket is satisfied, resolved or not, by the scenario's "
            "`satisfaction`."
        ),
        numerator="chances of satisfaction",
        denominator="ended tickets: resolved and lost",
        mistake="Asking only those whose ticket was resolved.",
        top=("satisfied",),
        bottom=("rated",),
    ),
    Kpi(
        name="nps",
        group="Satisfaction",
        unit="points",
        good="higher",
        definition="Net promoter score: 100 x (share answering 9 or 10 less share answering 0 to 6).",
        numerator="promoters less detractors",
        denominator="ended tickets: resolved and lost",
        mistake="Averaging the answers.",
        top=("promoters", "-detractors"),
        bottom=("rated",),
        factor=100.0,
    ),
)
