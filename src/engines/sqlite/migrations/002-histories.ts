/**
 * Entries by which messages that exist are kept for their time and stand in the history of channels. What was sent before is
 * found by neither search nor the history of two sessions: whom it was addressed to stands in no field of it.
 */
export const histories = `
  INSERT INTO entry (project, kind, name, value, id)
    SELECT project, 'message', 'at', printf('%015d', json_extract(body, '$.at')), id
    FROM record WHERE kind = 'message';
  INSERT INTO entry (project, kind, name, value, id)
    SELECT project, 'message', 'history', json_extract(body, '$.conversation') || char(9) || printf('%015d', json_extract(body, '$.sequence')), id
    FROM record WHERE kind = 'message' AND json_extract(body, '$.conversation') <> 'direct';
`;
