/**
 * Entries by which messages and ended sessions that exist are kept for their time, and messages stand in the history of channels.
 * What was sent before stands in no history of two sessions: whom it was addressed to is in no field of it.
 */
export function histories(schema: string): string {
  return `
    INSERT INTO ${schema}.entry (project, kind, name, value, id)
      SELECT project, 'message', 'at', lpad(body::json->>'at', 15, '0'), id
      FROM ${schema}.record WHERE kind = 'message' ON CONFLICT DO NOTHING;
    INSERT INTO ${schema}.entry (project, kind, name, value, id)
      SELECT project, 'message', 'history', (body::json->>'conversation') || chr(9) || lpad(body::json->>'sequence', 15, '0'), id
      FROM ${schema}.record WHERE kind = 'message' AND body::json->>'conversation' <> 'direct' ON CONFLICT DO NOTHING;
    INSERT INTO ${schema}.entry (project, kind, name, value, id)
      SELECT project, 'session', 'ended', lpad(body::json->>'endedAt', 15, '0'), id
      FROM ${schema}.record WHERE kind = 'session' AND body::json->>'endedAt' IS NOT NULL ON CONFLICT DO NOTHING;`;
}
