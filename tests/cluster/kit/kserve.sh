#!/bin/bash
# kserve.sh STATE_DIR: installs KServe 0.16 in Standard (raw deployment) mode; its controller runs as a
# process beside the cluster. Manifests are those of the Go module, as build.sh kept them.
. "$(dirname "$0")/env.sh" "${1:-}"
src=$B/kserve-config
umask 077
json() { kc create --dry-run=client -o json -f "$1"; }

# Server-side apply: the largest definition, 1 MB, does not fit into kubectl's annotation.
kc apply --server-side -k "$src/crd/full" >/dev/null
# A fresh definition has no conditions at all, which `kubectl wait` takes for an error: hence the loop.
wait_for 60 apiserver kc wait --for=condition=Established --timeout=1s crd inferenceservices.serving.kserve.io servingruntimes.serving.kserve.io
kc create namespace kserve --dry-run=client -o yaml | kc apply -f - >/dev/null
# No Knative, Istio or ingress here; requests small enough for several services on two cores.
json "$src/configmap/inferenceservice.yaml" | jq 'del(.data._example)
  | .data.deploy = ({defaultDeploymentMode: "Standard"} | tojson)
  | .data.ingress |= (fromjson | . + {disableIngressCreation: true, disableIstioVirtualHost: true, ingressDomain: "serving.test"} | tojson)
  | .data.inferenceService = ({resource: {cpuRequest: "10m", memoryRequest: "32Mi", cpuLimit: "1", memoryLimit: "512Mi"}} | tojson)' |
  kc apply --server-side -f - >/dev/null

# controller-runtime reads the webhook certificate from $TMPDIR; KServe has no flag for it.
certs=$S/kserve/k8s-webhook-server/serving-certs
mkdir -p "$certs"
if [ ! -f "$certs/tls.crt" ]; then
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=kserve-webhook -keyout "$certs/tls.key" -out "$certs/tls.csr" 2>/dev/null
  openssl x509 -req -in "$certs/tls.csr" -CA "$S/pki/ca.crt" -CAkey "$S/pki/ca.key" -CAcreateserial -days 3650 \
    -extfile <(echo "subjectAltName=IP:$node_ip") -out "$certs/tls.crt" 2>/dev/null
fi
TMPDIR=$S/kserve start kserve "$B/kserve-manager" --kubeconfig "$S/admin.kubeconfig" --webhook-port $kserve_webhook_port \
  --metrics-addr 127.0.0.1:$kserve_metrics_port --health-probe-addr 127.0.0.1:$kserve_probe_port
wait_for 60 kserve python3 -c "import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:$kserve_probe_port/readyz', timeout=2)"

# The controller is no pod, so the webhooks call it by URL instead of through a service.
json "$src/webhook/manifests.yaml" | jq --arg url "https://$node_ip:$kserve_webhook_port" --arg ca "$(base64 -w0 "$S/pki/ca.crt")" \
  '.webhooks[].clientConfig |= {url: ($url + .service.path), caBundle: $ca}' | kc apply --server-side --force-conflicts -f - >/dev/null
wait_for 30 kserve kc apply --server-side -k "$src/runtimes"
kc apply --server-side -k "$src/storagecontainers" >/dev/null
# KServe's own storage initializer is a large Python image. This one stands in for it: any test:// URI gives a model
# folder with one file, and one with `fail` in it fails.
kc apply --server-side -f - >/dev/null <<'EOF'
{"apiVersion": "serving.kserve.io/v1alpha1", "kind": "ClusterStorageContainer", "metadata": {"name": "test"}, "spec": {
 "workloadType": "initContainer", "supportedUriFormats": [{"prefix": "test://"}],
 "container": {"name": "storage-initializer", "image": "registry.test/web:1", "command": ["/bin/sh", "-c",
  "case $0 in *fail*) echo no such model: $0; exit 1 ;; esac; echo $0 >$1/model && echo downloaded $0 to $1"]}}}
EOF
say "KServe is ready"
