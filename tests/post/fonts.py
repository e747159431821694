"""Make the fonts of printed letters anew: python -m tests.post.fonts (needs fontTools).

    pip install fonttools && python -m tests.post.fonts

The variable fonts of the extra `creditflow[pdf]` are set to two weights, and
cut down to GB2312 and to the Latin, Greek and Cyrillic scripts. A fixed font
is several times cheaper to put into a PDF than a variable one; what they lack
still comes from the variable fonts.
"""

from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

OUT = Path(str(files("creditflow.post"))) / "fonts"
WEIGHTS = {"Regular": 400, "Bold": 700}
LARGEST_ERROR = 0.6
"""How far a curve may lie from the original's, in thousandths of the letter's size."""

LATIN = (
    (0x20, 0x7F), (0xA0, 0x250), (0x370, 0x530), (0x1E00, 0x1F00), (0x2000, 0x2070),
    (0x20A0, 0x20C0), (0x2100, 0x2150), (0x2212, 0x2213),
)  # fmt: skip
BESIDES_GB2312 = (
    (0x20, 0x7F), (0xA0, 0x100), (0x2010, 0x2027), (0x3000, 0x3020), (0xFF00, 0xFF60),
    (0x20AC, 0x20AD), (0x2122, 0x2123), (0xFFE5, 0xFFE6),
)  # fmt: skip


def gb2312() -> set[int]:
    """The characters of GB 2312-80."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def within(*spans: tuple[int, int]) -> set[int]:
    """All code points of the spans, each without its end."""
    return {code for first, last in spans for code in range(first, last)}


def latin(style: str) -> None:
    """Noto Sans of one weight: its curves are quadratic already, so its tables can stay."""
    source = Path(str(files("fontpkg_noto_sans"))) / "files" / "NotoSans[wdth,wght].ttf"
    tools: Any = import_module("fontTools.subset")
    instancer: Any = import_module("fontTools.varLib.instancer")
    font = import_module("fontTools.ttLib").TTFont(source)
    options = tools.Options(layout_features=["*"], hinting=False, notdef_outline=True)
    cutter = tools.Subsetter(options)
    cutter.populate(unicodes=within(*LATIN))
    cutter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS[style], "wdth": 100})
    names = font["name"]
    for record in list(names.names):
        if record.nameID not in {0, 13, 14}:
            names.removeNames(nameID=record.nameID)
    for number, text in named("Creditflow Sans", style).items():
        names.setName(text, number, 3, 1, 0x409)
    bold = style == "Bold"
    font["OS/2"].usWeightClass = WEIGHTS[style]
    font["OS/2"].fsSelection = 0x20 if bold else 0x40
    font["head"].macStyle = int(bold)
    font.recalcTimestamp = False
    font.save(OUT / f"CreditflowSans-{style}.ttf")


def chinese(style: str) -> None:
    """Noto Sans CJK SC of one weight, its curves made quadratic."""
    source = Path(str(files("manimgx_fonts_cjk"))) / "NotoSansCJK-VF.otf.ttc"
    old = import_module("fontTools.ttLib").TTFont(source, fontNumber=2, lazy=True)
    shapes = old.getGlyphSet(location={"wght": WEIGHTS[style]})
    known = old.getBestCmap()
    codes = {c: known[c] for c in sorted(gb2312() | within(*BESIDES_GB2312)) if c in known}
    order = [".notdef", *sorted(set(codes.values()))]
    new = import_module("fontTools.fontBuilder").FontBuilder(old["head"].unitsPerEm, isTTF=True)
    new.setupGlyphOrder(order)
    new.setupCharacterMap(codes)
    new.setupGlyf({name: drawn(shapes[name]) for name in order})
    outlines = new.font["glyf"]
    new.setupHorizontalMetrics(
        {n: (round(shapes[n].width), getattr(outlines[n], "xMin", 0)) for n in order}
    )
    head, marks, post = old["hhea"], old["OS/2"], old["post"]
    new.setupHorizontalHeader(ascent=head.ascent, descent=head.descent, lineGap=head.lineGap)
    family, said = "Creditflow Sans SC", old["name"].getDebugName
    new.setupNameTable(
        {
            "copyright": said(0), "familyName": family, "styleName": style,
            "uniqueFontIdentifier": f"{family} {style}", "fullName": f"{family} {style}",
            "psName": f"CreditflowSansSC-{style}", "licenseDescription": said(13),
            "licenseInfoURL": said(14),
        },
        mac=False,
    )  # fmt: skip
    kept = (
        "sTypoAscender", "sTypoDescender", "sTypoLineGap", "usWinAscent", "usWinDescent",
        "sxHeight", "sCapHeight", "ulUnicodeRange1", "ulUnicodeRange2", "ulCodePageRange1",
    )  # fmt: skip
    bold = style == "Bold"
    new.setupOS2(
        version=4, usWeightClass=WEIGHTS[style], fsSelection=0x20 if bold else 0x40,
        **{name: getattr(marks, name) for name in kept},
    )  # fmt: skip
    new.setupPost(
        keepGlyphNames=False,
        underlinePosition=post.underlinePosition,
        underlineThickness=post.underlineThickness,
    )
    new.updateHead(macStyle=int(bold), created=0, modified=0)
    new.font.recalcTimestamp = False
    new.save(OUT / f"CreditflowSansSC-{style}.ttf")


def drawn(shape: Any) -> Any:
    """The glyph with quadratic curves instead of cubic ones."""
    pen = import_module("fontTools.pens.ttGlyphPen").TTGlyphPen(None)
    quadratic = import_module("fontTools.pens.cu2quPen").Cu2QuPen
    shape.draw(quadratic(pen, max_err=LARGEST_ERROR, reverse_direction=True))
    return pen.glyph()


def named(family: str, style: str) -> dict[int, str]:
    """The names of a font of that family, by their numbers in OpenType."""
    full = f"{family} {style}"
    return {1: family, 2: style, 3: full, 4: full, 6: full.replace(" ", "", 1).replace(" ", "-")}


if __name__ == "__main__":
    for each in WEIGHTS:
        latin(each)
        chinese(each)
