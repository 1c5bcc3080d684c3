"""What PostgreSQL's catalogue says of a schema, in a form that is equal for schemas that are alike."""

from django.db import connection

_FACTS = """
    WITH tables AS (
        SELECT c.oid, c.relname, c.relkind, c.relacl FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
    )
    SELECT 'relation ' || relname || ' ' || relkind::text FROM tables
    UNION ALL
    SELECT 'column ' || t.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
        || CASE WHEN a.attidentity <> '' THEN ' identity ' || a.attidentity::text ELSE '' END
        || COALESCE(' collate ' || NULLIF(a.attcollation::regcollation::text, '"default"'), '')
        || COALESCE(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
    FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum WHERE t.relkind IN ('r', 'p')
    UNION ALL
    SELECT 'constraint ' || t.relname || '.' || k.conname || ' ' || pg_get_constraintdef(k.oid)
    FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid
    UNION ALL
    SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM tables t JOIN pg_index i ON i.indrelid = t.oid
    UNION ALL
    SELECT 'rights ' || t.relname || ' ' || CASE WHEN r.rolname = %(schema)s THEN '$user' ELSE r.rolname END
        || ' ' || string_agg(acl.privilege_type, ',' ORDER BY acl.privilege_type)
    FROM tables t, aclexplode(t.relacl) acl JOIN pg_roles r ON r.oid = acl.grantee
    WHERE acl.grantee <> acl.grantor GROUP BY t.relname, r.rolname
    UNION ALL
    SELECT 'function ' || p.proname || ' ' || pg_get_functiondef(p.oid)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = %(schema)s
    UNION ALL
    SELECT 'trigger ' || t.relname || ' ' || pg_get_triggerdef(g.oid)
    FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal
"""


def catalogue_facts(schema: str, *, with_rights: bool = True) -> frozenset[str]:
    """Return one line per relation, column, constraint, index, right, function and trigger of a schema.

    The schema's own name is replaced, and column order left out: a column added later stands last. One query; runs in
    the public context, as the owner.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"schema": schema})
        lines = [line for (line,) in cursor.fetchall() if with_rights or not line.startswith("rights ")]
    return frozenset(line.replace(f"{schema}.", "").replace(f'"{schema}".', "") for line in lines)
