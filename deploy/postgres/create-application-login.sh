#!/bin/sh
# Runs once, when the database is created: the login of web processes. It may read and write the public tables and
# switch to tenant roles (each is granted when its schema is made), but it owns nothing and changes no table.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set login="$APPLICATION_LOGIN" --set password="$APPLICATION_PASSWORD" --set owner="$POSTGRES_USER" <<'SQL'
CREATE ROLE :"login" LOGIN NOINHERIT PASSWORD :'password';
GRANT USAGE ON SCHEMA public TO :"login";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"login";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"login";
SQL
