#!/bin/bash
# up.sh STATE_DIR BIN_DIR: starts the cluster (what runs already is left alone) and prints the kubeconfig's path.
set -euo pipefail
mkdir -p "${1:?usage: up.sh STATE_DIR BIN_DIR}"
ln -sfn "$(cd "${2:?usage: up.sh STATE_DIR BIN_DIR}" && pwd -P)" "$1/bin"
. "$(dirname "$0")/env.sh" "$1"
for c in "$B/kubelet" containerd ctr runc "$B/debian/usr/lib/cni/bridge" iptables ip openssl python3 busybox; do
  command -v "$c" >/dev/null || { echo "missing command: $c (see README.md)" >&2; exit 2; }
done
if [ -n "$(owner)" ] && [ "$(owner)" != "$S" ]; then
  echo "another cluster is up, or was not stopped: $(owner)" >&2; exit 1
fi
umask 022 # a stricter one, inherited by the kubelet and containerd, keeps pods that are not root from their own files
mkdir -p "$S"/{pki,log,etcd,cni,containerd/certs.d,images}

# Kernel settings: the old values are kept for down.sh. The kubelet sets the last five itself.
if [ ! -f "$S/sysctl" ]; then
  for k in net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables vm.overcommit_memory kernel.panic kernel.panic_on_oops \
    kernel.keys.root_maxkeys kernel.keys.root_maxbytes; do
    echo "$k=$(cat "/proc/sys/${k//.//}")"
  done >"$S/sysctl"
fi
for k in net/ipv4/ip_forward net/bridge/bridge-nf-call-iptables; do echo 1 >/proc/sys/$k; done

# Were /run/netns not a mount of its own, a later `ip netns add` would mount it and hide the pods' namespaces.
mkdir -p /run/netns
if ! mountpoint -q /run/netns; then
  mount --bind /run/netns /run/netns; mount --make-shared /run/netns; touch "$S/netns-mounted"
fi
# Two bridges. The service range is routed to one of them, so that an address that kube-proxy does not know
# ends there instead of leaving through the default route.
link() { ip link show "$1" >/dev/null 2>&1 || ip link add "$1" type bridge; ip addr replace "$2" dev "$1"; ip link set "$1" up; }
link $node_link $node_ip/32
ip link set $node_link alias "$S"
link $pod_link $pod_gw/24
ip route replace $svc_net dev $node_link src $node_ip

# Keys, certificates, tokens. Components are told apart by token; only the apiserver's calls to the kubelet need a client certificate.
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
cert() { # NAME SUBJECT EXTENSION
  key "$S/pki/$1.key"
  openssl req -new -key "$S/pki/$1.key" -subj "$2" -out "$S/pki/$1.csr"
  openssl x509 -req -in "$S/pki/$1.csr" -CA "$S/pki/ca.crt" -CAkey "$S/pki/ca.key" -CAcreateserial -days 3650 \
    -extfile <(echo "$3") -out "$S/pki/$1.crt" 2>/dev/null
}
kubeconfig() { # USER TOKEN
  cat >"$S/${1##*:}.kubeconfig" <<EOF
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://127.0.0.1:$api_port", certificate-authority-data: $(base64 -w0 "$S/pki/ca.crt")}}]
users: [{name: "$1", user: {token: $2}}]
contexts: [{name: test, context: {cluster: test, user: "$1"}}]
current-context: test
EOF
}
if [ ! -f "$S/pki/done" ]; then
  umask 077
  key "$S/pki/ca.key"
  openssl req -x509 -key "$S/pki/ca.key" -subj /CN=test-cluster-ca -days 3650 -out "$S/pki/ca.crt"
  cert apiserver /CN=kube-apiserver "subjectAltName=IP:127.0.0.1,IP:$node_ip,IP:$svc_api,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
  cert kubelet-client /O=system:masters/CN=apiserver-kubelet-client extendedKeyUsage=clientAuth
  key "$S/pki/sa.key"; openssl ec -in "$S/pki/sa.key" -pubout -out "$S/pki/sa.pub" 2>/dev/null
  while read -r user group; do
    t=$(openssl rand -hex 16)
    echo "$t,$user,$user,\"$group\""
    kubeconfig "$user" "$t"
  done >"$S/pki/tokens.csv" <<EOF
admin system:masters
alice research
bob sales
system:kube-controller-manager
system:kube-scheduler
system:kube-proxy
system:node:$node system:nodes
EOF
  touch "$S/pki/done"
  umask 022
fi

# etcd and containerd
start etcd "$B/etcd" --data-dir "$S/etcd" --unsafe-no-fsync --log-level warn \
  --listen-client-urls http://127.0.0.1:$etcd_port --advertise-client-urls http://127.0.0.1:$etcd_port \
  --listen-peer-urls http://127.0.0.1:$etcd_peer_port --initial-advertise-peer-urls http://127.0.0.1:$etcd_peer_port \
  --initial-cluster default=http://127.0.0.1:$etcd_peer_port --quota-backend-bytes 4294967296
cat >"$S/containerd/config.toml" <<EOF
version = 2
root = "$S/containerd/root"
state = "$S/containerd/state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.test/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$B/debian/usr/lib/cni"
    conf_dir = "$S/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$S/containerd/certs.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$CONTAINERD_SNAPSHOTTER"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "$S/containerd/runc"
EOF
# Pods get a route to the services and to the node, and none to the outside.
cat >"$S/cni/10-bridge.conflist" <<EOF
{"cniVersion": "1.0.0", "name": "$pod_link", "plugins": [
  {"type": "bridge", "bridge": "$pod_link", "isGateway": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$S/cni/ipam", "ranges": [[{"subnet": "$pod_net"}]],
            "routes": [{"dst": "$svc_net"}, {"dst": "$node_ip/32"}]}}]}
EOF
start containerd containerd --config "$S/containerd/config.toml"
wait_for 20 etcd bash -c ">/dev/tcp/127.0.0.1/$etcd_port"

# Control plane. The apiserver listens on every address: clients use loopback, pods the node's address.
start apiserver "$B/kube-apiserver" --etcd-servers http://127.0.0.1:$etcd_port \
  --bind-address 0.0.0.0 --secure-port $api_port --advertise-address $node_ip \
  --tls-cert-file "$S/pki/apiserver.crt" --tls-private-key-file "$S/pki/apiserver.key" \
  --client-ca-file "$S/pki/ca.crt" --token-auth-file "$S/pki/tokens.csv" \
  --kubelet-client-certificate "$S/pki/kubelet-client.crt" --kubelet-client-key "$S/pki/kubelet-client.key" \
  --kubelet-preferred-address-types InternalIP \
  --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged \
  --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$S/pki/sa.pub" \
  --service-account-signing-key-file "$S/pki/sa.key" --service-cluster-ip-range $svc_net

# The sandbox image and a small web server, while the apiserver comes up
wait_for 20 containerd ctr_ version
have() { ctr_ images ls -q | grep -xF "$1" >/dev/null; }
have registry.test/pause:1 || python3 "$here/image.py" registry.test/pause:1 "$B/pause:/pause" \
  --out "$S/images/pause.tar" --socket "$sock" --entrypoint /pause >&2
have registry.test/web:1 || python3 "$here/image.py" registry.test/web:1 "$(command -v busybox):/bin/busybox" @busybox:/bin/sh \
  "$here/images/web.sh:/web.sh" --libraries --out "$S/images/web.tar" --socket "$sock" --entrypoint /bin/sh /web.sh >&2

wait_for 60 apiserver kc get --raw /readyz
say "apiserver is ready"
# Higher client limits than the defaults (20 and 50 requests/s), or thousands of pods take minutes.
start kcm "$B/kube-controller-manager" --kubeconfig "$S/kube-controller-manager.kubeconfig" --leader-elect=false \
  --bind-address 127.0.0.1 --secure-port $kcm_port --use-service-account-credentials \
  --service-account-private-key-file "$S/pki/sa.key" --root-ca-file "$S/pki/ca.crt" \
  --pvclaimbinder-sync-period 2s --allocate-node-cidrs=false --node-monitor-grace-period 20s --kube-api-qps 500 --kube-api-burst 1000 \
  --concurrent-deployment-syncs 20 --concurrent-replicaset-syncs 20
start scheduler "$B/kube-scheduler" --kubeconfig "$S/kube-scheduler.kubeconfig" --leader-elect=false \
  --bind-address 127.0.0.1 --secure-port $sched_port --kube-api-qps 500 --kube-api-burst 1000

# Node
cat >"$S/kubelet.yaml" <<EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$sock
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
address: $node_ip
port: $kubelet_port
healthzBindAddress: 127.0.0.1
healthzPort: $kubelet_health_port
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $S/pki/ca.crt}}
authorization: {mode: Webhook}
makeIPTablesUtilChains: false
nodeLeaseDurationSeconds: 8
podLogsDir: $S/pod-logs
volumePluginDir: $S/volume-plugins
registryPullQPS: 0
serializeImagePulls: false
imageGCHighThresholdPercent: 100
evictionHard: {nodefs.available: "1%", imagefs.available: "1%", memory.available: "50Mi"}
EOF
start kubelet "$B/kubelet" --config "$S/kubelet.yaml" --kubeconfig "$S/$node.kubeconfig" --hostname-override $node \
  --node-ip $node_ip --root-dir "$S/kubelet" --cert-dir "$S/kubelet/pki"
start kube-proxy "$B/kube-proxy" --kubeconfig "$S/kube-proxy.kubeconfig" --hostname-override $node --proxy-mode iptables \
  --cluster-cidr $pod_net --healthz-bind-address 127.0.0.1:$proxy_health_port --metrics-bind-address 127.0.0.1:$proxy_metrics_port \
  --nodeport-addresses $node_ip/32 --iptables-localhost-nodeports=false \
  --conntrack-max-per-core 0 --conntrack-tcp-timeout-established 0 --conntrack-tcp-timeout-close-wait 0

wait_for 60 kubelet kc wait --for=condition=Ready node/$node --timeout=1s
wait_for 30 kcm kc get serviceaccount default
wait_for 30 kube-proxy timeout 1 bash -c "exec 3<>/dev/tcp/$svc_api/443"
say "$node is ready"
echo "$S/admin.kubeconfig"
