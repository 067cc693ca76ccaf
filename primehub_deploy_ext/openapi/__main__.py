"""Write the document to the file named on the command line."""

import sys
from pathlib import Path

from primehub_deploy_ext.openapi import document_text

Path(sys.argv[1]).write_text(document_text(), encoding="utf-8")
