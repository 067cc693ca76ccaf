#!/bin/bash
# packages.sh DIR: gets Debian's programs that the cluster needs. Daemons and what conflicts with an installed container
# engine are unpacked into DIR, not installed: nothing is started, and no package of the machine is replaced.
set -euo pipefail
dir=${1:?usage: packages.sh DIR}
unpacked="containerd runc containernetworking-plugins docker-registry busybox-static"
missing=()
for pair in iptables:iptables ip:iproute2 openssl:openssl jq:jq flock:util-linux; do
  PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
if [ ${#missing[@]} = 0 ] && [ -e "$dir/.complete" ]; then exit 0; fi

command -v apt-get >/dev/null || { echo "The test cluster runs on Debian and its kin: there is no apt-get to get ${missing[*]} $unpacked" >&2; exit 2; }
apt-get update -qq
if [ ${#missing[@]} != 0 ]; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
if [ -e "$dir/.complete" ]; then exit 0; fi
rm -rf "$dir" "$dir.new"
mkdir -p "$dir.new/debs"
# _apt, the user that apt downloads as, can't write into a home folder, and says so each time.
(cd "$dir.new/debs" && apt-get download -qq -o APT::Sandbox::User=root $unpacked)
for deb in "$dir.new"/debs/*.deb; do dpkg -x "$deb" "$dir.new"; done
rm -rf "$dir.new/debs"
touch "$dir.new/.complete"
mv "$dir.new" "$dir"
