"""Write the files."""

from __future__ import annotations

from primehub_deploy_ext.monitoring.grafana.files import FOLDER, files

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(FOLDER / name)
