"""The project's promises about itself."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_continuous_integration_runs_the_test_command_of_the_readme():
    commands = re.findall(r"^```bash\n(.*?)\n```", (ROOT / "README.md").read_text(), flags=re.M | re.S)
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "quick").read_text().splitlines()
    assert "quick" in (ROOT / ".ci" / "run").read_text()


def test_links_between_pages_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target:
                assert _exists(page.parent, target), f"{page.name} links to {target}"


def _exists(folder: Path, target: str) -> bool:
    """Pages of the gallery are made from the examples when the site is built."""
    if target.startswith("gallery/"):
        name = Path(target).stem
        return (ROOT / "examples" / ("GALLERY_HEADER.rst" if name == "index" else f"{name}.py")).exists()
    return (folder / target).exists()
