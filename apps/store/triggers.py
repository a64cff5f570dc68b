"""SQL for migrations: has the objects of a table counted in TallyChange by the database itself.

Migrations that ran must stay true, so nothing here is changed; what is new is added beside it.
"""

_HOUR = "date_bin('1 hour', {}last_updated, TIMESTAMPTZ '2000-01-01 00:00+00')"
_ROWS = f"""
    SELECT {{module}}, owner, audience, NULL::timestamptz, {{sign}} count(*) FROM {{rows}}
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT {{module}}, owner, audience, {_HOUR.format("")}, {{sign}} count(*) FROM {{rows}}
    WHERE last_updated IS NOT NULL GROUP BY 1, 2, 3, 4"""
_MORE = _ROWS.format(module="{module}", sign="", rows="rows")
_FEWER = _ROWS.format(module="{module}", sign="-", rows="rows")
_COLUMNS = "(module, owner, audience, hour, number)"
# The trigger for updates is called for a row only when its object moves to another hour.
_TRIGGERS = f"""
CREATE FUNCTION {{table}}_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO store_tallychange {_COLUMNS} {_MORE};
    RETURN NULL;
END $$;
CREATE FUNCTION {{table}}_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO store_tallychange {_COLUMNS} {_FEWER};
    RETURN NULL;
END $$;
CREATE FUNCTION {{table}}_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO store_tallychange {_COLUMNS}
    SELECT {{row_module}}, NEW.owner, NEW.audience, moved.hour, moved.number
    FROM (VALUES ({_HOUR.format("OLD.")}, -1), ({_HOUR.format("NEW.")}, 1)) moved (hour, number)
    WHERE moved.hour IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER {{table}}_added AFTER INSERT ON {{table}}
    REFERENCING NEW TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION {{table}}_added();
CREATE TRIGGER {{table}}_removed AFTER DELETE ON {{table}}
    REFERENCING OLD TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION {{table}}_removed();
CREATE TRIGGER {{table}}_moved AFTER UPDATE ON {{table}} FOR EACH ROW
    WHEN ({_HOUR.format("OLD.")} IS DISTINCT FROM {_HOUR.format("NEW.")})
    EXECUTE FUNCTION {{table}}_moved();
INSERT INTO store_tallychange {_COLUMNS} {_ROWS.format(module="{module}", sign="", rows="{table}")};
"""
_NOT_COUNTED = """
DROP TRIGGER {table}_added ON {table}; DROP FUNCTION {table}_added();
DROP TRIGGER {table}_removed ON {table}; DROP FUNCTION {table}_removed();
DROP TRIGGER {table}_moved ON {table}; DROP FUNCTION {table}_moved();
DELETE FROM store_tally WHERE module = {constant};
DELETE FROM store_tallychange WHERE module = {constant};
"""


def counted(table: str, module: str = "") -> tuple[str, str]:
    """SQL that has the objects of a table counted, and SQL that undoes it, for a migration. Without
    a module the table has a column that names it."""
    constant = f"'{module}'"
    names = {
        "table": table,
        "module": constant if module else "module",
        "row_module": constant if module else "NEW.module",
        "constant": constant if module else "module",
    }
    return _TRIGGERS.format(**names), _NOT_COUNTED.format(**names)
