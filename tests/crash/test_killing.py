"""kill -9 at any moment against a moody mail server: nothing lost, nothing doubled by itself."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.crash

KILLS = int(os.environ.get("CREDITFLOW_TEST_KILLS", "24"))
"""A thousand take some five minutes."""


def harm(order, kills):
    ran = subprocess.run(
        [sys.executable, "-m", "tests.crash.killing", "--order", order, "--kills", str(kills)],
        capture_output=True,
        text=True,
        timeout=240 + kills,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    found = json.loads(ran.stdout)
    assert found["kills"] == kills
    return found


def test_no_letter_is_lost_or_doubled_and_what_is_ambiguous_is_held():
    found = harm("ours", KILLS)
    assert (found["lost"], found["doubled"], found["unsettled"]) == (0, 0, 0)
    assert found["held"] > 0
    assert found["sent"] > 0


@pytest.mark.parametrize(
    ("order", "what"),
    [
        ("send_then_mark", "doubled"),
        ("mark_then_send", "lost"),
        ("send_again_after_silence", "doubled"),
    ],
)
def test_naive_orders_do_harm(order, what):
    """The negative controls."""
    assert harm(order, 12)[what] > 0
