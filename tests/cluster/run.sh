#!/bin/bash
# run.sh [FLAVOR...]: runs what needs a real Kubernetes: tests/cluster, the browser, and the engines' suite on each flavor
# (all, unless named). The cluster is built (the first time), started, and stopped again unless it ran before.
set -euo pipefail
cd "$(dirname "$0")/../.."
kit=tests/cluster/kit
flavors="plain kserve" # others: seldon, primehub (beside stand-ins); see docs/kubernetes/engine.md
if [ "$(id -u)" != 0 ] || [ "$(uname -s)" != Linux ]; then
  echo "The test cluster needs Linux and root: it makes network links, mounts and control groups." >&2
  exit 2
fi
running=$(cat /sys/class/net/tcnode0/ifalias 2>/dev/null || true)
export PRIMEHUB_DEPLOY_TEST_CLUSTER=${running:-${PRIMEHUB_DEPLOY_TEST_CLUSTER:-/var/tmp/primehub-deploy-cluster}}
state=$PRIMEHUB_DEPLOY_TEST_CLUSTER
took() { echo "tests/cluster: $1 took $((SECONDS - since)) s" >&2; since=$SECONDS; }
since=$SECONDS

$kit/build.sh >/dev/null
took "the build (or finding it in the cache)"
finish() {
  if [ -z "$running" ] && [ -d "$state/bin/" ]; then $kit/down.sh "$state"; rm -rf "$state"; took "the end"; fi
}
trap finish EXIT
python -c 'from tests.cluster.cluster import Cluster; Cluster.of_this_machine().up()'
took "the start"
failed=0
python -m pytest -q --timeout 300 tests/cluster || failed=1
took tests/cluster
python -m tests.cluster.browser || failed=1
took "the browser"
for flavor in ${*:-$flavors}; do
  suite=tests/engines/test_conformance.py
  # Callers and trials are the same on all flavors: they are tried on one.
  [ "$flavor" != plain ] || suite="$suite tests/engines/test_private.py tests/engines/test_trial.py"
  # shellcheck disable=SC2086
  PRIMEHUB_DEPLOY_TEST_ENGINES=kubernetes-$flavor python -m pytest -q -n 2 --timeout 300 $suite || failed=1
  took "the engines' suite on $flavor"
done
exit $failed
