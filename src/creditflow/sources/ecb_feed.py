"""Fetch the European Central Bank's reference rates over HTTP: the whole file, or none of it.

The bank's XML has a `Cube` for each day and in it one for each currency, as units
per euro. What cannot be told from such a file, is cut off, too large, or of
another day than it should be, is refused as a whole: a rate is never guessed.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET

import httpx

from creditflow.domain.errors import Unavailable
from creditflow.domain.money import CURRENCIES
from creditflow.domain.rates import PIVOT, Rate
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import RateFile

MOST_BYTES = 2_000_000
"""The daily file has 2 KB, that of ninety days 150 KB."""

OLDEST = timedelta(days=10)
"""The bank's longest break, around New Year or Easter, is five days."""

PAUSES = (1.0, 4.0)
"""Seconds before the second and the third attempt."""

SOURCE = "ECB"
_CODE = re.compile("[A-Z]{3}", re.ASCII)
CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
ENVELOPE = "{http://www.gesmes.org/xml/2002-08-01}Envelope"


class HttpRates:
    """The bank's file at an address; proxies are those of the environment."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float,
        pauses: Sequence[float] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._timeout = url, timeout
        self._pauses, self._sleep = pauses, sleep
        self._host = httpx.URL(url).host

    def fetch(self, *, on: date) -> RateFile:
        """The file of that day, or of the latest day before it; raises Unavailable.

        Tried again where the bank gives no answer or breaks it off.
        """
        for pause in self._pauses:
            try:
                return self._fetched(on)
            except Unavailable:
                self._sleep(pause)
        return self._fetched(on)

    def _fetched(self, on: date) -> RateFile:
        try:
            with (
                httpx.Client(timeout=self._timeout, follow_redirects=True, max_redirects=3) as web,
                web.stream("GET", self._url) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    status = str(answer.status_code)
                    raise self._none(say("it answered with status {status}", status=status))
                body = self._limited(answer)
        except httpx.HTTPError as error:
            raise self._none(say("{problem}", problem=type(error).__name__)) from error
        rates = self._read(body)
        newest = max(rate.on for rate in rates)
        if newest > on:
            raise self._none(say("its rates are of {day}, which is still to come", day=newest))
        if on - newest > OLDEST:
            raise self._none(say("its latest rates are of {day}", day=newest))
        return RateFile(self._host, hashlib.sha256(body).hexdigest(), newest, tuple(rates))

    def _limited(self, answer: httpx.Response) -> bytes:
        """The body, which may neither be too large nor trickle on for ever."""
        body, begun = b"", time.monotonic()
        for part in answer.iter_bytes():
            body += part
            if len(body) > MOST_BYTES:
                raise self._none(say("its file has more than {most} bytes", most=MOST_BYTES))
            if time.monotonic() - begun > self._timeout:
                raise httpx.ReadTimeout("the answer takes too long")
        return body

    def _read(self, body: bytes) -> list[Rate]:
        try:
            rates = list(rates_of(body))
        except (ET.ParseError, ValueError, ArithmeticError) as error:
            raise self._none(say("its file is not the bank's, or is cut off")) from error
        if not rates or len({(rate.currency, rate.on) for rate in rates}) < len(rates):
            raise self._none(say("its file has no rate, or two for one currency and day"))
        return rates

    def _none(self, why: Sentence) -> Unavailable:
        return Unavailable(
            say(
                "No exchange rates came from {host}: {why}. Those that are known stay."
                " Try again (creditflow rates fetch), or hand in a file"
                " (creditflow import rates FILE).",
                host=self._host,
                why=why,
            )
        )


def rates_of(body: bytes) -> Iterator[Rate]:
    """The rates of the bank's XML; raises ParseError or ValueError where it is something else."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValueError("the bank's file declares nothing")
    root = ET.fromstring(body)  # noqa: S314 - small, and without declarations
    if root.tag != ENVELOPE:
        raise ValueError(f"the bank's file is no {root.tag}")
    for day in root.iter(CUBE):
        if (told := day.get("time")) is not None:
            on = date.fromisoformat(told)
            for cube in day.iter(CUBE):
                code = cube.get("currency")
                if code is not None and _is_known(code):
                    yield _rate(code, on, cube.get("rate"))


def _is_known(code: str) -> bool:
    """Whether amounts can be in it; the bank may come to publish a currency that is new to us."""
    if code == PIVOT or not _CODE.fullmatch(code):
        raise ValueError(f"the bank gives no rate of {code}")
    return code in CURRENCIES


def _rate(code: str, on: date, told: str | None) -> Rate:
    try:
        return Rate(code, on, Decimal(told or ""), SOURCE)
    except InvalidOperation:
        raise ValueError(f"{told} is no rate") from None
