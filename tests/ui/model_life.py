"""What a notebook does to one deployment, step by step: ``python model_life.py create|retrain|break ID``."""

import sys
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from primehub_deploy_ext import connect

step, name = sys.argv[1:]
random = np.random.default_rng(7)
people = pd.DataFrame(
    {
        "age": random.integers(18, 80, 200),
        "income": random.normal(50, 12, 200).round(1),
        "city": random.choice(["Köln", "Val-d'Isère", "Lyon"], 200),
        "member": random.choice([True, False], 200),
    }
)
stays = (people["income"] + 10 * people["member"] > 52).to_numpy()


def trained(strength: float) -> Any:
    """Return a model of who stays."""
    encoder = make_column_transformer((OneHotEncoder(), ["city"]), remainder="passthrough")
    return make_pipeline(encoder, LogisticRegression(C=strength, max_iter=2000)).fit(people, stays)


class Probability:
    """Answers with the probability, not with the class."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def predict(self, rows: Any) -> Any:
        """Return one number for each row."""
        return self.model.predict_proba(rows)[:, 1]


def lose_weights() -> None:
    """Fail as a model does whose files were not packed with it."""
    print("\x1b[33mloading weights\x1b[0m")
    raise FileNotFoundError("weights.bin is not there")


class Broken(Probability):
    """Works here, and nowhere else."""

    def __reduce__(self) -> Any:
        return lose_weights, ()


connection = connect()
match step:
    case "create":
        connection.deploy(
            Probability(trained(1.0)),
            "Who stays",
            id=name,
            example=people.head(2),
            env={"REGION": "north"},
            metadata={"team": "growth"},
            update_message="first try",
        )
    case "retrain":
        connection.get(name).update(model=Probability(trained(0.01)), example=people.head(2), update_message="calmer")
    case "break":
        broken = Broken(trained(1.0))
        connection.get(name).update(model=broken, example=people.head(2), update_message="more data", wait=False)
