"""The OpenAPI document, made from the pydantic models and the table of operations.

``python -m primehub_deploy_ext.openapi docs/openapi.json`` writes the committed copy.
"""

from primehub_deploy_ext.openapi.document import document, document_text

__all__ = ["document", "document_text"]
