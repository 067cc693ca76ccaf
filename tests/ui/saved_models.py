"""Save two models on a running server, as a notebook does: one that works, and one that fails when it is loaded."""

import sys

import pandas as pd
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

from primehub_deploy_ext import connect

data = load_iris(as_frame=True)
X: pd.DataFrame = data.data.rename(columns=lambda name: name.replace(" (cm)", ""))
connection = connect(sys.argv[1])


class Broken:
    """Works here; a replica can't load it."""

    def predict(self, rows: list[float]) -> list[float]:
        """Give the rows back."""
        return rows

    def __setstate__(self, state: object) -> None:
        """Fail as a model does whose files are gone."""
        print("looking for the weights")
        raise FileNotFoundError("weights.bin is not there")


connection.save_model(GaussianNB().fit(X, data.target), "Iris", example=X)
broken = Broken()
broken.weights = 1
connection.save_model(broken, "Broken")
