"""Say everything that can be set about an installation, and refuse what cannot work, all at once.

Settings come from environment variables that begin with CREDITFLOW_ and from a
file `.env` in the working folder; the environment wins. Each field carries its
explanation in English and in Chinese and an example: `.env.example` and the
reference pages are made from them. What is business (grades, caps, mandates,
cadence) is not here: it is policy, versioned and published under four eyes.
"""

from creditflow.settings.fields import ENV_FILE, PREFIX
from creditflow.settings.installation import Settings
from creditflow.settings.reading import BadSettings, read_settings, unknown_settings

__all__ = ["ENV_FILE", "PREFIX", "BadSettings", "Settings", "read_settings", "unknown_settings"]
