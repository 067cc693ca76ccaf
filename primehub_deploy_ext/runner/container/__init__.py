"""A replica in a container: told what to be by its environment, reached by a port, watched by a cluster.

``order`` (what it is told), ``fetch`` (gets the artifact), ``drift`` (whether the image has the libraries that the
model was trained with), ``life`` (from start to stop), ``counting`` (what ``/metrics`` shows), ``last_words`` (why it
ended, for the cluster to keep). Started by ``python -m primehub_deploy_ext.runner.container``; see ``images/runner/``.
"""
