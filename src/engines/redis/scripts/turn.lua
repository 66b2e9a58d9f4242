#!lua flags=allow-oom
-- Takes the turn of a project, or a place in the line for it; or leaves both. While somebody has the turn, others make way
-- before they begin a unit. Nothing depends on it but the work that is saved.
-- KEYS: meta, records, entries, line of the project.
-- ARGV: 'take' or 'leave'; the unit's place in the line, as `handOn` reads it; how many places the line has.
-- Result of 'take': { revision, sequence, now, 0, answers... } when the unit has the turn; else for how many milliseconds
--   somebody else may still have it: by then, if it was not called, the unit asks again. 0: nobody will call it, and it asks
--   again soon. Result of 'leave': 0.
local time = clock()
local ticket = cjson.decode(ARGV[2])
local token, channel, lasting = ticket[1], ticket[2], ticket[4]
local meta = redis.call('HMGET', KEYS[1], 'revision', 'sequence', 'latest', 'turn', 'until')
local isOwn = meta[4] == token
if ARGV[1] == 'leave' then
  if isOwn then handOn(time) else redis.call('LREM', KEYS[4], 0, ARGV[2]) end
  return 0
end

local left = meta[5] and tonumber(meta[5]) - time or 0
-- The clock was set back: no turn lasts that long.
if left > lasting then left = 0 end
local length = redis.call('LLEN', KEYS[4])
if isOwn or (left <= 0 and length == 0) then
  redis.call('HSET', KEYS[1], 'turn', token, 'until', time + lasting)
else
  local stands = redis.call('LPOS', KEYS[4], ARGV[2])
  if not stands and length < tonumber(ARGV[3]) then stands = redis.call('RPUSH', KEYS[4], ARGV[2]) end
  -- Who waits asks again once in a turn: a line that nobody stands in any more goes away.
  redis.call('PEXPIRE', KEYS[4], 3 * lasting)
  if left > 0 or not handOn(time, token) then
    if not stands or channel == '' or not redis.acl_check_cmd('PUBLISH', channel, '') then return 0 end
    return left > 0 and left or lasting
  end
end
return answer(opening(meta[1], meta[2], meta[3], time, 0), ticket, 5)
