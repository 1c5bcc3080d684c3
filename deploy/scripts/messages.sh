#!/usr/bin/env bash
# Collects every text of the code and the templates into the Spanish catalogue, and compiles it.
# The compiled file is committed: a newcomer's machine has no gettext.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v xgettext >/dev/null || { echo "Install gettext first (Debian and Ubuntu: apt install gettext)." >&2; exit 1; }
export DJANGO_SETTINGS_MODULE=config.settings.test
.venv/bin/python manage.py makemessages --locale es --no-obsolete --add-location file --ignore .venv --ignore 'static/*' --ignore 'tests/*'
.venv/bin/python manage.py compilemessages --locale es --ignore .venv
