"""A bank on this machine: it writes rates as the real one does, and answers as it is told to."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DAY = date(2026, 11, 24)


def document(*days: tuple[date, dict[str, str]]) -> bytes:
    """A file as the bank writes it."""
    cubes = "".join(
        f"<Cube time='{on}'>"
        + "".join(f"<Cube currency='{code}' rate='{rate}'/>" for code, rate in rates.items())
        + "</Cube>"
        for on, rates in days
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gesmes:Envelope'
        ' xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">'
        "<gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender>"
        "<gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>"
        f"<Cube>{cubes}</Cube></gesmes:Envelope>"
    ).encode()


FINE = document((DAY, {"USD": "1.1592", "CNY": "7.8123", "JPY": "181.35"}))


class Bank:
    """What the server answers, one after the other, and how often it was asked."""

    def __init__(self, *answers: tuple[int, bytes], wait: float = 0, drip: bool = False) -> None:
        self.answers, self.wait, self.drip, self.asked = list(answers), wait, drip, []


@contextmanager
def serving(bank: Bank) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = bank.answers[min(len(bank.asked), len(bank.answers) - 1)]
            bank.asked.append(self.path)
            time.sleep(bank.wait)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            with suppress(OSError):
                for place in range(0, len(body), 20 if bank.drip else len(body) or 1):
                    self.wfile.write(body[place : place + (20 if bank.drip else len(body))])
                    self.wfile.flush()
                    time.sleep(0.05 if bank.drip else 0)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/eurofxref-daily.xml"
    finally:
        server.shutdown()
        server.server_close()
