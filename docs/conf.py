"""Sphinx: the documentation site. ``make docs`` builds it without a network, with warnings as errors."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import equivariety

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_extensions"))
os.environ.setdefault("OMP_NUM_THREADS", "1")

project = "equivariety"
author = "The equivariety developers"
copyright = "2026, the equivariety developers"
version = release = equivariety.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "docstrings",
    "figures",
]
exclude_patterns = [
    "_build",
    "_extensions",
    "_templates",
    "notebooks",
    "gallery/*.md5",
    "gallery/*.ipynb",
    "gallery/*.py",
    "gallery/*.zip",
]
templates_path = ["_templates"]
# Every section of our own pages is a target, also of links from other pages.
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist"]
nitpicky = False
# A short name in a signature may be that of two classes: the network of torch and that of the geometry.
suppress_warnings = ["config.cache", "ref.python"]

# The reference: one page for every public name, made from the docstring.
autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_member_order = "groupwise"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_attributes_as_param_list = True

# The gallery: every file of examples/ runs, and what it prints and draws stands on its page.
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",
    "image_scrapers": ("figures.scraper",),
    "reset_modules": (),
    "abort_on_example_error": True,
    "only_warn_on_example_error": False,
    "min_reported_time": 0,
    "show_memory": False,
    "write_computation_times": False,
    "download_all_examples": False,
    "remove_config_comments": True,
    "within_subsection_order": "figures.ByTitle",
    "line_numbers": False,
    "matplotlib_animations": False,
    "plot_gallery": True,
    "show_signature": False,
}

html_theme = "pydata_sphinx_theme"
html_title = "equivariety"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/mark.svg"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {
        "text": "equivariety",
        "image_light": "_static/mark.svg",
        "image_dark": "_static/mark.svg",
        "alt_text": "",
    },
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "tango",
    "pygments_dark_style": "github-dark",
}
html_sidebars = {"index": [], "changelog": [], "glossary": []}
