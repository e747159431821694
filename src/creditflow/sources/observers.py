"""Ask a provider of registry, bureau or insurer facts over HTTP; without one, nobody is asked.

One question per customer, answered in one JSON document:

    GET {url}?customer=C001&name=…&country=CN&registration_no=…&on=2026-03-02
    200 {"observations": [{"signal": "bureau_standing", "observed_on": "2026-02-15",
         "value": "AA", "scale": "letters", "provider": "Example Bureau",
         "valid_until": "2026-08-15"}]}
    404 where the provider does not know the customer

Whoever has a provider that speaks otherwise puts a small translator in front.
"""

import time
from collections.abc import Mapping
from datetime import date

import httpx

from creditflow.domain.customer import Customer
from creditflow.domain.errors import Unavailable
from creditflow.domain.observation import OBSERVABLE, About, Observation
from creditflow.domain.sentences import Sentence, say

MOST_BYTES = 1_000_000
MOST_OBSERVATIONS = 200
MOST_CHARACTERS = 200


class NoObserver:
    """Nobody is asked, so nothing is known; the default."""

    def observe(self, customer: Customer, *, on: date) -> list[Observation]:  # noqa: ARG002
        """Nothing."""
        return []


class HttpObserver:
    """A provider that answers questions over HTTP."""

    def __init__(self, url: str, token: str | None, *, timeout: float) -> None:
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        # A redirect could carry the token elsewhere, so none is followed.
        self._client = httpx.Client(headers=headers, timeout=timeout, follow_redirects=False)
        self._url, self._timeout = url, timeout
        self._host = httpx.URL(url).host

    def observe(self, customer: Customer, *, on: date) -> list[Observation]:
        """What the provider says on that day; raises Unavailable where it gives no answer."""
        asked = {
            "customer": customer.id,
            "name": customer.name,
            "country": customer.country,
            "registration_no": customer.registration_no or "",
            "on": on.isoformat(),
        }
        try:
            with self._client.stream("GET", self._url, params=asked) as answer:
                if answer.status_code == httpx.codes.NOT_FOUND:
                    return []
                if answer.status_code != httpx.codes.OK:
                    raise self._silent(say("it answered with status {status}",
                                           status=str(answer.status_code)))  # fmt: skip
                return self._read(_limited(answer, self._timeout), customer)
        except httpx.HTTPError as error:
            raise self._silent(say("{problem}", problem=type(error).__name__)) from error

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def _read(self, body: bytes, customer: Customer) -> list[Observation]:
        try:
            document = httpx.Response(200, content=body).json()
        except (ValueError, RecursionError):
            document = None
        rows = document.get("observations") if isinstance(document, dict) else None
        if not isinstance(rows, list) or len(rows) > MOST_OBSERVATIONS:
            raise self._silent(say("its answer is not the JSON that was agreed"))
        found = [_observation(row, customer, self._host) for row in rows]
        if None in found:
            raise self._silent(say("its answer is not the JSON that was agreed"))
        return [observation for observation in found if observation is not None]

    def _silent(self, why: Sentence) -> Unavailable:
        return Unavailable(
            say(
                "{host} tells nothing about customers: {why}."
                " What is known stays; try again later.",
                host=self._host,
                why=why,
            )
        )


def _limited(answer: httpx.Response, timeout: float) -> bytes:
    """The body, which may neither be too large nor trickle on for ever."""
    body, begun = b"", time.monotonic()
    for part in answer.iter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            return b""
        if time.monotonic() - begun > timeout:
            raise httpx.ReadTimeout("the answer takes too long")
    return body


def _observation(row: object, customer: Customer, host: str) -> Observation | None:
    """One entry of the answer; None where it does not have the form that was agreed."""
    if not isinstance(row, Mapping) or row.get("signal") not in OBSERVABLE:
        return None
    value, on = _word(row, "value"), _day(row, "observed_on")
    if value is None or on is None:
        return None
    return Observation(
        about=About.CUSTOMER,
        subject=customer.id,
        what=str(row["signal"]),
        on=on,
        value=value,
        provider=_word(row, "provider") or host,
        scale=_word(row, "scale"),
        valid_until=_day(row, "valid_until"),
        source=host,
    )


def _word(row: Mapping[object, object], name: str) -> str | None:
    """A short printable text; a number counts as one, a truth value as yes or no."""
    said = row.get(name)
    if isinstance(said, bool):
        return "yes" if said else "no"
    if isinstance(said, int | float):
        said = str(said)
    if not isinstance(said, str) or not said.strip() or not said.isprintable():
        return None
    return said.strip()[:MOST_CHARACTERS]


def _day(row: Mapping[object, object], name: str) -> date | None:
    try:
        return date.fromisoformat(str(row.get(name)))
    except ValueError:
        return None
