#!lua flags=no-writes
-- Answers questions about one project, all of one moment. Writes nothing, so it works on a replica and on a full server.
-- KEYS: meta, records, entries of the project.
-- ARGV: the revision the answers must be of ('*': any); the token of the asking unit, which makes way for the turn of
--   another ('*': it makes way for nobody); then the questions one after the other:
--   'get', field | 'list', kind, least, greatest, limit, '1' when reversed | 'count', least, greatest
-- Result: { revision ('' before the first commit) } alone when it is another than expected; else
--   { revision, sequence, now (milliseconds), how long to make way (milliseconds, 0: not at all), answers... }.
--   An answer is a body or nil, { entries, bodies }, or a number. There are none while making way.
local meta = redis.call('HMGET', KEYS[1], 'revision', 'sequence', 'latest', 'turn', 'until')
local revision = meta[1] or ''
if ARGV[1] ~= '*' and ARGV[1] ~= revision then return { revision } end

-- Servers' clocks differ: after a failover the time of a project must not run backwards.
local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)
local now = math.max(clock, tonumber(meta[3] or '0'))
local wait = 0
if ARGV[2] ~= '*' and meta[4] and meta[4] ~= ARGV[2] then wait = math.max(0, tonumber(meta[5]) - clock) end
local result = { revision, meta[2] or '0', now, wait }
if wait > 0 then return result end

local function bodiesOf(kind, members)
  local bodies = {}
  -- In parts: a call takes only so many arguments.
  for first = 1, #members, 1000 do
    local fields = {}
    for at = first, math.min(first + 999, #members) do
      fields[#fields + 1] = kind .. '\0' .. string.match(members[at], '[^%z]*$')
    end
    for _, body in ipairs(redis.call('HMGET', KEYS[2], unpack(fields))) do bodies[#bodies + 1] = body end
  end
  return bodies
end

local at = 3
while ARGV[at] do
  local answer
  if ARGV[at] == 'get' then
    answer = redis.call('HGET', KEYS[2], ARGV[at + 1])
    at = at + 2
  elseif ARGV[at] == 'count' then
    answer = redis.call('ZLEXCOUNT', KEYS[3], ARGV[at + 1], ARGV[at + 2])
    at = at + 3
  else
    local kind, least, greatest, limit = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
    local members
    if ARGV[at + 5] == '1' then
      members = redis.call('ZRANGE', KEYS[3], greatest, least, 'BYLEX', 'REV', 'LIMIT', 0, limit)
    else
      members = redis.call('ZRANGE', KEYS[3], least, greatest, 'BYLEX', 'LIMIT', 0, limit)
    end
    answer = { members, bodiesOf(kind, members) }
    at = at + 6
  end
  result[#result + 1] = answer
end
return result
