/**
 * Entries by which messages that exist are kept for their time and stand in the history of channels. What was sent before is
 * found by neither search nor the history of two sessions: whom it was addressed to stands in no field of it.
 */
export function histories(schema: string): string {
  return `
    INSERT INTO ${schema}.entry (project, kind, name, value, id)
      SELECT project, 'message', 'at', lpad(body::json->>'at', 15, '0'), id
      FROM ${schema}.record WHERE kind = 'message';
    INSERT INTO ${schema}.entry (project, kind, name, value, id)
      SELECT project, 'message', 'history', (body::json->>'conversation') || chr(9) || lpad(body::json->>'sequence', 15, '0'), id
      FROM ${schema}.record WHERE kind = 'message' AND body::json->>'conversation' <> 'direct';`;
}
