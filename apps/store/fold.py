"""Adds up what triggers have counted: SQL for the task that runs every minute."""

FOLD = """
WITH gone AS (DELETE FROM store_tallychange RETURNING module, owner, audience, hour, number),
spans AS (
    SELECT module, owner, audience, 'all' AS span, hour AS start, number FROM gone
    WHERE hour IS NULL
    UNION ALL SELECT module, owner, audience, 'hour', hour, number FROM gone
    WHERE hour IS NOT NULL
    UNION ALL SELECT module, owner, audience, 'day', date_trunc('day', hour, 'UTC'), number
    FROM gone WHERE hour IS NOT NULL
)
INSERT INTO store_tally AS t (module, owner, audience, span, start, number)
SELECT module, owner, audience, span, start, sum(number) FROM spans
GROUP BY module, owner, audience, span, start HAVING sum(number) <> 0
ON CONFLICT (module, audience, span, start, owner) DO UPDATE SET number = t.number + excluded.number
"""
TIDY = "DELETE FROM store_tally WHERE number = 0"
