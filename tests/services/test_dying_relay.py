"""kill -9 at every point of delivering a letter: none lost, none sent twice by itself."""

import json
import subprocess
import sys
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.post.servers import fault_server
from tests.services.dying_relay import POINTS, ROUNDS

pytestmark = pytest.mark.crash


def killed_at_every_point(folder: Path, order: str) -> tuple[dict[str, Any], Counter[str]]:
    """What the database says of each letter by its point, and how often each arrived."""
    url = f"sqlite:///{folder / 'creditflow.db'}"
    with fault_server() as server:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.services.dying_relay", url, str(server.port), order],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr[-3000:]
    arrived = Counter(
        message_from_bytes(x)["Message-ID"].strip("<>").split("@")[0] for x in server.arrived
    )
    return json.loads(ran.stdout), arrived


def test_no_letter_is_lost_and_none_is_doubled_by_itself(tmp_path):
    seen, arrived = killed_at_every_point(tmp_path, "ours")
    assert len(seen["plan"]) == len(POINTS) * ROUNDS
    for letter, point in seen["plan"]:
        state = (seen["states"][letter], seen["cases"][letter], arrived[letter])
        assert (
            state
            == {
                # Nobody had begun to send: recovered and sent, once.
                "claim": ("sent", "notified", 1),
                "approach": ("sent", "notified", 1),
                "enter": ("sent", "notified", 1),
                # Nobody can know: held for a person, whether it arrived or not.
                "before_data": ("uncertain", "applied", 0),
                "after_data": ("uncertain", "applied", 1),
                "settle": ("uncertain", "applied", 1),
            }[point]
        ), point


def test_sending_before_marking_doubles_letters(tmp_path):
    """The negative control: this harness does see a letter that goes out twice."""
    seen, arrived = killed_at_every_point(tmp_path, "send_then_mark")
    doubled = [point for letter, point in seen["plan"] if arrived[letter] > 1]
    assert doubled == ["after_data"] * ROUNDS


def test_marking_before_sending_loses_letters(tmp_path):
    """The other negative control: it does see a letter that is lost behind a `sent`."""
    seen, arrived = killed_at_every_point(tmp_path, "mark_then_send")
    lost = {point for letter, point in seen["plan"] if not arrived[letter]}
    assert lost == {"approach", "before_data"}
    assert set(seen["states"].values()) == {"sent"}
