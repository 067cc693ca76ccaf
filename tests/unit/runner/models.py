"""Models for the tests. Made in functions: cloudpickle then carries their code, and replicas needn't import this."""

from __future__ import annotations

from typing import Any

ROW = [5.1, 3.5, 1.4, 0.2]
IRIS_SIGNATURE = {
    "content_type": "np",
    "inputs": [{"name": "x", "datatype": "FP64", "shape": [-1, 4]}],
    "outputs": [{"name": "species", "datatype": "INT64", "shape": [-1]}],
}
IRIS_EXAMPLE = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 4], "data": ROW}]}
PEOPLE_SIGNATURE = {
    "content_type": "pd",
    "inputs": [
        {"name": "age", "datatype": "INT64", "shape": [-1]},
        {"name": "city", "datatype": "BYTES", "shape": [-1]},
    ],
    "outputs": [{"name": "rent", "datatype": "BYTES", "shape": [-1]}],
}


def iris() -> Any:
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    x, y = load_iris(return_X_y=True)
    return LogisticRegression(max_iter=500).fit(x, y)


def people() -> Any:
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    frame = pd.DataFrame({"age": [20, 30, 60, 70], "city": ["Bonn", "Bonn", "Ulm", "Ulm"]})
    encode = ColumnTransformer([("city", OneHotEncoder(), ["city"])], remainder="passthrough")
    return make_pipeline(encode, LogisticRegression(max_iter=2000)).fit(frame, ["low", "low", "high", "high"])


def shouter() -> Any:
    class Shouter:
        def predict(self, texts: list[str]) -> list[str]:
            return [text.upper() for text in texts]

    return Shouter()


def importing(name: str) -> Any:
    class Importing:
        def __reduce__(self) -> Any:
            return __import__, (name,)

    return Importing()


def held() -> Any:
    """Return a model that says by a file ``called`` that it was asked, and answers once there is a file ``go``."""

    def hold(values: Any) -> Any:
        import time
        from pathlib import Path

        Path("called").touch()
        while not Path("go").exists():
            time.sleep(0.005)
        return values

    return hold
