"""Runs ``python -m model`` with recipes cut short: here the blog is tested, not how well models learn."""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from model.__main__ import main
from model.recipes import RECIPES
from model.releases import KEPT

#: One thread, since another worker has the other processor.
SHORT = {"epochs": 1, "threads": 1}

for name, recipe in RECIPES.items():
    if not (KEPT / name).exists():
        RECIPES[name] = replace(recipe, **SHORT)
sys.exit(main())
