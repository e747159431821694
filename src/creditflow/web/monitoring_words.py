"""What the findings of monitoring are called; English here, Chinese in the catalogue."""

from collections.abc import Mapping

from creditflow.domain.monitoring_backtest import Verdict
from creditflow.domain.monitoring_drift import MISSING, Finding, Share
from creditflow.domain.monitoring_overrides import BY_POLICY, Way
from creditflow.domain.scorecard import Characteristic, Segment
from creditflow.domain.signals import SignalValue
from creditflow.web.language import Speech
from creditflow.web.naming import word
from creditflow.web.signal_names import written_value
from creditflow.web.watching import Basis

FINDINGS: Mapping[str, str] = {
    Finding.TOO_FEW: word("too few to say"),
    Finding.STABLE: word("stable"),
    Finding.CHANCE: word("may be chance"),
    Finding.WATCH: word("watch"),
    Finding.SHIFTED: word("shifted"),
}
VERDICTS: Mapping[str, str] = {
    Verdict.NOTHING: word("nobody"),
    Verdict.AGREES: word("fits the PD"),
    Verdict.TOO_LOW: word("PD too low"),
    Verdict.TOO_HIGH: word("PD too high"),
}
WAYS: Mapping[str, str] = {
    BY_POLICY: word("by the policy alone"),
    Way.KEPT: word("as proposed"),
    Way.RAISED: word("more than proposed"),
    Way.LOWERED: word("less than proposed"),
    Way.REJECTED: word("rejected"),
    Way.RETURNED: word("returned"),
}
SEGMENTS: Mapping[str, str] = {
    Segment.EXISTING: word("Existing customers"),
    Segment.NEW: word("New customers"),
}
BASES: Mapping[str, str] = {
    Basis.MADE: word("as they were made"),
    Basis.LOOKED_BACK: word("looked back"),
}
CHIPS: Mapping[str, str] = {
    Finding.STABLE: "ok",
    Finding.WATCH: "warn",
    Finding.SHIFTED: "bad",
    Verdict.AGREES: "ok",
    Verdict.TOO_LOW: "bad",
    Verdict.TOO_HIGH: "warn",
}
"""The colour of a finding; what is absent has none."""


def bin_name(share: Share, characteristic: Characteristic | None, speech: Speech) -> str:
    """A bin as people read it: below 30 days, from 60 days, unknown; a grade stays itself."""
    if share.key == MISSING:
        return speech.gettext(word("unknown"))
    if characteristic is None or share.bin is None:
        return share.key
    if share.bin.values:
        return ", ".join(_written(characteristic, value, speech) for value in share.bin.values)
    if share.bin.below is not None:
        value = _written(characteristic, share.bin.below, speech)
        return speech.gettext(word("below {value}")).format(value=value)
    floor = next((b.below for b in reversed(characteristic.bins) if b.below is not None), None)
    if floor is None:
        return speech.gettext(word("any value"))
    value = _written(characteristic, floor, speech)
    return speech.gettext(word("from {value} on")).format(value=value)


def _written(characteristic: Characteristic, value: SignalValue, speech: Speech) -> str:
    # Amounts are bounds in each customer's own currency, so none is named.
    text = written_value(characteristic.signal, value, "CNY", speech)
    return text.removeprefix("CNY\u00a0")
