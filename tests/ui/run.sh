#!/bin/sh
# Builds the front end if needed, and runs the browser tests: tests/ui/run.sh [playwright arguments]
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
# The environment of the working tree, when there is one.
[ -x "$root/.venv/bin/jupyter" ] && PATH="$root/.venv/bin:$PATH" && export PATH
if [ ! -d node_modules ]; then
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 jlpm install --immutable
fi
if [ ! -f "$root/primehub_deploy_ext/labextension/package.json" ]; then
  (cd "$root/labextension" && jlpm install --immutable && jlpm build:prod)
fi
exec jlpm playwright test "$@"
