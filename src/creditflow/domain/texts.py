"""A short text that policy data gives in every language of the product."""

from collections.abc import Mapping

from creditflow.domain.customer import Language

Text = Mapping[Language, str]
"""Language to text; policy validation has made sure that no language is missing."""
