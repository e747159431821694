"""Carry one message to the post so that nobody is left in doubt about more than must be."""

from collections.abc import Callable

from creditflow.ports import Handed, Post


def carry(
    post: Post, message: bytes, *, recipient: str, enter: Callable[[], bool]
) -> Handed | None:
    """Hand the bytes over; what is known of it then.

    `enter` commits that the data is about to leave, and answers whether the
    message is still ours; where it is not, nothing leaves and None comes back.
    """
    way = post.approach(message, recipient=recipient)
    if isinstance(way, Handed):
        return way
    try:
        return way.send() if enter() else None
    finally:
        way.close()
