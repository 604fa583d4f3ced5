"""Settings for publishing: those of pelicanconf.py, with full addresses (see `SITEURL` there)."""

import os
import sys
from pathlib import Path

# Pelican runs this file from any folder, and does not put the file's own folder on the path.
sys.path.append(str(Path(__file__).parent))
from pelicanconf import *  # noqa: F403

#: The workflows that publish the blog know its address.
SITEURL = os.environ.get("SITEURL") or SITEURL  # noqa: F405
RELATIVE_URLS = False

# What search engines read names full addresses, and readers cannot search without a server.
DIRECT_TEMPLATES = [*DIRECT_TEMPLATES, "sitemap", "robots", "search"]  # noqa: F405
RESEARCH = {**RESEARCH, "search": True}  # noqa: F405
SITEMAP_SAVE_AS = "sitemap.xml"
ROBOTS_SAVE_AS = "robots.txt"

DELETE_OUTPUT_DIRECTORY = True
