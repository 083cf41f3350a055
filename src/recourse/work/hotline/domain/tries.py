"""What becomes of a telling when a person tried to reach her. Pure.

Whoever has her code can ask to end something, and what is erased is erased. So a question about an ending that could
not be put to her safely is not settled by silence, by a clock or by a second call: only by her own word. Refuses: to
have anybody call again where calling was not safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from recourse.work.hotline.domain.contact import NotToldYetError, Reached, ReachState, Tell

_S, _R = ReachState, Reached
AFTER_A_TRY: Mapping[ReachState, Mapping[Reached, ReachState]] = MappingProxyType(
    {
        _S.FOR_A_PERSON: MappingProxyType(
            {_R.TOLD: _S.DONE, _R.NOT_HER: _S.DONE, _R.NO_ANSWER: _S.DONE, _R.NOT_SAFE: _S.UNSAFE}
        ),
        _S.UNSAFE: MappingProxyType(
            {
                _R.TOLD: _S.DONE,
                _R.NOT_HER: _S.DONE,
                _R.NO_ANSWER: _S.UNSAFE,
                _R.NOT_SAFE: _S.UNSAFE,
                _R.LEFT: _S.LEFT_TO_HER,
            }
        ),
        _S.LEFT_TO_HER: MappingProxyType({_R.TOLD: _S.DONE, _R.NOT_HER: _S.DONE}),
    }
)
"""How a try may go, and what it makes of a question about an ending; any other telling is done after its try."""
NOT_SAFE_BEFORE = frozenset({ReachState.UNSAFE, ReachState.LEFT_TO_HER})
"""Where an ending stands about which she could not be asked safely."""
_SUPERVISED = frozenset({Reached.TOLD, Reached.LEFT})


def after_try(state: ReachState, what: Tell, outcome: Reached) -> ReachState:
    """Return where a telling stands after a try.

    Raises:
        NotToldYetError: it is not one for a person, or this outcome is none of those it can have.
    """
    after = AFTER_A_TRY.get(state, {}).get(outcome)
    if after is None:
        raise NotToldYetError(f"{outcome} of a telling that is {state}")
    return after if what is Tell.ENDING else ReachState.DONE


def needs_supervisor(state: ReachState, outcome: Reached) -> bool:
    """Tell whether only a supervisor may record this: that she knows after all, or that nobody tries again."""
    return state in NOT_SAFE_BEFORE and outcome in _SUPERVISED
