#!/usr/bin/env bash
# Pins requirements/*.in into *.txt with hashes, for every Python from 3.11 on and every platform.
# ARGS is passed on: make lock ARGS="--upgrade-package django"
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for set in base dev production; do
    .venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        ${ARGS:-} "requirements/$set.in" --output-file "requirements/$set.txt"
done
