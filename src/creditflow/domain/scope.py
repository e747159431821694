"""Scope: whose limits are added up."""

from enum import StrEnum


class Scope(StrEnum):
    """Whose limits a budget counts."""

    BOOK = "book"
    SECTOR = "sector"
    COUNTRY = "country"
    REGION = "region"
    GROUP = "group"
