#!/usr/bin/env bash
# Builds static/dist and static/vendor from static/src. The results are committed: only this step needs Node.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../static/src"
command -v npm >/dev/null || { echo "Building the front end needs Node 20 or newer with npm; running Oficio does not." >&2; exit 1; }
[ -d node_modules ] || npm ci --no-fund --no-audit
npm run build
