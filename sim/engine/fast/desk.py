"""The tables of a state by reference, so that compiled functions pass one pointer."""

from __future__ import annotations

from numba import njit, types
from numba.core import cgutils
from numba.experimental import structref
from numba.extending import intrinsic

from sim.engine.fast.state import State

# mypy: disable-error-code="no-untyped-def,call-arg"


@intrinsic
def _borrowed(typingctx, array):
    """The same array without its owner: nothing counts references to it while the kernel runs."""
    del typingctx

    def codegen(context, builder, signature, args):
        view = context.make_array(signature.args[0])(context, builder, args[0])
        view.meminfo = cgutils.get_null_value(view.meminfo.type)
        view.parent = cgutils.get_null_value(view.parent.type)
        return view._getvalue()

    return array(array), codegen


@structref.register
class _DeskType(types.StructRef):
    """The state as one reference, so that functions pass one pointer and not every table."""


class Desk(structref.StructRefProxy):
    """Tables of a `State` by reference; made and used in compiled code only."""


structref.define_proxy(Desk, _DeskType, list(State._fields))


@njit
def borrow(s):
    """A desk over tables that the caller keeps alive; counting references took nine tenths of the time."""
    return Desk(
        _borrowed(s.one),
        _borrowed(s.contact),
        _borrowed(s.ticket_of),
        _borrowed(s.next_row),
        _borrowed(s.resolve_u),
        _borrowed(s.transfer_u),
        _borrowed(s.reopen_ms),
        _borrowed(s.work_ms),
        _borrowed(s.wrap_ms),
        _borrowed(s.patience_ms),
        _borrowed(s.retry_ms),
        _borrowed(s.retry_channel),
        _borrowed(s.return_ms),
        _borrowed(s.return_channel),
        _borrowed(s.bot),
        _borrowed(s.bot_ms),
        _borrowed(s.flags),
        _borrowed(s.ticket),
        _borrowed(s.channel),
        _borrowed(s.speeds),
        _borrowed(s.queue),
        _borrowed(s.queue_of),
        _borrowed(s.transfer_queue),
        _borrowed(s.tries),
        _borrowed(s.team),
        _borrowed(s.views),
        _borrowed(s.resolve),
        _borrowed(s.transfer),
        _borrowed(s.transfer_to),
        _borrowed(s.transfer_adds),
        _borrowed(s.team_ppm),
        _borrowed(s.bot_always_open),
        _borrowed(s.agent),
        _borrowed(s.hand),
        _borrowed(s.absent),
        _borrowed(s.tenure),
        _borrowed(s.quality),
        _borrowed(s.day_edges),
        _borrowed(s.pool),
        _borrowed(s.event),
        _borrowed(s.busy),
        _borrowed(s.duty),
    )
