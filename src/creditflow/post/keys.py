"""The key behind links and check codes: made once, kept in a file that only we may read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import say

LENGTH = 32


def kept_key(path: Path) -> bytes:
    """The key in that file; makes it where there is none. Two makers agree on one.

    Raises Refusal where the file holds something else: another key would
    make every link that is out worthless.
    """
    with suppress(FileNotFoundError):
        return _read(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    written = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(written, "wb") as file:
        file.write(secrets.token_bytes(LENGTH))
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link fails where the name is taken: whoever came first has made the key.
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != LENGTH:
        raise Refusal(
            say(
                "The file {file} is not the key of the links in letters. Restore it from the"
                " backup, or remove it to begin anew; links that are out stop working then.",
                file=str(path),
            )
        )
    return key
