"""scikit-learn estimators and pipelines, and all that derives from its ``BaseEstimator``."""

from __future__ import annotations

import importlib
import sys
from typing import Any

_METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "score_samples", "transform")

_PARTS = ("sklearn.pipeline", "sklearn.compose", "sklearn.ensemble", "sklearn.linear_model", "sklearn.svm")


class SklearnAdapter:
    """Calls the method asked for on the array or data frame as it came."""

    priority = 10
    library = "sklearn"

    def warm_up(self) -> None:
        """Import what most pipelines consist of, and let the first prediction look for plugins."""
        import numpy as np

        for part in _PARTS:
            importlib.import_module(part)
        scaler = importlib.import_module("sklearn.preprocessing").StandardScaler()
        scaler.fit_transform(np.zeros((2, 1)))

    def recognises(self, model: Any) -> bool:
        """Tell whether a live object is of this kind."""
        base = sys.modules.get("sklearn.base")
        return base is not None and isinstance(model, base.BaseEstimator) and bool(self.methods(model))

    def methods(self, model: Any) -> tuple[str, ...]:
        """Return those of the known methods that the model has."""
        return tuple(method for method in _METHODS if hasattr(model, method))

    def call(self, model: Any, method: str, data: Any) -> Any:
        """Call the method."""
        return getattr(model, method)(data)

    def class_names(self, model: Any) -> list[str] | None:
        """Return the classes of a classifier."""
        classes = getattr(model, "classes_", None)
        # A list of arrays is what multi-output classifiers have: no single axis to name.
        return None if classes is None or isinstance(classes, list) else [str(name) for name in classes]


ADAPTER = SklearnAdapter()
