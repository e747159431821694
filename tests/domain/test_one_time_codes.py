"""One-time codes are those of the standard, near their moment only."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from creditflow.domain.one_time_codes import (
    address_of_secret,
    code_at,
    hash_of_recovery,
    step_of,
    step_of_code,
)
from tests.makers import NOW

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"),
     (1234567890, "89005924"), (2000000000, "69279037"), (20000000000, "65353130")],
)  # fmt: skip
def test_the_codes_are_those_of_rfc_6238(seconds, code):
    """Appendix B, SHA-1; it prints eight digits, of which authenticators show the last six."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SECRET, step_of(at)) == code[-6:]


def test_a_code_counts_near_its_moment_and_not_further_away():
    code = code_at(SECRET, step_of(NOW))
    for seconds, counts in ((-60, False), (-30, True), (0, True), (30, True), (60, False)):
        near = step_of_code(SECRET, code, NOW + timedelta(seconds=seconds))
        assert (near == step_of(NOW)) is counts, seconds
    assert step_of_code(SECRET, f" {code[:3]} {code[3:]} ", NOW) == step_of(NOW)
    assert step_of_code(SECRET, "é", NOW) is None


def test_an_authenticator_is_told_whose_it_is():
    address = address_of_secret(SECRET, person="li.na", issuer="华东 & Co")
    assert address.startswith("otpauth://totp/%E5%8D%8E%E4%B8%9C%20%26%20Co%3Ali.na?secret=")


def test_a_recovery_code_may_be_typed_as_it_comes():
    assert hash_of_recovery("AB12-cd34") == hash_of_recovery(" ab12cd34 ")
    assert hash_of_recovery("ab12-cd35") != hash_of_recovery("ab12-cd34")
