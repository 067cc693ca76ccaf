"""Print a small trained model as the API wants it: the bytes in base64, and the `model` of a deployment."""

import base64
import hashlib
import json
import sys

import cloudpickle
from sklearn.dummy import DummyClassifier

data = cloudpickle.dumps(DummyClassifier().fit([[0], [1]], [0, 1]))
model = {
    "artifact": hashlib.sha256(data).hexdigest(),
    "size": len(data),
    "adapter": "sklearn",
    "interpreter": sys.executable,
}
sys.stdout.write(json.dumps({"data": base64.b64encode(data).decode(), "model": model}))
