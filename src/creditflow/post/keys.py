"""Keys of this installation: made once, kept in files that only we may read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from creditflow.domain.errors import Refusal, Unavailable
from creditflow.domain.sentences import say

LENGTH = 32


def kept_key(path: Path) -> bytes:
    """The key of links and check codes in that file; makes it where there is none.

    Two makers agree on one.

    Raises Refusal where the file holds something else: another key would make
    every link that is out worthless.
    """
    with suppress(FileNotFoundError):
        return _read(path)
    make_key(path)
    return _read(path)


def make_key(path: Path) -> None:
    """Make a key in a new file; nothing happens where there is one."""
    made = _fresh(path, b"")
    try:
        # A link fails where the name is taken: whoever came first has made the key.
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()


def kept_keys(path: Path) -> list[bytes]:
    """The keys of secrets in that file, the newest first.

    Raises Unavailable where there is no such file, or it holds something else.
    """
    try:
        held = path.read_bytes()
    except OSError as trouble:
        raise Unavailable(
            say(
                "The key of the secrets in the database cannot be read ({trouble}). Restore the"
                " file {file} from the backup.",
                trouble=trouble.strerror or str(trouble),
                file=str(path),
            )
        ) from None
    if not held or len(held) % LENGTH:
        raise Unavailable(
            say(
                "The file {file} does not hold the key of the secrets in the database. Restore it"
                " from the backup.",
                file=str(path),
            )
        )
    return [held[i : i + LENGTH] for i in range(0, len(held), LENGTH)]


def add_key(path: Path) -> None:
    """Put a new key before those that are there, in one step."""
    _fresh(path, b"".join(kept_keys(path))).replace(path)


def forget_older_keys(path: Path) -> int:
    """Keep the newest key alone; how many were forgotten."""
    newest, *older = kept_keys(path)
    _written(path, newest).replace(path)
    return len(older)


def _fresh(path: Path, behind: bytes) -> Path:
    """A new key, and what shall stand behind it, in a file beside that one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return _written(path, secrets.token_bytes(LENGTH) + behind)


def _written(path: Path, content: bytes) -> Path:
    made = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    opened = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return made


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
