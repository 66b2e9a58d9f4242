/**
 * Entries by which messages and ended sessions that exist are kept for their time, and messages stand in the history of channels.
 * What was sent before stands in no history of two sessions: whom it was addressed to is in no field of it.
 */
export const histories = `
  INSERT OR IGNORE INTO entry (project, kind, name, value, id)
    SELECT project, 'message', 'at', printf('%015d', json_extract(body, '$.at')), id
    FROM record WHERE kind = 'message';
  INSERT OR IGNORE INTO entry (project, kind, name, value, id)
    SELECT project, 'message', 'history', json_extract(body, '$.conversation') || char(9) || printf('%015d', json_extract(body, '$.sequence')), id
    FROM record WHERE kind = 'message' AND json_extract(body, '$.conversation') <> 'direct';
  INSERT OR IGNORE INTO entry (project, kind, name, value, id)
    SELECT project, 'session', 'ended', printf('%015d', json_extract(body, '$.endedAt')), id
    FROM record WHERE kind = 'session' AND json_extract(body, '$.endedAt') IS NOT NULL;
`;
