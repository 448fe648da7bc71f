# ruff: noqa: E501  the messages are held to the letter
"""One line of a good scenario is broken at a time: each breakage gives exactly this message, at this place.

What each case holds: file, line, column and path; what is wrong; what is allowed; and what was probably meant.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.scenario.kpi_names import KPI_NAMES
from sim.scenario.load import load
from sim.scenario.problems import ScenarioProblems, listed

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Breakage:
    what: str
    line: str
    broken: str
    message: str


BREAKAGES = [
    Breakage(
        "unknown key at the top",
        "decisions:",
        "decisons:",
        """
good.yaml:90:1  decisons
    there is no 'decisons' here
    allowed: schema, name, title, because, currency, horizon, experiment, customers, segments, demand, reasons, channels, teams, self_service, bots, returns, satisfaction, retention, feedback, economics, kpis, investments, decisions, choose, scheduling, benchmarks, goals, stakeholders, uncertain, evidence
    did you mean 'decisions'?
""",
    ),
    Breakage(
        "unknown key in a block",
        "    resolved_first: 92 %",
        "    resolved_frist: 92 %",
        """
good.yaml:38:5  reasons.order_status.resolved_frist
    there is no 'resolved_frist' here
    allowed: per_order, per_customer, rate, batch, lag, profile, seasonal, channels, handle, resolved_first, resolved_later, transfer, unresolved, attempts, teams, concession
    did you mean 'resolved_first'?
""",
    ),
    Breakage(
        "unknown key in a short map",
        "handle: {mean: 8 min, cv: 0.9}",
        "handle: {mean: 8 min, cvv: 0.9}",
        """
good.yaml:42:27  reasons.return.handle.cvv
    there is no 'cvv' here
    allowed: mean, cv, distribution, by_channel
    did you mean 'cv'?
""",
    ),
    Breakage(
        "key indented wrongly",
        "    wage: 24.50 EUR/h",
        "   wage: 24.50 EUR/h",
        """
good.yaml:74:4
    the indentation does not match the lines above
    allowed: entries of one block start in one column
""",
    ),
    Breakage(
        "tab",
        "  growth: 8 %/year",
        "\tgrowth: 8 %/year",
        """
good.yaml:22:1
    a tab stands where YAML needs spaces
    allowed: spaces to indent, never tabs
""",
    ),
    Breakage(
        "colon without quotes",
        "title: A shop with a bot",
        "title: A shop: with a bot",
        """
good.yaml:4:14
    a ':' does not fit here
    allowed: one 'key: value' a line, indented like its neighbours; a text that holds ': ' stands in quotes
""",
    ),
    Breakage(
        "unclosed bracket",
        "    channels: [chat]",
        "    channels: [chat",
        """
good.yaml:88:13
    a list in [ ] is not closed, or a comma is missing
    allowed: [a, b, c]
""",
    ),
    Breakage(
        "unclosed quote",
        "source: ticket log}}",
        'source: "ticket log}}',
        """
good.yaml:48:71
    the quote that opens here closes only in line 72
    allowed: the same quote at the end of the text
""",
    ),
    Breakage(
        "duplicate key",
        "  replications: 20",
        "  seed: 20",
        """
good.yaml:13:3  experiment.seed
    'seed' is given twice in this block (first in line 12)
    allowed: each key once
""",
    ),
    Breakage(
        "alias without anchor",
        "    reach: 25 %",
        "    reach: *share",
        """
good.yaml:82:12
    an alias (*name) without its anchor (&name)
    allowed: an anchor earlier in the file
""",
    ),
    Breakage(
        "tag",
        "    reach: 25 %",
        "    reach: !!float 25",
        """
good.yaml:82:12
    a tag (tag:yaml.org,2002:float) cannot be used in a scenario
    allowed: plain values
""",
    ),
    Breakage(
        "missing schema",
        "schema: 1",
        "# schema: 1",
        """
good.yaml:3:1  schema
    'schema' is missing from the scenario
    allowed: 1
""",
    ),
    Breakage(
        "wrong schema",
        "schema: 1",
        "schema: 2",
        """
good.yaml:2:9  schema
    2 is not allowed here
    allowed: 1
""",
    ),
    Breakage(
        "missing required",
        "    per_order: 0.06",
        "    # per_order: 0.06",
        """
good.yaml:39:3  reasons.return
    how often this happens is not given
    allowed: exactly one of per_order, per_customer, rate
""",
    ),
    Breakage(
        "missing block value",
        "    reach: 25 %",
        "",
        """
good.yaml:81:3  self_service.help_centre.reach
    'reach' is missing
    allowed: a share between 0 % and 100 %, such as '35 %' or 0.35
""",
    ),
    Breakage(
        "bare number for a duration",
        "    lag: 3 days",
        "    lag: 3",
        """
good.yaml:35:10  reasons.order_status.lag
    3 has no unit
    allowed: a duration with its unit, such as '4 min' (ms, s, min, h, day, week, month, year)
""",
    ),
    Breakage(
        "misspelt unit",
        "    lag: 3 days",
        "    lag: 3 dyas",
        """
good.yaml:35:10  reasons.order_status.lag
    '3 dyas' is not a duration
    allowed: a duration with its unit, such as '4 min' (ms, s, min, h, day, week, month, year)
    did you mean '3 days'?
""",
    ),
    Breakage(
        "percent where duration",
        "    patience: 4 min",
        "    patience: 4 %",
        """
good.yaml:59:15  channels.chat.patience
    '4 %' is not a duration
    allowed: a duration with its unit, such as '4 min' (ms, s, min, h, day, week, month, year), or never
""",
    ),
    Breakage(
        "never misspelt",
        "    patience: never",
        "    patience: nevr",
        """
good.yaml:64:15  channels.email.patience
    'nevr' is not a duration
    allowed: a duration with its unit, such as '4 min' (ms, s, min, h, day, week, month, year), or never
    did you mean 'never'?
""",
    ),
    Breakage(
        "negative duration",
        "  warm_up: 2 days",
        "  warm_up: -2 days",
        """
good.yaml:9:12  horizon.warm_up
    '-2 days': a duration cannot be negative
    allowed: a duration with its unit, such as '4 min' (ms, s, min, h, day, week, month, year)
""",
    ),
    Breakage(
        "share above 100",
        "    reach: 25 %",
        "    reach: 125 %",
        """
good.yaml:82:12  self_service.help_centre.reach
    '125 %': a share lies between 0 % and 100 %
    allowed: a share between 0 % and 100 %, such as '35 %' or 0.35
""",
    ),
    Breakage(
        "share without percent",
        "    reach: 25 %",
        "    reach: 25",
        """
good.yaml:82:12  self_service.help_centre.reach
    25: a share lies between 0 % and 100 %
    allowed: a share between 0 % and 100 %, such as '35 %' or 0.35
    did you mean '25 %'?
""",
    ),
    Breakage(
        "rate without period",
        "  new: 250 /month",
        "  new: 250",
        """
good.yaml:17:8  customers.new
    250 has no period
    allowed: a number with its period, such as '2500 /month' (/min, /h, /day, /week, /month, /year)
""",
    ),
    Breakage(
        "rate with wrong period",
        "  new: 250 /month",
        "  new: 250 /mnth",
        """
good.yaml:17:8  customers.new
    '250 /mnth' is not a rate
    allowed: a number with its period, such as '2500 /month' (/min, /h, /day, /week, /month, /year)
    did you mean '250 /month'?
""",
    ),
    Breakage(
        "growth without period",
        "  growth: 8 %/year",
        "  growth: 8 %",
        """
good.yaml:22:11  demand.growth
    '8 %' has no period
    allowed: a percentage with its period, such as '8 %/year' or '-1 %/month'
    did you mean '8 %/year'?
""",
    ),
    Breakage(
        "wage without period",
        "    wage: 24.50 EUR/h",
        "    wage: 24.50 EUR",
        """
good.yaml:74:11  teams.frontline.wage
    '24.50 EUR' has no period
    allowed: an amount with its currency and period, such as '24.50 EUR/h' or '900 EUR/month'
    did you mean '24.50 EUR/h'?
""",
    ),
    Breakage(
        "decimal comma",
        "    wage: 24.50 EUR/h",
        "    wage: 24,50 EUR/h",
        """
good.yaml:74:11  teams.frontline.wage
    '24,50 EUR/h' is not an amount per period
    allowed: an amount with its currency and period, such as '24.50 EUR/h' or '900 EUR/month'
    did you mean '24.50 EUR/h'?
""",
    ),
    Breakage(
        "currency sign",
        "  order_value: 62 EUR",
        "  order_value: €62",
        """
good.yaml:19:16  customers.order_value
    '€62' is not an amount of money
    allowed: an amount with its currency, such as '62 EUR'
    did you mean '62 EUR'?
""",
    ),
    Breakage(
        "money without currency",
        "  order_value: 62 EUR",
        "  order_value: 62",
        """
good.yaml:19:16  customers.order_value
    62 has no currency
    allowed: an amount with its currency, such as '62 EUR'
    did you mean '62 EUR'?
""",
    ),
    Breakage(
        "foreign currency",
        "    price: 0.80 EUR",
        "    price: 0.80 USD",
        """
good.yaml:89:12  bots.helper.price
    '0.80 USD' is not in EUR
    allowed: the scenario's currency, EUR, throughout
""",
    ),
    Breakage(
        "currency in small letters",
        "currency: EUR",
        "currency: eur",
        """
good.yaml:5:11  currency
    'eur' cannot stand here
    allowed: a currency's three capital letters, such as EUR
    did you mean 'EUR'?
""",
    ),
    Breakage(
        "not whole",
        "    agents: 26",
        "    agents: 26.5",
        """
good.yaml:69:13  teams.frontline.agents
    26.5 is not a whole number
    allowed: a whole number, such as 26
""",
    ),
    Breakage(
        "number with words",
        "    agents: 26",
        "    agents: 26 people",
        """
good.yaml:69:13  teams.frontline.agents
    '26 people' is not a whole number
    allowed: a whole number, such as 26
    did you mean 26?
""",
    ),
    Breakage(
        "negative number",
        "    agents: 26",
        "    agents: -26",
        """
good.yaml:69:13  teams.frontline.agents
    -26 is out of range
    allowed: a number of at least 0
""",
    ),
    Breakage(
        "true for a number",
        "    agents: 26",
        "    agents: true",
        """
good.yaml:69:13  teams.frontline.agents
    true is not a whole number
    allowed: a whole number, such as 26
""",
    ),
    Breakage(
        "yes for true",
        "    interruptible: true",
        "    interruptible: yes",
        """
good.yaml:65:20  channels.email.interruptible
    'yes' is neither true nor false
    allowed: true or false
    did you mean true?
""",
    ),
    Breakage(
        "infinite",
        "    per_order: 0.13",
        "    per_order: .inf",
        """
good.yaml:34:16  reasons.order_status.per_order
    .inf is not a finite number
    allowed: a number, such as 0.13
""",
    ),
    Breakage(
        "not a number",
        "    per_order: 0.13",
        "    per_order: .nan",
        """
good.yaml:34:16  reasons.order_status.per_order
    .nan is not a finite number
    allowed: a number, such as 0.13
""",
    ),
    Breakage(
        "out of range",
        "  busyness: {cv: 0.12, correlation: 0.6}",
        "  busyness: {cv: 0.12, correlation: 1.6}",
        """
good.yaml:24:37  demand.busyness.correlation
    1.6 is out of range
    allowed: a number below 1
""",
    ),
    Breakage(
        "word not allowed",
        "    policy: longest_wait",
        "    policy: longest wait",
        """
good.yaml:79:13  teams.experts.policy
    'longest wait' is not allowed here
    allowed: priority, longest_wait, relative_wait
    did you mean 'longest_wait'?
""",
    ),
    Breakage(
        "list for a map",
        "    resolves: {order_status: 55 %, return: 30 %}",
        "    resolves: [order_status, return]",
        """
good.yaml:83:15  self_service.help_centre.resolves
    a list stands where a map is needed
    allowed: a map of names, such as {name: 35 %}
""",
    ),
    Breakage(
        "value for a list",
        "    channels: [chat]",
        "    channels: chat",
        """
good.yaml:87:15  bots.helper.channels
    'chat' stands where a list is needed
    allowed: a list, such as [phone, chat]
    did you mean [chat]?
""",
    ),
    Breakage(
        "null",
        "  growth: 8 %/year",
        "  growth:",
        """
good.yaml:22:3  demand.growth
    null (or nothing) is given; null removes what an earlier layer gave, and there is nothing to remove
    allowed: a percentage with its period, such as '8 %/year' or '-1 %/month'
""",
    ),
    Breakage(
        "not a date",
        "  start: 2027-01-04",
        "  start: 04.01.2027",
        """
good.yaml:7:10  horizon.start
    '04.01.2027' is not a date
    allowed: a date written year-month-day, such as 2027-01-04
    did you mean '2027-01-04'?
""",
    ),
    Breakage(
        "no such day",
        "  start: 2027-01-04",
        "  start: 2027-02-30",
        """
good.yaml:7:10  horizon.start
    '2027-02-30': there is no such day in the calendar
    allowed: a date written year-month-day, such as 2027-01-04
""",
    ),
    Breakage(
        "bad name",
        "name: good",
        "name: Good one",
        """
good.yaml:3:7  name
    'Good one' cannot stand here
    allowed: small letters, digits and '_', starting with a letter or digit, such as 'baseline'
    did you mean 'good_one'?
""",
    ),
    Breakage(
        "unknown month",
        "  season: {nov: 1.6, dec: 1.9}",
        "  season: {november: 1.6, dec: 1.9}",
        """
good.yaml:23:12  demand.season.november
    'november' is not allowed here
    allowed: jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec
    did you mean 'nov'?
""",
    ),
    Breakage(
        "shares do not add up",
        "    channels: {phone: 35 %, chat: 40 %, email: 25 %}",
        "    channels: {phone: 35 %, chat: 40 %, email: 20 %}",
        """
good.yaml:36:5  reasons.order_status.channels
    the shares of the channels add up to 95 %
    allowed: shares that add up to 100 %
""",
    ),
    Breakage(
        "unknown channel in a mix",
        "    channels: {phone: 60 %, email: 40 %}",
        "    channels: {phone: 60 %, emial: 40 %}",
        """
good.yaml:46:29  reasons.technical.channels.emial
    there is no channel 'emial'
    allowed: phone, chat, email
    did you mean 'email'?
""",
    ),
    Breakage(
        "unknown channel to chase",
        "channel: phone}",
        "channel: fone}",
        """
good.yaml:66:48  channels.email.chase.channel
    there is no channel 'fone'
    allowed: phone, chat, email
    did you mean 'phone'?
""",
    ),
    Breakage(
        "unknown team",
        "transfer: {to: experts, share: 30 %}",
        "transfer: {to: expert, share: 30 %}",
        """
good.yaml:43:20  reasons.return.transfer.to
    there is no team 'expert'
    allowed: frontline, experts
    did you mean 'experts'?
""",
    ),
    Breakage(
        "unknown reason in self-service",
        "    resolves: {order_status: 55 %, return: 30 %}",
        "    resolves: {order_status: 55 %, returns: 30 %}",
        """
good.yaml:83:36  self_service.help_centre.resolves.returns
    there is no reason 'returns'
    allowed: order_status, return, technical
    did you mean 'return'?
""",
    ),
    Breakage(
        "unknown reason in a bot",
        "    contains: {order_status: 60 %}",
        "    contains: {order_staus: 60 %}",
        """
good.yaml:88:16  bots.helper.contains.order_staus
    there is no reason 'order_staus'
    allowed: order_status, return, technical
    did you mean 'order_status'?
""",
    ),
    Breakage(
        "unknown reason served",
        '    serves: ["phone:technical+return", email]',
        '    serves: ["phone:technical+retrun", email]',
        """
good.yaml:78:14  teams.experts.serves[0]
    there is no reason 'retrun'
    allowed: order_status, return, technical
    did you mean 'return'?
""",
    ),
    Breakage(
        "nobody serves",
        "    serves: [phone, chat, email]",
        "    serves: [phone, email]",
        """
good.yaml:36:29  reasons.order_status.channels.chat
    nobody serves chat for order_status
    allowed: a team whose `serves` holds 'chat' or 'chat:order_status'
good.yaml:41:29  reasons.return.channels.chat
    nobody serves chat for return
    allowed: a team whose `serves` holds 'chat' or 'chat:return'
""",
    ),
    Breakage(
        "two rates",
        "    resolved_first: 92 %",
        "    rate: 3 /day",
        """
good.yaml:33:3  reasons.order_status
    per_order and rate are given
    allowed: exactly one of per_order, per_customer, rate
""",
    ),
    Breakage(
        "months and length",
        "  warm_up: 2 days",
        "  length: 3 days",
        """
good.yaml:6:1  horizon
    months and length are given
    allowed: exactly one of months, length; null removes one
""",
    ),
    Breakage(
        "more than all tries",
        "    false_resolved: 8 %",
        "    false_resolved: 48 %",
        """
good.yaml:83:30  self_service.help_centre.resolves.order_status
    55 % resolved and 48 % falsely resolved are more than all tries
    allowed: up to 100 % together
""",
    ),
    Breakage(
        "event ends before it starts",
        "      until: 2027-10-08",
        "      until: 2027-10-01",
        """
good.yaml:29:14  demand.events.strike.until
    the event ends on 2027-10-01, before it starts on 2027-10-04
    allowed: until on or after from
""",
    ),
    Breakage(
        "event outside the horizon",
        "  months: 12",
        "  months: 3",
        """
good.yaml:28:13  demand.events.strike.from
    the event lies outside the horizon, 2027-01-04 to 2027-04-03
    allowed: an event that touches it; null removes one
""",
    ),
    Breakage(
        "change that matches nothing",
        "        reasons.order_status.per_order: x 3.5",
        "        reasons.order_states.per_order: x 3.5",
        """
good.yaml:31:9  demand.events.strike.changes: reasons.order_states.per_order
    nothing matches 'order_states' in reasons
    allowed: order_status, return, technical
    did you mean 'reasons.order_status.per_order'?
""",
    ),
    Breakage(
        "change that is ambiguous",
        "        reasons.order_status.per_order: x 3.5",
        "        reasons.order_status.per_order: + 5 %",
        """
good.yaml:31:41  demand.events.strike.changes: reasons.order_status.per_order
    '+ 5 %' could mean two things
    allowed: '+5 %' (relative to the present value) or '+ 5 points' (percentage points)
""",
    ),
    Breakage(
        "dated change of what is fixed",
        "        reasons.order_status.per_order: x 3.5",
        "        channels.chat.parallel: 2",
        """
good.yaml:31:33  demand.events.strike.changes: channels.chat.parallel
    this cannot change for a while
    allowed: only values of the world may change for a while, such as rates, shares, handle times
""",
    ),
    Breakage(
        "dated change out of range",
        "        reasons.order_status.per_order: x 3.5",
        "        reasons.order_status.resolved_first: x 3.5",
        """
good.yaml:31:46  demand.events.strike.changes: reasons.order_status.resolved_first
    '322 %': a share lies between 0 % and 100 % (from 92 % x 3.5)
    allowed: a share between 0 % and 100 %, such as '35 %' or 0.35
""",
    ),
    Breakage(
        "hours",
        "    hours: mon-sat 08:00-20:00",
        "    hours: mon-sat 8-20",
        """
good.yaml:52:12  channels.phone.hours
    'mon-sat 8-20' is not opening hours
    allowed: always, or 'mon-sat 08:00-20:00'
    did you mean 'mon-sat 08:00-20:00'?
""",
    ),
    Breakage(
        "day",
        "late: {days: mon-sun, ",
        "late: {days: mon-sunday, ",
        """
good.yaml:73:20  teams.frontline.shifts.late.days
    'mon-sunday' is not days
    allowed: such as mon-fri or mon,wed,sat
    did you mean 'mon-sun'?
""",
    ),
    Breakage(
        "more days a week than there are",
        "days_per_week: 5",
        "days_per_week: 8",
        """
good.yaml:73:44  teams.frontline.shifts.late.days_per_week
    8 days a week, and the shift names 7
    allowed: up to 7
""",
    ),
    Breakage(
        "shift shares",
        'hours: "13:30-22:00", share: 50 %}',
        'hours: "13:30-22:00", share: 60 %}',
        """
good.yaml:71:5  teams.frontline.shifts
    the shares of the shifts add up to 110 %
    allowed: shares that add up to 100 %
""",
    ),
    Breakage(
        "staffed twice",
        "    policy: longest_wait",
        "    agents: 3",
        """
good.yaml:79:5  teams.experts.agents
    agents and staffing are given
    allowed: one way to staff a team
""",
    ),
    Breakage(
        "staffing interval",
        "every: 1 h,",
        "every: 45 min,",
        """
good.yaml:77:23  teams.experts.staffing.every
    '45 min' is not a multiple of 30 min
    allowed: 30 min, 1 h, 90 min ...
""",
    ),
    Breakage(
        "hires outside the horizon",
        "{2027-03: 4}",
        "{2029-03: 4}",
        """
good.yaml:91:23  decisions.hires.frontline.2029-03
    2029-03 lies outside the horizon
    allowed: 2027-01 to 2027-12
""",
    ),
    Breakage(
        "hires of an unknown team",
        "  hires: {frontline:",
        "  hires: {front:",
        """
good.yaml:91:11  decisions.hires.front
    there is no team 'front'
    allowed: frontline, experts
    did you mean 'frontline'?
""",
    ),
    Breakage(
        "more speeds than contacts",
        "    parallel: 3",
        "    parallel: 2",
        """
good.yaml:61:12  channels.chat.speed
    3 speeds are given, and an agent handles 2 at once
    allowed: one speed for each number in progress, up to `parallel`
""",
    ),
    Breakage(
        "patience without the figure",
        "    patience: {mean: 3 min, shape: 0.8}",
        "    patience: {mean: 3 min, distribution: exponential, shape: 0.8}",
        """
good.yaml:53:56  channels.phone.patience.shape
    exponential patience has no shape
    allowed: shape with weibull or gamma
""",
    ),
    Breakage(
        "time zone",
        "  timezone: Europe/Berlin",
        "  timezone: Europe/Berlyn",
        """
good.yaml:10:13  horizon.timezone
    there is no time zone 'Europe/Berlyn'
    allowed: a name such as Europe/Berlin or UTC
    did you mean 'Europe/Berlin'?
""",
    ),
    Breakage(
        "warm-up",
        "  warm_up: 2 days",
        "  warm_up: 2 years",
        """
good.yaml:9:12  horizon.warm_up
    the warm-up of 2 years takes the whole horizon
    allowed: a warm-up shorter than the horizon
""",
    ),
    Breakage(
        "profile that is not there",
        "  week_profile: week.csv",
        "  week_profile: weeks.csv",
        """
good.yaml:25:17  demand.week_profile
    there is no file 'weeks.csv'
    allowed: a CSV file, by its path from the file that names it
    did you mean 'week.csv'?
""",
    ),
    Breakage(
        "horizon beyond the calendar",
        "  start: 2027-01",
        "  start: 9999-12",
        """
good.yaml:7:10  horizon.start
    9999-12-04 is out of range
    allowed: 1970-01-01 to 2199-12-31
""",
    ),
    Breakage(
        "profile that is a number",
        "  week_profile: week.csv",
        "  week_profile: 3",
        """
good.yaml:25:17  demand.week_profile
    there is no file '3'
    allowed: a CSV file, by its path from the file that names it
""",
    ),
    Breakage(
        "unknown KPI",
        "service_level(phone)",
        "servicelevel(phone)",
        """
good.yaml:14:15  experiment.precision.servicelevel(phone)
    there is no KPI 'servicelevel'
    allowed: <KPIS>
    did you mean 'service_level'?
""",
    ),
    Breakage(
        "KPI of an unknown channel",
        "service_level(phone)",
        "service_level(telephone)",
        """
good.yaml:14:15  experiment.precision.service_level(telephone)
    there is no channel or reason 'telephone'
    allowed: phone, chat, email, order_status, return, technical
    did you mean 'phone'?
""",
    ),
    Breakage(
        "evidence level",
        "level: measured",
        "level: guessed",
        """
good.yaml:48:53  evidence."reasons.technical.resolved_first".level
    'guessed' is not allowed here
    allowed: measured, benchmark, assumed
""",
    ),
    Breakage(
        "too many tickets",
        "  active: 12000",
        "  active: 12000000000",
        """
good.yaml:6:1  horizon
    about 15,641,965,571 tickets are expected in one replication: some 10.0 h of computing each, 200 h for 20 of them
    allowed: up to 50,000,000: a shorter horizon, or a part of the customers
""",
    ),
    Breakage(
        "extends a file that is not there",
        "schema: 1",
        "extends: [baseline]",
        """
good.yaml:2:10  extends
    this names no scenario
    allowed: the path of a file beside this one, or the name of a scenario that ships with deskplan
""",
    ),
    Breakage(
        "removed by nobody",
        "  new: 250 /month",
        "  new: null",
        """
good.yaml:17:3  customers.new
    null (or nothing) is given; null removes what an earlier layer gave, and there is nothing to remove
    allowed: a number with its period, such as '2500 /month' (/min, /h, /day, /week, /month, /year)
""",
    ),
    Breakage(
        "evidence about nothing",
        "  hires: {frontline: {2027-03: 4}}",
        "  evidence: {source: a guess}",
        """
good.yaml:91:3  evidence.decisions.level
    'level' is missing
    allowed: measured, benchmark, assumed
""",
    ),
    Breakage(
        "self chase",
        "channel: phone}",
        "channel: email}",
        """
good.yaml:66:48  channels.email.chase.channel
    'email' cannot chase itself
    allowed: another channel
""",
    ),
    Breakage(
        "a line served twice",
        '    serves: ["phone:technical+return", email]',
        "    serves: [phone, email, email]",
        """
good.yaml:78:28  teams.experts.serves[2]
    'email' is served twice in this list
    allowed: each line once
""",
    ),
    Breakage(
        "speed of nothing",
        "    speed: [1.0, 0.82, 0.70]",
        "    speed: [1.0, 0.82, 0]",
        """
good.yaml:61:24  channels.chat.speed[2]
    work at speed 0 never ends
    allowed: a speed above 0
""",
    ),
    Breakage(
        "uniform with too large a cv",
        "distribution: gamma, cv: 1.1",
        "distribution: uniform, cv: 1.1",
        """
good.yaml:47:55  reasons.technical.handle.cv
    1.1: a uniform duration has a cv up to 0.577
    allowed: cv up to 0.577
""",
    ),
    Breakage(
        "a key without its colon",
        "  replications: 20",
        "  replications 20",
        """
good.yaml:13:3
    a key without its ':'
    allowed: 'key: value'
""",
    ),
    Breakage(
        "not UTF-8",
        "title: A shop with a bot",
        "title: Caf\udce9",
        """
good.yaml:4:11
    this byte is not UTF-8 text
    allowed: a file saved as UTF-8
""",
    ),
]


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """Writes the good scenario with one line replaced, and makes its folder the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "week.csv").write_bytes((HERE / "week.csv").read_bytes())
    good = (HERE / "good.yaml").read_text(encoding="utf-8")

    def write(line: str, broken: str) -> Path:
        assert good.count(line) == 1
        assert "\n" not in line + broken
        text = good.replace(line, broken)
        (tmp_path / "good.yaml").write_text(text, encoding="utf-8", errors="surrogateescape")
        return Path("good.yaml")

    return write


@pytest.mark.parametrize("case", BREAKAGES, ids=[case.what.replace(" ", "_") for case in BREAKAGES])
def test_a_broken_line_gives_its_message(case, broken):
    with pytest.raises(ScenarioProblems) as found:
        load(broken(case.line, case.broken))
    assert str(found.value) == case.message.strip("\n").replace("<KPIS>", listed(KPI_NAMES))


def test_there_are_fifty_and_each_is_its_own():
    assert len(BREAKAGES) >= 50
    assert len({case.what for case in BREAKAGES}) == len(BREAKAGES)


def test_the_good_scenario_is_good():
    assert load(HERE / "good.yaml").scenario.name == "good"
