#!lua
-- Stores one commit whole, if the project is still as its unit saw it, and wakes the audience.
-- KEYS: meta, records, entries, events, done of the project; and its line, when the unit has the turn, which ends with it.
-- ARGV: the revision the unit saw ('' before the first commit); the commit's token, which becomes the new revision; the token
--   of the unit; the sequence afterwards; the time of the unit ('' to keep none); how many seconds the commit's token is
--   remembered; the beginning of the names of channels; numbers of bodies put, bodies deleted, entries removed, entries
--   added, events and sessions to wake; then all of these in this order: field, body | field | entry | entry | sequence,
--   body | session.
-- Result: 1 when the commit is stored, also by an earlier call with the same token; 0 when the project has moved on and nothing
--   was changed.
-- A script is not undone when it fails half way, so everything that can be refused is found out before the first write:
-- a full server and a replica refuse the script as a whole, and a user's rights are asked for.
local revision = redis.call('HGET', KEYS[1], 'revision') or ''
if revision == ARGV[2] or redis.call('ZSCORE', KEYS[5], ARGV[2]) then return 1 end
if revision ~= ARGV[1] then return 0 end

local puts, deletions, removals, additions = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local events, sessions = tonumber(ARGV[12]), tonumber(ARGV[13])

local needed = {
  { 'HSET', KEYS[1], 'f', '' }, { 'ZADD', KEYS[5], '0', '' }, { 'ZREMRANGEBYSCORE', KEYS[5], '0', '0' },
  { 'EXPIRE', KEYS[5], '1' },
}
if events > 0 then needed[#needed + 1] = { 'XADD', KEYS[4], '1-0', 'body', '' } end
if puts > 0 then needed[#needed + 1] = { 'HSET', KEYS[2], 'f', '' } end
if deletions > 0 then needed[#needed + 1] = { 'HDEL', KEYS[2], 'f' } end
if removals > 0 then needed[#needed + 1] = { 'ZREM', KEYS[3], '' } end
if additions > 0 then needed[#needed + 1] = { 'ZADD', KEYS[3], '0', '' } end
for _, command in ipairs(needed) do
  if not redis.acl_check_cmd(unpack(command)) then return redis.error_reply('NOPERM ' .. command[1]) end
end

local eventsAt = 14 + 2 * puts + deletions + removals + additions
for number = 0, events - 1 do
  redis.call('XADD', KEYS[4], ARGV[eventsAt + 2 * number] .. '-0', 'body', ARGV[eventsAt + 2 * number + 1])
end
local at = 14
for _ = 1, puts do
  redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for _ = 1, deletions do
  redis.call('HDEL', KEYS[2], ARGV[at])
  at = at + 1
end
for _ = 1, removals do
  redis.call('ZREM', KEYS[3], ARGV[at])
  at = at + 1
end
for _ = 1, additions do
  redis.call('ZADD', KEYS[3], '0', ARGV[at])
  at = at + 1
end
redis.call('HSET', KEYS[1], 'revision', ARGV[2], 'sequence', ARGV[4])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'latest', ARGV[5]) end

local seconds = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[5], seconds, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', seconds - tonumber(ARGV[6]))
redis.call('EXPIRE', KEYS[5], ARGV[6])

-- What goes wrong with the turn must not fail the commit; it ends on its own then.
if KEYS[6] and redis.call('HGET', KEYS[1], 'turn') == ARGV[3] then pcall(handOn, clock()) end

-- A hint may be lost: not being allowed to give it must not fail the commit.
for number = 1, sessions do redis.pcall('PUBLISH', ARGV[7] .. ARGV[eventsAt + 2 * events + number - 1], '') end
return 1
