#!/usr/bin/env bash
# Every linter, type check and contract. Runs them all, then says which ones failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DJANGO_SETTINGS_MODULE=config.settings.test
python=.venv/bin/python
failed=()

check() {
    local name=$1 started=$SECONDS output
    shift
    if output=$("$@" 2>&1); then
        printf 'ok      %-22s %3d s\n' "$name" $((SECONDS - started))
    else
        printf 'FAILED  %-22s %3d s\n%s\n' "$name" $((SECONDS - started)) "$output"
        failed+=("$name")
    fi
}

check "ruff" $python -m ruff check .
check "ruff format" $python -m ruff format --check .
check "mypy" $python -m mypy
check "import layers" $python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
check "djlint" $python -m djlint --lint --quiet templates
check "system checks" $python manage.py check --fail-level WARNING
check "migrations" $python manage.py makemigrations --check --dry-run
check "translations" $python deploy/scripts/check_translations.py

if [ ${#failed[@]} -gt 0 ]; then
    printf '\nFailed: %s\n' "$(IFS=,; echo "${failed[*]}" | sed 's/,/, /g')"
    exit 1
fi
printf '\nAll checks passed.\n'
