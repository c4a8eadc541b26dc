"""Make sure that there is a Chromium for the browser tests: find one, or install one where that is
possible. ``make test`` runs it first.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def find_browser() -> str | None:
    """The path of a Chromium: ``CHROME`` if it is set, the system's, or playwright's own."""
    from playwright.sync_api import sync_playwright

    names = (
        os.environ.get("CHROME", ""),
        "chromium",
        "chromium-browser",
        "google-chrome",
        "chrome",
    )
    if found := next(filter(None, map(shutil.which, filter(None, names))), None):
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def main() -> None:
    """Side effects: may download and install a browser. Without one the browser tests say so:
    skipped at home, failed under CI=true.
    """
    if find_browser():
        return
    attempts = [[sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        attempts += [
            ["apt-get", "update"],
            ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"],
        ]
    for command in attempts:
        print("no browser yet; trying:", " ".join(command), flush=True)
        subprocess.run(command, check=False, timeout=900)
        if find_browser():
            return
    print(
        "no Chromium found and none could be installed: browser tests cannot run", file=sys.stderr
    )


if __name__ == "__main__":
    main()
