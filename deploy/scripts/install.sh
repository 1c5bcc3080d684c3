#!/usr/bin/env bash
# Makes .venv hold exactly requirements/<base|dev>.txt. Does nothing when a stamp says that it does already.
# uv takes seconds where pip takes a minute or more; pip is the fallback, with the same hashes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

wanted=$1
venv=.venv
say() { printf '%s\n' "$*" >&2; }
fail() { say "" "$@"; exit 1; }

digest() { cksum "requirements/$1.txt" | cut -d ' ' -f 1,2 | tr ' ' '-'; }
stamp() { printf '%s/.installed-%s-%s' "$venv" "$1" "$(digest "$1")"; }

# The development set holds the base set, so it serves `make run` too.
for set in "$wanted" dev; do
    if [ -e "$(stamp "$set")" ] && "$venv/bin/python" -c '' 2>/dev/null; then exit 0; fi
done
if compgen -G "$venv/.installed-dev-*" >/dev/null; then wanted=dev; fi

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    fail "Oficio needs Python 3.11 or newer, and found $("${PYTHON:-python3}" --version 2>&1 || echo none)." \
        "Install it (Debian and Ubuntu: apt install python3 python3-venv) or name one: PYTHON=/path/to/python3.12 make run"
}

if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null || fail \
        "$("$python" --version) lacks the venv module (Debian and Ubuntu ship it apart: apt install python3-venv)."
    say "Creating $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
fi
rm -f "$venv"/.installed-*

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
say "Installing requirements/$wanted.txt"
with_uv() {
    # uv itself is pinned by hash in dev.txt.
    local pin
    pin=$(mktemp)
    awk '/^uv==/ {on = 1} on {print; if (!/\\$/) exit}' requirements/dev.txt >"$pin"
    "$venv/bin/python" -m pip install --quiet --require-hashes --no-deps -r "$pin" && rm -f "$pin" || return 1
    VIRTUAL_ENV="$PWD/$venv" "$venv/bin/python" -m uv pip sync --quiet --require-hashes "requirements/$wanted.txt"
}
if ! with_uv; then
    say "uv could not install them; pip tries, which takes longer"
    "$venv/bin/python" -m pip install --quiet --require-hashes -r "requirements/$wanted.txt" ||
        fail "The packages could not be installed. Is the network reachable? Then 'make run' again goes on from here."
fi
touch "$(stamp "$wanted")"
