"""Settings for publishing: those of pelicanconf.py, with full addresses (see `SITEURL` there)."""

import sys
from pathlib import Path

# Pelican runs this file from any folder, and does not put the file's own folder on the path.
sys.path.append(str(Path(__file__).parent))
from pelicanconf import *  # noqa: F403

RELATIVE_URLS = False

DELETE_OUTPUT_DIRECTORY = True
