#!/bin/bash
# kwok.sh STATE_DIR [NODES [DEPLOYMENTS REPLICAS]]: fake nodes (50 unless said), whose pods run at once and do
# nothing; then, if asked, that many Deployments on them in the namespace `scale`, with the times and memory taken.
. "$(dirname "$0")/env.sh" "${1:-}"
nodes=${2:-50} deployments=${3:-0} replicas=${4:-5}
src=$B/kwok-stages

args=()
for f in node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease pod/fast/pod-ready pod/fast/pod-complete pod/fast/pod-delete; do
  args+=(--config "$src/$f.yaml")
done
start kwok "$B/kwok" --kubeconfig "$S/admin.kubeconfig" "${args[@]}" --manage-nodes-with-label-selector type=kwok \
  --node-lease-duration-seconds 20 --cidr 10.243.0.1/16 --node-ip $node_ip --node-port $kwok_port --server-address 127.0.0.1:$kwok_port

# The taint keeps real pods on node-1; fake ones tolerate it and select type=kwok.
python3 - "$nodes" <<'EOF' | kc apply --server-side -f - >/dev/null
import json, sys
size = {"cpu": "64", "memory": "256Gi", "pods": "110", "nvidia.com/gpu": "8"}
print(json.dumps({"apiVersion": "v1", "kind": "List", "items": [{
    "apiVersion": "v1", "kind": "Node",
    "metadata": {"name": f"fake-{i}", "labels": {"type": "kwok", "kubernetes.io/hostname": f"fake-{i}", "kubernetes.io/os": "linux",
                                                 "kubernetes.io/arch": "amd64"}},
    "spec": {"taints": [{"key": "type", "value": "kwok", "effect": "NoSchedule"}]},
    "status": {"capacity": size, "allocatable": size}} for i in range(int(sys.argv[1]))]}))
EOF
ready() { [ "$(kc get nodes -l type=kwok --no-headers | grep -c ' Ready ')" -ge "$nodes" ]; }
wait_for 60 kwok ready
say "$nodes fake nodes are ready"
((deployments > 0)) || exit 0

kc create namespace scale --dry-run=client -o yaml | kc apply -f - >/dev/null
python3 - "$deployments" "$replicas" <<'EOF' | kc apply --server-side -f - >/dev/null
import json, sys
items = []
for i in range(int(sys.argv[1])):
    labels = {"app": f"model-{i}"}
    items.append({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": f"model-{i}", "namespace": "scale", "labels": labels},
                  "spec": {"replicas": int(sys.argv[2]), "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": {
                      "nodeSelector": {"type": "kwok"}, "tolerations": [{"key": "type", "operator": "Exists"}],
                      "containers": [{"name": "model", "image": "registry.test/web:1", "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]}}}})
print(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
EOF
say "$deployments deployments are created"
up() { sleep 1; [ "$(kc get deployments -n scale -o jsonpath='{.items[*].status.readyReplicas}' | tr ' ' '\n' | awk '{n += $1} END {print n + 0}')" -ge $((deployments * replicas)) ]; }
wait_for 900 kwok up
say "$((deployments * replicas)) pods are ready"
for what in deployments pods; do
  t=$(date +%s%N); n=$(kc get --raw "/$([ $what = pods ] && echo api/v1 || echo apis/apps/v1)/namespaces/scale/$what" | wc -c)
  say "list of $what: $((($(date +%s%N) - t) / 1000000)) ms, $((n / 1024)) KiB"
done
for p in etcd apiserver kcm scheduler kwok kubelet; do
  say "$p: $(awk '/VmHWM/ {print int($2 / 1024)}' "/proc/$(pid_of $p)/status") MiB at most"
done
say "etcd on disk: $(du -sm "$S/etcd" | cut -f1) MiB"
