"""Find a column mapping: one that comes with the product, a file of one's own, or a text."""

from functools import cache
from importlib import resources
from pathlib import Path

from creditflow.domain.errors import NotFound
from creditflow.domain.sentences import say
from creditflow.sources.mapping import Profile
from creditflow.sources.mapping_reading import read_profile

_SUFFIXES = (".yaml", ".yml")


def profile_names() -> tuple[str, ...]:
    """The column mappings that come with the product."""
    folder = resources.files(__package__) / "profiles"
    names = (Path(item.name) for item in folder.iterdir())
    return tuple(sorted(name.stem for name in names if name.suffix in _SUFFIXES))


def load_profile(name_or_text: str) -> Profile:
    """A shipped mapping by its name, a mapping file by its path, or a mapping given as text.

    A path ends with .yaml or .yml. Raises NotFound, and ProfileRefused with every
    problem of a mapping that is not valid.
    """
    if "\n" in name_or_text:
        return read_profile(name_or_text)
    if name_or_text in profile_names():
        return _shipped(name_or_text)
    path = Path(name_or_text)
    if path.suffix in _SUFFIXES and path.is_file():
        return read_profile(path.read_text(encoding="utf-8-sig", errors="replace"))
    raise NotFound(
        say(
            "There is no column mapping {name}. Shipped are {names}; your own is a file that ends"
            " with .yaml.",
            name=name_or_text[:100],
            names=", ".join(profile_names()),
        )
    )


@cache
def _shipped(name: str) -> Profile:
    folder = resources.files(__package__) / "profiles"
    return read_profile((folder / f"{name}.yaml").read_text(encoding="utf-8"))
