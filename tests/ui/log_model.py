"""Print a model that talks, as the API wants it: the bytes in base64, and the `model` of a deployment.

Asked with 1 it prints one of each kind of line; with 2, 2,000 lines a second for five seconds.
"""

import base64
import hashlib
import json
import sys

import cloudpickle


def talk(values):  # type: ignore[no-untyped-def]
    """Answer what was asked, and print."""
    import logging
    import threading
    import time

    def burst() -> None:
        begin = time.monotonic()
        for number in range(10_000):
            print(f"INFO request {number} answered in {number % 17} ms, {'·' * (number % 60)}")
            time.sleep(max(0.0, begin + number / 2000 - time.monotonic()))
        print("the burst is over")

    asked = int(values[0])
    if asked == 1:
        print("DEBUG cache is cold")
        print("INFO loaded 12 features")
        print("WARNING column 'age' has 3 missing values")
        print("\x1b[32mgreen\x1b[0m, \x1b[1;31mbold red\x1b[0m and \x1b[44mon blue\x1b[0m")
        print("a plain line, wörld 漢字\twith a tab and " + "many words " * 40)
        try:
            {}["age"]
        except KeyError:
            logging.getLogger("talk").exception("ERROR the call failed")
        print("0 errors found, says a line without a level")
    elif asked == 2:
        threading.Thread(target=burst, daemon=True).start()
    return values


data = cloudpickle.dumps(talk)
model = {
    "artifact": hashlib.sha256(data).hexdigest(),
    "size": len(data),
    "adapter": "callable",
    "interpreter": sys.executable,
    "example": {"inputs": [{"name": "x", "shape": [1], "datatype": "INT64", "data": [0]}]},
}
sys.stdout.write(json.dumps({"data": base64.b64encode(data).decode(), "model": model}))
