"""Test mode: every message goes to one address of ours, and says for whom it was meant."""

from dataclasses import dataclass

from creditflow.ports import Handed, Handover, Post


@dataclass(frozen=True, slots=True)
class RedirectedPost:
    """Hands everything to `post`, but for the recipient `to`."""

    post: Post
    to: str

    def approach(self, message: bytes, *, recipient: str) -> Handover | Handed:
        """Approach our own address; the message is marked with the one it was meant for."""
        meant = " ".join(recipient.split()).encode("ascii", "backslashreplace")
        marked = b"X-Redirected-From: " + meant + b"\r\n" + message
        way = self.post.approach(marked, recipient=self.to)
        if isinstance(way, Handed):
            return self._told(way)
        return _Underway(way, self)

    def _told(self, handed: Handed) -> Handed:
        return Handed(handed.delivery, f"test mode, to {self.to}: {handed.answer}")


@dataclass(frozen=True, slots=True)
class _Underway:
    way: Handover
    by: RedirectedPost

    def send(self) -> Handed:
        """Send it, and say in the answer where it went."""
        return self.by._told(self.way.send())  # noqa: SLF001 - two halves of one post

    def close(self) -> None:
        """Leave."""
        self.way.close()
