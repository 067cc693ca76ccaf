#!/bin/bash
# build.sh [BIN_DIR]: builds the cluster's binaries, skipping those already there, and prints their folder.
# Without BIN_DIR they go to the user's cache, under the hash of all that says what they are built from.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
key=$(cd "$here" && cat build.sh packages.sh */go.mod */go.sum images/pause.go | sha256sum | cut -c1-16)
out=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/primehub-deploy-ext/cluster/$(uname -m)-$key}
mkdir -p "$out"
out=$(cd "$out" && pwd)
exec 9>"$out/.lock"
flock 9 # of two builds at once the second finds all of it there
if [ -e "$out/.complete" ]; then
  "$here/packages.sh" "$out/debian" >&2
  echo "$out"
  exit 0
fi

go=$(command -v go || true)
version=$([ -z "$go" ] || "$go" env GOVERSION 2>/dev/null || true)
if [ -z "$version" ] || [ "$(printf '%s\n' go1.25 "$version" | sort -V | head -n 1)" != go1.25 ]; then
  echo "The test cluster is built from source, which needs Go 1.25 or later (https://go.dev/dl); there is: ${version:-none}." >&2
  exit 2
fi
"$here/packages.sh" "$out/debian" >&2
export CGO_ENABLED=0 GOWORK=off

# The module proxy's source carries no version; without these the node shows v0.0.0-master.
ver=v1.34.4 flags=""
for v in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  flags+=" -X $v.gitVersion=$ver -X $v.gitMajor=1 -X $v.gitMinor=34 -X $v.gitTreeState=clean"
done

build() { # MODULE_DIR BINARY PACKAGE [LDFLAGS]: under a name of its own first, so that half a binary is never taken for one
  if [ -x "$out/$2" ]; then return; fi
  local t=$SECONDS
  (cd "$here/$1" && go build -trimpath -ldflags "-s -w ${4:-}" -o "$out/.$2.new" "$3")
  mv "$out/.$2.new" "$out/$2"
  echo "$2: built in $((SECONDS - t)) s" >&2
}
keep() { # MODULE_DIR MODULE PATH NAME: copies what is not compiled out of a module, so that a start needs no Go
  local from
  from=$(cd "$here/$1" && go mod download -json "$2" | jq -r .Dir)
  rm -rf "$out/.$4.new" "$out/$4"
  cp -r --no-preserve=mode "$from/$3" "$out/.$4.new"
  mv "$out/.$4.new" "$out/$4"
}
build etcd etcd go.etcd.io/etcd/server/v3
for c in kubectl kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet; do
  build kubernetes $c k8s.io/kubernetes/cmd/$c "$flags"
done
build kserve kserve-manager github.com/kserve/kserve/cmd/manager
build kwok kwok sigs.k8s.io/kwok/cmd/kwok
build images pause ./pause.go
keep kserve github.com/kserve/kserve config kserve-config
keep kwok sigs.k8s.io/kwok kustomize/stage kwok-stages
touch "$out/.complete"
echo "$out"
