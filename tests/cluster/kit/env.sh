# Sourced by the other scripts as `. env.sh STATE_DIR`: addresses, ports, helpers.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
S=$(cd "${1:?usage: $(basename "$0") STATE_DIR ...}" && pwd -P)
B=$S/bin # set by up.sh
export PATH=$B/debian/usr/bin:$B/debian/usr/sbin:$B/debian/bin:$PATH:/usr/sbin:/sbin
((${#S} <= 70)) || { echo "STATE_DIR is too long for unix sockets (70 characters at most): $S" >&2; exit 2; }

node=node-1
node_link=tcnode0 node_ip=172.30.98.1                       # carries the node's address
pod_link=tcpod0 pod_gw=10.242.0.1 pod_net=10.242.0.0/24
svc_net=10.98.0.0/16 svc_api=10.98.0.1
etcd_port=21379 etcd_peer_port=21380 api_port=21443 kcm_port=21257 sched_port=21259
kubelet_port=21250 kubelet_health_port=21248 proxy_health_port=21256 proxy_metrics_port=21249
registry_port=21500 kserve_webhook_port=21944 kserve_metrics_port=21080 kserve_probe_port=21081
kwok_port=21247
sock=$S/containerd/containerd.sock
# Layers can't be stacked on a file system that is itself such a stack, as in a container: there they are copied.
export CONTAINERD_SNAPSHOTTER=overlayfs # ctr reads it too
[ "$(stat -f -c %T "$S")" != overlayfs ] || CONTAINERD_SNAPSHOTTER=native

kc() { "$B/kubectl" --kubeconfig "$S/admin.kubeconfig" "$@"; }
ctr_() { ctr --address "$sock" --namespace k8s.io "$@"; }
owner() { cat /sys/class/net/$node_link/ifalias 2>/dev/null || true; } # STATE_DIR of the cluster that has the network
say() { echo "[$SECONDS s] $*" >&2; }

pid_of() { # NAME: prints the pid of the process started under that name, if it still runs
  local p
  p=$(cat "$S/$1.pid" 2>/dev/null) && tr '\0' ' ' 2>/dev/null <"/proc/$p/cmdline" | grep -F "$S/" >/dev/null && echo "$p"
}
start() { # NAME COMMAND...: starts it unless it runs already
  local name=$1 i; shift
  pid_of "$name" >/dev/null && return
  setsid "$@" >>"$S/log/$name.log" 2>&1 </dev/null &
  echo $! >"$S/$name.pid"
  for i in {1..50}; do pid_of "$name" >/dev/null && break; sleep 0.02; done # until it has become COMMAND
}
stop() { # NAME...: TERM, after 10 s KILL
  local name p i
  for name; do
    if p=$(pid_of "$name"); then
      kill "$p"
      for ((i = 0; i < 100; i++)); do pid_of "$name" >/dev/null || break; sleep 0.1; done
      pid_of "$name" >/dev/null && kill -9 "$p"
    fi
    rm -f "$S/$name.pid"
  done
}
wait_for() { # SECONDS NAME COMMAND...: until COMMAND succeeds; fails at once when process NAME dies
  local end=$((SECONDS + $1)) name=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    # Asked twice: at the moment that a process becomes another program it has no command line.
    if ((SECONDS > end)) || { ! pid_of "$name" >/dev/null && sleep 0.2 && ! pid_of "$name" >/dev/null; }; then
      echo "$name: '$*' did not succeed; end of $S/log/$name.log:" >&2
      tail -n 15 "$S/log/$name.log" >&2
      return 1
    fi
    sleep 0.2
  done
}
