"""Satisfaction and recommendation, and the customers whom they lose and win."""

from sim.kpis.registry.base import Kpi, counts_customers

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
    Kpi(
        name="churn_points",
        group="Retention",
        unit="points",
        good="lower",
        definition=(
            "Percentage points of churn that a ticket adds to `customers.churn`, by the scenario's `retention.churn`; "
            "below 0 where service keeps customers who would have left."
        ),
        numerator="customers lost",
        denominator="ended tickets: resolved and lost",
        mistake="Taking what customers say in surveys (that they would leave) for what they do.",
        top=("customers_lost",),
        bottom=("rated",),
        factor=100.0,
        applies=counts_customers,
    ),
    Kpi(
        name="customers_lost",
        group="Retention",
        unit="customers",
        good="lower",
        definition=(
            "Customers lost by what happened to their tickets: a sum of chances, no draws. A month's figure is of the "
            "tickets whose need arose in it; the customers leave in the month after the one in which the ticket ended."
        ),
        numerator="added churn of ended tickets",
        denominator="replications",
        mistake="Counting those who would have left anyway: they are in `customers.churn`.",
        top=("customers_lost",),
        applies=counts_customers,
    ),
    Kpi(
        name="referrals",
        group="Retention",
        unit="customers",
        good="higher",
        definition=(
            "New customers by recommendation, less those whom detractors deter, by `retention.referrals` of the "
            "scenario; they come in the month after the one in which the ticket ended."
        ),
        numerator="promoters x new customers of each, less detractors x customers deterred by each",
        denominator="replications",
        mistake="Counting them in `customers.new` as well.",
        top=("customers_won",),
        applies=counts_customers,
    ),
)
