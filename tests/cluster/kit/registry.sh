#!/bin/bash
# registry.sh STATE_DIR: starts a private registry on loopback with the image web:1 in it; prints its
# address. Only the user `puller` (password in STATE_DIR/registry/password) may pull or push.
. "$(dirname "$0")/env.sh" "${1:-}"
umask 077
host=127.0.0.1:$registry_port
mkdir -p "$S/registry/data" "$S/containerd/certs.d/$host"
[ -f "$S/registry/password" ] || openssl rand -hex 12 >"$S/registry/password"
# The registry knows bcrypt only, which the C library of Debian has, unlike Python's own and openssl's.
python3 - "$S/registry/password" >"$S/registry/htpasswd" <<'EOF'
import ctypes, secrets, string, sys
crypt = ctypes.CDLL("libcrypt.so.1").crypt
crypt.restype = ctypes.c_char_p
salt = "".join(secrets.choice(string.ascii_letters) for _ in range(21)) + "."
print("puller:" + crypt(open(sys.argv[1], "rb").read().strip(), f"$2b$08${salt}".encode()).decode())
EOF
cat >"$S/registry/config.yml" <<EOF
version: 0.1
storage: {filesystem: {rootdirectory: $S/registry/data}, delete: {enabled: true}}
http: {addr: "$host"}
auth: {htpasswd: {realm: test, path: $S/registry/htpasswd}}
EOF
cat >"$S/containerd/certs.d/$host/hosts.toml" <<EOF
server = "http://$host"
EOF
start registry docker-registry serve "$S/registry/config.yml"
wait_for 20 registry bash -c ">/dev/tcp/127.0.0.1/$registry_port"
ctr_ images tag --force registry.test/web:1 "$host/web:1" >/dev/null
ctr_ images push --plain-http --user "puller:$(cat "$S/registry/password")" "$host/web:1" >/dev/null
ctr_ images rm "$host/web:1" >/dev/null
echo "$host"
