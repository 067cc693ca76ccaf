"""Print a small trained model as the API wants it: the bytes in base64, and the `model` of a deployment.

An argument says how many seconds it shall take to load.
"""

import base64
import hashlib
import json
import sys
import time

import cloudpickle
from sklearn.dummy import DummyClassifier


class LoadedIn:
    """Becomes a model, after a while."""

    def __init__(self, seconds, model):
        self.seconds, self.model = seconds, model

    def __reduce__(self):
        """Tell how it is loaded."""
        return _load, (self.seconds, self.model)


def _load(seconds, model):
    time.sleep(seconds)
    return model


trained = DummyClassifier().fit([[0], [1]], [0, 1])
data = cloudpickle.dumps(LoadedIn(float(sys.argv[1]), trained) if sys.argv[1:] else trained)
model = {
    "artifact": hashlib.sha256(data).hexdigest(),
    "size": len(data),
    "adapter": "sklearn",
    "interpreter": sys.executable,
}
sys.stdout.write(json.dumps({"data": base64.b64encode(data).decode(), "model": model}))
