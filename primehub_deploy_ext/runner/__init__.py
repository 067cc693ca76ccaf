"""The model server: runs inside the interpreter that trained the model, or in a container that has its libraries.

That interpreter may not have this package, so nothing here imports more than the standard library and
tornado; numpy and pandas are used when the model brought them. Read from the top: ``bootstrap`` (command
lines), ``launcher`` (forks replicas), ``replica`` (one replica's life), ``container`` (the same in a container),
``server`` (HTTP), ``protocols`` (what the bodies mean), ``adapters`` (how a model is called).
"""
