"""Copy what the browser tests photographed into docs/screenshots, made small; needs Pillow.

``python scripts/keep_screenshots.py tests/ui/test-results/looks docs/screenshots``; those of a cluster are renewed
where ``make cluster`` ran before.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

# Screens have few colours: a palette is a third of the bytes, and nobody sees the difference.
COLOURS = 128
FOLDERS = ("admin", "kubernetes", "refusals", "screens")
THEMES = ("light", "dark")
# High contrast is tested, and looks like dark: a few are enough to see that it does.
HIGH_CONTRAST = ("cards", "information", "create", "logs")


def kept(looks: Path) -> dict[Path, Path]:
    """Return which pictures are kept, and below which name."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((looks / folder).glob("*.png")):
            screen, contrast, _ = path.name.partition("-high-contrast-")
            if screen in HIGH_CONTRAST if contrast else any(f"-{theme}-" in f"{path.stem}-" for theme in THEMES):
                found[path] = Path(folder, path.name)
    return found


def shrink(source: Path, target: Path) -> int:
    """Write a picture with a palette; return its size in bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as picture:
        flat = picture.convert("RGB")
    flat.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(target, optimize=True)
    return target.stat().st_size


def main(looks: Path, shown: Path) -> None:
    """Replace the pictures of the folders that were photographed."""
    found = kept(looks)
    for folder in {target.parent for target in found.values()}:
        for old in (shown / folder).glob("*.png"):
            old.unlink()
    sizes = [shrink(source, shown / target) for source, target in found.items()]
    print(f"{len(sizes)} pictures, {sum(sizes) / 2**20:.1f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
