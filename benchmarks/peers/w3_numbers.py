"""The figures of workload W3, from which each peer's model and deskplan's scenario are made.

One day of a support centre, open for 12 hours; days are independent, and a day ends when the centre closes, whatever is
still waiting. Three channels, three teams. The morning peak has too few on the phone and the afternoon a few too many;
the mail of the night is read at opening, and its backlog lasts for most of the day. About 20,000 contacts a day
with those that come back; agents are busy for 80 to 90 % of their time, and 4 to 6 % of callers give up.
Times are in minutes.
"""

OPENS = "08:00"
INTERVAL_MIN = 30.0

# Expected new contacts in each half-hour (Poisson, evenly within it). Those who come back are on top.
# fmt: off
ARRIVALS_PER_INTERVAL = {
    "phone": (
        276, 367, 459, 522, 551, 544, 514, 470, 422, 397, 404, 422,
        422, 404, 386, 367, 349, 338, 312, 287, 250, 213, 176, 147,
    ),
    "chat": (
        115, 156, 198, 229, 250, 260, 260, 250, 240, 229, 229, 229,
        229, 229, 229, 219, 208, 208, 208, 198, 188, 167, 146, 125,
    ),
    "email": (
        533, 217, 200, 200, 192, 183, 175, 167, 158, 150, 158, 167,
        167, 158, 150, 142, 133, 133, 125, 117, 108, 100, 83, 83,
    ),
}

# Agents on duty in each half-hour. Who goes off duty finishes what is in hand.
AGENTS_PER_INTERVAL = {
    "phone": (
        50, 67, 52, 60, 64, 64, 62, 57, 52, 80, 81, 85,
        85, 82, 79, 76, 73, 71, 66, 62, 55, 48, 41, 35,
    ),
    "phone_chat": (
        10, 14, 11, 13, 14, 14, 13, 13, 12, 18, 18, 19,
        19, 19, 18, 17, 17, 16, 15, 15, 13, 12, 10, 9,
    ),
    "chat_email": (
        56, 61, 67, 71, 73, 75, 75, 74, 73, 72, 73, 73,
        73, 73, 73, 72, 67, 67, 67, 66, 64, 62, 59, 57,
    ),
}
# fmt: on

# What a team serves, in order of priority: an agent with nothing in hand takes from the first line that is not empty.
SERVES = {
    "phone": ("phone",),
    "phone_chat": ("phone", "chat"),
    "chat_email": ("chat", "email"),
}

# The teams that a new contact tries, in order: in a team the agent with the fewest in hand, then the longest idle.
ROUTES = {
    "phone": ("phone", "phone_chat"),
    "chat": ("chat_email", "phone_chat"),
    "email": ("chat_email",),
}

# Lognormal: mean (alone at full speed) and coefficient of variation; None in place of the second is exponential.
HANDLE_MEAN_MIN_AND_CV = {
    "phone": (4.5, 0.8),
    "chat": (8.0, 0.7),
    "email": (6.0, 0.9),
}

# Exponential. A channel that is not named waits for ever.
PATIENCE_MEAN_MIN = {"phone": 3.0}

# Speed of each contact with one, two, three in the agent's hands; its length is how many an agent takes at once.
# It holds from each change on. An agent has contacts of one channel at a time.
SPEEDS = {
    "phone": (1.0,),
    "chat": (1.0, 0.82, 0.70),
    "email": (1.0,),
}

# Of those served, the share who come back on the same channel (again and again), and the exponential delay until then.
COMES_BACK_SHARE = 0.15
COMES_BACK_AFTER_MEAN_MIN = 240.0
