"""Serve the pages until told to stop; then open streams end, so that nothing is waited for."""

from types import FrameType

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    """Uvicorn waits for open connections when it stops; streams would have it wait for long."""

    def __init__(self, web: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._web = web

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came: end the streams, then stop as usual."""
        self._web.state.live.close()
        super().handle_exit(sig, frame)


def serve(web: FastAPI, *, host: str, port: int) -> None:
    """Serve on this thread until SIGTERM or Ctrl-C."""
    Server(
        web,
        uvicorn.Config(
            web, host=host, port=port, log_config=None, access_log=False, server_header=False
        ),
    ).run()
