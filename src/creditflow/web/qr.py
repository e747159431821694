"""Draw a QR code as SVG, black on white in every scheme, because cameras want it so."""

import io

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """The text as an SVG image without a style of its own."""
    drawn = io.BytesIO()
    segno.make(text, micro=False, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=5, border=4, dark="#000", light="#fff"
    )
    # Drawn by segno from modules alone; the text itself is not in it.
    return Markup(drawn.getvalue().decode())  # noqa: S704
