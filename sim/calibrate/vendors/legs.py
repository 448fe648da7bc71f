"""Transfer legs of one contact: counted once as demand, with the work of all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

LEG = "leg of a contact that is counted already"
RANK = {"callback": 4, "handled": 3, "abandoned": 2, "bot_resolved": 1, "self_served": 1, "open": 0}
SUMMED = ("handle_s", "talk_s", "hold_s", "wrap_s")


def joined(frame: pd.DataFrame) -> pd.DataFrame:
    """The first leg of each case stands for the contact; the others are set aside.

    Its work is that of all legs, its wait and agent those of the first leg that has them, its direction and channel its
    own; it was handled if any leg was. A case whose first leg is not inbound began elsewhere and stays as it is.
    """
    frame = frame.copy()
    case = frame["case_id"].fillna(frame["contact_id"])
    live = ~frame["again"] & frame["arrived_at"].notna() & case.notna()
    part = frame[live].assign(_case=case[live]).sort_values("arrived_at", kind="stable")
    legs = part.groupby("_case", sort=False)
    many = part[legs["_case"].transform("size") > 1]
    if many.empty:
        return frame
    groups = many.groupby("_case", sort=False)
    first = many.index[~many.duplicated("_case")]
    order = groups.ngroup().groupby(many["_case"], sort=False).first()
    assert len(order) == len(first)
    for name in SUMMED:
        frame.loc[first, name] = groups[name].sum(min_count=1).to_numpy()
    for name in ("wait_s", "agent_key", "first_response_at", "reason", "handle_basis", "wait_basis"):
        frame.loc[first, name] = groups[name].first().to_numpy()
    for name in ("resolved_at", "concurrency"):
        frame.loc[first, name] = groups[name].max().to_numpy()
    frame.loc[first, "transfers"] = groups.size().to_numpy(dtype=float) - 1
    rank = many["outcome"].map(RANK).fillna(-1)
    best = rank.groupby(many["_case"], sort=False).idxmax()
    frame.loc[first, "outcome"] = many.loc[best.to_numpy(), "outcome"].to_numpy()
    kept = groups["set_aside"].transform(lambda s: s.isna().any()).reindex(frame.index, fill_value=False)
    frame.loc[first, "set_aside"] = frame.loc[first, "set_aside"].where(~kept.loc[first].astype(bool))
    others = many.index.difference(first)
    frame.loc[others, "set_aside"] = np.where(frame.loc[others, "set_aside"].isna(), LEG,
                                              frame.loc[others, "set_aside"])  # fmt: skip
    return frame
