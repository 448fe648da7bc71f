"""What `deskplan optimize` shows: the answer in words, tables and charts, all made of plain data."""

from __future__ import annotations

from typing import Any

Plain = dict[str, Any]
"""What `data/plan.json` holds."""
